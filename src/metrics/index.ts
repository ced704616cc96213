/**
 * Figures of how good predictions are: of what `predict` returns, or, given to `train` as metrics, after each epoch. All
 * is summed up in double precision, sample after sample, and is the same to the last bit on every engine.
 *
 * @module bp4/metrics
 */
export { accuracy, topK } from './accuracy.js';
export { confusionMatrix, formatConfusionMatrix } from './confusion.js';
export { logLoss } from './log-loss.js';
export type { Measure, Truth } from './predictions.js';
export { meanAbsoluteError, rSquared, rootMeanSquaredError } from './regression.js';
export {
  classF1,
  macroF1,
  macroPrecision,
  macroRecall,
  classPrecision,
  classRecall,
  scoresByClass,
  type ClassScores,
} from './scores.js';
export type { Answers, Metric } from '../training/hooks/metrics.js';
export type { NumericArray } from '../base/numeric-arrays.js';
export type { Rows } from '../training/matrix.js';
