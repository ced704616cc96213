import { drawParameters, readWeights } from '../../src/model/parameters.js';
import { describe, expect, it } from 'vitest';
import {
  Network,
  type ActivationName,
  type Data,
  type LayerDiagnosis,
  type NetworkJSON,
  type NetworkSpec,
} from '../../src/index.js';
import { copyParameters, measureLayers } from '../../src/diagnosis/layers.js';
import { single } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { createModel } from '../../src/model/model.js';
import { Random } from '../../src/base/random.js';
import { checkSpec, partners } from '../../src/model/spec.js';
import { Samples } from '../../src/training/samples.js';
import { finish } from '../../src/base/work.js';
import { fingerprint } from '../support/fingerprint.js';
import { randomData } from '../support/random-data.js';

// What diagnose reports: its numbers, compared with those of backprop, and its messages, for networks with a problem
// and for healthy ones.

const engines = ['wasm', 'reference'] as const;

/** σ in double precision; its slope is a central difference. Softmax counts as linear, with slope 1. */
const values: Record<ActivationName, (z: number) => number> = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  relu: (z) => Math.max(z, 0),
  leakyRelu: (z) => (z > 0 ? z : 0.01 * z),
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
  softplus: (z) => Math.log1p(Math.exp(z)),
  swish: (z) => z / (1 + Math.exp(-z)),
  gelu: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
  // The error function by an integral with Simpson's rule
  geluExact: (z) => z * (0.5 + integrateDensity(z)),
  selu: (z) => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z)),
  mish: (z) => z * Math.tanh(Math.log1p(Math.exp(z))),
  softsign: (z) => z / (1 + Math.abs(z)),
  linear: (z) => z,
  softmax: (z) => z,
};

/** The integral of the density of N(0, 1) from 0 to z. */
function integrateDensity(z: number): number {
  const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const steps = 400;
  const h = z / steps;
  let sum = density(0) + density(z);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * density(i * h);
  return (sum * h) / 3;
}

const computeSlope = (activation: ActivationName, z: number): number =>
  (values[activation](z + 1e-5) - values[activation](z - 1e-5)) / 2e-5;

/** The steepest slope, taken as 1 for most activations. */
const steepestOf = (activation: ActivationName): number =>
  ({ sigmoid: 0.25, selu: 1.758 })[activation as string] ?? 1;

/** A unit is saturated if its slope is below a tenth of the steepest. */
const isFlat = (activation: ActivationName, slope: number): boolean => slope < 0.1 * steepestOf(activation);

const addUp = (numbers: Iterable<number>): number => Array.from(numbers).reduce((sum, x) => sum + x, 0);
const norm = (numbers: ArrayLike<number>): number => Math.sqrt(addUp(Array.from(numbers, (x) => x * x)));
const rootMeanSquare = (numbers: ArrayLike<number>): number => norm(numbers) / Math.sqrt(numbers.length);
const share = (numbers: ArrayLike<number>, has: (x: number) => boolean): number =>
  Array.from(numbers).filter(has).length / numbers.length;

/** The same numbers by their definitions, from what `backprop` returns. */
function recomputed(net: Network, data: Data & { inputs: Float32Array }): LayerDiagnosis[] {
  const { layers } = net.backprop(data);
  return net.layers.map(({ activation, units, weights }, l) => {
    const { delta, preActivations, weightGradients } = layers[l]!;
    const input = l === 0 ? data.inputs : layers[l - 1]!.activations;
    const slopes = Array.from(preActivations, (z) => Math.abs(computeSlope(activation, z)));
    const ofUnit = (j: number): number[] => slopes.filter((_, i) => i % units === j);
    return {
      delta: rootMeanSquare(delta),
      input: rootMeanSquare(input),
      zeroInputs: share(input, (x) => x === 0),
      gradient: norm(weightGradients),
      weights: norm(weights),
      speed: norm(weightGradients) / norm(weights),
      saturated: share(slopes, (slope) => isFlat(activation, slope)),
      dead: Array.from({ length: units }, (_, j) => ofUnit(j)).filter((of) => of.every((s) => s === 0))
        .length,
    };
  });
}

/** Weights N(0, 1) after inputs of about 1 saturate some units and leave others steep. */
const createSpec = (
  hidden: ActivationName,
  activation: ActivationName,
  loss: NetworkSpec['loss'],
): NetworkSpec => ({
  inputs: 6,
  layers: [
    { units: 9, activation: hidden, initializer: 'standardNormal' },
    { units: 7, activation: hidden, initializer: 'standardNormal' },
    { units: 3, activation, initializer: 'scaledNormal' },
  ],
  ...(loss && { loss }),
  seed: 3,
});

