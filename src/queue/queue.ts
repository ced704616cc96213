import type { Job, QueueEvents } from 'bullmq';
import { checkKeys, checkOptional } from '../base/check.js';
import { sha256 } from '../base/sha256.js';
import type { Dataset } from '../data/dataset.js';
import { threads } from '../node/threads.js';
import type { Executor } from '../search/executor.js';
import type { Task, TaskResult } from '../search/task.js';
import { identify, packOrder, unpackOutcome, warnProcess, type Message } from './message.js';
import { QueueError } from './queue-error.js';
import { openStore, type Store } from './store.js';

export interface QueueOptions {
  /** The number of local threads, which train the networks of the best trials again. Default: the number of processors. */
  readonly threads?: number;
  /** Signs tasks, and rejects results without a valid signature. Default: the environment variable BP4_SECRET, if it's set. */
  readonly secret?: string;
  /** The URL from which workers fetch the dataset, as `save` returns it. Each worker must allow the URL. */
  readonly dataURL?: string;
  /** Whether the queue carries the dataset to the workers. Default: true, unless there is a `dataURL`. */
  readonly sendsData?: boolean;
  /** Called when the server is lost. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

/** Milliseconds between looks at the open jobs, because events can be lost; and after an error. */
const LOOK = 30_000;
const LOOK_AFTER_ERROR = 2_000;
/** Seconds that a finished job is kept, for a study that is resumed. */
const KEPT = 24 * 3600;

const jobOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
  removeOnComplete: { age: KEPT },
  removeOnFail: { age: KEPT },
  stackTraceLimit: 0,
};

/** A task whose result is awaited. */
interface Open {
  readonly place: string;
  readonly message: Message;
  readonly resolve: (result: TaskResult) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs the tasks of a study on other machines, where `startWorker` or `bp4 worker` runs, through a queue on Redis, Valkey or
 * PostgreSQL. Needs the packages bullmq and ioredis, or bullmq and pg. Networks stay on those machines: those of the best trials are
 * trained again here, to the same bits.
 * @param url 'redis://', 'rediss://' or 'postgres://'. Default: the variable BP4_QUEUE
 * @returns an executor whose `open` throws QueueError if a package is missing or the server can't be used, and RangeError
 * if the data is larger than 256 MiB, the most that the queue carries
 */
export function queue(url?: string, options: QueueOptions = {}): Executor {
  checkKeys('options', options, ['threads', 'secret', 'dataURL', 'sendsData', 'onWarning']);
  const { secret, dataURL, sendsData, onWarning } = options;
  checkOptional('secret', secret, 'string');
  checkOptional('dataURL', dataURL, 'string');
  checkOptional('sendsData', sendsData, 'boolean');
  checkOptional('onWarning', onWarning, 'function');
  const here = threads(options.threads);
  const client = new Client(url, options);
  return {
    async open(data) {
      await client.open(data);
      await here.open(data);
    },
    run: (task, more) => (more.needsNetwork ? here.run(task, more) : client.run(task, more.signal)),
    async close() {
      await Promise.all([client.close(), here.close()]);
    },
  };
}

/** Adds jobs, and waits for their results. */
class Client {
  readonly #url: string | undefined;
  readonly #options: QueueOptions;
  readonly #secret: string | undefined;
  #data!: Dataset;
  #hash = '';
  #store: Store | undefined;
  #events: QueueEvents | undefined;
  readonly #open = new Map<string, Open>();
  #timer: NodeJS.Timeout | undefined;
  #isLost = false;
  #isClosed = false;

  constructor(url: string | undefined, options: QueueOptions) {
    this.#url = url;
    this.#options = options;
    this.#secret = options.secret ?? process.env['BP4_SECRET'];
  }

