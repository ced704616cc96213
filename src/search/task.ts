import { DivergenceError, RangeFault } from '../errors.js';
import { checkKeys } from '../base/check.js';
import { sha256 } from '../base/sha256.js';
import type { Dataset, Split } from '../data/dataset.js';
import { transformedWidth, type FitOptions } from '../data/fit-transforms.js';
import { chooseThreshold, type Truth } from '../metrics/predictions.js';
import type { LayerSpec, LossName, LossSpec } from '../model/spec.js';
import type { NetworkState } from '../model/state.js';
import { Network } from '../network.js';
import type { EarlyStopping } from '../training/hooks/early-stopping.js';
import { optionNames, type TrainOptions } from '../training/options.js';
import type { ScheduleOptions } from '../training/schedules.js';
import { measureOf, toLoss, type MetricName } from './scores.js';

// A task is one training of a study: a pure function of plain data and a dataset. Whoever runs it, on whatever machine, gets the
// same score and the same weights to the bit.

/** The options of `train` that are plain data. */
export interface PlainTrainOptions extends Omit<
  TrainOptions,
  | 'learningRate'
  | 'validation'
  | 'validationSplit'
  | 'metrics'
  | 'diagnose'
  | 'checkpoint'
  | 'resume'
  | 'onEpoch'
  | 'onBatch'
  | 'signal'
> {
  readonly learningRate?: number | ScheduleOptions;
  /** Watches the held-out part. */
  readonly earlyStopping?: EarlyStopping;
}

/** The network and the training options of a trial, as plain data. */
export interface TrialSpec {
  /** As in `Network.create`, with the output layer. */
  readonly layers: readonly LayerSpec[];
  readonly loss?: LossSpec;
  /**
   * The transforms to fit to each training part. Default: inputs and targets are standardized, and a category that the
   * training part lacks is encoded as zeros.
   */
  readonly transforms?: FitOptions;
  readonly train?: PlainTrainOptions;
}

const trialKeys = ['layers', 'loss', 'transforms', 'train'];
/** Names of `TrainOptions` that a trial can't set, because the study does, or because they aren't plain data. */
const studyOptions: readonly string[] = [
  ...['validation', 'validationSplit', 'metrics', 'diagnose', 'checkpoint'],
  ...['resume', 'onEpoch', 'onBatch', 'signal'],
];
const trainKeys = optionNames.filter((name) => !studyOptions.includes(name));

/** How the samples are divided into training parts and held-out parts. */
export type Division =
  { readonly folds: number; readonly seed: number } | { readonly validation: number; readonly seed: number };

export const countFolds = (division: Division): number => ('folds' in division ? division.folds : 1);

/** One training run of a study. */
export interface Task {
  /** The trial, the fold and the repetition, each from 0. */
  readonly trial: number;
  readonly fold: number;
  readonly repeat: number;
  readonly spec: TrialSpec;
  /** The seed of the network. */
  readonly seed: number;
  readonly division: Division;
  readonly metric: MetricName;
  /** Stop after this epoch, to be continued. Default: train to the end. */
  readonly until?: number;
  /** By epoch, from the first: the loss above which the trial is pruned; null for none. */
  readonly thresholds?: readonly (number | null)[];
  /** Whether each epoch is scored. */
  readonly scoresEpochs?: boolean;
}

/** Where a task left off. */
export interface Progress {
  /** The network, as `save` returns it. */
  readonly network: Uint8Array;
  readonly scores: readonly number[];
}

/** The outcome of a task. */
export interface TaskResult {
  readonly state: 'complete' | 'stopped' | 'pruned' | 'diverged';
  /** The metric on the held-out part; Infinity as a loss if the training diverged. */
  readonly score: number;
  /** The epochs of the training, and the one whose weights it kept, 0 for the start. */
  readonly epochs: number;
  /** The metric after each epoch, if the task asked for it. */
  readonly scores: readonly number[];
  /** SHA-256 of the weights and biases: 16 digits. Empty if the training diverged. */
  readonly hash: string;
  /** The network, as `save` returns it, unless the training diverged or the network stayed on another machine. */
  readonly network?: Uint8Array<ArrayBuffer>;
  /** The message of the DivergenceError. */
  readonly error?: string;
  /** The time it took. */
  readonly seconds: number;
}

/** A reason to stop that the task itself decides on. */
class EpochEnd {
  constructor(readonly state: 'stopped' | 'pruned') {}
}

/**
 * Runs a task.
 * @param progress where the same task left off, if it did: the result has the same bits without it
 * @throws TypeError, RangeError if the spec or the data don't fit
 * @throws the reason of the signal
 */
