import { checkInteger, checkKeys, checkNumber, checkOptional, checkPositive, show } from '../base/check.js';
import { TypeFault } from '../errors.js';
import { checkCheckpoint, type Checkpoint } from './hooks/checkpoint.js';
import { checkEarlyStopping, type EarlyStopping } from './hooks/early-stopping.js';
import { checkValidationMetrics, type NamedMetrics } from './hooks/metrics.js';
import type { OptimizerName, OptimizerOptions } from '../model/optimizers.js';
import { regularizationNames, type RegularizationOptions } from '../model/regularization.js';
import { checkUpdate, type CheckedUpdate } from '../model/update.js';
import type { BatchReport, EpochReport } from './reports.js';
import type { ClassWeights, Data } from './samples.js';
import { checkSchedule, type LearningRate, type Schedule } from './schedules.js';

/** The options of `train`. */
export interface TrainOptions extends RegularizationOptions {
  /** Passes over all samples. Default 10. */
  readonly epochs?: number;
  /** m: samples per update. The last mini-batch of an epoch may be shorter. Default 32. */
  readonly miniBatchSize?: number;
  /**
   * η in W −= η/m Σ ∂C/∂W, or in the formula of the optimizer. Default 0.1 for sgd; 0.01 for momentum, nesterov and
   * adagrad; 0.001 for rmsprop, adam and adamw.
   */
  readonly learningRate?: LearningRate;
  /**
   * Default 'sgd'. If the last call to `train` used the same optimizer, with the same momentum, decay, beta1 and beta2,
   * training continues from its state.
   */
  readonly optimizer?: OptimizerName | OptimizerOptions;
  /**
   * Factors for the cost of each sample, by its label. 'balanced' gives all classes the same total weight, by their counts in the training
   * data: n / (k · count) for n samples and k classes. Default all 1.
   */
  readonly classWeights?: ClassWeights | 'balanced';
  /** Whether each epoch visits the samples in a new order, drawn from the seed. Default true. */
  readonly shuffle?: boolean;
  /** Data to evaluate after each epoch. */
  readonly validation?: Data;
  /**
   * Sets this share of the data aside for validation, instead of `validation`. Each class keeps its share. The samples
   * are drawn from the network's seed, so every call sets the same ones aside. From above 0 to below 1.
   */
  readonly validationSplit?: number;
  /** Metrics to compute on the validation data after each epoch, by names of your choice; see bp4/metrics. */
  readonly metrics?: NamedMetrics;
  /**
   * Whether each report includes how fast each layer learns, and why. Uses at most 1,000 samples of the validation data,
   * or of the training data if there is none. Default false.
   */
  readonly diagnose?: boolean;
  /** Ends training when it stops improving. */
  readonly earlyStopping?: EarlyStopping;
  /**
   * β of an exponential moving average of the weights, such as 0.999: after step t, from 0, v += (1 − βₜ)(w − v) with
   * βₜ = min(β, (1 + t)/(10 + t)). Steps update w; validation, predictions, files and the trained network have v. Training
   * runs on one thread. From 0 (no average) to below 1. Default 0.
   */
  readonly ema?: number;
  /**
   * Stochastic weight averaging, instead of `ema`: the first epoch whose weights count; or, below 1, the share of the epochs before
   * it, such as 0.75. From then on, validation, predictions, files and the trained network have the mean of the weights at the end of
   * each epoch that counts. Steps still update the weights themselves, on one thread. At most `epochs`. Default 0 (no average).
   */
  readonly swa?: number;
  /** Saves the network during training. */
  readonly checkpoint?: Checkpoint;
  /**
   * Continues the last run where it stopped, or where it was when the network was saved: the epoch, the position within
   * it, the schedule and early stopping. With the same data and options, the weights are identical to those of an
   * uninterrupted run. Default false: a new run starts at epoch 1, and only the state of the optimizer continues.
   */
  readonly resume?: boolean;
  /** Called after each epoch. Training waits for a promise it returns. */
  readonly onEpoch?: (report: EpochReport) => unknown;
  /** Called after each update. Training waits for a promise it returns. */
  readonly onBatch?: (report: BatchReport) => unknown;
  /**
   * Stops training after the current step, or while it waits for one of your functions. `train` then rejects with the
   * reason of the signal.
   */
  readonly signal?: AbortSignal;
}

/** Checked options, with their defaults. */
export interface CheckedTrainOptions extends CheckedUpdate {
  /** A copy of the options, if they are plain values. */
  readonly given: TrainOptions | undefined;
  readonly epochs: number;
  readonly miniBatchSize: number;
  readonly schedule: Schedule;
  readonly classWeights: ClassWeights | 'balanced' | undefined;
  readonly shuffle: boolean;
  readonly validation: Data | undefined;
  /** 0 for none. */
  readonly validationSplit: number;
  readonly metrics: NamedMetrics | undefined;
  readonly diagnose: boolean;
  readonly earlyStopping: Required<EarlyStopping> | undefined;
  /** 0 for none. */
  readonly ema: number;
  /** The first epoch that counts, 0 for none. */
  readonly swa: number;
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
  ...regularizationNames,
  'classWeights',
  'shuffle',
  'validation',
  'validationSplit',
  'metrics',
  'diagnose',
  'earlyStopping',
  'ema',
  'swa',
  'checkpoint',
  'resume',
  'onEpoch',
  'onBatch',
  'signal',
] as const satisfies readonly (keyof TrainOptions)[];

