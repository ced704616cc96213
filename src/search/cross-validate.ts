import { TypeFault } from '../errors.js';
import type { Dataset, Split } from '../data/dataset.js';
import { checkKeys, checkOptional, show } from '../base/check.js';
import { Network, type NetworkOptions } from '../network.js';
import { checkMetrics, measure, type Answers, type NamedMetrics } from '../training/hooks/metrics.js';
import { chooseThreshold } from '../metrics/predictions.js';
import type { Metrics } from '../training/evaluate.js';
import type { TrainOptions } from '../training/options.js';
import { checkSignal } from '../training/options.js';
import { inSlices } from '../base/work.js';

/** Scores on the samples that weren't trained on. */
export interface Scores extends Metrics {
  /** The values by metric name, if `metrics` was set. */
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface FoldResult extends Scores {
  /** From 1. */
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
  /** The number of folds, from 2 to the number of samples. Default 5. */
  readonly k?: number;
  /** The seed of the folds, a safe integer. Default 0. The seeds of the networks are part of their own options. */
  readonly seed?: number;
  /** The options of `train` for each fold. */
  readonly train?: Omit<TrainOptions, 'resume' | 'signal'>;
  /** Metrics on the test part of each fold, in addition to loss and accuracy. */
  readonly metrics?: NamedMetrics;
  /**
   * Called after each fold with its samples and its network, which is then disposed. A returned promise is awaited.
   */
  readonly onFold?: (result: FoldResult, net: Network, split: Split) => unknown;
  /** Stops between two training steps; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * For each of k folds, trains a network on all other folds and tests it on this one. Folds of labeled data are
 * stratified: each keeps the class proportions.
 * @param options returns the options of `Network.create` for the training part of a fold. Fit transforms to this part
 * only
 * @throws TypeError or RangeError naming the problem in the options or the data
 * @throws the errors of `train`, such as DivergenceError
 */
export async function crossValidate(
  options: (train: Dataset) => NetworkOptions,
  dataset: Dataset,
  how: CrossValidationOptions = {},
): Promise<CrossValidation> {
  if (typeof options !== 'function') {
    throw new TypeFault({
      place: 'options',
      problem: `expected a function of the training data, got ${show(options)}`,
    });
  }
  if (typeof (dataset as Partial<Dataset> | null | undefined)?.folds !== 'function') {
    throw new TypeFault({
      place: 'dataset',
      problem: `expected a Dataset of bp4/data, got ${show(dataset)}`,
    });
  }
  checkOptions(how);
  const { k = 5, seed = 0, onFold, signal } = how;
  const folds: FoldResult[] = [];
  for (const split of dataset.folds(k, { seed })) {
    signal?.throwIfAborted();
    const net = await Network.create(options(split.train));
    try {
      await net.train(split.train, { ...how.train, ...(signal && { signal }) });
      const result = { fold: folds.length + 1, ...(await averageScores(net, split.test, how.metrics)) };
      folds.push(result);
      await onFold?.(result, net, split);
    } finally {
      net.dispose();
    }
  }
  return { folds, mean: combine(folds, mean), deviation: combine(folds, deviation) };
}

function checkOptions(how: CrossValidationOptions): void {
  checkKeys('options', how, ['k', 'seed', 'train', 'metrics', 'onFold', 'signal']);
  checkOptional('onFold', how.onFold, 'function');
  checkSignal(how.signal);
  if (how.metrics !== undefined) checkMetrics(how.metrics);
}

async function averageScores(net: Network, test: Dataset, metrics?: NamedMetrics): Promise<Scores> {
  const { loss, accuracy } = net.evaluate(test);
  if (!metrics) return { loss, accuracy };
  const { inputs, inputScale, labels, targets } = test;
  const outputs = net.predict(inputs, inputScale === undefined ? {} : { inputScale });
  // A network is trained on either labels or targets.
  const threshold = chooseThreshold(net.loss);
  const answers = { outputs: net.outputs, threshold, labels, targets } as Answers;
  return { loss, accuracy, metrics: await inSlices(measure(metrics, outputs, answers), () => undefined) };
}

/** Combines each score of the folds into one number. */
function combine(folds: readonly Scores[], figure: (values: readonly number[]) => number): Scores {
  const names = folds[0]?.metrics;
  return {
    loss: figure(folds.map(({ loss }) => loss)),
    accuracy: figure(folds.map(({ accuracy }) => accuracy)),
    ...(names && {
      metrics: mapValues(names, (_, name) => figure(folds.map(({ metrics }) => metrics![name]!))),
    }),
  };
}

function mapValues<T>(
  values: Readonly<Record<string, T>>,
  map: (value: T, name: string) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** √(Σ (x − x̄)² / (k − 1)); k is at least 2. */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) * (value - middle), 0);
  return Math.sqrt(squares / (values.length - 1));
}
