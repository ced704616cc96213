import { checkArray, checkEach, checkNumber, checkPositive } from '../base/check.js';
import { RangeFault, TypeFault } from '../errors.js';
import { read, type Measure, type Truth } from './predictions.js';

/** Computes a metric of one output over all samples, from column `output` of f32[n][width]. */
type OfOutput = (outputs: Float32Array, targets: Float32Array, width: number, output: number) => number;

/** The unweighted mean over the outputs: multioutput='uniform_average' in scikit-learn. */
function overOutputs(answers: Float32Array, truth: Truth, figure: OfOutput, least = 1): number {
  const { outputs, targets, width, count } = read(answers, truth, true);
  if (!targets)
    throw new TypeFault({
      place: 'labels',
      problem: 'this metric needs numbers, not classes',
      cure: 'pass targets',
    });
  if (count < least)
    throw new RangeFault({ place: 'outputs', problem: `expected at least ${least} rows, got ${count}` });
  let total = 0;
  for (let j = 0; j < width; j++) {
    const known = findKnown(targets, width, j);
    if (known.length < least) {
      throw new RangeFault({
        place: 'targets',
        problem: `expected at least ${least} known for output ${j}, got ${known.length}`,
      });
    }
    const pick = (rows: Float32Array): Float32Array =>
      known.length === count ? rows : pickRows(rows, width, known);
    total += figure(pick(outputs), pick(targets), width, j);
  }
  return total / width;
}

/** The samples whose target of an output isn't NaN. */
const findKnown = (targets: Float32Array, width: number, output: number): number[] =>
  Array.from({ length: targets.length / width }, (_, n) => n).filter(
    (n) => !Number.isNaN(targets[n * width + output]),
  );

function pickRows(rows: Float32Array, width: number, chosen: readonly number[]): Float32Array {
  const picked = new Float32Array(chosen.length * width);
  for (const [i, n] of chosen.entries()) picked.set(rows.subarray(n * width, (n + 1) * width), i * width);
  return picked;
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

/** The variance of an output's values, with n in the denominator. Equal values yield exactly 0. */
function variance(values: Float32Array, width: number, output: number): number {
  const first = values[output]!; // equal values differ from it by exactly 0
  const middle = mean(values, width, output, (value) => value - first);
  return mean(values, width, output, (value) => square(value - first - middle));
}

/** 1 − error / spread; for constant targets 1 if there is no error, else 0, as in scikit-learn. */
const explainedShare = (error: number, spread: number): number =>
  spread === 0 ? Number(error === 0) : 1 - error / spread;

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
    (outputs, targets, width, output) =>
      explainedShare(squaredError(outputs, targets, width, output), variance(targets, width, output)),
    2,
  );
}

/**
 * The explained variance 1 − Var(a − y) / Var(y), averaged over the outputs. Unlike `rSquared`, it doesn't count a
 * constant offset of the predictions as an error.
 * @throws as `rSquared` does
 */
export const explainedVariance = (outputs: Float32Array, truth: Truth): number =>
  overOutputs(
    outputs,
    truth,
    (outputs, targets, width, output) => {
      const shift = outputs[output]! - targets[output]!;
      const error = (value: number, i: number): number => value - targets[i]! - shift;
      const middle = mean(outputs, width, output, error);
      const spread = mean(outputs, width, output, (value, i) => square(error(value, i) - middle));
      return explainedShare(spread, variance(targets, width, output));
    },
    2,
  );

/**
 * The pinball loss of predicted quantiles, the cost of the loss 'quantile': with e = y − a, the mean of qe where e ≥ 0,
 * else (q − 1)e.
 * @param q between 0 and 1: one for all outputs, or an array with one for each
 * @throws TypeError or RangeError for an invalid q; the metric throws as `meanAbsoluteError` does, and if `q` and a row of outputs
 * differ in length
 */
export function pinballLoss(q: number | readonly number[]): Measure {
  const quantiles = Array.isArray(q) ? checkEach('q', q, checkQuantile) : [checkQuantile('q', q)];
  return (outputs, truth) =>
    overOutputs(outputs, truth, (outputs, targets, width, output) => {
      if (Array.isArray(q)) checkArray('q', quantiles, width);
      const share = quantiles[output] ?? quantiles[0]!;
      return mean(outputs, width, output, (value, i) => {
        const error = targets[i]! - value;
        return error >= 0 ? share * error : (share - 1) * error;
      });
    });
}

/** In double precision, unlike the q of a network. */
function checkQuantile(place: string, q: unknown): number {
  checkPositive(place, checkNumber(place, q, 0, 1));
  return q as number;
}

/**
 * The share of targets that are at most the output, averaged over the outputs. If a quantile is predicted well, it's
 * about q.
 * @throws as `meanAbsoluteError` does
 */
export const coverage = (outputs: Float32Array, truth: Truth): number =>
  overOutputs(outputs, truth, (outputs, targets, width, output) =>
    mean(outputs, width, output, (value, i) => Number(targets[i]! <= value)),
  );

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
