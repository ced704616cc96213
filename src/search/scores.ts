import { checkName } from '../base/check.js';
import { TypeFault } from '../errors.js';
import { accuracy } from '../metrics/accuracy.js';
import { logLoss } from '../metrics/log-loss.js';
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from '../metrics/regression.js';
import { macroF1 } from '../metrics/scores.js';
import type { Measure } from '../metrics/predictions.js';

/** The metrics that a study can optimize. */
const metrics = {
  logLoss: { measure: logLoss, isLoss: true, of: 'labels' },
  accuracy: { measure: accuracy, isLoss: false, of: 'labels' },
  macroF1: { measure: macroF1, isLoss: false, of: 'labels' },
  rootMeanSquaredError: { measure: rootMeanSquaredError, isLoss: true, of: 'targets' },
  meanAbsoluteError: { measure: meanAbsoluteError, isLoss: true, of: 'targets' },
  rSquared: { measure: rSquared, isLoss: false, of: 'targets' },
} as const satisfies Record<
  MetricName,
  { readonly measure: Measure; readonly isLoss: boolean; readonly of: 'labels' | 'targets' }
>;

export type MetricName =
  'logLoss' | 'accuracy' | 'macroF1' | 'rootMeanSquaredError' | 'meanAbsoluteError' | 'rSquared';
const metricNames = Object.keys(metrics) as MetricName[];

export const checkMetric = (place: string, metric: unknown): MetricName =>
  checkName(place, metric, metricNames);

/**
 * Checks that a metric can measure predictions of these answers. Targets that are shares, from 0 to 1, can stand for labels.
 * @throws TypeError naming the metrics that can
 */
export function checkMetricFits(
  metric: MetricName,
  { labels, targets }: { readonly labels?: unknown; readonly targets?: ArrayLike<number> | undefined },
): void {
  const given = labels ? 'labels' : 'targets';
  const areShares = targets !== undefined && Array.from(targets).every((y) => y >= 0 && y <= 1);
  if (metrics[metric].of === given || areShares) return;
  throw new TypeFault({
    place: 'metric',
    problem: `${metric} measures ${metrics[metric].of}, and the data has ${given}`,
    cure: `use ${metricNames.filter((name) => metrics[name].of === given).join(', ')}`,
  });
}

export const measureOf = (metric: MetricName): Measure => metrics[metric].measure;

/** Whether a lower score of this metric is better. */
export const isLoss = (metric: MetricName): boolean => metrics[metric].isLoss;

/** The score as a loss, for which lower is better. */
export const toLoss = (metric: MetricName, score: number): number => (isLoss(metric) ? score : -score);
