import { DivergenceError, RangeFault, TypeFault } from '../errors.js';
import { checkInteger, checkKeys, checkNumber, checkPositive, show } from '../base/check.js';
import { Random } from '../base/random.js';
import type { Dataset, Split } from '../data/dataset.js';
import { transformedWidth, type FitOptions } from '../data/fit-transforms.js';
import { chooseThreshold, expectedTargets } from '../metrics/predictions.js';
import type { LayerSpec, LossSpec, NetworkSpec } from '../model/spec.js';
import { Network } from '../network.js';
import type { EarlyStopping } from '../training/hooks/early-stopping.js';
import type { Answers } from '../training/hooks/metrics.js';
import { optionNames, type TrainOptions } from '../training/options.js';
import type { EpochReport } from '../training/reports.js';
import type { ScheduleOptions } from '../training/schedules.js';
import { canonicalJSON } from './canonical-json.js';
import { hashWeights } from './hash-weights.js';
import { objectives, toLoss, type MetricName, type Objective } from './scores.js';

// A task is one training of a study: a pure function of plain data and a dataset. Whoever runs it, on whatever machine, gets the
// same score and the same weights, bit for bit.

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
export const trainKeys = optionNames.filter((name) => !studyOptions.includes(name));

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

/** The outcome of a task, or of a shard. */
export interface TaskResult {
  readonly state: 'complete' | 'stopped' | 'pruned' | 'diverged';
  /** The metric on the held-out part; Infinity as a loss if the training diverged. Of a shard: the loss of its last epoch. */
  readonly score: number;
  /** Of a shard: the accuracy of its last epoch. */
  readonly accuracy?: number;
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

/** How a task goes on and is stopped. */
export interface Interruption {
  /** Where the same task left off, if it did: the result has the same bits without it. */
  readonly progress?: Progress | undefined;
  /** Called if the signal stops the task, with what it takes to continue it. */
  readonly onInterrupt?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A training that ends with an epoch. */
type EpochEnd = 'stopped' | 'pruned';

/**
 * Runs the training of a trial.
 * @throws TypeError, RangeError if the spec or the data don't fit
 * @throws the reason of the signal
 */
export async function runTrial(
  task: Task,
  data: Dataset,
  { progress, onInterrupt, signal }: Interruption,
): Promise<TaskResult> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const { train, test } = divide(data, task.division, task.fold);
  const net = await openNetwork(task, train, progress);
  try {
    const scores = [...(progress?.scores ?? [])];
    let state: TaskResult['state'];
    try {
      state = await trainTask(net, task, { train, test, scores, isResumed: progress !== undefined, signal });
    } catch (error) {
      if (error instanceof DivergenceError)
        return { ...describeDivergence(task, scores, error), seconds: seconds() };
      if (signal?.aborted && net.state.run) onInterrupt?.({ network: net.save(), scores });
      throw error;
    }
    const network = net.save();
    return {
      state,
      score: score(net, objectives[task.metric], test),
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

/** Whether a network is as the task describes it, with the transforms of its training part: in all but its weights. */
export async function describesNetwork(task: Task, data: Dataset, spec: NetworkSpec): Promise<boolean> {
  const net = await openNetwork(task, divide(data, task.division, task.fold).train, undefined);
  const [mine, given] = [net.state.spec, spec].map((one) =>
    canonicalJSON('network', JSON.parse(JSON.stringify(one))),
  );
  net.dispose();
  return mine === given;
}

interface Parts extends Split {
  readonly scores: number[];
  readonly isResumed: boolean;
  readonly signal: AbortSignal | undefined;
}

async function trainTask(net: Network, task: Task, parts: Parts): Promise<'complete' | EpochEnd> {
  const { train, test, scores, isResumed, signal } = parts;
  const { metric, until, thresholds, scoresEpochs, spec } = task;
  const options: TrainOptions = {
    ...spec.train,
    ...((scoresEpochs ?? spec.train?.earlyStopping) && { validation: test }),
    ...(scoresEpochs && { metrics: { score: objectives[metric].measure } }),
    resume: isResumed,
  };
  return await trainUntil(net, train, options, signal, ({ epoch, validation }) => {
    if (scoresEpochs) scores.push(validation!.metrics!['score']!);
    const best = scores.reduce((least, one) => Math.min(least, toLoss(objectives[metric], one)), Infinity);
    if (best > (thresholds?.[epoch - 1] ?? Infinity)) return 'pruned';
    return epoch === until && epoch < (spec.train?.epochs ?? 10) ? 'stopped' : undefined;
  });
}

/**
 * Trains to the end, or to the end of an epoch.
 * @param decide called after each epoch; ends the training by what it returns
 */
export async function trainUntil(
  net: Network,
  data: Dataset,
  options: TrainOptions,
  signal: AbortSignal | undefined,
  decide: (report: EpochReport) => EpochEnd | undefined,
): Promise<'complete' | EpochEnd> {
  const ending = new AbortController();
  let end: EpochEnd | undefined;
  let last = 0;
  const stop = (): void => ending.abort(signal!.reason);
  signal?.addEventListener('abort', stop);
  // It may have aborted while the network was made.
  if (signal?.aborted) stop();
  try {
    await net.train(data, {
      ...options,
      signal: ending.signal,
      onEpoch(report) {
        last = report.epoch;
        end = decide(report);
        if (end) ending.abort();
      },
    });
    return 'complete';
  } catch (error) {
    if (!end) throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  const { epoch, done } = net.state.run!;
  // If the last step led to weights that aren't finite, the network has returned to an earlier one: going on finds where it diverges.
  if (epoch <= last || done > 0) await net.train(data, { ...options, resume: true });
  return end;
}

const describeDivergence = (
  { metric }: Task,
  scores: readonly number[],
  error: DivergenceError,
): Omit<TaskResult, 'seconds'> => ({
  state: 'diverged',
  score: toLoss(objectives[metric], Infinity),
  epochs: error.epoch - 1,
  scores,
  hash: '',
  error: error.message,
});

/** The score of a network, as `save` returned it, on samples with their answers. */
export async function scoreNetwork(bytes: Uint8Array, objective: Objective, test: Dataset): Promise<number> {
  const net = await Network.load(bytes);
  try {
    return score(net, objective, test);
  } finally {
    net.dispose();
  }
}

const score = (net: Network, objective: Objective, test: Dataset): number =>
  scoreOutputs(net.predict(test), objective, test, net.outputs, net.loss);

/** The score of outputs, [n][outputs]. */
export function scoreOutputs(
  predictions: Float32Array,
  { measure, of }: Objective,
  { labels, targets }: Pick<Dataset, 'labels' | 'targets'>,
  outputs: number,
  loss: string | undefined,
): number {
  const threshold = loss && chooseThreshold(loss);
  const answers = { ...(labels ? { labels } : { targets }), outputs, threshold };
  // A function of the user gets what `predict` returns; a metric with a name compares with the targets.
  const value = measure(of ? expectedTargets(predictions, loss) : predictions, answers as Answers);
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new RangeFault({
    place: 'metric',
    problem: `it is ${show(value)} for the samples held out, which can't be ranked`,
    cure: 'choose another metric, or fewer folds',
  });
}

/** @throws TypeError unless it is a dataset with labels or targets */
export function checkDataset(data: Dataset): void {
  if (typeof (data as Partial<Dataset> | null | undefined)?.folds !== 'function')
    throw new TypeFault({ place: 'data', problem: `expected a Dataset of bp4/data, got ${show(data)}` });
  if (!data.labels && !data.targets)
    throw new TypeFault({ place: 'data', problem: 'has neither labels nor targets' });
}

/** @throws TypeError, RangeError naming the option */
export function checkDivision(
  data: Dataset,
  folds: number | undefined,
  validation: number | undefined,
  seed: number,
): Division {
  if (validation === undefined) {
    const chosen = checkInteger('folds', folds ?? Math.min(5, data.count), 2, Math.max(data.count, 2));
    return { folds: chosen, seed };
  }
  if (folds !== undefined)
    throw new TypeFault({
      place: 'folds',
      problem: "can't be combined with validation",
      cure: 'set one of the two',
    });
  checkPositive('validation', checkNumber('validation', validation, 0, 1));
  return { validation, seed };
}

/** One of the networks of a trial. */
export type Part = Pick<Task, 'fold' | 'repeat' | 'seed'>;

/** Fold by fold, then by repetition. The seeds are drawn in this order. */
export function listParts(division: Division, seeds: number): Part[] {
  const generator = Random.fromSeed(division.seed);
  return Array.from({ length: countFolds(division) * seeds }, (_, p) => ({
    fold: Math.floor(p / seeds),
    repeat: p % seeds,
    seed: generator.bits(),
  }));
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
    throw new RangeFault({
      place: 'fold',
      problem: `expected less than ${known.splits.length}, got ${fold}`,
    });
  return split;
}
