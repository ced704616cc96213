import type { Arguments } from './arguments.js';
import type { OptionGroup } from './command.js';
import { usageFailure } from '../errors.js';
import type { PlainTrainOptions } from '../model/model-file.js';
import { namedOf, type Numbers } from './named-values.js';
import type { OptimizerName } from '../../model/state.js';
import type { OptimizerOptions } from '../../training/optimizers.js';
import type { ScheduleOptions } from '../../training/schedules.js';

/** The options of `Network.train`, as they are typed. */
export const trainOptionGroup: OptionGroup = {
  title: 'Training',
  options: {
    epochs: {
      type: 'string',
      value: 'N',
      description: 'Passes over all samples. Default: by their number, 20 to 300.',
    },
    batch: { type: 'string', value: 'N', description: 'Samples to one update (mini-batch). Default 32.' },
    optimizer: {
      type: 'string',
      value: 'NAME',
      description:
        'sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw; with numbers: adam:beta2=0.99. Default adam.',
    },
    'learning-rate': {
      type: 'string',
      value: 'RATE',
      description:
        'Default: 0.005 for few samples, 0.001 for many; that of the optimizer where one is given.',
    },
    schedule: {
      type: 'string',
      value: 'NAME',
      description:
        'How the rate changes: cosine[:warmUp=2], step:every=10,factor=0.5, exponential:factor=0.95, ' +
        'inverseTime:decay=0.1 or plateau[:patience=5]. Default: it does not.',
    },
    momentum: {
      type: 'string',
      value: 'μ',
      description: 'Of momentum (which it implies) and nesterov. Default 0.9.',
    },
    l1: { type: 'string', value: 'λ', description: 'Makes cost + λ·Σ|w| small. Default 0.' },
    l2: { type: 'string', value: 'λ', description: 'Makes cost + ½·λ·Σw² small. Default 0.0001.' },
    'penalize-biases': { type: 'boolean', description: 'l1 and l2 are of biases too.' },
    'max-norm': { type: 'string', value: 'N', description: 'The longest that the weights of a unit may be.' },
    'clip-norm': { type: 'string', value: 'N', description: 'Clips the gradient to this length.' },
    'clip-value': { type: 'string', value: 'N', description: 'Clips each number of the gradient to ±N.' },
    frozen: { type: 'string', value: 'LAYERS', description: 'Layers that do not learn, from 0: 0,1.' },
    'class-weights': {
      type: 'string',
      value: 'WEIGHTS',
      description: 'What errors of a class cost: balanced, or yes=5,no=1. Default: all the same.',
    },
    'no-shuffle': { type: 'boolean', description: 'Each epoch takes the samples in the order of the file.' },
    'validation-split': {
      type: 'string',
      value: 'SHARE',
      description:
        'Set aside to watch the training by; 0 for none. Default 0.15, where there are 50 samples; of data larger than memory 0.1 at most.',
    },
    patience: {
      type: 'string',
      value: 'N',
      description:
        'Ends after N epochs without a better one, with the weights of the best; 0 for never. ' +
        'Default a tenth of the epochs, at least 5, where there is a validation part.',
    },
    'min-delta': {
      type: 'string',
      value: 'N',
      description: 'By how much an epoch must be better. Default 0.',
    },
    monitor: {
      type: 'string',
      value: 'WHAT',
      description: 'loss or accuracy tells which epoch is better. Default loss.',
    },
    'keep-last': { type: 'boolean', description: 'Ends with the weights of the last epoch, not the best.' },
    diagnose: {
      type: 'boolean',
      description: 'Each epoch says how fast each layer learns (with --json, in its event).',
    },
  },
};

/** Options of `Network.train` that the command line has under no name of its own, each with the reason. */
export const withoutOption: Readonly<Record<string, string>> = {
  validation: 'a part of the data is set aside by --validation-split',
  metrics: 'functions; the figures of the test part are told at the end',
  onEpoch: 'a function; --json gives an event for each epoch',
  onBatch: 'a function; the bar shows it',
  signal: 'Ctrl-C',
};

/** Which options of the command line stand for which of `Network.train`. */
export const optionsFor = {
  epochs: ['epochs'],
  miniBatchSize: ['batch'],
  learningRate: ['learning-rate', 'schedule'],
  optimizer: ['optimizer', 'momentum'],
  clip: ['clip-norm', 'clip-value'],
  l1: ['l1'],
  l2: ['l2'],
  penalizeBiases: ['penalize-biases'],
  maxNorm: ['max-norm'],
  frozen: ['frozen'],
  classWeights: ['class-weights'],
  shuffle: ['no-shuffle'],
  validationSplit: ['validation-split'],
  diagnose: ['diagnose'],
  earlyStopping: ['patience', 'min-delta', 'monitor', 'keep-last'],
  checkpoint: ['checkpoint', 'checkpoint-every'],
  resume: ['resume'],
} as const;

/** What the defaults depend on. */
export interface Samples {
  /** How many there are to learn from, the validation part included. */
  readonly count: number;
  readonly isStream: boolean;
  /** Of a stream, whether some are set aside to watch it by. */
  readonly isValidated: boolean;
  /** By index, of a classification. */
  readonly classes?: readonly (string | number)[] | undefined;
  readonly labels?: ArrayLike<number> | undefined;
}

/** Fewer than these are all learnt from. */
const FEWEST_TO_VALIDATE = 50;
const FEW = 5000;

const optimizers: Numbers = {
  sgd: [],
  momentum: ['momentum'],
  nesterov: ['momentum'],
  adagrad: ['epsilon'],
  rmsprop: ['decay', 'epsilon'],
  adam: ['beta1', 'beta2', 'epsilon'],
  adamw: ['beta1', 'beta2', 'epsilon', 'weightDecay'],
};

