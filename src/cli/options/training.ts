import { Option } from 'commander';
import type { OptimizerName, OptimizerOptions } from '../../model/optimizers.js';
import type { TrainOptions } from '../../training/options.js';
import { balanceClasses } from '../../training/samples.js';
import type { ScheduleOptions } from '../../training/schedules.js';
import { UsageError } from '../errors.js';
import type { OptionGroup } from './command.js';
import { buildEarlyStopping, chooseValidationSplit, type EarlyStoppingFlags } from './early-stopping.js';
import {
  list,
  namedValue,
  number,
  positiveNumber,
  valueOption,
  wholeNumber,
  wholeNumbers,
  type NamedValue,
  type NumbersByName,
} from './values.js';

/** Options about training. */
export interface TrainingFlags extends EarlyStoppingFlags {
  readonly epochs?: number;
  readonly batch?: number;
  readonly optimizer?: NamedValue;
  readonly learningRate?: number;
  readonly schedule?: NamedValue;
  readonly momentum?: number;
  readonly l1?: number;
  readonly l2?: number;
  readonly penalizeBiases?: true;
  readonly maxNorm?: number;
  readonly clipNorm?: number;
  readonly clipValue?: number;
  readonly frozen?: readonly number[];
  readonly classWeights?: readonly string[];
  readonly ema?: number;
  readonly swa?: number;
  /** False after --no-shuffle. */
  readonly shuffle: boolean;
  readonly diagnose?: true;
}

const optimizers: NumbersByName<OptimizerName> = {
  sgd: [],
  momentum: ['momentum'],
  nesterov: ['momentum'],
  adagrad: ['epsilon'],
  rmsprop: ['decay', 'epsilon'],
  adam: ['beta1', 'beta2', 'epsilon'],
  adamw: ['beta1', 'beta2', 'epsilon', 'weightDecay'],
};

const schedules: NumbersByName<ScheduleOptions['schedule']> = {
  step: ['every', 'factor'],
  exponential: ['factor'],
  inverseTime: ['decay'],
  cosine: ['warmUp', 'minRate'],
  plateau: ['factor', 'patience', 'minDelta', 'minRate'],
};

/** The parameters of a schedule that have no default. */
const requiredNumbers: NumbersByName = {
  step: ['every', 'factor'],
  exponential: ['factor'],
  inverseTime: ['decay'],
};

export const trainingGroup: OptionGroup = {
  heading: 'Training',
  options: [
    valueOption(
      '--epochs <n>',
      'Passes over the training samples (default: 300 for few samples, 20 for many; at most 1000 for a regression)',
      wholeNumber({ min: 1 }),
    ),
    valueOption('--batch <n>', 'Samples per mini-batch (default: 32)', wholeNumber({ min: 1 })),
    valueOption(
      '--optimizer <name>',
      'sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw, with parameters as in adam:beta2=0.99 (default: adam)',
      namedValue(optimizers),
    ),
    valueOption(
      '--learning-rate <rate>',
      'Step size (default: 0.001; 0.1 for sgd; 0.01 for momentum, nesterov and adagrad)',
      positiveNumber,
    ),
    valueOption(
      '--schedule <name>',
      'Learning-rate schedule: cosine[:warmUp=0], step:every=N,factor=N, exponential:factor=N, inverseTime:decay=N ' +
        'or plateau[:patience=10] (default: constant)',
      namedValue(schedules),
    ),
    valueOption(
      '--momentum <μ>',
      'Momentum for the optimizers momentum and nesterov; implies --optimizer momentum (default: 0.9)',
      number({ min: 0, max: 1 }),
    ),
    valueOption('--l1 <λ>', 'L1 penalty: adds λ·Σ|w| to the loss (default: 0)', number({ min: 0 })),
    valueOption(
      '--l2 <λ>',
      'L2 penalty: adds ½·λ·Σw² to the loss (default: 2 / the number of samples, from 0.0001 to 0.01; if you set --optimizer: 0.0001)',
      number({ min: 0 }),
    ),
    new Option('--penalize-biases', 'Apply --l1 and --l2 to biases too'),
    valueOption(
      '--max-norm <n>',
      "Limit the norm of each unit's weights (default: unlimited)",
      number({ min: 0 }),
    ),
    valueOption('--clip-norm <n>', 'Limit the norm of the gradient (default: unlimited)', number({ min: 0 })),
    valueOption(
      '--clip-value <n>',
      'Clip every component of the gradient to ±n (default: unlimited)',
      number({ min: 0 }),
    ),
    valueOption(
      '--frozen <layers>',
      'Layers to freeze, counted from 0, such as 0,1 (default: none)',
      wholeNumbers({ min: 0 }),
    ),
    valueOption(
      '--class-weights <list>',
      'Weight of each class in the loss: balanced, or yes=5,no=1 (default: 1 for all)',
      list,
    ),
    valueOption(
      '--ema <β>',
      'Validate and save an exponential moving average of the weights; 0 for none (default: 0.99 for at most 10,000 samples with the ' +
        'default optimizer and learning rate, else 0)',
      number({ min: 0, max: 1 }),
    ),
    valueOption(
      '--swa <epoch>',
      'Validate and save the mean of the weights after each epoch from this one on; a number below 1 is a share of the ' +
        'epochs, such as 0.75; 0 for none. Training runs for all epochs (default: 0)',
      number({ min: 0 }),
    ),
    new Option('--no-shuffle', 'Keep the samples in the order of the file'),
    new Option(
      '--diagnose',
      'Print what keeps the network from learning, and what to try; with --json, also how fast each layer learns in each epoch (always on with --report)',
    ),
  ],
};

