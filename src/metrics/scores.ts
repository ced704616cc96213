import { checkInteger } from '../base/check.js';
import { confusionMatrix } from './confusion.js';
import type { Measure, Truth } from './predictions.js';

/** How well one class is told from the others. */
export interface ClassScores {
  /** The share of the samples taken for this class that are of it; 0 where none was taken for it. */
  readonly precision: number;
  /** The share of the samples of this class that were taken for it; 0 where there are none. */
  readonly recall: number;
  /** 2·precision·recall / (precision + recall), their harmonic mean; 0 where both are 0. */
  readonly f1: number;
  /** How many samples are of this class. */
  readonly support: number;
}

/**
 * Precision, recall and F1 of each class, with 0 for what would be 0/0 (zero_division=0 in scikit-learn).
 * @param matrix [actual][predicted], of `confusionMatrix`
 */
export const scoresByClass = (matrix: readonly (readonly number[])[]): ClassScores[] =>
  matrix.map((row, label) => {
    const right = row[label]!;
    const support = sum(row);
    const taken = sum(matrix.map((row) => row[label]!));
    return {
      precision: ratio(right, taken),
      recall: ratio(right, support),
      f1: ratio(2 * right, taken + support),
      support,
    };
  });

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

type Score = 'precision' | 'recall' | 'f1';

/** The mean over the classes that occur in the answers or in the outputs; others say nothing, as in scikit-learn. */
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
 * The mean precision of all classes that occur in the answers or in the outputs, each counting the same. (The micro mean,
 * of all samples together, is the accuracy: of precision, of recall and of F1.)
 * @throws TypeError, RangeError where outputs and answers do not fit, or are not finite
 */
export const macroPrecision = (outputs: Float32Array, truth: Truth): number =>
  macro('precision', outputs, truth);

/** The mean recall of all classes, as `macroPrecision`; also known as balanced accuracy where each class occurs. */
export const macroRecall = (outputs: Float32Array, truth: Truth): number => macro('recall', outputs, truth);

/** The mean F1 of all classes, as `macroPrecision`. */
export const macroF1 = (outputs: Float32Array, truth: Truth): number => macro('f1', outputs, truth);

/**
 * The precision of one class: of class 1, say, where a single output tells yes from no.
 * @throws TypeError, RangeError where the label is no class; and the metric as `macroPrecision`
 */
export const classPrecision = (label: number): Measure => ofClass('precision', label);

/** The recall of one class, as `classPrecision`. */
export const classRecall = (label: number): Measure => ofClass('recall', label);

/** The F1 of one class, as `classPrecision`. */
export const classF1 = (label: number): Measure => ofClass('f1', label);
