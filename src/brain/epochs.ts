import { DivergenceError } from '../errors.js';
import type { TrainingStatus, TrainOptions } from './options.js';
import type { BrainTraining } from './training.js';

/** The most epochs that one call of the kernel runs. */
const MOST_EPOCHS = 2 ** 30;

/** Runs the epochs of a training run until it ends, and calls `log` and `callback`. */
export class Epochs {
  readonly status: TrainingStatus = { error: 1, iterations: 0 };
  readonly #session: BrainTraining;
  readonly #options: TrainOptions;
  readonly #sizes: readonly number[];
  readonly #observe: (call: () => void) => void;
  /** The end of training, on the clock of `Date.now()`. */
  readonly #endTime: number;
  /** The number of epochs that take a millisecond or two. Training runs this many at a time if it watches the clock. */
  #pace = 1;

  /** @param observe calls `log` and `callback`, which may look at the network and change it */
  constructor(
    session: BrainTraining,
    options: TrainOptions,
    sizes: readonly number[],
    observe: (call: () => void) => void,
  ) {
    this.#observe = observe;
    this.#session = session;
    this.#options = options;
    this.#sizes = sizes;
    this.#endTime = options.timeout < Infinity ? Date.now() + options.timeout : Infinity;
  }

  /**
   * Trains until the training ends, or until `performance.now()` reaches `until`. Each call of the kernel runs whole epochs, up
   * to the next one that the caller can observe.
   * @returns whether the training has ended
   * @throws DivergenceError
   */
  advance(until: number): boolean {
    const { status } = this;
    const session = this.#session;
    const isTimed = until < Infinity || this.#endTime < Infinity;
    for (;;) {
      // A callback may have changed them.
      const { iterations, errorThresh, log, logPeriod, callback, callbackPeriod } = this.#options;
      if (status.iterations >= iterations || status.error <= errorThresh) return true;
      if (this.#endTime < Infinity && Date.now() >= this.#endTime) return true;
      const start = isTimed ? performance.now() : 0;
      if (start >= until) return false;
      const next = Math.min(
        Math.ceil(iterations - status.iterations),
        log ? untilNext(logPeriod, status.iterations) : MOST_EPOCHS,
        callback ? untilNext(callbackPeriod, status.iterations) : MOST_EPOCHS,
        isTimed ? this.#pace : MOST_EPOCHS,
      );
      const done = session.run(next);
      status.iterations += done;
      if (done > 0) status.error = session.error;
      if (session.failed) throw divergence(status.iterations + 1, session.failed, this.#sizes);
      if (isTimed && done === this.#pace) this.#pace = adjustPace(this.#pace, performance.now() - start);
      const isLogged = log && status.iterations % logPeriod === 0;
      const isCalled = callback && status.iterations % callbackPeriod === 0;
      if (isLogged || isCalled) this.#observe(() => report(status, this.#options));
    }
  }
}

/** Calls `log` and `callback` if it's their turn. */
export function report(status: TrainingStatus, options: TrainOptions): void {
  const { log, logPeriod, callback, callbackPeriod } = options;
  if (log && status.iterations % logPeriod === 0) logStatus(log, status);
  if (callback && status.iterations % callbackPeriod === 0) callback({ ...status });
}

/** Epochs until the next multiple of `period`. A fractional period is checked after every epoch. */
const untilNext = (period: number, iterations: number): number =>
  Number.isInteger(period) ? period - (iterations % period) : 1;

/** Adapts the number of epochs to a millisecond or two. */
function adjustPace(pace: number, milliseconds: number): number {
  if (milliseconds < 1) return Math.min(2 * pace, MOST_EPOCHS);
  return milliseconds > 4 ? Math.max(1, Math.floor(pace / 2)) : pace;
}

/** Logs a status to the console, or to a function: as text it is the line that functions of brain.js 1 get. */
export function logStatus(log: true | ((status: TrainingStatus) => void), status: TrainingStatus): void {
  const line = `iterations: ${status.iterations}, training error: ${status.error}`;
  if (log === true) console.log(line);
  else log(Object.defineProperty({ ...status }, 'toString', { value: () => line }));
}

/** @param sample counted from 1 */
export function divergence(epoch: number, sample: number, sizes: readonly number[]): DivergenceError {
  return new DivergenceError(
    {
      place: 'train',
      problem: `diverged in iteration ${epoch}, at data[${sample - 1}]: the error or a weight is no longer a finite number`,
      cure: 'use a smaller learningRate, or scale the data',
    },
    { epoch, step: sample, layer: sizes.length - 2, largestGradient: NaN },
  );
}
