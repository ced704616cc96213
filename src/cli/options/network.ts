import type { Arguments } from './arguments.js';
import type { OptionGroup } from './command.js';
import { usageFailure } from '../errors.js';
import type { Task } from '../model/model-file.js';
import { namedOf, type Named, type Numbers } from './named-values.js';
import type { NetworkSpec } from '../../model/spec.js';

/** The options that say what network is trained. */
export const networkOptionGroup: OptionGroup = {
  title: 'Network',
  options: {
    layers: {
      type: 'string',
      value: 'SIZES',
      description: 'The whole shape: inputs, units of each hidden layer, outputs; 784,30,10.',
    },
    hidden: {
      type: 'string',
      value: 'SIZES',
      description:
        'Or the units of the hidden layers alone; 0 for none. Default: one, of 16 to 128 by the inputs.',
    },
    activation: {
      type: 'string',
      value: 'NAME',
      description:
        'Of hidden layers: sigmoid, tanh, relu, leakyRelu[:alpha=0.01], elu[:alpha=1], softplus, swish, gelu, softsign ' +
        'or linear. Default relu.',
    },
    'output-activation': {
      type: 'string',
      value: 'NAME',
      description:
        'Of the last layer. Default: what goes with task and loss; softmax for classes, linear for numbers.',
    },
    loss: {
      type: 'string',
      value: 'NAME',
      description:
        'quadratic, meanSquaredError, meanAbsoluteError, huber[:delta=1], binaryCrossEntropy, crossEntropy ' +
        '(both [:labelSmoothing=0.1]) or hinge. Default: crossEntropy for classes, meanSquaredError for numbers.',
    },
    initializer: {
      type: 'string',
      value: 'NAME',
      description:
        'glorotUniform, glorotNormal, heUniform, heNormal, standardNormal or scaledNormal. Default: by the activation.',
    },
    dropout: {
      type: 'string',
      value: 'SHARE',
      description: 'Of the activations of each hidden layer. Default 0.',
    },
    seed: {
      type: 'string',
      value: 'N',
      description: 'Initial weights, the parts and the order of samples are drawn from it. Default 0.',
    },
    engine: {
      type: 'string',
      value: 'NAME',
      description: 'auto, wasm or reference: the same bits. Default auto.',
    },
    threads: { type: 'string', value: 'N', description: '1 to 16, or auto: the same bits. Default auto.' },
  },
};

const activations: Numbers = {
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

const losses: Numbers = {
  quadratic: [],
  meanSquaredError: [],
  meanAbsoluteError: [],
  huber: ['delta'],
  binaryCrossEntropy: ['labelSmoothing'],
  crossEntropy: ['labelSmoothing'],
  hinge: [],
};

type Layer = NetworkSpec['layers'][number];

/**
 * The network for data of a shape.
 * @param inputs how many numbers a sample has, transformed
 * @param outputs how many classes there are, or targets
 * @throws Failure naming the option that is wrong
 */
export function architectureOf(
  args: Arguments,
  task: Task,
  inputs: number,
  outputs: number,
): Pick<NetworkSpec, 'inputs' | 'layers' | 'loss' | 'seed'> {
  const sizes = sizesOf(args, task, inputs, outputs);
  const units = sizes.at(-1)!;
  const activation = args.string('output-activation') ?? (units < outputs ? 'sigmoid' : undefined);
  const loss = namedOf('loss', args.string('loss') ?? lossFor(task, activation), losses);
  const last = namedOf('output-activation', activation ?? lastFor(task, loss.name), activations);
  const hidden = namedOf('activation', args.string('activation') ?? 'relu', activations);
  const dropout = args.number('dropout', 0, 0.99);
  const initializer = args.string('initializer');
  const more = initializer === undefined ? {} : { initializer };
  const layers = [
    ...sizes.slice(0, -1).map((units) => ({
      units,
      ...flat('activation', hidden),
      ...more,
      ...(dropout !== undefined && { dropout }),
    })),
    { units, ...flat('activation', last), ...more },
  ] as Layer[];
  const spec = Object.keys(loss.numbers).length === 0 ? loss.name : { name: loss.name, ...loss.numbers };
  return { inputs, layers, loss: spec as NonNullable<NetworkSpec['loss']>, seed: args.integer('seed') ?? 0 };
}

const flat = (key: string, { name, numbers }: Named): object => ({ [key]: name, ...numbers });

function lossFor(task: Task, last: string | undefined): string {
  if (task === 'regression') return 'meanSquaredError';
  if (last === undefined || last === 'softmax') return 'crossEntropy';
  return last === 'sigmoid' ? 'binaryCrossEntropy' : 'quadratic';
}

function lastFor(task: Task, loss: string): string {
  if (loss === 'crossEntropy') return 'softmax';
  if (loss === 'binaryCrossEntropy') return 'sigmoid';
  return task === 'regression' || loss === 'hinge' ? 'linear' : 'sigmoid';
}

/** The units of each layer. Of two classes a single output may tell. */
function sizesOf(args: Arguments, task: Task, inputs: number, outputs: number): number[] {
  const shape = args.integers('layers', 1);
  const hidden = args.integers('hidden', 0);
  if (!shape) return [...(hidden?.filter((units) => units > 0) ?? [defaultUnits(inputs)]), outputs];
  if (hidden) throw usageFailure('--hidden: give either it or --layers, the whole shape');
  const last = shape.at(-1);
  const fits = last === outputs || (last === 1 && outputs === 2 && task === 'classification');
  if (shape.length < 2 || shape[0] !== inputs || !fits) {
    const cure = [inputs, ...shape.slice(1, -1), outputs].join(',');
    throw usageFailure(
      `--layers ${shape.join(',')}: the data have ${inputs} inputs (one for each category) and ${outputs} outputs; ` +
        `write --layers ${cure}`,
    );
  }
  return shape.slice(1);
}

const defaultUnits = (inputs: number): number =>
  inputs <= 16 ? 16 : inputs <= 64 ? 32 : inputs <= 256 ? 64 : 128;
