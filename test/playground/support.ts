import type { Network } from 'bp4';
import type {
  Csv,
  Progress,
  Reply,
  Report,
  Request,
  Settings,
  TaskName,
} from '../../playground/src/protocol.js';
import { Session } from '../../playground/src/run/session.js';
import type { DigitsFile } from '../../playground/src/run/task-data.js';
import { tasks } from '../../playground/src/run/tasks.js';

/** Leaves out the diagnosis: whether there is time for one depends on the clock. */
export const withoutDiagnosis = (reports: readonly Report[]): Report[] =>
  reports.map(({ epoch, loss, accuracy, testLoss, testAccuracy }) => ({
    epoch,
    loss,
    accuracy,
    testLoss,
    testAccuracy,
  }));

type Engine = Network['engine'];

/** A session as the page has one, and all its replies. */
export class Page {
  readonly replies: Reply[] = [];
  readonly #session: Session;
  #heard: () => void = () => undefined;

  constructor(engine: Engine = 'wasm', digits: DigitsFile = () => Promise.reject(new Error('offline'))) {
    this.#session = new Session(
      (reply) => {
        this.replies.push(structuredClone(reply)); // as it would be posted
        this.#heard();
      },
      digits,
      { engine },
    );
  }

  /** @returns the replies to these requests */
  async ask(...requests: Request[]): Promise<Reply[]> {
    const before = this.replies.length;
    for (const request of requests) await this.#session.receive(request);
    return this.replies.slice(before);
  }

  /** Like `ask`, but no request waits for another. */
  async askAtOnce(...requests: Request[]): Promise<Reply[]> {
    const before = this.replies.length;
    await Promise.all(requests.map((request) => this.#session.receive(request)));
    return this.replies.slice(before);
  }

  /** Waits for a reply that has yet to come. */
  async until(isIt: (reply: Reply) => boolean): Promise<void> {
    while (!this.replies.some(isIt)) await new Promise<void>((resolve) => (this.#heard = resolve));
  }

  open(settings: Settings, more: { csv?: Csv; steps?: number } = {}): Promise<Reply[]> {
    return this.ask({ type: 'open', settings, ...more });
  }

  /** The latest progress that was reported. */
  get progress(): Progress {
    const last = this.replies.filter((reply) => reply.type === 'progress' || reply.type === 'opened').at(-1);
    if (!last) throw new Error('no progress was reported');
    return last.progress;
  }

  /** All reports of epochs, in order. */
  get reports(): Progress['reports'] {
    return this.replies.flatMap((reply) =>
      reply.type === 'progress' || reply.type === 'opened' ? reply.progress.reports : [],
    );
  }
}

export const settingsFor = (task: TaskName, changes: Partial<Settings> = {}): Settings => ({
  ...tasks[task].defaults,
  ...changes,
});

/** The replies of one type. */
export const ofType = <Type extends Reply['type']>(
  replies: readonly Reply[],
  type: Type,
): Extract<Reply, { type: Type }>[] =>
  replies.filter((reply): reply is Extract<Reply, { type: Type }> => reply.type === type);
