import { RangeFault, TypeFault } from '../errors.js';
import { read, type Truth } from './predictions.js';

/** What a figure is made of: one output over all samples. f32[n][width], of which it takes column `output`. */
type OfOutput = (outputs: Float32Array, targets: Float32Array, width: number, output: number) => number;

/** The mean over the outputs, each counting the same: multioutput='uniform_average' in scikit-learn. */
function overOutputs(answers: Float32Array, truth: Truth, figure: OfOutput, least = 1): number {
  const { outputs, targets, width, count } = read(answers, truth);
  if (!targets)
    throw new TypeFault({
      place: 'labels',
      problem: 'a class is not a number to predict',
      cure: 'give targets',
    });
  if (count < least)
    throw new RangeFault({ place: 'outputs', problem: `expected at least ${least} rows, got ${count}` });
  let total = 0;
  for (let j = 0; j < width; j++) total += figure(outputs, targets, width, j);
  return total / width;
}

/** The mean over the samples, for one output. */
function mean(
  values: Float32Array,
  width: number,
  output: number,
  of: (value: number, i: number) => number,
): number {
  let total = 0;
  for (let i = output; i < values.length; i += width) total += of(values[i]!, i);
  return total / (values.length / width);
}

const square = (x: number): number => x * x;

const squaredError: OfOutput = (outputs, targets, width, output) =>
  mean(outputs, width, output, (value, i) => square(value - targets[i]!));

/**
 * The coefficient of determination R² = 1 − Σ(a − y)² / Σ(y − ȳ)², the mean over the outputs: 1 at best, 0 for one who
 * always says the mean ȳ, and below for worse. Of an output whose targets are all the same it is 1 where every answer is
 * exactly right, else 0, as in scikit-learn.
 * @throws TypeError, RangeError for fewer than two samples, for labels, or where outputs and targets do not fit
 */
export function rSquared(outputs: Float32Array, truth: Truth): number {
  return overOutputs(
    outputs,
    truth,
    (outputs, targets, width, output) => {
      const first = targets[output]!; // from which the same targets differ by exactly 0
      const middle = mean(targets, width, output, (target) => target - first);
      const spread = mean(targets, width, output, (target) => square(target - first - middle));
      const error = squaredError(outputs, targets, width, output);
      if (spread === 0) return error === 0 ? 1 : 0;
      return 1 - error / spread;
    },
    2,
  );
}

/**
 * The mean of |a − y|.
 * @throws TypeError, RangeError for labels, or where outputs and targets do not fit, or are not finite
 */
export const meanAbsoluteError = (outputs: Float32Array, truth: Truth): number =>
  overOutputs(outputs, truth, (outputs, targets, width, output) =>
    mean(outputs, width, output, (value, i) => Math.abs(value - targets[i]!)),
  );

/**
 * The root of the mean of (a − y)²; of several outputs the mean of their roots, as in scikit-learn.
 * @throws as `meanAbsoluteError`
 */
export const rootMeanSquaredError = (outputs: Float32Array, truth: Truth): number =>
  overOutputs(outputs, truth, (...column) => Math.sqrt(squaredError(...column)));