/** More rows than diagnose takes at a time; one input in six is zero. */
const ROWS = 300;
const data = randomData(ROWS, 6, 3);
for (let i = 0; i < data.inputs.length; i += 6) data.inputs[i] = 0;

describe.each([
  ...partners.quadratic.map((activation) => ({ activation, output: activation, loss: 'quadratic' as const })),
  ...partners.quadratic.map((activation) => ({
    activation,
    output: 'softmax' as const,
    loss: 'crossEntropy' as const,
  })),
])('a network of $activation with $output outputs', ({ activation, output, loss }) => {
  const spec = createSpec(activation, output, loss);

  /** Gradients are summed in single precision, in chunks here and all at once there: 300 roundings of ε = 6e-8. */
  it.each(engines)('reports the numbers that follow from backprop, on engine %s', async (engine) => {
    const net = await Network.create({ ...spec, engine });
    const { layers } = await net.diagnose(data);
    expect(layers).toHaveLength(spec.layers.length);
    for (const [l, right] of recomputed(net, data).entries()) {
      expect(Object.keys(layers[l]!).sort()).toEqual(Object.keys(right).sort());
      for (const [name, value] of Object.entries(right) as [keyof LayerDiagnosis, number][]) {
        expect(Math.abs(layers[l]![name]! - value), `layers[${l}].${name}`).toBeLessThanOrEqual(2e-5 * value);
      }
    }
  });

  it('gives the same bits on both engines', async () => {
    const [one, other] = await Promise.all(engines.map((engine) => Network.create({ ...spec, engine })));
    expect(await one!.diagnose(data)).toEqual(await other!.diagnose(data));
  });
});

it.each(partners.quadratic)(
  'assumes the steepest slope of %s correctly to within 13 percent',
  (activation) => {
    const slopes = Array.from({ length: 401 }, (_, i) => computeSlope(activation, i / 20 - 10));
    const steepest = Math.max(...slopes) / steepestOf(activation);
    expect(Math.abs(steepest - 1)).toBeLessThan(0.13); // gelu: 1.129
  },
);

it('returns plain data and leaves the network unchanged', async () => {
  const net = await Network.create(createSpec('tanh', 'softmax', 'crossEntropy'));
  const before = fingerprint(net);
  const diagnosis = await net.diagnose(data);
  expect(fingerprint(net)).toBe(before);
  expect(JSON.parse(JSON.stringify(diagnosis))).toEqual(diagnosis);
});

it('reports the change of W relative to W before as the update, without biases', () => {
  const model = createModel(checkSpec(createSpec('tanh', 'tanh', 'quadratic')), referenceKernels(single));
  drawParameters(model, Random.fromSeed(1));
  const before = copyParameters(model);
  const weights = model.layers.map((layer) => readWeights(model, layer, layer.weights));
  const { floats } = model.views;
  for (const { weights, fanIn, stride, units } of model.layers) {
    // A change of a bias is no change of W.
    floats[model.views.at(weights) + fanIn * stride]! += 5;
    floats[model.views.at(weights) + units - 1]! += 0.25;
    floats[model.views.at(weights) + stride]! -= 0.5;
  }
  const { layers } = finish(measureLayers(model, finish(Samples.read(data, model)), before));
  expect(layers).toHaveLength(weights.length);
  for (const [l, { update }] of layers.entries()) {
    // The changed weights, of about 1 in size, are rounded to ε.
    expect(update).toBeCloseTo(Math.hypot(0.25, 0.5) / norm(weights[l]!), 6);
  }
});

type LayerJSON = NetworkJSON['layers'][number];

async function fromLayers(
  inputs: number,
  loss: NetworkJSON['loss'],
  ...layers: [ActivationName, weights: number[][], biases: number[]][]
): Promise<Network> {
  return await Network.fromJSON({
    format: 'bp4',
    version: 1,
    inputs,
    loss,
    layers: layers.map(([activation, weights, biases]): LayerJSON => ({
      units: biases.length,
      activation,
      weights,
      biases,
    })),
  });
}

const identity = (n: number, factor = 1): number[][] =>
  Array.from({ length: n }, (_, j) => Array.from({ length: n }, (_, k) => (j === k ? factor : 0)));

const deep = (
  activation: ActivationName,
  initializer: 'standardNormal' | 'scaledNormal' | 'heNormal',
  depth = 4,
): NetworkSpec => ({
  inputs: 20,
  layers: [
    ...Array.from({ length: depth }, () => ({ units: 20, activation, initializer })),
    { units: 5, activation: 'softmax', initializer },
  ],
});
const many = randomData(ROWS, 20, 5);
const labels = Array.from({ length: ROWS }, (_, n) => n % 5);
const classes = { inputs: many.inputs, labels };

