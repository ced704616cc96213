import { checkKeys, show } from '../base/check.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import { awaited, type Work } from '../base/work.js';

/** The right answers of samples, as a training gives them to its metrics: either labels or targets. */
export type Answers = {
  /** How many outputs a sample has. */
  readonly outputs: number;
} & (
  | {
      /** [n] class indices; with a single output 0 or 1 */
      readonly labels: NumericArray;
      readonly targets?: undefined;
    }
  | {
      /** [n][outputs], row after row */
      readonly targets: NumericArray;
      readonly labels?: undefined;
    }
);

/**
 * A figure of how good the answers of a network are.
 * @param outputs what it predicts, [n][outputs]
 * @param answers what is right
 */
export type Metric = (outputs: Float32Array, answers: Answers) => number;

/** Metrics by names of the user's own; a promise that one returns is waited for. */
export type NamedMetrics = Readonly<
  Record<string, (...given: Parameters<Metric>) => number | PromiseLike<number>>
>;

/**
 * @throws TypeError naming what is no function
 */
export function checkMetrics(metrics: unknown): asserts metrics is NamedMetrics {
  checkKeys('metrics', metrics, Object.keys(metrics ?? {}));
  for (const [name, metric] of Object.entries(metrics)) {
    if (typeof metric !== 'function') {
      throw new TypeError(`metrics.${name}: expected a function, got ${show(metric)}`);
    }
  }
}

export function* measure(
  metrics: NamedMetrics,
  outputs: Float32Array,
  answers: Answers,
): Work<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const [name, metric] of Object.entries(metrics)) {
    values[name] = yield* awaited(metric(outputs, answers));
  }
  return values;
}
