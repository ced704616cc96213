import { checkName } from '../base/check.js';
import { TypeFault } from '../errors.js';
import { namedMetrics } from '../metrics/named.js';
import type { Metric } from '../training/hooks/metrics.js';

/** What a study optimizes. */
export interface Objective {
  readonly measure: Metric;
  /** Whether a lower score is better. */
  readonly isLoss: boolean;
  /** The answers that it measures; undefined if any. */
  readonly of?: 'labels' | 'targets';
}

export type MetricName =
  'logLoss' | 'accuracy' | 'macroF1' | 'rootMeanSquaredError' | 'meanAbsoluteError' | 'rSquared';

const { logLoss, accuracy, macroF1, rootMeanSquaredError, meanAbsoluteError, rSquared } = namedMetrics;

/** The metrics that have a name. */
export const objectives = {
  ...{ logLoss, accuracy, macroF1 },
  ...{ rootMeanSquaredError, meanAbsoluteError, rSquared },
} as const satisfies Record<MetricName, Objective>;

const metricNames = Object.keys(objectives) as MetricName[];

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
  if (objectives[metric].of === given || areShares) return;
  throw new TypeFault({
    place: 'metric',
    problem: `${metric} measures ${objectives[metric].of}, and the data has ${given}`,
    cure: `use ${metricNames.filter((name) => objectives[name].of === given).join(', ')}`,
  });
}

/** The score as a loss, for which lower is better. */
export const toLoss = ({ isLoss }: Objective, score: number): number => (isLoss ? score : -score);