export interface FindRateFlags {
  readonly findRate?: true;
}

/** Of `bp4 train` alone, because each trial of a search has its own rate. */
export const findRateOption = new Option('--find-rate', 'Find a learning rate by short trials first');

export interface CalibrateFlags {
  readonly calibrate?: true;
}

/** Of `bp4 train` alone, because a search combines several networks. */
export const calibrateOption = new Option(
  '--calibrate',
  'Fit the probabilities to the validation samples: divide the last layer by the temperature with the least log loss',
);

/** The options of `Network.train` that are plain data. */
export type PlainTrainOptions = Omit<
  TrainOptions,
  'validation' | 'metrics' | 'checkpoint' | 'resume' | 'onEpoch' | 'onBatch' | 'signal'
>;

/** What the defaults depend on. */
export interface TrainingData {
  /** The number of training samples, including the validation part. */
  readonly count: number;
  /** The validation data: a share of these samples, other samples in memory, or nothing. */
  readonly validation: 'share' | 'held' | 'none';
  /** By index, for a classification. */
  readonly classes?: readonly (string | number)[] | undefined;
  readonly labels?: ArrayLike<number> | undefined;
}

/**
 * Builds the options of `Network.train`: plain data that a model file can hold.
 * @throws UsageError naming the option that is wrong
 */
export function buildTrainOptions(
  flags: TrainingFlags & FindRateFlags & { readonly report?: string },
  data: TrainingData,
): PlainTrainOptions {
  const { clipNorm, clipValue, frozen, maxNorm, l1 } = flags;
  const split = data.validation === 'share' ? chooseValidationSplit(flags, data.count) : 0;
  const usual = defaultEpochs(data.count, MOST_EPOCHS);
  const earlyStopping = buildEarlyStopping(
    flags,
    flags.epochs ?? usual,
    split > 0 || data.validation === 'held',
  );
  // Not in a search, which has many trainings, nor in a stream, which has many samples.
  const mayTakeLonger = split > 0 && earlyStopping && !data.classes && !flags.schedule;
  const epochs = flags.epochs ?? (mayTakeLonger ? defaultEpochs(data.count, MOST_WATCHED_EPOCHS) : usual);
  const clip = dropUndefined({ norm: clipNorm, value: clipValue });
  return dropUndefined({
    epochs,
    miniBatchSize: flags.batch ?? 32,
    learningRate: buildLearningRate(flags),
    optimizer: buildOptimizer(flags),
    clip: Object.keys(clip).length > 0 ? clip : undefined,
    l1,
    l2: flags.l2 ?? (hasOurOptimizer(flags) ? defaultPenalty(data.count) : 1e-4),
    penalizeBiases: flags.penalizeBiases,
    maxNorm,
    frozen: frozen && [...frozen],
    classWeights: buildClassWeights(flags.classWeights, data),
    ema: flags.ema ?? defaultAverage(flags, data.count),
    swa: flags.swa,
    shuffle: flags.shuffle ? undefined : false,
    validationSplit: split > 0 ? split : undefined,
    diagnose: flags.diagnose ?? (flags.report === undefined ? undefined : true),
    earlyStopping,
  });
}