export async function runTask(
  task: Task,
  data: Dataset,
  {
    progress,
    signal,
  }: { readonly progress?: Progress | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<TaskResult> {
  signal?.throwIfAborted();
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const { train, test } = divide(data, task.division, task.fold);
  const net = await openNetwork(task, train, progress);
  try {
    const scores = [...(progress?.scores ?? [])];
    let state: TaskResult['state'] = 'complete';
    try {
      await trainTask(net, task, { train, test, scores, isResumed: progress !== undefined, signal });
    } catch (error) {
      if (error instanceof DivergenceError)
        return { ...describeDivergence(task, scores, error), seconds: seconds() };
      if (!(error instanceof EpochEnd)) throw error;
      state = error.state;
    }
    const network = net.save();
    return {
      state,
      score: score(net, task.metric, test),
      epochs: net.state.run ? net.state.run.epoch - 1 : 0,
      scores,
      hash: hashWeights(net.state),
      network,
      seconds: seconds(),
    };
  } finally {
    net.dispose();
  }
}

async function openNetwork(
  { spec, seed }: Task,
  train: Dataset,
  progress: Progress | undefined,
): Promise<Network> {
  checkKeys('trial', spec, trialKeys);
  checkKeys('train', spec.train ?? {}, trainKeys);
  if (progress) return await Network.load(progress.network.slice());
  const transforms = train.fitTransforms({
    unknown: 'zeros',
    ...(train.targets && { targets: 'standardize' }),
    ...spec.transforms,
  });
  const { layers, loss } = spec;
  return await Network.create({
    inputs: transformedWidth(transforms),
    layers,
    ...(loss !== undefined && { loss }),
    seed,
    transforms,
  });
}

interface Parts extends Split {
  readonly scores: number[];
  readonly isResumed: boolean;
  readonly signal: AbortSignal | undefined;
}

async function trainTask(net: Network, task: Task, parts: Parts): Promise<void> {
  const { train, test, scores, isResumed, signal } = parts;
  const { metric, until, thresholds, scoresEpochs, spec } = task;
  const end = new AbortController();
  const stop = (): void => end.abort(signal!.reason);
  signal?.addEventListener('abort', stop);
  // It may have aborted while the network was made.
  if (signal?.aborted) stop();
  try {
    await net.train(train, {
      ...spec.train,
      ...((scoresEpochs ?? spec.train?.earlyStopping) && { validation: test }),
      ...(scoresEpochs && { metrics: { score: (outputs, answers) => measureOf(metric)(outputs, answers) } }),
      resume: isResumed,
      signal: end.signal,
      onEpoch({ epoch, validation }) {
        if (scoresEpochs) scores.push(validation!.metrics!['score']!);
        const best = scores.reduce((least, one) => Math.min(least, toLoss(metric, one)), Infinity);
        const threshold = thresholds?.[epoch - 1] ?? Infinity;
        if (best > threshold) end.abort(new EpochEnd('pruned'));
        else if (epoch === until && epoch < (spec.train?.epochs ?? 10)) end.abort(new EpochEnd('stopped'));
      },
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

const describeDivergence = (
  { metric }: Task,
  scores: readonly number[],
  error: DivergenceError,
): Omit<TaskResult, 'seconds'> => ({
  state: 'diverged',
  score: toLoss(metric, Infinity),
  epochs: error.epoch - 1,
  scores,
  hash: '',
  error: error.message,
});

/** The metric of the network's predictions for samples with their answers. */
function score(net: Network, metric: MetricName, test: Dataset): number {
  return scoreOutputs(net.predict(test), metric, test, net.outputs, net.loss);
}

/** The metric of outputs, [n][outputs] in the units of the targets. */
export function scoreOutputs(
  outputs: Float32Array,
  metric: MetricName,
  answers: Pick<Truth, 'labels' | 'targets'>,
  width: number,
  loss?: LossName,
): number {
  const threshold = loss && chooseThreshold(loss);
  const value = measureOf(metric)(outputs, { ...answers, outputs: width, threshold });
  if (Number.isNaN(value)) {
    throw new RangeFault({
      place: 'metric',
      problem: `${metric} of the held-out part is NaN, which can't be ranked`,
      cure: 'choose another metric, or fewer folds',
    });
  }
  return value;
}

/** Hashes all weights and biases, layer by layer: 16 digits of SHA-256, the same wherever the same was trained. */
export function hashWeights({ parameters }: Pick<NetworkState, 'parameters'>): string {
  const floats = parameters.flatMap(({ weights, biases }) => [weights, biases]);
  const bytes = new Uint8Array(floats.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of floats) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return sha256(bytes).slice(0, 16);
}

/** The divisions of a dataset, so that the trials of a study share them. */
const divided = new WeakMap<Dataset, { readonly key: string; readonly splits: readonly Split[] }>();

/** The training part and the held-out part of a fold. Categories that only the held-out part has are unknown in both. */
export function divide(data: Dataset, division: Division, fold: number): Split {
  const key = JSON.stringify(division);
  let known = divided.get(data);
  if (known?.key !== key) {
    const { seed } = division;
    const splits =
      'folds' in division
        ? [...data.folds(division.folds, { seed })]
        : [data.split({ test: division.validation, seed })];
    known = { key, splits: splits.map(({ train, test }) => ({ train: train.withOwnCategories(), test })) };
    divided.set(data, known);
  }
  const split = known.splits[fold];
  if (!split)
    throw new RangeFault({ place: 'fold', problem: `expected one of ${known.splits.length}, got ${fold}` });
  return split;
}
