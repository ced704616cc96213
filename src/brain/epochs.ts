import { DivergenceError } from '../errors.js';
import type { TrainingStatus, TrainOptions } from './options.js';
import type { BrainTraining } from './training.js';

/** More epochs than these are never asked for in one call. */
const MOST_EPOCHS = 2 ** 30;

/** The epochs of a training, until one of its ends; tells `log` and `callback` of them. */
export class Epochs {
  readonly status: TrainingStatus = { error: 1, iterations: 0 };
  readonly #session: BrainTraining;
  readonly #options: TrainOptions;
  readonly #sizes: readonly number[];
  /** What `Date.now()` must not reach. */
  readonly #endTime: number;
  /** How many epochs take about a millisecond or two, where time matters. */
  #pace = 1;

  constructor(session: BrainTraining, options: TrainOptions, sizes: readonly number[]) {
    this.#session = session;
    this.#options = options;
    this.#sizes = sizes;
    this.#endTime = Date.now() + options.timeout;
  }

  /**
   * Trains until the end, or until it is `until` of performance.now(); whole epochs in a call, from one thing that is to be
   * seen outside to the next.
   * @returns whether the training is over
   * @throws DivergenceError
   */
  advance(until: number): boolean {
    const { status } = this;
    const session = this.#session;
    const { iterations, errorThresh, log, logPeriod, callback, callbackPeriod } = this.#options;
    const isTimed = until < Infinity || this.#endTime < Infinity;
    for (;;) {
      if (status.iterations >= iterations || status.error <= errorThresh || Date.now() >= this.#endTime)
        return true;
      const start = performance.now();
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
      if (log && status.iterations % logPeriod === 0) {
        if (log === true) logStatus(status);
        else log({ ...status });
      }
      if (callback && status.iterations % callbackPeriod === 0) callback({ ...status });
    }
  }
}

/** Epochs until a multiple of `period`; those of periods that are not whole are looked for one by one. */
const untilNext = (period: number, iterations: number): number =>
  Number.isInteger(period) ? period - (iterations % period) : 1;

/** Epochs that take a millisecond or two. */
function adjustPace(pace: number, milliseconds: number): number {
  if (milliseconds < 1) return Math.min(2 * pace, MOST_EPOCHS);
  return milliseconds > 4 ? Math.max(1, Math.floor(pace / 2)) : pace;
}

function logStatus({ iterations, error }: TrainingStatus): void {
  console.log(`iterations: ${iterations}, training error: ${error}`);
}

/** @param sample its number, from 1 */
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
