import { checkInteger, checkKeys, checkNumber, checkOptional, checkPositive, show } from '../base/check.js';
import type { Diagnosis } from './diagnosis.js';
import type { NamedMetrics } from './metric.js';
import type { Metrics } from './metrics.js';
import type { OptimizerName } from '../model/state.js';
import type { CheckedOptimizer, OptimizerOptions } from './optimizers.js';
import type { ClassWeights, Data } from './samples.js';
import { checkSchedule, type LearningRate, type Schedule } from './schedules.js';

/** What `train` may be told. */
export interface TrainOptions {
  /** Passes over all samples. Default 10. */
  readonly epochs?: number;
  /** m: samples to one update; the last mini-batch of an epoch may be shorter. Default 32. */
  readonly miniBatchSize?: number;
  /**
   * η: in W −= η/m Σ ∂C/∂W, or as the optimizer says. Default 0.1 with sgd; 0.01 with momentum, nesterov and adagrad;
   * 0.001 with rmsprop, adam and adamw.
   */
  readonly learningRate?: LearningRate;
  /** Default 'sgd'. */
  readonly optimizer?: OptimizerName | OptimizerOptions;
  /**
   * Clips the mean gradient, penalties included: each number to ±value, then all of it to a length of `norm` (Pascanu,
   * Mikolov and Bengio 2013).
   */
  readonly clip?: { readonly norm?: number; readonly value?: number };
  /** Makes C + l1·Σ |w| small in place of C. Reports are of C alone. Default 0. */
  readonly l1?: number;
  /** Makes C + ½·l2·Σ w² small in place of C. Reports are of C alone. Default 0. */
  readonly l2?: number;
  /** Whether l1, l2 and weightDecay are for biases too. Default false. */
  readonly penalizeBiases?: boolean;
  /** After each step the weights of each unit are scaled down to this length. Default none. */
  readonly maxNorm?: number;
  /** Layers, from 0, that stay as they are; below the first of the others no δ is computed. Default none. */
  readonly frozen?: readonly number[];
  /** By what the cost of a sample is multiplied, by its label. */
  readonly classWeights?: ClassWeights;
  /** Whether each epoch goes through the samples in a new order, drawn from the seed. Default true. */
  readonly shuffle?: boolean;
  /** Data to evaluate after each epoch. */
  readonly validation?: Data;
  /**
   * In place of `validation`: this share of the data is set aside, the same share of each label; drawn from the network's
   * seed, so that it is the same at each call.
   */
  readonly validationSplit?: number;
  /** Figures of the validation data, by names of your own; bp4/metrics has many. */
  readonly metrics?: NamedMetrics;
  /**
   * Whether each report says how fast each layer learns, and why: from at most 1,000 samples of the validation data, or
   * else of those that are learnt. Default false.
   */
  readonly diagnose?: boolean;
  /** Ends the training when it gets no better. */
  readonly earlyStopping?: EarlyStopping;
  /** Where to keep what it takes to go on: `net.save()` as bytes. */
  readonly checkpoint?: Checkpoint;
  /**
   * Goes on where the last call of `train` stopped, or where the network was when it was saved, to the same bits as if it
   * had not: with the same data and options. Default false: the optimizer starts afresh, at the first epoch.
   */
  readonly resume?: boolean;
  /** Called after each epoch; a promise that it returns is waited for. */
  readonly onEpoch?: (report: EpochReport) => unknown;
  /** Called after each mini-batch, once the weights are updated; a promise that it returns is waited for. */
  readonly onBatch?: (report: BatchReport) => unknown;
  /** Stops the training after a whole step: `train` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** When and where a training is saved. */
export interface Checkpoint {
  readonly everyEpochs?: number;
  readonly everySteps?: number;
  /** Is given what `net.save()` gives; a promise that it returns is waited for. */
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => unknown;
}

/** When a training has gone on for long enough. */
export interface EarlyStopping {
  /** So many epochs in a row without a new best, and it ends. Default 10. */
  readonly patience?: number;
  /** By how much a new best must be better. Default 0. */
  readonly minDelta?: number;
  /** What is watched: of the validation data where there is any, else of the training. Default 'loss'. */
  readonly monitor?: 'loss' | 'accuracy';
  /** Whether the network ends with the weights of its best epoch. Default true. */
  readonly restoreBest?: boolean;
}

/** One epoch: loss and accuracy over its mini-batches, each taken before its update. */
export interface EpochReport extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** η of the last step, where a schedule decides. */
  readonly learningRate?: number;
  /** After the epoch, over the validation data. */
  readonly validation?: Metrics & {
    /** What `metrics` were asked for. */
    readonly metrics?: Readonly<Record<string, number>>;
  };
  /** What `diagnose` asked for; `update` is that of the epoch. */
  readonly diagnosis?: Diagnosis;
}

/** One mini-batch. */
export interface BatchReport {
  /** From 1. */
  readonly epoch: number;
  /** From 1, and how many an epoch has; of a stream how many the epoch before had, 0 in the first. */
  readonly batch: number;
  readonly batches: number;
  /** The mean cost over the mini-batch, before the update. */
  readonly loss: number;
}

