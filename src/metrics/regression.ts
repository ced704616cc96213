import { RangeFault, TypeFault } from '../errors.js';
import { read, type Truth } from './predictions.js';

/** Computes a metric of one output over all samples, from column `output` of f32[n][width]. */
type OfOutput = (outputs: Float32Array, targets: Float32Array, width: number, output: number) => number;

/** The unweighted mean over the outputs: multioutput='uniform_average' in scikit-learn. */
function overOutputs(answers: Float32Array, truth: Truth, figure: OfOutput, least = 1): number {
  const { outputs, targets, width, count } = read(answers, truth);
  if (!targets)
    throw new TypeFault({
      place: 'labels',
      problem: 'this metric needs numbers, not classes',
      cure: 'pass targets',
    });
  if (count < least)
    throw new RangeFault({ place: 'outputs', problem: `expected at least ${least} rows, got ${count}` });
  let total = 0;
  for (let j = 0; j < width; j++) total += figure(outputs, targets, width, j);
  return total / width;
}

/** The mean over the samples of one output. */
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
 * The coefficient of determination R² = 1 − Σ(a − y)² / Σ(y − ȳ)², averaged over the outputs: 1 at best, 0 for always
 * predicting the mean ȳ, and negative for worse. If all targets of an output are equal, it is 1 if every prediction is
 * exact, else 0, as in scikit-learn.
 * @throws TypeError or RangeError for fewer than two samples, for labels, or if outputs and targets differ in shape
 */
export function rSquared(outputs: Float32Array, truth: Truth): number {
  return overOutputs(
    outputs,
    truth,
    (outputs, targets, width, output) => {
      const first = targets[output]!; // equal targets differ from it by exactly 0
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
 * The mean absolute error, the mean of |a − y| over samples and outputs.
 * @throws TypeError or RangeError for labels, or if outputs and targets differ in shape, or a number is not finite
 */
export const meanAbsoluteError = (outputs: Float32Array, truth: Truth): number =>
  overOutputs(outputs, truth, (outputs, targets, width, output) =>
    mean(outputs, width, output, (value, i) => Math.abs(value - targets[i]!)),
  );

/**
 * The root mean squared error, √(mean of (a − y)²). With several outputs it is the mean of their roots, as in
 * scikit-learn.
 * @throws as `meanAbsoluteError` does
 */
export const rootMeanSquaredError = (outputs: Float32Array, truth: Truth): number =>
  overOutputs(outputs, truth, (...column) => Math.sqrt(squaredError(...column)));
