import type { Metric } from '../training/hooks/metrics.js';
import { accuracy } from './accuracy.js';
import { logLoss } from './log-loss.js';
import { averagePrecision, rocAUC } from './ranking.js';
import { explainedVariance, meanAbsoluteError, rootMeanSquaredError, rSquared } from './regression.js';
import { brierScore, calibrationError } from './reliability.js';
import { balancedAccuracy, macroF1, matthewsCorrelation } from './scores.js';

/** A metric that has a name. */
export interface NamedMetric {
  readonly measure: Metric;
  /** Whether a lower score is better. */
  readonly isLoss: boolean;
  /** The answers that it measures. */
  readonly of: 'labels' | 'targets';
}

/** The metrics that can be chosen by their names. */
export const namedMetrics = {
  logLoss: { measure: logLoss, isLoss: true, of: 'labels' },
  accuracy: { measure: accuracy, isLoss: false, of: 'labels' },
  balancedAccuracy: { measure: balancedAccuracy, isLoss: false, of: 'labels' },
  macroF1: { measure: macroF1, isLoss: false, of: 'labels' },
  matthewsCorrelation: { measure: matthewsCorrelation, isLoss: false, of: 'labels' },
  rocAUC: { measure: rocAUC, isLoss: false, of: 'labels' },
  averagePrecision: { measure: averagePrecision, isLoss: false, of: 'labels' },
  brierScore: { measure: brierScore, isLoss: true, of: 'labels' },
  calibrationError: { measure: calibrationError, isLoss: true, of: 'labels' },
  rootMeanSquaredError: { measure: rootMeanSquaredError, isLoss: true, of: 'targets' },
  meanAbsoluteError: { measure: meanAbsoluteError, isLoss: true, of: 'targets' },
  rSquared: { measure: rSquared, isLoss: false, of: 'targets' },
  explainedVariance: { measure: explainedVariance, isLoss: false, of: 'targets' },
} as const satisfies Record<string, NamedMetric>;

export type NamedMetricName = keyof typeof namedMetrics;
