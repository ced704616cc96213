import { checkInteger } from '../base/check.js';
import { argmax } from '../base/argmax.js';
import { readClasses, readProbabilities, type Truth } from './predictions.js';

/**
 * The Brier score: the mean over the samples of Σ (p − y)². 0 is best. A single output counts only its own square, so its
 * score is half of what two outputs for the same classes would get.
 * @throws TypeError or RangeError if outputs and answers differ in shape, or a number is not in [0, 1]
 */
export function brierScore(answers: Float32Array, truth: Truth): number {
  const { outputs, count, width, labels, targets } = readProbabilities(answers, truth);
  let total = 0;
  for (let n = 0; n < count; n++) {
    for (let j = 0; j < width; j++) {
      const p = outputs[n * width + j]!;
      const y = labels ? Number(labels[n] === (width === 1 ? 1 : j)) : targets![n * width + j]!;
      total += (p - y) * (p - y);
    }
  }
  return total / count;
}

/** Samples with similar probabilities. */
export interface ReliabilityBin {
  /** The bin holds probabilities above `from`, up to `to`; the first also holds 0. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** The mean of the probabilities. */
  readonly probability: number;
  /** The share of the samples for which the prediction came true. It equals `probability` if that is well calibrated. */
  readonly frequency: number;
}

/**
 * Compares probabilities with what came true, in bins of equal width; empty bins are left out. With a single output, it
 * is the probability of class 1, and how often class 1 occurs (`calibration_curve` in scikit-learn). With several, it is
 * the largest probability, and how often its class is right (Guo et al. 2017).
 * @param bins from 1. Default 10
 * @throws TypeError or RangeError if outputs and answers differ in shape, a number is not in [0, 1], or a sample has
 * several right answers
 */
export function reliability(answers: Float32Array, truth: Truth, bins = 10): ReliabilityBin[] {
  checkInteger('bins', bins);
  const { outputs, count, width } = readProbabilities(answers, truth);
  const { actual } = readClasses(answers, truth);
  const sums = Array.from({ length: bins }, () => ({ count: 0, probability: 0, right: 0 }));
  for (let n = 0; n < count; n++) {
    const label = width === 1 ? 1 : argmax(outputs, n * width, width);
    const p = outputs[width === 1 ? n : n * width + label]!;
    const bin = sums[Math.max(0, Math.ceil(p * bins) - 1)]!;
    bin.count++;
    bin.probability += p;
    bin.right += Number(actual[n] === label);
  }
  return sums.flatMap(({ count, probability, right }, i) =>
    count === 0
      ? []
      : [
          {
            from: i / bins,
            to: (i + 1) / bins,
            count,
            probability: probability / count,
            frequency: right / count,
          },
        ],
  );
}

/**
 * The expected calibration error: the mean of |probability − frequency| over the bins of `reliability`, weighted by their
 * counts. 0 is best.
 * @throws as `reliability` does
 */
export function calibrationError(outputs: Float32Array, truth: Truth): number {
  let [total, count] = [0, 0];
  for (const bin of reliability(outputs, truth)) {
    total += bin.count * Math.abs(bin.probability - bin.frequency);
    count += bin.count;
  }
  return total / count;
}
