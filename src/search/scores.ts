import { checkName } from '../base/check.js';
import { accuracy } from '../metrics/accuracy.js';
import { logLoss } from '../metrics/log-loss.js';
import { meanAbsoluteError, rootMeanSquaredError, rSquared } from '../metrics/regression.js';
import { macroF1 } from '../metrics/scores.js';
import type { Metric } from '../training/hooks/metrics.js';

/** What a study optimizes. */
export interface Objective {
  readonly measure: Metric;
  /** Whether a lower score is better. */
  readonly isLoss: boolean;
}

const loss = (measure: Metric): Objective => ({ measure, isLoss: true });
const gain = (measure: Metric): Objective => ({ measure, isLoss: false });

/** The metrics that have a name. */
export const objectives = {
  logLoss: loss(logLoss),
  accuracy: gain(accuracy),
  macroF1: gain(macroF1),
  rootMeanSquaredError: loss(rootMeanSquaredError),
  meanAbsoluteError: loss(meanAbsoluteError),
  rSquared: gain(rSquared),
};

export type MetricName = keyof typeof objectives;

export const checkMetric = (place: string, metric: unknown): MetricName =>
  checkName(place, metric, Object.keys(objectives) as MetricName[]);

/** The score as a loss, for which lower is better. */
export const toLoss = ({ isLoss }: Objective, score: number): number => (isLoss ? score : -score);
