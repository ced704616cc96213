import { checkName } from '../base/check.js';
import { TypeFault } from '../errors.js';
import { read, readThreshold, type Measure, type Truth } from './predictions.js';
import { countedScores, type ClassScores } from './scores.js';

// Metrics of several independent labels: each output is a yes or a no, and a sample may have any number of right answers.

/** How to combine the labels: 'micro' counts all of them together, 'macro' takes the mean of their scores. */
export type LabelAverage = 'micro' | 'macro';

/** Predictions and answers at each output, as yes or no. */
function readSides(answers: Float32Array, truth: Truth) {
  const { outputs, targets, width, count } = read(answers, truth);
  if (!targets)
    throw new TypeFault({
      place: 'labels',
      problem: 'this metric needs a yes or a no for each output, not classes',
      cure: 'pass targets of 0 and 1',
    });
  const threshold = readThreshold(truth);
  const isSet = (values: Float32Array, i: number): boolean => values[i]! >= threshold;
  return {
    width,
    count,
    predicted: (i: number) => isSet(outputs, i),
    actual: (i: number) => isSet(targets, i),
  };
}

/** Counts of yes at an output. */
interface Counts {
  right: number;
  predicted: number;
  actual: number;
}

function countByLabel(answers: Float32Array, truth: Truth): Counts[] {
  const { width, count, predicted, actual } = readSides(answers, truth);
  const counts = Array.from({ length: width }, (): Counts => ({ right: 0, predicted: 0, actual: 0 }));
  for (let i = 0; i < count * width; i++) {
    const one = counts[i % width]!;
    one.right += Number(predicted(i) && actual(i));
    one.predicted += Number(predicted(i));
    one.actual += Number(actual(i));
  }
  return counts;
}

const scoresOf = ({ right, predicted, actual }: Counts): ClassScores =>
  countedScores(right, predicted, actual);

/**
 * Precision, recall and F1 of each output, for targets with any number of right answers. An output at or above the
 * threshold is a yes. 0/0 counts as 0 (zero_division=0 in scikit-learn).
 * @throws TypeError or RangeError for labels, if outputs and targets differ in shape, or if a number is not finite
 */
export const scoresByLabel = (outputs: Float32Array, truth: Truth): ClassScores[] =>
  countByLabel(outputs, truth).map(scoresOf);

function ofLabels(score: 'precision' | 'recall' | 'f1', average: LabelAverage): Measure {
  checkName('average', average, ['micro', 'macro']);
  return (outputs, truth) => {
    const counts = countByLabel(outputs, truth);
    const sum = (key: keyof Counts): number => counts.reduce((total, one) => total + one[key], 0);
    if (average === 'micro') return countedScores(sum('right'), sum('predicted'), sum('actual'))[score];
    return counts.reduce((total, one) => total + scoresOf(one)[score], 0) / counts.length;
  };
}

/**
 * The precision of several independent labels: the share of right answers among the outputs that are a yes.
 * @throws TypeError or RangeError for an unknown average; the metric throws as `scoresByLabel` does
 */
export const multiLabelPrecision = (average: LabelAverage): Measure => ofLabels('precision', average);

/** The recall of several independent labels, with the arguments of `multiLabelPrecision`. */
export const multiLabelRecall = (average: LabelAverage): Measure => ofLabels('recall', average);

/** The F1 of several independent labels, with the arguments of `multiLabelPrecision`. */
export const multiLabelF1 = (average: LabelAverage): Measure => ofLabels('f1', average);

/**
 * The share of samples for which every output is on the side of its target.
 * @throws as `scoresByLabel` does
 */
export function subsetAccuracy(outputs: Float32Array, truth: Truth): number {
  const { width, count, predicted, actual } = readSides(outputs, truth);
  let right = 0;
  for (let at = 0; at < count * width; at += width) {
    let j = 0;
    while (j < width && predicted(at + j) === actual(at + j)) j++;
    right += Number(j === width);
  }
  return right / count;
}
