import { Option } from 'commander';
import type { ActivationName, LossName, NetworkSpec } from '../../model/spec.js';
import { UsageError } from '../errors.js';
import type { Task } from '../../data/index.js';
import type { OptionGroup } from './command.js';
import {
  engineName,
  misread,
  namedValue,
  number,
  refusal,
  valueOption,
  wholeNumber,
  wholeNumbers,
  type NamedValue,
  type NumbersByName,
} from './values.js';

/** Options about the network. */
export interface NetworkFlags {
  readonly layers?: readonly number[];
  readonly hidden?: readonly number[];
  readonly activation?: NamedValue;
  readonly outputActivation?: NamedValue;
  readonly loss?: NamedValue;
  readonly initializer?: string;
  readonly dropout?: number;
  readonly seed?: number;
  readonly engine?: 'auto' | 'wasm' | 'reference';
  readonly threads?: number | 'auto';
  readonly wide?: boolean;
  /** Networks to train, each from a seed of its own. */
  readonly ensemble?: number;
}

/** More networks than help. */
const MOST_MEMBERS = 100;

const hiddenActivations: NumbersByName<Exclude<ActivationName, 'softmax'>> = {
  sigmoid: [],
  tanh: [],
  relu: [],
  leakyRelu: ['alpha'],
  elu: ['alpha'],
  softplus: [],
  swish: [],
  gelu: [],
  geluExact: [],
  selu: [],
  mish: [],
  softsign: [],
  linear: [],
};

const activations: NumbersByName<ActivationName> = { ...hiddenActivations, softmax: [] };

const losses: NumbersByName<LossName> = {
  quadratic: [],
  meanSquaredError: [],
  meanAbsoluteError: [],
  huber: ['delta'],
  binaryCrossEntropy: ['labelSmoothing'],
  crossEntropy: ['labelSmoothing'],
  focal: ['gamma'],
  binaryFocal: ['gamma', 'alpha'],
  hinge: [],
  logCosh: [],
  poisson: [],
  quantile: ['q'],
};

/**
 * Measured on the tables of bench/tables: with fewer units, tables of many classes lose up to ten points, and no table gains
 * more than its spread.
 */
const DEFAULT_UNITS = 128;

export const networkGroup: OptionGroup = {
  heading: 'Network',
  options: [
    valueOption(
      '--layers <sizes>',
      'Sizes of all layers, from the inputs to the outputs, such as 784,30,10',
      wholeNumbers({ min: 1 }),
    ),
    valueOption(
      '--hidden <sizes>',
      `Units of each hidden layer, such as 64,32; 0 for none (default: ${DEFAULT_UNITS})`,
      wholeNumbers({ min: 0 }),
    ),
    valueOption(
      '--activation <name>',
      'Activation of the hidden layers: sigmoid, tanh, relu, leakyRelu[:alpha=0.01], elu[:alpha=1], softplus, swish, ' +
        'gelu, geluExact, selu, mish, softsign or linear (default: relu)',
      parseHiddenActivation,
    ),
    valueOption(
      '--output-activation <name>',
      'Activation of the last layer (default: depends on task and loss; softmax for classes, linear for numbers)',
      namedValue(activations),
    ),
    valueOption(
      '--loss <name>',
      'Loss: quadratic, meanSquaredError, meanAbsoluteError, huber[:delta=1], binaryCrossEntropy[:labelSmoothing=0], ' +
        'crossEntropy[:labelSmoothing=0], focal[:gamma=2], binaryFocal[:gamma=2,alpha=0.25], hinge, logCosh, poisson or quantile[:q=0.5] (default: ' +
        'crossEntropy for classes, meanSquaredError for numbers)',
      namedValue(losses),
    ),
    new Option(
      '--initializer <name>',
      'Initial weights: glorotUniform, glorotNormal, heUniform, heNormal, standardNormal or scaledNormal (default: ' +
        'depends on the activation)',
    ),
    valueOption(
      '--dropout <fraction>',
      'Fraction of hidden units to switch off in training (default: 0)',
      number({ min: 0, max: 0.99 }),
    ),
    valueOption('--seed <n>', 'Seed of weights, splits and shuffling (default: 0)', wholeNumber()),
    valueOption(
      '--ensemble <n>',
      'Train n networks from different seeds, and save them as one model that averages their outputs (default: 1)',
      wholeNumber({ min: 1, max: MOST_MEMBERS }),
    ),
    valueOption(
      '--engine <name>',
      'Engine: auto, wasm or reference; all compute identical results (default: auto)',
      engineName,
    ),
    valueOption(
      '--threads <n>',
      'Threads: 1 to 16, or auto; the result is the same for any number (default: auto)',
      parseThreads,
    ),
    new Option(
      '--wide',
      'Use 256-bit vectors, an experimental V8 feature in Node 24 or newer. bp4 checks that the results are identical',
    ),
  ],
};

