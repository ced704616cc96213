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
  /** Decide whether threads share a step, and a pass outside of training, unless the caller has. */
  readonly #steps: ThreadTrials | undefined;
  readonly #passes: ThreadTrials | undefined;
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
    if (choice === 'auto') [this.#steps, this.#passes] = [new ThreadTrials(), new ThreadTrials()];
    this.descendAlone = descendAlone;
    this.size = choice === 'auto' ? Math.min(processorCount(), MOST_AUTOMATIC) : choice;
  }

  get threads(): number {
    return this.#isShared ? this.size : 1;
  }

  get #isShared(): boolean {
    return this.#isReady && (this.#steps?.isShared ?? true);
  }

  get reason(): string | undefined {
    if (this.#isShared) return undefined;
    return (
      this.#failure ??
      (this.#steps?.hasTried
        ? 'several threads are no faster'
        : 'its training runs are too short to gain from several threads')
    );
  }

  /** Notes a call of `descend`: its samples, those of a mini-batch, and milliseconds. */
  note(samples: number, size: number, time: number): void {
    if (!this.isLate) this.#note(this.#steps, samples, size, time);
  }

  #note(trials: ThreadTrials | undefined, work: number, size: number, time: number): void {
    trials?.note(work, size, time, this.#isReady);
    if (trials?.isDue && !this.#hasBegun) void this.start();
  }

  /**
   * Runs a pass over many samples outside of training: alone, or together if the threads are ready and faster.
   * @param work     the number of its multiplications
   * @param together returns 0 if a thread doesn't finish its share
   * @throws ThreadError then; afterward the first thread continues alone
   */
  runPass(work: number, alone: () => void, together: (threads: number) => number): void {
    const isShared = this.#isReady && this.#failure === undefined && (this.#passes?.isShared ?? true);
    const start = performance.now();
    if (!isShared || this.isLate) alone();
    else if (!together(this.size)) {
      this.#fail('it did not finish its share');
      this.#isReady = false;
      throw this.#error('the network continues with one thread');
    }
    this.#note(this.#passes, work, 0, performance.now() - start);
  }

  /** @throws ThreadError once, if a thread has died; afterward the first continues alone */
  assertComplete(): void {
    if (!this.#isReady || this.#failure === undefined) return;
    const isShared = this.#isShared;
    this.#isReady = false;
    if (!isShared) return;
    throw this.#error('the network keeps its last step, and continues with one thread');
  }

  #error(cure: string): ThreadError {
    return new ThreadError({ place: 'threads', problem: this.#failure!, cure });
  }

  get isLate(): boolean {
    return this.#isShared && Atomics.load(this.#fields, words.meetings) < 0;
  }

  async recover(): Promise<void> {
    for (const start = performance.now(); this.#awaits(start);)
      await new Promise((resolve) => setTimeout(resolve, RECOVERY_INTERVAL));
    Atomics.store(this.#fields, words.arrived, 0);
    Atomics.store(this.#fields, words.meetings, 0);
  }

  settle(): void {
    if (this.isLate) for (const start = performance.now(); this.#awaits(start););
  }

  /** Whether a thread is at work on its part, and hasn't been awaited for too long. */
  #awaits(start: number): boolean {
    const all = Atomics.load(this.#fields, words.jobs) * (this.size - 1);
    if (this.#failure !== undefined || Atomics.load(this.#fields, words.ended) === all) return false;
    if (performance.now() - start < RECOVERY_TIME) return true;
    this.#fail(`it didn't respond within ${RECOVERY_TIME / 1000} s`);
    return false;
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