/** What holds the weights back. */
export interface Restraints {
  /** Of the rule: what is neither the optimizer's nor the run's. */
  readonly restraints: Readonly<
    Partial<Record<'l1' | 'l2' | 'penalizesBiases' | 'clipNorm' | 'clipValue' | 'maxNorm', number>>
  >;
  readonly frozen: readonly number[];
  readonly classWeights: ClassWeights | undefined;
}

const restraintNames = ['clip', 'l1', 'l2', 'penalizeBiases', 'maxNorm', 'frozen', 'classWeights'] as const;
const unrestrained: Restraints = { restraints: {}, frozen: [], classWeights: undefined };

export interface CheckedTrainOptions extends Restraints {
  readonly epochs: number;
  readonly miniBatchSize: number;
  readonly schedule: Schedule;
  readonly optimizer: CheckedOptimizer;
  readonly shuffle: boolean;
  readonly validation: Data | undefined;
  readonly validationSplit: number;
  readonly metrics: TrainOptions['metrics'];
  readonly diagnose: boolean | undefined;
  readonly earlyStopping: Required<EarlyStopping> | undefined;
  readonly resume: boolean;
  readonly checkpoint: Checkpoint | undefined;
  readonly onEpoch: TrainOptions['onEpoch'] | undefined;
  readonly onBatch: TrainOptions['onBatch'] | undefined;
  readonly signal: AbortSignal | undefined;
}

export const optionNames = [
  'epochs',
  'miniBatchSize',
  'learningRate',
  'optimizer',
  'clip',
  'l1',
  'l2',
  'penalizeBiases',
  'maxNorm',
  'frozen',
  'classWeights',
  'shuffle',
  'validation',
  'validationSplit',
  'metrics',
  'diagnose',
  'earlyStopping',
  'checkpoint',
  'resume',
  'onEpoch',
  'onBatch',
  'signal',
] as const satisfies readonly (keyof TrainOptions)[];

/**
 * @throws TypeError, RangeError naming the option
 */
export async function checkTrainOptions(
  options: TrainOptions,
  layerCount: number,
): Promise<CheckedTrainOptions> {
  checkKeys('options', options, optionNames);
  if (isSignal(options)) throw new TypeError('options: expected an object, got a signal; write { signal }');
  const { epochs = 10, miniBatchSize = 32, shuffle = true, resume = false } = options;
  const { validation, validationSplit, onEpoch, onBatch, signal } = options;
  const optimizer = options.optimizer === undefined ? sgd : await optimizerOf(options.optimizer);
  checkSignal(signal);
  return {
    epochs: checkInteger('epochs', epochs),
    miniBatchSize: checkInteger('miniBatchSize', miniBatchSize),
    schedule: await checkSchedule(options.learningRate, optimizer.rate),
    optimizer,
    ...(await checkRestraints(options, layerCount)),
    shuffle: checkOptional('shuffle', shuffle, 'boolean'),
    validation,
    validationSplit: checkSplit(validationSplit, validation),
    metrics: options.metrics,
    diagnose: options.diagnose,
    ...(await checkWatching(options)),
    resume: checkOptional('resume', resume, 'boolean'),
    onEpoch: checkOptional('onEpoch', onEpoch, 'function'),
    onBatch: checkOptional('onBatch', onBatch, 'function'),
    signal,
  };
}

/** W −= η·g. */
const sgd: CheckedOptimizer = { name: 'sgd', slots: 0, rate: 0.1, rule: {} };

/** The others are loaded by those who use them. */
async function optimizerOf(option: NonNullable<TrainOptions['optimizer']>): Promise<CheckedOptimizer> {
  const { checkOptimizer } = await import('./optimizers.js');
  return checkOptimizer(option);
}

/** They too are asked for by few. */
async function checkRestraints(options: TrainOptions, layerCount: number): Promise<Restraints> {
  const isRestrained = restraintNames.some((name) => options[name] !== undefined);
  if (!isRestrained) return unrestrained;
  return (await import('./restraints.js')).checkRestraints(options, layerCount);
}

function checkSplit(share: number | undefined, validation: unknown): number {
  if (share === undefined) return 0;
  if (validation !== undefined) throw new TypeError('validationSplit: there is validation already');
  return checkPositive('validationSplit', checkNumber('validationSplit', share, 0, 1));
}

/** What is asked for by few is loaded by few. */
async function checkWatching(
  options: TrainOptions,
): Promise<Pick<CheckedTrainOptions, 'earlyStopping' | 'checkpoint'>> {
  const { earlyStopping, checkpoint } = options;
  if (earlyStopping === undefined && checkpoint === undefined) return { earlyStopping, checkpoint };
  const { checkEarlyStopping, checkCheckpoint } = await import('./watching.js');
  return { earlyStopping: checkEarlyStopping(earlyStopping), checkpoint: checkCheckpoint(checkpoint) };
}

/**
 * @throws TypeError unless `signal` is undefined or a signal
 */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError(`signal: expected an AbortSignal, got ${show(signal)}`);
  }
}

/** By its method: a signal from another realm (a frame, a test runner) is no instance of our AbortSignal. */
function isSignal(value: unknown): boolean {
  return typeof (value as AbortSignal | null)?.throwIfAborted === 'function';
}
