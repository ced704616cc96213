/**
 * Metrics of predictions: for the outputs of `predict`, or, passed to `train` as metrics, after each epoch. They are
 * summed in double precision, sample by sample, and are the same to the last bit on every engine.
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