function parseHiddenActivation(text: string): NamedValue {
  if (text !== 'softmax') return namedValue(hiddenActivations)(text);
  throw refusal('softmax is only for the last layer', 'use --output-activation softmax');
}

function parseThreads(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 16) return threads;
  throw misread('a whole number from 1 to 16, or auto', text);
}

type Layer = NetworkSpec['layers'][number];

/** The numbers of inputs and outputs that the data needs. */
export interface DataShape {
  /** Numbers per sample, after transforms. */
  readonly inputs: number;
  /** The number of classes or targets. */
  readonly outputs: number;
  /** Numbers and categories per sample, before transforms. */
  readonly columns: number;
}

/**
 * Builds the network for data of a shape.
 * @throws UsageError naming the option that is wrong
 */
export function buildNetworkSpec(
  flags: NetworkFlags,
  task: Task,
  shape: DataShape,
): Pick<NetworkSpec, 'inputs' | 'layers' | 'loss' | 'seed'> {
  const { inputs, outputs } = shape;
  const sizes = chooseSizes(flags, task, shape);
  const units = sizes.at(-1)!;
  const outputActivation =
    flags.outputActivation ?? (units < outputs ? withoutNumbers('sigmoid') : undefined);
  const loss = flags.loss ?? withoutNumbers(chooseLoss(task, outputActivation?.name));
  const last = outputActivation ?? withoutNumbers(chooseOutputActivation(task, loss.name));
  const hidden = flags.activation ?? withoutNumbers('relu');
  const { dropout, initializer, seed = 0 } = flags;
  const more = initializer === undefined ? {} : { initializer };
  const layers = [
    ...sizes.slice(0, -1).map((units) => ({
      units,
      ...spreadActivation(hidden),
      ...more,
      ...(dropout !== undefined && { dropout }),
    })),
    { units, ...spreadActivation(last), ...more },
  ] as Layer[];
  const spec = Object.keys(loss.numbers).length === 0 ? loss.name : { name: loss.name, ...loss.numbers };
  return { inputs, layers, loss: spec as NonNullable<NetworkSpec['loss']>, seed };
}

const withoutNumbers = (name: string): NamedValue => ({ name, numbers: {} });

const spreadActivation = ({ name, numbers }: NamedValue): object => ({ activation: name, ...numbers });

function chooseLoss(task: Task, outputActivation: string | undefined): string {
  if (task === 'regression') return 'meanSquaredError';
  if (outputActivation === undefined || outputActivation === 'softmax') return 'crossEntropy';
  return outputActivation === 'sigmoid' ? 'binaryCrossEntropy' : 'quadratic';
}

function chooseOutputActivation(task: Task, loss: string): string {
  if (loss === 'crossEntropy' || loss === 'focal') return 'softmax';
  if (loss === 'binaryCrossEntropy' || loss === 'binaryFocal') return 'sigmoid';
  return task === 'regression' || loss === 'hinge' ? 'linear' : 'sigmoid';
}

/** The units of each layer. A single output is enough for two classes. */
function chooseSizes(
  { layers: shape, hidden }: NetworkFlags,
  task: Task,
  { inputs, outputs, columns }: DataShape,
): number[] {
  if (!shape) return [...(hidden?.filter((units) => units > 0) ?? [DEFAULT_UNITS]), outputs];
  if (hidden) throw new UsageError('--hidden', "can't be combined with --layers, the complete shape");
  const last = shape.at(-1);
  const fits = last === outputs || (last === 1 && outputs === 2 && task === 'classification');
  if (shape.length < 2 || shape[0] !== inputs || !fits) {
    throw new UsageError(
      `--layers ${shape.join(',')}`,
      `the data has ${inputs} inputs${inputs > columns ? ' (one for each category)' : ''} and ${outputs} outputs`,
      `write --layers ${[inputs, ...shape.slice(1, -1), outputs].join(',')}`,
    );
  }
  return shape.slice(1);
}
