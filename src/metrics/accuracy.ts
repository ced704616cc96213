import { RangeFault } from '../errors.js';
import { checkInteger } from '../base/check.js';
import { argmax } from '../base/argmax.js';
import { read, readClasses, type Measure, type Truth } from './predictions.js';

/**
 * The share of samples classified correctly, as `evaluate` has it: the largest output is where the largest target is;
 * with a single output, both lie on the same side of the threshold.
 * @throws TypeError, RangeError where outputs and answers do not fit, or are not finite
 */
export function accuracy(outputs: Float32Array, truth: Truth): number {
  const { count, actual, predicted } = readClasses(outputs, truth);
  let right = 0;
  for (let n = 0; n < count; n++) if (actual[n] === predicted[n]) right++;
  return right / count;
}

/**
 * The share of samples whose class is among the k largest outputs. Of equal outputs the first counts as the larger, so
 * that `topK(1)` is `accuracy` (scikit-learn takes the last).
 * @param k from 1 to the number of outputs, of which there are at least two
 * @throws TypeError, RangeError where k is no such number; and the metric as `accuracy`
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

/** How many numbers of a row come before the one at `place`, in descending order. */
function rank(row: Float32Array, place: number): number {
  const value = row[place]!;
  let before = 0;
  for (let j = 0; j < row.length; j++) {
    if (row[j]! > value || (row[j] === value && j < place)) before++;
  }
  return before;
}
