import { ThreadError, within } from '../errors.js';
import { Team as SharedTeam } from '../memory/team.js';
import type { StepKernels, Team, ThreadChoice } from './kernels.js';
import { processorCount } from './processors.js';
import { ThreadTrials } from './thread-trials.js';
import { startWorker } from './worker.js';

/** The most threads that 'auto' takes, because each further thread gains less. */
const MOST_AUTOMATIC = 4;

/** Milliseconds between looks for late threads, and until they count as dead. */
const RECOVERY_INTERVAL = 5;
const RECOVERY_TIME = 5000;

const { offsets } = SharedTeam;

/** The indices of the words that Atomics accesses. */
const words = {
  jobs: offsets.jobs / 4,
  ended: offsets.ended / 4,
  arrived: offsets.arrived / 4,
  meetings: offsets.meetings / 4,
};

/** The calling thread, which is the first, and its workers. */
export class WorkerTeam implements Team {
  readonly size: number;
  readonly descendAlone: StepKernels['descend'];
  readonly #module: WebAssembly.Module;
  readonly #memory: WebAssembly.Memory;
  /** The words of the shared struct. Its address doesn't change when the memory grows. */
  readonly #fields: Int32Array;
  /** Functions that end each worker. */
  #ends: (() => void)[] = [];
  /** Decide whether threads share a step, unless the caller has. */
  readonly #trials: ThreadTrials | undefined;
  #hasBegun = false;
  /** Whether all threads have started, and none has died. */
  #isReady = false;
  #isOver = false;
  /** The reason why threads can no longer share the steps. */
  #failure: string | undefined;

  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    pointer: number,
    choice: ThreadChoice,
    descendAlone: StepKernels['descend'],
  ) {
    this.#module = module;
    this.#memory = memory;
    this.#fields = new Int32Array(memory.buffer, pointer, SharedTeam.bytes / 4);
    this.#trials = choice === 'auto' ? new ThreadTrials() : undefined;
    this.descendAlone = descendAlone;
    this.size = choice === 'auto' ? Math.min(processorCount(), MOST_AUTOMATIC) : choice;
  }

  get threads(): number {
    return this.#isShared ? this.size : 1;
  }

  get #isShared(): boolean {
    return this.#isReady && (this.#trials?.isShared ?? true);
  }

  get reason(): string | undefined {
    if (this.#isShared) return undefined;
    return (
      this.#failure ??
      (this.#trials?.hasTried
        ? 'several threads are no faster'
        : 'its training runs are too short to gain from several threads')
    );
  }

  /** Notes a call of the kernels: its samples, those of a mini-batch, and milliseconds. */
  note(samples: number, size: number, time: number): void {
    const trials = this.#trials;
    if (!trials || this.isLate) return;
    trials.note(samples, size, time, this.#isReady);
    if (trials.isDue && !this.#hasBegun) void this.start();
  }

  /** @throws ThreadError once, if a thread has died; afterward the first continues alone */
  assertComplete(): void {
    if (!this.#isReady || this.#failure === undefined) return;
    const isShared = this.#isShared;
    this.#isReady = false;
    if (!isShared) return;
    throw new ThreadError({
      place: 'threads',
      problem: this.#failure,
      cure: 'the network keeps its last step, and continues with one thread',
    });
  }

  get isLate(): boolean {
    return this.#isShared && Atomics.load(this.#fields, words.meetings) < 0;
  }

  async recover(): Promise<void> {
    const all = Atomics.load(this.#fields, words.jobs) * (this.size - 1);
    for (let waited = 0; this.#failure === undefined; waited += RECOVERY_INTERVAL) {
      if (Atomics.load(this.#fields, words.ended) === all) break;
      if (waited >= RECOVERY_TIME) this.#fail(`it didn't respond within ${RECOVERY_TIME / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, RECOVERY_INTERVAL));
    }
    Atomics.store(this.#fields, words.arrived, 0);
    Atomics.store(this.#fields, words.meetings, 0);
  }

  end(): void {
    this.#isOver = true;
    for (const end of this.#ends) end();
    this.#ends = [];
  }

  async start(): Promise<void> {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const task = { module: this.#module, memory: this.#memory };
    const starting = Array.from({ length: this.size - 1 }, () => startWorker(task, (why) => this.#fail(why)));
    const started = await Promise.allSettled(starting);
    for (const worker of started) {
      if (worker.status === 'fulfilled') this.#ends.push(worker.value);
      else this.#failure ??= `no worker could be started: ${within('', worker.reason).problem}`;
    }
    if (this.#failure !== undefined || this.#isOver) this.end();
    else this.#isReady = true;
  }

  #fail(why: string): void {
    this.#failure ??= `a worker is gone (${why})`;
    this.end();
  }
}
