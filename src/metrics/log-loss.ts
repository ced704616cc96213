import { log } from '../base/log.js';
import { readProbabilities, type Truth } from './predictions.js';

/** The distance from 1 to the next number in single precision, to which scikit-learn clips probabilities. */
const EPSILON = 1 / 2 ** 23;

/** ln p of a clipped probability. */
export const clippedLog = (probability: number): number =>
  log(Math.min(Math.max(probability, EPSILON), 1 - EPSILON));

/**
 * The mean of −Σ y ln p over the samples. The outputs p are probabilities from softmax, or from a single sigmoid, for
 * which the loss is −y ln p − (1 − y) ln(1 − p). Probabilities are clipped to [2⁻²³, 1 − 2⁻²³], so that a confident
 * mistake costs 15.9 instead of Infinity, as in scikit-learn for single precision. They are not normalized to a sum of
 * 1.
 * @throws TypeError or RangeError if outputs and answers differ in shape, or a number is not in [0, 1]
 */
export function logLoss(answers: Float32Array, truth: Truth): number {
  const { outputs, count, width, labels, targets } = readProbabilities(answers, truth);
  let total = 0;
  for (let n = 0; n < count; n++) {
    if (width === 1) {
      const target = (labels ?? targets!)[n]!;
      total -= target * clippedLog(outputs[n]!) + (1 - target) * clippedLog(1 - outputs[n]!);
    } else if (labels) {
      total -= clippedLog(outputs[n * width + labels[n]!]!);
    } else {
      for (let i = n * width; i < (n + 1) * width; i++) total -= targets![i]! * clippedLog(outputs[i]!);
    }
  }
  return total / count;
}
