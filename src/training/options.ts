import { checkInteger, checkKeys, checkOptional, checkPositive, show } from '../model/check.js';
import type { Metrics } from './metrics.js';
import type { Data } from './samples.js';

/** What `train` may be told. */
export interface TrainOptions {
  /** Passes over all samples. Default 10. */
  readonly epochs?: number;
  /** m: samples to one update; the last mini-batch of an epoch may be shorter. Default 32. */
  readonly miniBatchSize?: number;
  /** η, in W −= η/m Σ ∂C/∂W. Default 0.1. */
  readonly learningRate?: number;
  /** Whether each epoch goes through the samples in a new order, drawn from the seed. Default true. */
  readonly shuffle?: boolean;
  /** Data to evaluate after each epoch. */
  readonly validation?: Data;
  /** Called after each epoch; a promise that it returns is waited for. */
  readonly onEpoch?: (report: EpochReport) => unknown;
  /** Called after each mini-batch, once the weights are updated; a promise that it returns is waited for. */
  readonly onBatch?: (report: BatchReport) => unknown;
  /** Stops the training after a whole step: `train` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** One epoch: loss and accuracy over its mini-batches, each taken before its update. */
export interface EpochReport extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** After the epoch, over the validation data. */
  readonly validation?: Metrics;
}

/** One mini-batch. */
export interface BatchReport {
  /** From 1. */
  readonly epoch: number;
  /** From 1, and how many an epoch has. */
  readonly batch: number;
  readonly batches: number;
  /** The mean cost over the mini-batch, before the update. */
  readonly loss: number;
}

export interface CheckedTrainOptions {
  readonly epochs: number;
  readonly miniBatchSize: number;
  readonly learningRate: number;
  readonly shuffle: boolean;
  readonly validation: Data | undefined;
  readonly onEpoch: TrainOptions['onEpoch'] | undefined;
  readonly onBatch: TrainOptions['onBatch'] | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * @throws TypeError, RangeError naming the option
 */
export function checkTrainOptions(options: TrainOptions): CheckedTrainOptions {
  checkKeys('options', options, [
    'epochs',
    'miniBatchSize',
    'learningRate',
    'shuffle',
    'validation',
    'onEpoch',
    'onBatch',
    'signal',
  ]);
  if (isSignal(options)) throw new TypeError('options: expected an object, got a signal; write { signal }');
  const { epochs = 10, miniBatchSize = 32, learningRate = 0.1, shuffle = true } = options;
  const { validation, onEpoch, onBatch, signal } = options;
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError(`signal: expected an AbortSignal, got ${show(signal)}`);
  }
  return {
    epochs: checkInteger('epochs', epochs),
    miniBatchSize: checkInteger('miniBatchSize', miniBatchSize),
    learningRate: checkPositive('learningRate', learningRate),
    shuffle: checkOptional('shuffle', shuffle, 'boolean'),
    validation,
    onEpoch: checkOptional('onEpoch', onEpoch, 'function'),
    onBatch: checkOptional('onBatch', onBatch, 'function'),
    signal,
  };
}

/** By its method: a signal from another realm (a frame, a test runner) is no instance of our AbortSignal. */
function isSignal(value: unknown): boolean {
  return typeof (value as AbortSignal | null)?.throwIfAborted === 'function';
}
