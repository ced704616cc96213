import { InvalidArgumentError, Option } from 'commander';
import type { ActivationName, LossName, NetworkSpec } from '../../model/spec.js';
import { UsageError } from '../errors.js';
import type { Task } from '../../data/index.js';
import type { OptionGroup } from './command.js';
import {
  engineName,
  namedValue,
  number,
  wholeNumber,
  wholeNumbers,
  type NamedValue,
  type NumbersByName,
} from './values.js';

/** What network is trained, as far as it was said. */
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
}

const activations: NumbersByName<ActivationName> = {
  sigmoid: [],
  tanh: [],
  relu: [],
  leakyRelu: ['alpha'],
  elu: ['alpha'],
  softplus: [],
  swish: [],
  gelu: [],
  softsign: [],
  linear: [],
  softmax: [],
};

const losses: NumbersByName<LossName> = {
  quadratic: [],
  meanSquaredError: [],
  meanAbsoluteError: [],
  huber: ['delta'],
  binaryCrossEntropy: ['labelSmoothing'],
  crossEntropy: ['labelSmoothing'],
  hinge: [],
};

export const networkGroup: OptionGroup = {
  heading: 'Network',
  options: [
    new Option(
      '--layers <sizes>',
      'the whole shape: inputs, units of each hidden layer, outputs; 784,30,10',
    ).argParser(wholeNumbers({ min: 1 })),
    new Option(
      '--hidden <sizes>',
      'or the units of the hidden layers alone; 0 for none (default: one, of 16 to 128 by the inputs)',
    ).argParser(wholeNumbers({ min: 0 })),
    new Option(
      '--activation <name>',
      'of hidden layers: sigmoid, tanh, relu, leakyRelu[:alpha=0.01], elu[:alpha=1], softplus, swish, gelu, softsign ' +
        'or linear (default: relu)',
    ).argParser(namedValue(activations)),
    new Option(
      '--output-activation <name>',
      'of the last layer (default: what goes with task and loss; softmax for classes, linear for numbers)',
    ).argParser(namedValue(activations)),
    new Option(
      '--loss <name>',
      'quadratic, meanSquaredError, meanAbsoluteError, huber[:delta=1], binaryCrossEntropy, crossEntropy ' +
        '(both [:labelSmoothing=0.1]) or hinge (default: crossEntropy for classes, meanSquaredError for numbers)',
    ).argParser(namedValue(losses)),
    new Option(
      '--initializer <name>',
      'glorotUniform, glorotNormal, heUniform, heNormal, standardNormal or scaledNormal (default: by the activation)',
    ),
    new Option('--dropout <share>', 'of the activations of each hidden layer (default: 0)').argParser(
      number({ min: 0, max: 0.99 }),
    ),
    new Option(
      '--seed <n>',
      'initial weights, the parts and the order of samples are drawn from it (default: 0)',
    ).argParser(wholeNumber()),
    new Option('--engine <name>', 'auto, wasm or reference: the same bits (default: auto)').argParser(
      engineName,
    ),
    new Option('--threads <n>', '1 to 16, or auto: the same bits (default: auto)').argParser(parseThreads),
  ],
};

function parseThreads(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 16) return threads;
  throw new InvalidArgumentError('Expected a whole number from 1 to 16, or auto.');
}

type Layer = NetworkSpec['layers'][number];

/**
 * Builds the network for data of a shape.
 * @param inputs how many numbers a sample has, transformed
 * @param outputs how many classes there are, or targets
 * @throws UsageError naming the option that is wrong
 */
export function buildNetworkSpec(
  flags: NetworkFlags,
  task: Task,
  inputs: number,
  outputs: number,
): Pick<NetworkSpec, 'inputs' | 'layers' | 'loss' | 'seed'> {
  const sizes = chooseSizes(flags, task, inputs, outputs);
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
  if (loss === 'crossEntropy') return 'softmax';
  if (loss === 'binaryCrossEntropy') return 'sigmoid';
  return task === 'regression' || loss === 'hinge' ? 'linear' : 'sigmoid';
}

/** The units of each layer. A single output can tell two classes apart. */
function chooseSizes(
  { layers: shape, hidden }: NetworkFlags,
  task: Task,
  inputs: number,
  outputs: number,
): number[] {
  if (!shape) return [...(hidden?.filter((units) => units > 0) ?? [defaultUnits(inputs)]), outputs];
  if (hidden) throw new UsageError('--hidden', 'give either it or --layers, the whole shape');
  const last = shape.at(-1);
  const fits = last === outputs || (last === 1 && outputs === 2 && task === 'classification');
  if (shape.length < 2 || shape[0] !== inputs || !fits) {
    throw new UsageError(
      `--layers ${shape.join(',')}`,
      `the data have ${inputs} inputs (one for each category) and ${outputs} outputs`,
      `write --layers ${[inputs, ...shape.slice(1, -1), outputs].join(',')}`,
    );
  }
  return shape.slice(1);
}

const defaultUnits = (inputs: number): number =>
  inputs <= 16 ? 16 : inputs <= 64 ? 32 : inputs <= 256 ? 64 : 128;