  async open(data: Dataset): Promise<void> {
    this.#data = data;
    this.#hash = sha256(data.save());
    this.#store = await openStore(this.#url, (error) => this.#lose(error));
    await this.#sendData();
    this.#events = this.#store.listen();
    this.#events.on('error', (error) => this.#lose(error));
    this.#events.on('completed', ({ jobId, returnvalue }) => this.#complete(jobId, returnvalue));
    this.#events.on('failed', ({ jobId, failedReason }) => this.#fail(jobId, failedReason));
    await this.#events.waitUntilReady();
    this.#timer = setTimeout(() => void this.#lookAtAll(), LOOK);
  }

  async #sendData(): Promise<void> {
    const { dataURL, sendsData = dataURL === undefined } = this.#options;
    if (sendsData) await this.#store!.blobs.put(this.#hash, this.#data.save());
  }

  async run(task: Task, signal: AbortSignal | undefined): Promise<TaskResult> {
    signal?.throwIfAborted();
    const { dataURL } = this.#options;
    const order = { task, data: this.#hash, ...(dataURL !== undefined && { url: dataURL }) };
    const message = packOrder(order, this.#secret);
    const id = identify(order);
    const place = `trial ${task.trial}, fold ${task.fold}`;
    return await new Promise((resolve, reject) => {
      this.#open.set(id, { place, message, resolve, reject });
      signal?.addEventListener('abort', () => {
        if (!this.#open.delete(id)) return;
        reject(signal.reason as Error);
        // One that is running goes on: its worker doesn't listen.
        this.#store!.jobs.remove(id).catch(() => undefined);
      });
      this.#add(id, message).catch((error: unknown) => this.#lose(error));
    });
  }

  /** Adds a job, or takes the result that the server has of it. */
  async #add(id: string, message: Message): Promise<void> {
    const { jobs } = this.#store!;
    await jobs.add('task', message, { ...jobOptions, jobId: id });
    // Of a job that is there already, BullMQ reports nothing.
    const job = await jobs.getJob(id);
    if (!job || !this.#open.has(id)) return;
    if (await job.isFailed()) {
      await job.remove();
      await jobs.add('task', message, { ...jobOptions, jobId: id });
    } else await this.#take(id, job);
  }

  async #take(id: string, job: Job): Promise<void> {
    if (job.finishedOn === undefined) return;
    if (await job.isFailed()) this.#fail(id, job.failedReason);
    else this.#complete(id, job.returnvalue);
  }

  /** Looks at the jobs whose results are awaited, and adds those that the server has lost. */
  async #lookAtAll(): Promise<void> {
    try {
      let isGone = false;
      for (const [id, { message }] of this.#open) {
        const job = await this.#store!.jobs.getJob(id);
        if (job) await this.#take(id, job);
        else if (this.#open.has(id)) {
          if (!isGone) await this.#sendData();
          isGone = true;
          await this.#add(id, message);
        }
      }
      this.#isLost = false;
      this.#lookAfter(LOOK);
    } catch (error) {
      this.#lose(error);
    }
  }

  #lookAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#lookAtAll(), milliseconds);
  }

  /** Warns once, and looks again soon. */
  #lose(error: unknown): void {
    if (this.#isClosed) return;
    const { onWarning = warnProcess } = this.#options;
    const { message, code } = error as NodeJS.ErrnoException;
    if (!this.#isLost) onWarning(`${this.#store?.name ?? 'queue'}: ${message || code}; waiting for it`);
    this.#isLost = true;
    this.#lookAfter(LOOK_AFTER_ERROR);
  }

  #complete(id: string, message: unknown): void {
    const open = this.#settle(id);
    if (!open) return;
    try {
      open.resolve(unpackOutcome(message, id, this.#secret));
    } catch (error) {
      open.reject(error);
    }
  }

  #fail(id: string, reason: string): void {
    const open = this.#settle(id);
    open?.reject(new QueueError({ place: open.place, problem: reason }));
  }

  #settle(id: string): Open | undefined {
    const open = this.#open.get(id);
    this.#open.delete(id);
    return open;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#events?.close();
    await this.#store?.close();
  }
}