/** Whether bp4 chooses the optimizer. In the others, the same penalty has more effect: Adam divides it by the size of the gradient. */
const hasOurOptimizer = ({ optimizer, momentum }: TrainingFlags): boolean =>
  optimizer === undefined && momentum === undefined;

/**
 * Adam's last steps are noisy, and the average is not. Measured on the tables of bench/tables: R² +0.004 on average, better on
 * 20 of 22; accuracy +0.2 points. Many samples are learned faster by several threads, which averages can't use.
 */
function defaultAverage(flags: TrainingFlags & FindRateFlags, count: number): number | undefined {
  const { learningRate, schedule, findRate, swa } = flags;
  if (swa) return undefined;
  const hasOurRate = learningRate === undefined && schedule === undefined && !findRate;
  return hasOurOptimizer(flags) && hasOurRate && count <= 10_000 ? 0.99 : undefined;
}

/**
 * The fewer the samples, the more the penalty counts, as a prior belief does. Measured on the tables of bench/tables: 0.01 for
 * each helps those of 150 to 500 rows and costs four points elsewhere; 0.0001 costs a table of 26 classes two points.
 */
const defaultPenalty = (count: number): number => Math.min(Math.max(2 / count, 1e-4), 1e-2);

const MOST_EPOCHS = 300;
/**
 * For a regression that early stopping ends: with few samples, the loss often still falls after 300 epochs, which are few steps.
 * Measured on the regressions of bench/tables: R² +0.002 (standard error 0.001), better on 12 of 26 and worse on one,
 * with 17% more steps.
 */
const MOST_WATCHED_EPOCHS = 1000;

const defaultEpochs = (count: number, most: number): number =>
  Math.min(Math.max(Math.round(1e6 / count), 20), most);

function buildOptimizer({ momentum, optimizer }: TrainingFlags): OptimizerName | OptimizerOptions {
  const { name, numbers } = optimizer ?? { name: momentum === undefined ? 'adam' : 'momentum', numbers: {} };
  if (momentum !== undefined && !optimizers[name as OptimizerName].includes('momentum'))
    throw new UsageError('--momentum', `${name} has no momentum`, 'use --optimizer momentum or nesterov');
  const all = { ...(momentum !== undefined && { momentum }), ...numbers };
  return Object.keys(all).length === 0 ? (name as OptimizerName) : ({ name, ...all } as OptimizerOptions);
}

function buildLearningRate(flags: TrainingFlags): number | ScheduleOptions | undefined {
  const { schedule: named } = flags;
  const rate = flags.learningRate ?? (hasOurOptimizer(flags) ? 0.001 : undefined);
  if (named === undefined) return rate;
  const { name: schedule, numbers } = named;
  if (rate === undefined)
    throw new UsageError('--schedule', 'it needs an initial learning rate', 'give --learning-rate too');
  const lacking = (requiredNumbers[schedule] ?? []).filter((key) => !(key in numbers));
  if (lacking.length > 0)
    throw new UsageError(
      `--schedule ${schedule}`,
      `it has no default for ${lacking.join(' and ')}`,
      `give ${schedule}:${lacking.join('=…,')}=…`,
    );
  return { schedule, rate, ...numbers } as ScheduleOptions;
}

function buildClassWeights(
  items: readonly string[] | undefined,
  { classes, labels }: TrainingData,
): PlainTrainOptions['classWeights'] {
  if (items === undefined) return undefined;
  if (!classes) throw new UsageError('--class-weights', 'a regression has no classes');
  if (items.join() === 'balanced') {
    if (labels) return balanceClasses(classes.length, labels);
    throw new UsageError(
      '--class-weights',
      "the classes of streamed data aren't counted",
      'give CLASS=NUMBER for each class',
    );
  }
  const weights: Record<number, number> = {};
  for (const item of items) {
    const at = item.lastIndexOf('=');
    const label = classes.findIndex((name) => String(name) === item.slice(0, at));
    const weight = Number(item.slice(at + 1));
    if (at < 1 || label < 0 || !(weight >= 0))
      throw new UsageError(
        '--class-weights',
        `expected CLASS=NUMBER, with one of ${classes.join(', ')}; got '${item}'`,
      );
    weights[label] = weight;
  }
  return weights;
}

function dropUndefined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
