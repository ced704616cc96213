import { checkInteger, checkKeys, checkOptional, checkPositive, show } from '../model/check.js';
import type { Model } from '../model/model.js';
import type { Random } from '../model/random.js';
import { evaluate, Tally, type Metrics } from './metrics.js';
import { NUMBERS_AT_A_TIME } from './matrix.js';
import { Samples, type Data } from './samples.js';
import { backward, forward, update } from './step.js';
import type { Work } from './work.js';

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

interface CheckedTrainOptions {
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

/** Steps of small networks are shorter than a look at the clock: so many multiplications lie between two looks. */
const WORK_BETWEEN_YIELDS = 200_000;

/**
 * Stochastic gradient descent. Yields after a whole step, and after each call of the user's functions.
 * @throws TypeError, RangeError naming what is wrong in the data, before anything changes
 */
export function* train(
  model: Model,
  random: Random,
  data: Data,
  options: CheckedTrainOptions,
): Work<EpochReport[]> {
  const { epochs, learningRate, shuffle, onEpoch, onBatch } = options;
  const samples = yield* Samples.of(data, model);
  const validation =
    options.validation !== undefined && (yield* Samples.of(options.validation, model, 'validation.'));
  const { count } = samples;
  const size = Math.min(options.miniBatchSize, count);
  const batches = Math.ceil(count / size);
  const stepsBetweenYields = Math.ceil(WORK_BETWEEN_YIELDS / (model.layout.parameterCount * size));
  model.reserve(size);

  const history: EpochReport[] = [];
  const order = shuffle ? new Uint32Array(count) : undefined;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const tally = new Tally();
    // Each epoch begins from the samples' own order: where it goes from there, the generator alone decides.
    if (order) {
      for (let n = 0; n < count; n++) {
        order[n] = n;
        if ((n + 1) % NUMBERS_AT_A_TIME === 0) yield;
      }
    }
    for (let batch = 1; batch <= batches; batch++) {
      const first = (batch - 1) * size;
      const rows = Math.min(size, count - first);
      const before = random.state;
      if (order) draw(order, first, rows, random);
      try {
        samples.gather(model, first, rows, order);
      } catch (error) {
        random.state = before; // as after the last whole step
        throw error;
      }
      forward(model, rows);
      const loss = tally.add(model, rows);
      backward(model, rows);
      update(model, rows, learningRate);
      if (onBatch) yield onBatch({ epoch, batch, batches, loss });
      else if (batch % stepsBetweenYields === 0) yield;
    }
    const report: EpochReport = {
      epoch,
      ...tally.metrics,
      ...(validation && { validation: yield* evaluate(model, validation) }),
    };
    history.push(report);
    yield onEpoch?.(report);
  }
  return history;
}

/** Draws the next `rows` of the order from all that remain (Fisher and Yates's shuffle, a mini-batch at a time). */
function draw(order: Uint32Array, first: number, rows: number, random: Random): void {
  for (let n = first; n < first + rows; n++) {
    const other = n + random.below(order.length - n);
    const drawn = order[other]!;
    order[other] = order[n]!;
    order[n] = drawn;
  }
}
