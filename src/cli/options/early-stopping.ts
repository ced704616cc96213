import { Option } from 'commander';
import type { EarlyStopping } from '../../training/hooks/early-stopping.js';
import type { Task } from '../../data/index.js';
import { namedMetrics, type NamedMetric, type NamedMetricName } from '../../metrics/named.js';
import { expectedTargets } from '../../metrics/predictions.js';
import type { Metric } from '../../training/hooks/metrics.js';
import type { OptionGroup } from './command.js';
import { UsageError } from '../errors.js';
import { nameIn, number, valueOption, wholeNumber } from './values.js';

type Monitor = 'loss' | NamedMetricName;

/** The metrics to watch; all but the loss are for one task. */
const monitors: readonly Monitor[] = ['loss', ...(Object.keys(namedMetrics) as NamedMetricName[])];

const namesOf = (task: Task): NamedMetricName[] => {
  const answers = task === 'classification' ? 'labels' : 'targets';
  return (Object.keys(namedMetrics) as NamedMetricName[]).filter((name) => namedMetrics[name].of === answers);
};

/** Options about validation and early stopping. */
export interface EarlyStoppingFlags {
  readonly validationSplit?: number;
  readonly patience?: number;
  readonly minDelta?: number;
  readonly monitor?: Monitor;
  readonly keepLast?: true;
  /** False after --no-refit. */
  readonly refit: boolean;
}

export const earlyStoppingGroup: OptionGroup = {
  heading: 'Evaluation',
  options: [
    valueOption(
      '--validation-split <n>',
      'Fraction of the other samples to set aside for validation; 0 for none (default: 0.15 if there are at least 50; at most 0.1 of streamed data)',
      number({ min: 0, max: 0.9 }),
    ),
    valueOption(
      '--patience <n>',
      'Stop after n epochs without improvement, and restore the best weights; 0 for never (default: a tenth of the epochs, at ' +
        'least 5, and at most 30 unless you set --epochs; 0 without validation or with --swa)',
      wholeNumber({ min: 0 }),
    ),
    valueOption(
      '--min-delta <n>',
      'Smallest change that counts as an improvement (default: 0)',
      number({ min: 0 }),
    ),
    valueOption(
      '--monitor <what>',
      `Metric to watch: loss; for classes ${namesOf('classification').join(', ')}; for numbers ` +
        `${namesOf('regression').join(', ')} (default: loss)`,
      nameIn(monitors),
    ),
    new Option('--keep-last', 'Keep the weights of the last epoch instead of the best'),
    new Option(
      '--no-refit',
      'Keep the weights of the best epoch (default: train once more from the start, on the validation samples too, up to the ' +
        'number of that epoch; with fewer than 2000 samples, up to the mean of five such numbers, from different seeds)',
    ),
  ],
};

/** For a search, whose trials run where only plain data goes. */
export const plainMonitor = valueOption(
  '--monitor <what>',
  'Metric to watch: loss or accuracy (default: loss)',
  nameIn(['loss', 'accuracy']),
);

/** With fewer samples than this, none are set aside. */
const FEWEST_TO_VALIDATE = 50;

/**
 * The share of samples in memory that is set aside.
 * @throws UsageError if it leaves a part empty
 */
export function chooseValidationSplit(
  { validationSplit }: Pick<EarlyStoppingFlags, 'validationSplit'>,
  count: number,
): number {
  if (validationSplit === undefined) return count < FEWEST_TO_VALIDATE ? 0 : 0.15;
  const taken = Math.round(validationSplit * count);
  if (validationSplit === 0 || (taken > 0 && taken < count)) return validationSplit;
  throw new UsageError(
    '--validation-split',
    `${validationSplit} of ${count} samples leaves one part empty`,
    'use another share, or 0 for no validation',
  );
}

/** @param isValidated whether there is a validation part */
export function buildEarlyStopping(
  {
    patience: given,
    minDelta,
    monitor,
    keepLast,
    swa,
  }: Omit<EarlyStoppingFlags, 'refit'> & { readonly swa?: unknown },
  epochs: number,
  isValidated: boolean,
): EarlyStopping | undefined {
  // Early stopping would end most training runs before there is anything to average.
  const patience = given ?? (isValidated && !swa ? Math.max(5, Math.round(epochs / 10)) : 0);
  if (patience === 0) return undefined;
  const metric = pickMetric(monitor);
  if (metric && !isValidated) {
    throw new UsageError(
      '--monitor',
      `${monitor} is measured on validation samples, and there are none`,
      'give --validation-split too',
    );
  }
  return {
    patience,
    ...(minDelta !== undefined && { minDelta }),
    ...(monitor && { monitor }),
    ...(metric && { direction: metric.isLoss ? 'minimize' : 'maximize' }),
    ...(keepLast && { restoreBest: false }),
  };
}

/** The metric of this name, unless training computes it itself. */
const pickMetric = (monitor = 'loss'): NamedMetric | undefined =>
  monitor === 'loss' || monitor === 'accuracy' ? undefined : namedMetrics[monitor as NamedMetricName];

/** @throws UsageError if the metric to watch is for another task */
export function checkMonitor({ monitor }: EarlyStoppingFlags, task: Task): void {
  const names = namesOf(task);
  if (monitor === undefined || monitor === 'loss' || names.includes(monitor)) return;
  throw new UsageError('--monitor', `${monitor} isn't a metric for ${task}`, `use loss, ${names.join(', ')}`);
}

/** The metric that early stopping watches, for `train`: a model file keeps only its name. */
export function watchedMetrics(
  { earlyStopping }: { readonly earlyStopping?: EarlyStopping },
  loss?: string,
): { readonly metrics?: Readonly<Record<string, Metric>> } {
  const monitor = earlyStopping?.monitor;
  const metric = pickMetric(monitor);
  if (!metric) return {};
  const measure: Metric = (outputs, answers) => metric.measure(expectedTargets(outputs, loss), answers);
  return { metrics: { [monitor!]: measure } };
}
