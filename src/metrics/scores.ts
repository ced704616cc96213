import { checkInteger } from '../base/check.js';
import { confusionMatrix } from './confusion.js';
import type { Measure, Truth } from './predictions.js';

/** Scores of one class against all others. */
export interface ClassScores {
  /** The fraction of the samples predicted as this class that belong to it; 0 if none was. */
  readonly precision: number;
  /** The fraction of the samples of this class that were predicted as it; 0 if there are no such samples. */
  readonly recall: number;
  /** 2·precision·recall / (precision + recall), the harmonic mean of both; 0 if both are 0. */
  readonly f1: number;
  /** The number of samples of this class. */
  readonly support: number;
}

/**
 * Precision, recall and F1 of each class, with 0 for 0/0 (zero_division=0 in scikit-learn).
 * @param matrix [actual][predicted], from `confusionMatrix`
 */
export const scoresByClass = (matrix: readonly (readonly number[])[]): ClassScores[] =>
  matrix.map((row, label) => countedScores(row[label]!, sum(matrix.map((row) => row[label]!)), sum(row)));

/** Scores from the number of samples predicted rightly as a class, predicted as it, and belonging to it. */
export const countedScores = (right: number, predicted: number, support: number): ClassScores => ({
  precision: ratio(right, predicted),
  recall: ratio(right, support),
  f1: ratio(2 * right, predicted + support),
  support,
});

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

type Score = 'precision' | 'recall' | 'f1';

/** The mean over the classes that occur in the answers or in the predictions, as in scikit-learn. */
function macro(score: Score, outputs: Float32Array, truth: Truth): number {
  const matrix = confusionMatrix(outputs, truth);
  const scores = scoresByClass(matrix).filter(
    ({ support }, label) => support > 0 || matrix.some((row) => row[label]! > 0),
  );
  return sum(scores.map((scores) => scores[score])) / scores.length;
}

function ofClass(score: Score, label: number): Measure {
  checkInteger('label', label, 0);
  return (outputs, truth) => {
    const matrix = confusionMatrix(outputs, truth);
    checkInteger('label', label, 0, matrix.length - 1);
    return scoresByClass(matrix)[label]![score];
  };
}

/**
 * The unweighted mean precision of all classes that occur among the labels or the predictions. (Micro averages of
 * precision, recall and F1 over all samples equal the accuracy.)
 * @throws TypeError or RangeError if outputs and answers differ in shape, or a number is not finite
 */
export const macroPrecision = (outputs: Float32Array, truth: Truth): number =>
  macro('precision', outputs, truth);

/**
 * The mean recall of the same classes as in `macroPrecision`. It equals `balancedAccuracy` if every predicted class
 * occurs.
 */
export const macroRecall = (outputs: Float32Array, truth: Truth): number => macro('recall', outputs, truth);

/** The mean F1 of the same classes as in `macroPrecision`. */
export const macroF1 = (outputs: Float32Array, truth: Truth): number => macro('f1', outputs, truth);

/**
 * The mean recall of the classes that occur among the answers. For classes of very different sizes, it says more than
 * `accuracy`: always predicting the same of k classes scores 1/k.
 * @throws as `macroPrecision` does
 */
export function balancedAccuracy(outputs: Float32Array, truth: Truth): number {
  const present = scoresByClass(confusionMatrix(outputs, truth)).filter(({ support }) => support > 0);
  return sum(present.map(({ recall }) => recall)) / present.length;
}

/**
 * Matthews' correlation coefficient of predicted and actual classes (R_k of Gorodkin 2004 for more than two): 1 at best,
 * 0 for chance, and 0 if all samples are of one class, or predicted as one.
 * @throws as `macroPrecision` does
 */
export function matthewsCorrelation(outputs: Float32Array, truth: Truth): number {
  const matrix = confusionMatrix(outputs, truth);
  const actual = matrix.map(sum);
  const predicted = matrix.map((_, label) => sum(matrix.map((row) => row[label]!)));
  const count = sum(actual);
  const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((x, k) => x * b[k]!));
  const right = sum(matrix.map((row, label) => row[label]!));
  const spread = (count * count - dot(predicted, predicted)) * (count * count - dot(actual, actual));
  return ratio(right * count - dot(actual, predicted), Math.sqrt(spread));
}

/**
 * The precision of one class, for example class 1 of a single output that separates yes from no.
 * @throws TypeError or RangeError if the label is not a whole number of at least 0; the metric throws as
 * `macroPrecision` does, and RangeError if the label is not a class
 */
export const classPrecision = (label: number): Measure => ofClass('precision', label);

/** The recall of one class, with the arguments of `classPrecision`. */
export const classRecall = (label: number): Measure => ofClass('recall', label);

/** The F1 of one class, with the arguments of `classPrecision`. */
export const classF1 = (label: number): Measure => ofClass('f1', label);
