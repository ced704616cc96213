import { checkInteger, checkKeys, checkOptional } from '../base/check.js';
import { inSlices } from '../base/work.js';
import type { Dataset, Split } from '../data/dataset.js';
import { StateError } from '../errors.js';
import { chooseThreshold } from '../metrics/predictions.js';
import { Network } from '../network.js';
import type { Metrics } from '../training/evaluate.js';
import { checkMetrics, measure, type Answers, type NamedMetrics } from '../training/hooks/metrics.js';
import { checkSignal } from '../training/options.js';
import { inline, runInOrder, type Executor } from './executor.js';
import { average } from './statistics.js';
import { checkDataset, checkDivision, divide, listParts, type TrialSpec } from './task.js';

/** Scores on the samples that weren't trained on. */
export interface Scores extends Metrics {
  /** The values by metric name, if `metrics` was set. */
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface FoldResult extends Scores {
  /** From 0. */
  readonly fold: number;
}

export interface CrossValidation {
  /** In the order of the folds. */
  readonly folds: readonly FoldResult[];
  /** The unweighted mean of the folds. */
  readonly mean: Scores;
  /** The sample standard deviation between the folds, with divisor k − 1. */
  readonly deviation: Scores;
}

export interface CrossValidationOptions {
  /** The number of folds, from 2 to the number of samples. Default 5, or the number of samples if it's smaller. */
  readonly folds?: number;
  /** The seed of the folds and the networks, a safe integer. Default 0. */
  readonly seed?: number;
  /** Metrics on the test part of each fold, in addition to loss and accuracy. */
  readonly metrics?: NamedMetrics;
  /**
   * Called after each fold, in their order, with its network, which is disposed afterward, and its samples. A returned promise is
   * awaited.
   */
  readonly onFold?: (result: FoldResult, net: Network, split: Split) => unknown;
  /** Where the networks are trained. Default: in this thread, one after the other. */
  readonly executor?: Executor;
  /** Stops between two training steps; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a network on all folds except one and tests it on that one, for each fold in turn: what a study does in a trial. Folds of
 * labeled data are stratified: each keeps the class proportions.
 * @param spec the network and its training, as in a study; transforms are fitted to the training part of each fold
 * @throws TypeError or RangeError naming the problem in the spec, the options or the data
 * @throws StateError if a training run diverges
 */
export async function crossValidate(
  spec: TrialSpec,
  data: Dataset,
  options: CrossValidationOptions = {},
): Promise<CrossValidation> {
  checkKeys('options', options, ['folds', 'seed', 'metrics', 'onFold', 'executor', 'signal']);
  checkDataset(data);
  const { seed = 0, metrics, onFold, executor = inline(), signal } = options;
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  if (metrics !== undefined) checkMetrics(metrics);
  checkOptional('onFold', onFold, 'function');
  checkSignal(signal);
  const division = checkDivision(data, options.folds, undefined, seed);
  const metric = data.labels ? 'logLoss' : 'rootMeanSquaredError';
  const tasks = listParts(division, 1).map(
    (part) => (rest: AbortSignal) =>
      executor.run({ trial: 0, ...part, spec, division, metric }, { needsNetwork: true, signal: rest }),
  );
  const folds: FoldResult[] = [];
  await executor.open(data);
  try {
    for await (const { network, error } of runInOrder(tasks, signal)) {
      const fold = folds.length;
      if (!network)
        throw new StateError({ place: `fold ${fold}`, problem: `the training diverged: ${error}` });
      const split = divide(data, division, fold);
      const net = await Network.load(network);
      try {
        folds.push({ fold, ...(await scoreOn(split.test, net, metrics)) });
        await onFold?.(folds[fold]!, net, split);
      } finally {
        net.dispose();
      }
    }
  } finally {
    await executor.close();
  }
  return { folds, mean: combine(folds, average), deviation: combine(folds, deviation) };
}

async function scoreOn(test: Dataset, net: Network, metrics: NamedMetrics | undefined): Promise<Scores> {
  const { loss, accuracy } = net.evaluate(test);
  if (!metrics) return { loss, accuracy };
  const { labels, targets } = test;
  // A network is trained on either labels or targets.
  const threshold = chooseThreshold(net.loss);
  const answers = { outputs: net.outputs, threshold, labels, targets } as Answers;
  const measured = await inSlices(measure(metrics, net.predict(test), answers), () => undefined);
  return { loss, accuracy, metrics: measured };
}

/** Combines each score of the folds into one number. */
function combine(folds: readonly FoldResult[], figure: (values: readonly number[]) => number): Scores {
  const { metrics: named } = folds[0]!;
  return {
    loss: figure(folds.map(({ loss }) => loss)),
    accuracy: figure(folds.map(({ accuracy }) => accuracy)),
    ...(named && {
      metrics: Object.fromEntries(
        Object.keys(named).map((name) => [name, figure(folds.map(({ metrics }) => metrics![name]!))]),
      ),
    }),
  };
}

/** √(Σ (x − x̄)² / (k − 1)); k is at least 2. */
function deviation(values: readonly number[]): number {
  const middle = average(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) * (value - middle), 0);
  return Math.sqrt(squares / (values.length - 1));
}
