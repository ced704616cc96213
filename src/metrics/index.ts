/**
 * Metrics of predictions: for the outputs of `predict`, or after each epoch if you pass them to `train` as `metrics`.
 * They are summed in double precision, sample by sample, and are bit-for-bit identical on every engine.
 *
 * @module bp4/metrics
 */
export { accuracy, topK } from './accuracy.js';
export { calibrate, type Calibration } from './calibrate.js';
export { confusionMatrix, formatConfusionMatrix } from './confusion.js';
export {
  multiLabelF1,
  multiLabelPrecision,
  multiLabelRecall,
  scoresByLabel,
  subsetAccuracy,
  type LabelAverage,
} from './labels.js';
export { logLoss } from './log-loss.js';
export type { Measure, Truth } from './predictions.js';
export {
  averagePrecision,
  precisionRecallCurve,
  rocAUC,
  rocCurve,
  weightedROCAUC,
  type PrecisionRecallCurve,
  type ROCCurve,
} from './ranking.js';
export {
  coverage,
  explainedVariance,
  meanAbsoluteError,
  pinballLoss,
  rSquared,
  rootMeanSquaredError,
} from './regression.js';
export { brierScore, calibrationError, reliability, type ReliabilityBin } from './reliability.js';
export {
  balancedAccuracy,
  classF1,
  macroF1,
  macroPrecision,
  macroRecall,
  matthewsCorrelation,
  classPrecision,
  classRecall,
  scoresByClass,
  type ClassScores,
} from './scores.js';
export type { Answers, Metric } from '../training/hooks/metrics.js';
export type { NumericArray } from '../base/numeric-arrays.js';
export type { Rows } from '../training/matrix.js';