describe('messages', () => {
  /** A network, its data, and all messages expected. */
  const cases: [what: string, () => Promise<Network>, Data, messages: (string | RegExp)[]][] = [
    [
      'saturated outputs under the quadratic cost',
      () => fromLayers(1, 'quadratic', ['sigmoid', [[2]], [2]]),
      { inputs: [[1]], targets: [[0]] },
      [
        'layers[0]: quadratic loss with saturated sigmoid outputs, which are wrong for 100% of the samples and hardly learn; ' +
          "try loss 'binaryCrossEntropy'",
      ],
    ],
    [
      'saturated outputs of tanh under the quadratic cost',
      () => fromLayers(1, 'quadratic', ['tanh', [[2]], [2]]),
      {
        inputs: [[1], [1], [1]],
        targets: [[-1], [0], [1]],
      },
      [
        'layers[0]: quadratic loss with saturated tanh outputs, which are wrong for 67% of the samples and hardly learn; ' +
          "try activation 'linear'",
      ],
    ],
    [
      'saturated hidden units with large weights and large inputs',
      () => fromLayers(2, 'quadratic', ['tanh', identity(2, 3), [0, 0]], ['linear', [[1, 1]], [0]]),
      { inputs: [[9, -9]], targets: [[1]] },
      [
        "layers[0] learns nothing, unlike layers[1]: 100% of its tanh units are saturated; try relu, initializer 'scaledNormal', smaller inputs",
      ],
    ],
    [
      'saturated hidden units with large biases',
      () => fromLayers(2, 'quadratic', ['sigmoid', identity(2), [6, 6]], ['linear', [[1, 1]], [0]]),
      {
        inputs: [
          [0.5, 0.25],
          [0, 0.5],
        ],
        targets: [[1], [0]],
      },
      [
        /^layers\[0\] learns \d+ times slower than layers\[1\]: 100% of its sigmoid units are saturated; try relu$/,
      ],
    ],
    [
      'dead units',
      () => fromLayers(2, 'quadratic', ['relu', identity(2), [0, -9]], ['linear', [[1, 1]], [0]]),
      {
        inputs: [
          [1, 2],
          [2, 1],
        ],
        targets: [[1], [1]],
      },
      [
        "layers[0]: 1 of its 2 relu units are dead (σ′ = 0 for all 2 samples); try initializer 'heNormal', a lower learning rate, or leakyRelu",
      ],
    ],
    [
      'small inputs',
      () => fromLayers(1, 'quadratic', ['tanh', [[1]], [1]], ['linear', [[1]], [0]]),
      { inputs: [[0.001], [0.003]], targets: [[0], [0]] },
      [
        /^layers\[0\] learns \d+ times slower than layers\[1\]: its inputs are small \(about 0\.002\); scale them to about 1$/,
      ],
    ],
    [
      'inputs that are mostly zero',
      () =>
        fromLayers(
          20,
          'quadratic',
          ['tanh', [[0.3, ...Array<number>(19).fill(9)]], [0]],
          ['linear', [[1]], [0]],
        ),
      { inputs: [[1, ...Array<number>(19).fill(0)]], targets: [[5]] },
      [
        /^layers\[0\] learns \d+ times slower than layers\[1\]: 95% of its inputs are 0, and weights of such inputs learn nothing; use inputs that vary more/,
      ],
    ],
    [
      'a vanishing δ',
      () => Network.create(deep('sigmoid', 'scaledNormal')),
      classes,
      [
        /^layers\[0\] learns \d+ times slower than layers\[4\]: δ shrinks on its way back, by σ′ and W of each layer; try relu with 'heNormal', or fewer layers$/,
        /^layers\[1\] learns \d+ times slower than layers\[4\]: δ shrinks/,
      ],
    ],
    [
      'an exploding δ',
      () =>
        fromLayers(
          3,
          'quadratic',
          ['linear', identity(3), [0, 0, 0]],
          ['linear', identity(3), [0, 0, 0]],
          ['linear', identity(3, 100), [0, 0, 0]],
        ),
      { inputs: [[1, 2, 3]], targets: [[0, 0, 0]] },
      [
        "layers[2] learns 10000 times slower than layers[0]: δ grows on its way back, because W is large; try initializer 'heNormal' or 'scaledNormal'",
      ],
    ],
    [
      'a slow layer without a cause when none applies',
      // Its second unit has a large weight, but no effect on the output.
      () =>
        fromLayers(
          1,
          'quadratic',
          ['linear', [[1]], [0]],
          ['linear', [[1], [300]], [0, -300]],
          ['linear', [[1, 0]], [0]],
        ),
      { inputs: [[1]], targets: [[0]] },
      [
        'layers[1] learns 300 times slower than layers[0]: its gradients are small compared with its weights; try smaller initial weights',
      ],
    ],
    [
      'outputs that are certain of wrong answers',
      () => fromLayers(1, 'binaryCrossEntropy', ['sigmoid', [[9]], [0]]),
      { inputs: [[1], [-1]], targets: [[0], [1]] },
      [
        /^layers\[0\]: its sigmoid outputs are certain of wrong answers: the loss is 13 times that of constant/,
      ],
    ],
    [
      'values that are not finite',
      () => fromLayers(1, 'quadratic', ['linear', [[1]], [0]], ['linear', [[1e38]], [0]]),
      { inputs: [[1e10]], targets: [[0]] },
      ['layers[0]: W, δ or ∂C/∂W is not finite; try a lower learning rate, or inputs scaled to about 1'],
    ],
  ];

  it.each(cases)('diagnose reports %s', async (_, make, data, expected) => {
    const { messages } = await (await make()).diagnose(data);
    expect(messages.length, messages.join('\n')).toBe(expected.length);
    for (const [i, message] of expected.entries()) expect(messages[i]).toMatch(message);
  });
});

