import { RangeFault } from '../errors.js';
import { checkInteger } from '../base/check.js';
import { argmax } from '../base/argmax.js';
import { read, readThreshold, type Measure, type Truth } from './predictions.js';

/**
 * The fraction of samples classified correctly, the same as in `evaluate`. If exactly one target is at least the
 * threshold, the sample is correct if the largest output is at the same place. Otherwise, and with a single output, it's
 * correct if each output is on the same side of the threshold as its target. For targets that add up to 1, as with
 * softmax, only the largest output counts.
 * @throws TypeError or RangeError if outputs and answers differ in shape, or a number is not finite
 */
export function accuracy(answers: Float32Array, truth: Truth): number {
  const { outputs, count, width, labels, targets } = read(answers, truth, true);
  const threshold = readThreshold(truth);
  const side = (y: number): boolean => y >= threshold;
  let right = 0;
  for (let n = 0; n < count; n++) {
    const output = outputs.subarray(n * width, (n + 1) * width);
    const target = targets?.subarray(n * width, (n + 1) * width);
    const isLargest =
      width > 1 && (!target || (isWhole(target) && (isShare(target) || target.filter(side).length === 1)));
    if (isLargest) right += Number(argmax(output, 0, width) === (labels?.[n] ?? argmax(target!, 0, width)));
    else {
      const isRight = (y: number, j: number): boolean =>
        Number.isNaN(target?.[j]) || side(y) === (target ? side(target[j]!) : labels![n] === 1);
      right += Number(output.every(isRight));
    }
  }
  return right / count;
}

/** Whether no target is missing. */
const isWhole = (row: Float32Array): boolean => !row.some((y) => Number.isNaN(y));

/** Whether numbers are probabilities of classes that exclude each other: they add up to 1 within rounding. */
const isShare = (row: Float32Array): boolean => Math.abs(row.reduce((sum, y) => sum + y, 0) - 1) < 1e-3;

/**
 * The fraction of samples whose class is among the k largest outputs. The first of equal outputs counts as the larger,
 * so that `topK(1)` equals `accuracy` (scikit-learn prefers the last).
 * @param k from 1 to the number of outputs; there must be at least 2 outputs
 * @throws TypeError or RangeError if k is not a whole number of at least 1; the metric throws as `accuracy` does, and
 * RangeError if k exceeds the number of outputs or there is only one
 */
export function topK(k: number): Measure {
  checkInteger('k', k);
  return (answers, truth) => {
    const { outputs, count, width, labels, targets } = read(answers, truth);
    if (width < 2)
      throw new RangeFault({ place: 'outputs', problem: 'expected at least two for each sample, got 1' });
    checkInteger('k', k, 1, width);
    let right = 0;
    for (let n = 0; n < count; n++) {
      const label = labels ? labels[n]! : argmax(targets!, n * width, width);
      if (rank(outputs.subarray(n * width, (n + 1) * width), label) < k) right++;
    }
    return right / count;
  };
}

/** The position of the number at `place` when the row is sorted in descending order. */
function rank(row: Float32Array, place: number): number {
  const value = row[place]!;
  let before = 0;
  for (let j = 0; j < row.length; j++) {
    if (row[j]! > value || (row[j] === value && j < place)) before++;
  }
  return before;
}
