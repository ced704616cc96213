import { checkInteger, checkKeys, checkNumber, checkOptional, checkPositive, show } from '../model/check.js';
import type { Metrics } from './metrics.js';
import type { CheckedOptimizer, OptimizerName, OptimizerOptions } from './optimizers.js';
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
  readonly validation?: Metrics;
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

export interface CheckedTrainOptions {
  readonly epochs: number;
  readonly miniBatchSize: number;
  readonly schedule: Schedule;
  readonly optimizer: CheckedOptimizer;
  /** Of the rule: what is neither the optimizer's nor the run's. */
  readonly restraints: Readonly<
    Record<'l1' | 'l2' | 'penalizesBiases' | 'clipNorm' | 'clipValue' | 'maxNorm', number>
  >;
  readonly frozen: readonly number[];
  readonly classWeights: ClassWeights | undefined;
  readonly shuffle: boolean;
  readonly validation: Data | undefined;
  readonly validationSplit: number;
  readonly earlyStopping: Required<EarlyStopping> | undefined;
  readonly resume: boolean;
  readonly checkpoint: Checkpoint | undefined;
  readonly onEpoch: TrainOptions['onEpoch'] | undefined;
  readonly onBatch: TrainOptions['onBatch'] | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * @throws TypeError, RangeError naming the option
 */
export async function checkTrainOptions(
  options: TrainOptions,
  layerCount: number,
): Promise<CheckedTrainOptions> {
  checkKeys('options', options, [
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
    'earlyStopping',
    'checkpoint',
    'resume',
    'onEpoch',
    'onBatch',
    'signal',
  ]);
  if (isSignal(options)) throw new TypeError('options: expected an object, got a signal; write { signal }');
  const { epochs = 10, miniBatchSize = 32, shuffle = true, resume = false } = options;
  const { validation, validationSplit, onEpoch, onBatch, signal } = options;
  const optimizer = options.optimizer === undefined ? sgd : await optimizerOf(options.optimizer);
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError(`signal: expected an AbortSignal, got ${show(signal)}`);
  }
  return {
    epochs: checkInteger('epochs', epochs),
    miniBatchSize: checkInteger('miniBatchSize', miniBatchSize),
    schedule: await checkSchedule(options.learningRate, optimizer.rate),
    optimizer,
    restraints: checkRestraints(options),
    frozen: checkFrozen(options.frozen, layerCount),
    classWeights: checkClassWeights(options.classWeights),
    shuffle: checkOptional('shuffle', shuffle, 'boolean'),
    validation,
    validationSplit: checkSplit(validationSplit, validation),
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

function checkRestraints(options: TrainOptions): CheckedTrainOptions['restraints'] {
  const { clip = {}, l1 = 0, l2 = 0, penalizeBiases = false, maxNorm } = options;
  checkKeys('clip', clip, ['norm', 'value']);
  const positive = (place: string, value: number | undefined): number =>
    value === undefined ? 0 : checkPositive(place, value);
  return {
    l1: checkNumber('l1', l1, 0),
    l2: checkNumber('l2', l2, 0),
    penalizesBiases: Number(checkOptional('penalizeBiases', penalizeBiases, 'boolean')),
    clipNorm: positive('clip.norm', clip.norm),
    clipValue: positive('clip.value', clip.value),
    maxNorm: positive('maxNorm', maxNorm),
  };
}

function checkFrozen(frozen: TrainOptions['frozen'] = [], layerCount: number): readonly number[] {
  if (!Array.isArray(frozen)) throw new TypeError(`frozen: expected an array of layers, got ${show(frozen)}`);
  const layers = Array.from(frozen, (l, i) => checkInteger(`frozen[${i}]`, l, 0, layerCount - 1));
  if (new Set(layers).size === layerCount) {
    throw new RangeError('frozen: leave one layer that learns');
  }
  return layers;
}

function checkClassWeights(weights: TrainOptions['classWeights']): ClassWeights | undefined {
  if (weights === undefined) return undefined;
  if (typeof weights !== 'object' || (weights as unknown) === null) {
    throw new TypeError(`classWeights: expected numbers by label, got ${show(weights)}`);
  }
  for (const [label, weight] of Object.entries(weights)) {
    checkInteger('classWeights: label', Number(label), 0);
    checkNumber(`classWeights[${label}]`, weight, 0);
  }
  return weights;
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

/** By its method: a signal from another realm (a frame, a test runner) is no instance of our AbortSignal. */
export function isSignal(value: unknown): boolean {
  return typeof (value as AbortSignal | null)?.throwIfAborted === 'function';
}
