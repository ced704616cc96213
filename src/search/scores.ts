import { checkName } from '../base/check.js';
import { accuracy } from '../metrics/accuracy.js';
import { logLoss } from '../metrics/log-loss.js';
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from '../metrics/regression.js';
import { macroF1 } from '../metrics/scores.js';
import type { Measure } from '../metrics/predictions.js';

/** The metrics that a study can optimize. */
const metrics = {
  logLoss: { measure: logLoss, isLoss: true },
  accuracy: { measure: accuracy, isLoss: false },
  macroF1: { measure: macroF1, isLoss: false },
  rootMeanSquaredError: { measure: rootMeanSquaredError, isLoss: true },
  meanAbsoluteError: { measure: meanAbsoluteError, isLoss: true },
  rSquared: { measure: rSquared, isLoss: false },
} as const satisfies Record<MetricName, { readonly measure: Measure; readonly isLoss: boolean }>;

export type MetricName =
  'logLoss' | 'accuracy' | 'macroF1' | 'rootMeanSquaredError' | 'meanAbsoluteError' | 'rSquared';
const metricNames = Object.keys(metrics) as MetricName[];

export const checkMetric = (place: string, metric: unknown): MetricName =>
  checkName(place, metric, metricNames);

export const measureOf = (metric: MetricName): Measure => metrics[metric].measure;

/** Whether a lower score of this metric is better. */
export const isLoss = (metric: MetricName): boolean => metrics[metric].isLoss;

/** The score as a loss, for which lower is better. */
export const toLoss = (metric: MetricName, score: number): number => (isLoss(metric) ? score : -score);