/**
 * @param last the result for the last call, which is returned if the options are the same: a short training would take longer to
 * check them than to learn
 * @throws TypeError, RangeError that name the option
 */
export function checkTrainOptions(
  options: TrainOptions,
  layerCount: number,
  last?: CheckedTrainOptions,
): CheckedTrainOptions {
  if (last?.given && areSame(options, last.given)) return last;
  checkKeys('options', options, optionNames);
  if (isSignal(options)) {
    throw new TypeFault({
      place: 'options',
      problem: 'expected an object, got a signal',
      cure: 'write { signal }',
    });
  }
  const {
    epochs = 10,
    miniBatchSize = 32,
    shuffle = true,
    resume = false,
    diagnose = false,
    ema = 0,
    swa = 0,
  } = options;
  const { validation, validationSplit, onEpoch, onBatch, signal } = options;
  const update = checkUpdate(options.optimizer ?? 'sgd', options, layerCount);
  checkSignal(signal);
  const metrics = checkValidationMetrics(options.metrics, (validation ?? validationSplit) !== undefined);
  return {
    given: isPlain(options) ? { ...options } : undefined,
    ...update,
    epochs: checkInteger('epochs', epochs),
    miniBatchSize: checkInteger('miniBatchSize', miniBatchSize),
    schedule: checkSchedule(options.learningRate, update.optimizer.rate),
    classWeights: checkClassWeights(options.classWeights),
    shuffle: checkOptional('shuffle', shuffle, 'boolean'),
    validation,
    validationSplit: checkSplit(validationSplit, validation),
    metrics,
    diagnose: checkOptional('diagnose', diagnose, 'boolean'),
    earlyStopping: checkEarlyStopping(options.earlyStopping, metrics),
    ema: checkNumber('ema', ema, 0, 1) && ema, // in double precision
    swa: checkAveraging(swa, epochs, ema),
    checkpoint: checkCheckpoint(options.checkpoint),
    resume: checkOptional('resume', resume, 'boolean'),
    onEpoch: checkOptional('onEpoch', onEpoch, 'function'),
    onBatch: checkOptional('onBatch', onBatch, 'function'),
    signal,
  };
}

/**
 * The first epoch whose weights count, 0 for none.
 * @throws TypeError, RangeError that name the option
 */
export function checkAveraging(swa: number, epochs: number, ema: number): number {
  if (swa && ema) throw new TypeFault({ place: 'swa', problem: 'ema is also set' });
  const epoch = swa && checkNumber('swa', swa, 0) < 1 ? Math.floor(swa * epochs) + 1 : swa;
  return checkInteger('swa', epoch, 0, epochs);
}

/** Whether no value is an object, which may change inside, or a function, which should not be kept. */
const isPlain = (options: TrainOptions | null): boolean =>
  Object.getPrototypeOf(options ?? 0) === Object.prototype &&
  Object.values(options!).every((value: unknown) => Object(value) !== value);

function areSame(options: TrainOptions, before: TrainOptions): boolean {
  if (!isPlain(options)) return false;
  const keys = Object.keys(options) as (keyof TrainOptions)[];
  return (
    keys.length === Object.keys(before).length &&
    keys.every((key) => key in before && options[key] === before[key])
  );
}

function checkClassWeights(weights: TrainOptions['classWeights']): TrainOptions['classWeights'] {
  if (weights === undefined || weights === 'balanced') return weights;
  if (typeof weights !== 'object' || (weights as unknown) === null) {
    throw new TypeFault({
      place: 'classWeights',
      problem: `expected numbers by label or 'balanced', got ${show(weights)}`,
    });
  }
  for (const [label, weight] of Object.entries(weights)) {
    checkInteger('classWeights: label', Number(label), 0);
    checkNumber(`classWeights[${label}]`, weight, 0);
  }
  return weights;
}

function checkSplit(share: number | undefined, validation: unknown): number {
  if (share === undefined) return 0;
  if (validation !== undefined) {
    throw new TypeFault({ place: 'validationSplit', problem: 'validation is also set' });
  }
  return checkPositive('validationSplit', checkNumber('validationSplit', share, 0, 1));
}

/**
 * @throws TypeError unless `signal` is undefined or a signal
 */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeFault({ place: 'signal', problem: `expected an AbortSignal, got ${show(signal)}` });
  }
}

/** Recognizes a signal by its method, because instanceof fails for one of another realm (a frame, a test runner). */
function isSignal(value: unknown): boolean {
  return typeof (value as AbortSignal | null)?.throwIfAborted === 'function';
}