const schedules: Numbers = {
  step: ['every', 'factor'],
  exponential: ['factor'],
  inverseTime: ['decay'],
  cosine: ['warmUp', 'least'],
  plateau: ['factor', 'patience', 'minDelta', 'least'],
};

/**
 * What `Network.train` is told: plain data, that a model file can hold.
 * @throws Failure naming the option that is wrong
 */
export function trainOptionsOf(args: Arguments, samples: Samples): PlainTrainOptions {
  const epochs = args.integer('epochs', 1) ?? defaultEpochs(samples.count);
  const split = validationSplitOf(args, samples);
  const clip = defined({ norm: args.number('clip-norm', 0), value: args.number('clip-value', 0) });
  return defined({
    epochs,
    miniBatchSize: args.integer('batch', 1) ?? 32,
    learningRate: learningRateOf(args, samples),
    optimizer: optimizerOf(args),
    clip: Object.keys(clip).length > 0 ? clip : undefined,
    l1: args.number('l1', 0),
    l2: args.number('l2', 0) ?? 1e-4,
    penalizeBiases: args.has('penalize-biases') || undefined,
    maxNorm: args.number('max-norm', 0),
    frozen: args.integers('frozen', 0),
    classWeights: classWeightsOf(args, samples),
    shuffle: args.has('no-shuffle') ? false : undefined,
    validationSplit: split > 0 ? split : undefined,
    diagnose: args.has('diagnose') || args.has('report') || undefined,
    earlyStopping: earlyStoppingOf(args, epochs, split > 0 || samples.isValidated),
  });
}

const defaultEpochs = (count: number): number => Math.min(Math.max(Math.round(1e6 / count), 20), 300);

/** Of a stream it is no option of `train`: the samples are held. */
function validationSplitOf(args: Arguments, { count, isStream }: Samples): number {
  if (isStream) return 0;
  return args.number('validation-split', 0, 0.9) ?? (count < FEWEST_TO_VALIDATE ? 0 : 0.15);
}

function optimizerOf(args: Arguments): OptimizerName | OptimizerOptions {
  const momentum = args.number('momentum', 0, 1);
  const text = args.string('optimizer') ?? (momentum === undefined ? 'adam' : 'momentum');
  const { name, numbers } = namedOf('optimizer', text, optimizers);
  if (momentum !== undefined && !optimizers[name]!.includes('momentum')) {
    throw usageFailure(`--momentum: ${name} has none; use --optimizer momentum or nesterov`);
  }
  const all = { ...(momentum !== undefined && { momentum }), ...numbers };
  return Object.keys(all).length === 0 ? (name as OptimizerName) : ({ name, ...all } as OptimizerOptions);
}

function learningRateOf(args: Arguments, { count }: Samples): number | ScheduleOptions | undefined {
  const given = args.number('learning-rate', 0);
  if (given === 0) throw usageFailure('--learning-rate: expected a number above 0');
  const isOurs = !args.has('optimizer') && !args.has('momentum');
  const rate = given ?? (isOurs ? (count < FEW ? 0.005 : 0.001) : undefined);
  const text = args.string('schedule');
  if (text === undefined) return rate;
  const { name: schedule, numbers } = namedOf('schedule', text, schedules);
  if (rate === undefined) throw usageFailure(`--schedule: give --learning-rate too, with which it begins`);
  const needed = schedules[schedule]!.filter((key) => needs[schedule]?.includes(key) && !(key in numbers));
  if (needed.length > 0)
    throw usageFailure(`--schedule ${schedule}: give ${schedule}:${needed.join('=…,')}=…`);
  return { schedule, rate, ...numbers } as ScheduleOptions;
}

/** What a schedule has no default for. */
const needs: Numbers = { step: ['every', 'factor'], exponential: ['factor'], inverseTime: ['decay'] };

function earlyStoppingOf(
  args: Arguments,
  epochs: number,
  isValidated: boolean,
): PlainTrainOptions['earlyStopping'] {
  const patience = args.integer('patience', 0) ?? (isValidated ? Math.max(5, Math.round(epochs / 10)) : 0);
  if (patience === 0) return undefined;
  return defined({
    patience,
    minDelta: args.number('min-delta', 0),
    monitor: args.choice('monitor', ['loss', 'accuracy']),
    restoreBest: args.has('keep-last') ? false : undefined,
  });
}

function classWeightsOf(args: Arguments, { classes, labels }: Samples): PlainTrainOptions['classWeights'] {
  const text = args.string('class-weights');
  if (text === undefined) return undefined;
  if (!classes) throw usageFailure('--class-weights: the answers are numbers, and have no classes');
  if (text === 'balanced') return balanced(classes.length, labels);
  const weights: Record<number, number> = {};
  for (const item of args.list('class-weights')!) {
    const at = item.lastIndexOf('=');
    const label = classes.findIndex((name) => String(name) === item.slice(0, at));
    const weight = Number(item.slice(at + 1));
    if (at < 1 || label < 0 || !(weight >= 0)) {
      throw usageFailure(
        `--class-weights: expected CLASS=NUMBER, with one of ${classes.join(', ')}; got '${item}'`,
      );
    }
    weights[label] = weight;
  }
  return weights;
}

/** n / (k·n of the class): each class costs the same in all, as scikit-learn has it. */
function balanced(classes: number, labels: ArrayLike<number> | undefined): number[] {
  if (!labels) throw usageFailure('--class-weights: of data larger than memory give CLASS=NUMBER for each');
  const counts = new Array<number>(classes).fill(0);
  for (let n = 0; n < labels.length; n++) counts[labels[n]!]!++;
  return counts.map((count) => (count === 0 ? 1 : labels.length / (classes * count)));
}

/** Without what is undefined. */
function defined<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