describe('messages about healthy networks', () => {
  const quiet: [string, () => Promise<Network>, Data][] = [
    ['an untrained network of relu', () => Network.create(deep('relu', 'heNormal')), classes],
    ['an untrained network of tanh', () => Network.create(deep('tanh', 'scaledNormal')), classes],
    ['a single hidden layer of sigmoid', () => Network.create(deep('sigmoid', 'scaledNormal', 1)), classes],
    [
      'outputs that are saturated and right',
      () => fromLayers(1, 'quadratic', ['sigmoid', [[9]], [0]]),
      { inputs: [[1], [-1]], targets: [[1], [0]] },
    ],
    [
      'a layer of zeros, whose relative change is infinite',
      () => fromLayers(1, 'quadratic', ['tanh', [[0.5]], [0.5]], ['linear', [[0]], [0]]),
      { inputs: [[1]], targets: [[1]] },
    ],
    [
      'an answer that cannot improve',
      () => fromLayers(1, 'quadratic', ['linear', [[2]], [0]], ['linear', [[1]], [0]]),
      { inputs: [[1]], targets: [[2]] },
    ],
  ];

  it.each(quiet)('diagnose reports nothing for %s', async (_, make, data) => {
    expect((await (await make()).diagnose(data)).messages).toEqual([]);
  });

  it('validation data of a single class are no sign of overfitting', async () => {
    const net = await Network.create({ inputs: 1, layers: [{ units: 2, activation: 'softmax' }], seed: 1 });
    const xs = Array.from({ length: 60 }, (_, n) => (n - 29.5) / 15);
    const labels = xs.map((x) => Number(x > 0));
    await net.train({ inputs: xs, labels }, { epochs: 60, optimizer: 'adam', learningRate: 0.05 });
    const others = xs.filter((x) => x < 0).map((x) => x - 0.01);
    const validation = { inputs: others, labels: others.map(() => 0) };
    const { findings } = await net.diagnose({ inputs: xs, labels }, { validation });
    expect(findings.map(({ code }) => code)).not.toContain('overfitting');
  });

  it('reports nothing for XOR once it is learned', async () => {
    const xor = {
      inputs: [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      targets: [[0], [1], [1], [0]],
    };
    const net = await Network.create({
      inputs: 2,
      layers: [
        { units: 3, activation: 'sigmoid' },
        { units: 1, activation: 'sigmoid' },
      ],
      loss: 'binaryCrossEntropy',
      seed: 1,
    });
    await net.train(xor, { epochs: 2000, miniBatchSize: 4, learningRate: 2 });
    expect((await net.diagnose(xor)).messages).toEqual([]);
  });
});

it('counts a unit as dead only if it responds to no sample', async () => {
  const net = await fromLayers(1, 'quadratic', ['relu', [[1], [-1]], [0, 0]], ['linear', [[1, 1]], [0]]);
  const opposite = await net.diagnose({ inputs: [[1], [-1]], targets: [[0], [0]] });
  expect(opposite.layers[0]).toMatchObject({ saturated: 0.5, dead: 0 });
  expect((await net.diagnose({ inputs: [[1], [2]], targets: [[0], [0]] })).layers[0]).toMatchObject({
    dead: 1,
  });
});
