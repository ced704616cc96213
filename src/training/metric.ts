import type { NumericArray } from './matrix.js';

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
