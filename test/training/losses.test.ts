import { describe, expect, it } from 'vitest';
import { RangeFault } from '../../src/errors.js';
import {
  Network,
  type ActivationName,
  type Data,
  type LossSpec,
  type NetworkOptions,
} from '../../src/index.js';
import { accuracy, macroF1, meanAbsoluteError, pinballLoss, rSquared } from '../../src/metrics/index.js';

// How a loss turns labels into targets, how JSON stores its parameters and alpha, and its cost and δ where units are
// saturated.

const engines = ['wasm', 'reference'] as const;
const inputs = [0, 1, 2];

const lastLayer = (activation: ActivationName, units: number, loss: LossSpec): NetworkOptions => ({
  inputs: 1,
  layers: [{ units, activation }],
  loss,
});

/** Loss and gradients for some data. */
async function backprop(options: NetworkOptions, data: Data) {
  const net = await Network.create(options);
  const { loss, layers } = net.backprop(data);
  return { loss, layers, evaluated: net.evaluate(data).loss };
}

const smoothed = { name: 'crossEntropy', labelSmoothing: 0.25 } as const;
const smoothedBinary = { name: 'binaryCrossEntropy', labelSmoothing: 0.25 } as const;

/** Each is equivalent to the plain targets at its end. All numbers are exact in single precision. */
const sameTargets: [
  what: string,
  options: NetworkOptions,
  data: Data,
  plain: LossSpec,
  targets: number[][],
][] = [
  [
    'smoothed labels of crossEntropy, (1 − ε)y + ε/K',
    lastLayer('softmax', 4, smoothed),
    { inputs, labels: [1, 0, 3] },
    'crossEntropy',
    [
      [0.0625, 0.8125, 0.0625, 0.0625],
      [0.8125, 0.0625, 0.0625, 0.0625],
      [0.0625, 0.0625, 0.0625, 0.8125],
    ],
  ],
  [
    'smoothed dense targets of crossEntropy',
    lastLayer('softmax', 2, smoothed),
    { inputs, targets: [1, 0, 0.5, 0.5, 0.25, 0.5] },
    'crossEntropy',
    [
      [0.875, 0.125],
      [0.5, 0.5],
      [0.3125, 0.5],
    ],
  ],
  [
    'smoothed labels of binaryCrossEntropy, (1 − ε)y + ε/2',
    lastLayer('sigmoid', 3, smoothedBinary),
    { inputs, labels: [1, 0, 2] },
    'binaryCrossEntropy',
    [
      [0.125, 0.875, 0.125],
      [0.875, 0.125, 0.125],
      [0.125, 0.125, 0.875],
    ],
  ],
  [
    'smoothed labels of a single output',
    lastLayer('sigmoid', 1, smoothedBinary),
    { inputs, labels: [1, 0, 1] },
    'binaryCrossEntropy',
    [[0.875], [0.125], [0.875]],
  ],
  [
    'smoothed dense targets of binaryCrossEntropy',
    lastLayer('sigmoid', 1, smoothedBinary),
    { inputs, targets: [1, 0.5, 0] },
    'binaryCrossEntropy',
    [[0.875], [0.5], [0.125]],
  ],
  [
    'labels of hinge, −1 and 1',
    lastLayer('linear', 3, 'hinge'),
    { inputs, labels: [1, 0, 2] },
    'hinge',
    [
      [-1, 1, -1],
      [1, -1, -1],
      [-1, -1, 1],
    ],
  ],
  [
    'labels of hinge with a single output',
    lastLayer('tanh', 1, 'hinge'),
    { inputs, labels: [1, 0, 1] },
    'hinge',
    [[1], [-1], [1]],
  ],
];

it.each(sameTargets)(
  'gives the loss and gradients of the equivalent targets for %s',
  async (_, options, data, plain, targets) => {
    const found = await backprop(options, data);
    expect(found).toEqual(await backprop({ ...options, loss: plain }, { inputs, targets }));
    expect(found.evaluated).toBeCloseTo(found.loss, 12); // sums of three doubles, in another order
  },
);

it('trains on smoothed labels as on the equivalent targets', async () => {
  const train = async (loss: LossSpec, data: Data): Promise<unknown> => {
    const net = await Network.create(lastLayer('softmax', 2, loss));
    await net.train(data, { epochs: 3, miniBatchSize: 2 });
    return net.layers;
  };
  const targets = [0.125, 0.875, 0.875, 0.125, 0.125, 0.875];
  expect(await train(smoothed, { inputs, labels: [1, 0, 1] })).toEqual(
    await train('crossEntropy', { inputs, targets }),
  );
});

it.each([[[0.5]], [[0]], [[1.5]]])('hinge rejects a target of %d', async (target) => {
  const net = await Network.create(lastLayer('linear', 1, 'hinge'));
  expect(() => net.evaluate({ inputs, targets: [1, -1, ...target] })).toThrow(
    new RangeFault({
      place: 'targets[2][0]',
      problem: `is ${target[0]}; expected -1 or 1 for hinge`,
    }),
  );
});

describe.each(engines)('losses on engine %s', (engine) => {
  it('counts a single hinge output as right when its sign is that of the target', async () => {
    const layer = { units: 1, activation: 'linear' as const, weights: [[0.25]], biases: [0] };
    const net = await Network.fromJSON(
      { format: 'bp4', version: 1, inputs: 1, loss: 'hinge', layers: [layer] },
      { engine },
    );
    expect(net.evaluate({ inputs: [1, -1, -1, 1], labels: [1, 0, 0, 1] }).accuracy).toBe(1);
    // max(0, 1 − ya) of a = ¼, −¼, −¼, ¼.
    expect(net.evaluate({ inputs: [1, -1, -1, 1], labels: [1, 0, 1, 0] }).loss).toBe(1);
  });

  it('gives metrics the threshold 0 of hinge, so that their accuracy is that of evaluate', async () => {
    const layer = { units: 1, activation: 'linear' as const, weights: [[0.25]], biases: [0] };
    const net = await Network.fromJSON(
      { format: 'bp4', version: 1, inputs: 1, loss: 'hinge', layers: [layer] },
      { engine },
    );
    const data = { inputs: [1, -1, -1, 1], labels: [1, 0, 0, 1] };
    const options = { epochs: 1, learningRate: 1e-6, validation: data, metrics: { accuracy } };
    const [report] = await net.train(data, options);
    expect(report!.validation).toMatchObject({ accuracy: 1, metrics: { accuracy: 1 } });
    expect(accuracy(net.predict(data.inputs), { labels: data.labels })).toBe(0.5);
    expect(accuracy(net.predict(data.inputs), { labels: data.labels, threshold: 0 })).toBe(1);
  });

  /** z are the weights of as many units, whose only input is 1. */
  async function saturated(activation: ActivationName, loss: LossSpec, z: number[], targets: number[]) {
    const layer = { units: z.length, activation, weights: z.map((w) => [w]), biases: z.map(() => 0) };
    const net = await Network.fromJSON(
      { format: 'bp4', version: 1, inputs: 1, loss, layers: [layer] },
      { engine },
    );
    const { loss: cost, layers } = net.backprop({ inputs: [1], targets });
    return { cost, delta: Array.from(layers[0]!.delta, (d) => d + 0) };
  }

  it.each([
    {
      activation: 'linear',
      loss: 'meanSquaredError',
      z: [1e4, 0],
      y: [0, -3],
      cost: 50_000_004.5,
      delta: [1e4, 3],
    },
    {
      activation: 'linear',
      loss: 'meanAbsoluteError',
      z: [1e4, -3],
      y: [0, 1],
      cost: 5002,
      delta: [0.5, -0.5],
    },
    { activation: 'linear', loss: 'meanAbsoluteError', z: [2, 3], y: [2, 1], cost: 1, delta: [0, 0.5] },
    { activation: 'linear', loss: 'huber', z: [1e4, 0.5], y: [0, 0], cost: 4999.8125, delta: [0.5, 0.25] },
    { activation: 'linear', loss: 'logCosh', z: [1e4, 0], y: [0, 0], cost: 4999.653426, delta: [0.5, 0] },
    {
      activation: 'linear',
      loss: 'logCosh',
      z: [-1e-4, 0],
      y: [0, 1],
      cost: 0.21689042,
      delta: [-5e-5, -0.38079708],
    },
    { activation: 'linear', loss: 'poisson', z: [-1e4, 0], y: [0, 3], cost: 0.5, delta: [0, -1] },
    {
      activation: 'linear',
      loss: 'poisson',
      z: [0.5, 0],
      y: [2, 0],
      cost: 0.8243606,
      delta: [-0.17563936, 0.5],
    },
    {
      activation: 'linear',
      loss: { name: 'quantile', q: [0.25, 0.875] },
      z: [1e4, -3],
      y: [0, 1],
      cost: 3751.75,
      delta: [0.375, -0.4375],
    },
    {
      activation: 'linear',
      loss: { name: 'quantile', q: 0.25 },
      z: [2, 3],
      y: [2, 7],
      cost: 0.5,
      delta: [0, -0.125],
    },
    { activation: 'linear', loss: 'hinge', z: [1e4, -1e4], y: [1, 1], cost: 5000.5, delta: [0, -0.5] },
    { activation: 'linear', loss: 'hinge', z: [1, 0.5], y: [1, 1], cost: 0.25, delta: [0, -0.5] },
    { activation: 'tanh', loss: 'hinge', z: [1e4, -1e4], y: [-1, -1], cost: 1, delta: [0, 0] },
    { activation: 'softplus', loss: 'quadratic', z: [1e4, -1e4], y: [1e4, 3], cost: 4.5, delta: [0, 0] },
    { activation: 'elu', loss: 'quadratic', z: [1e4, -1e4], y: [9999, 0], cost: 1, delta: [1, 0] },
    { activation: 'leakyRelu', loss: 'quadratic', z: [8, -1e4], y: [7, -99], cost: 1, delta: [1, -0.01] },
    { activation: 'swish', loss: 'quadratic', z: [1e4, -1e4], y: [9999, 1], cost: 1, delta: [1, 0] },
    { activation: 'gelu', loss: 'quadratic', z: [1e4, -1e4], y: [9999, 1], cost: 1, delta: [1, 0] },
    { activation: 'geluExact', loss: 'quadratic', z: [1e4, -1e4], y: [9999, 1], cost: 1, delta: [1, 0] },
    { activation: 'mish', loss: 'quadratic', z: [1e4, -1e4], y: [9999, 1], cost: 1, delta: [1, 0] },
    {
      activation: 'selu',
      loss: 'quadratic',
      z: [0, -1e4],
      y: [-1, -1.7580993],
      cost: 0.5,
      delta: [1.7580993, 0],
    },
    // Right beyond rounding: no cost. Wrong beyond rounding: the cost is that of the cross-entropy.
    {
      activation: 'softmax',
      loss: { name: 'focal', gamma: 0.1 },
      z: [1e3, -1e3],
      y: [1, 0],
      cost: 0,
      delta: [0, 0],
    },
    {
      activation: 'softmax',
      loss: { name: 'focal', gamma: 2 },
      z: [1e3, -1e3],
      y: [0, 1],
      cost: 2000,
      delta: [1, -1],
    },
    {
      activation: 'softmax',
      loss: { name: 'focal', gamma: 0 },
      z: [1e3, -1e3],
      y: [1, 0],
      cost: 0,
      delta: [0, 0],
    },
    {
      activation: 'sigmoid',
      loss: { name: 'binaryFocal', gamma: 2, alpha: 0.25 },
      z: [1e3, -1e3],
      y: [0, 1],
      cost: 1000,
      delta: [0.75, -0.25],
    },
    {
      activation: 'sigmoid',
      loss: { name: 'binaryFocal', gamma: 0.1, alpha: 0.25 },
      z: [1e3, -1e3],
      y: [1, 0],
      cost: 0,
      delta: [0, 0],
    },
    { activation: 'softsign', loss: 'quadratic', z: [1, -1], y: [0.5, 0], cost: 0.125, delta: [0, -0.125] },
  ] as const)(
    'computes cost and δ of $activation with $loss at z $z and targets $y',
    async ({ activation, loss, z, y, cost, delta }) => {
      const found = await saturated(activation, loss, [...z], [...y]);
      // Exact, except for the slope of swish, which at −10⁴ is e⁻⁸⁸, and for 0.01, which is no float.
      expect(found.cost).toBeCloseTo(cost, 4);
      for (const [j, d] of delta.entries()) expect(found.delta[j]).toBeCloseTo(d, 7);
    },
  );
});

describe('JSON', () => {
  const network: NetworkOptions = {
    inputs: 1,
    layers: [
      { units: 2, activation: 'leakyRelu' },
      { units: 2, activation: 'elu', alpha: 0.7 },
      { units: 2, activation: 'linear' },
    ],
    loss: { name: 'huber', delta: 0.3 },
  };

  it('JSON stores alpha and delta, and a network restored from it trains to the same weights', async () => {
    const net = await Network.create(network);
    const json = net.toJSON();
    expect(json.layers.map(({ alpha }) => alpha)).toEqual([0.01, 0.7, undefined]);
    expect(json.layers.map((layer) => 'alpha' in layer)).toEqual([true, true, false]);
    expect(json.loss).toEqual({ name: 'huber', delta: 0.3 });
    const copy = await Network.fromJSON(JSON.parse(JSON.stringify(json)) as typeof json);
    const data = { inputs, targets: [1, 2, 3, 4, 5, 6] };
    for (const each of [net, copy]) await each.train(data, { epochs: 2 });
    expect(copy.toJSON()).toEqual(net.toJSON());
  });

  it.each([
    ['meanSquaredError', 'linear', 'meanSquaredError'],
    ['huber', 'linear', { name: 'huber', delta: 1 }],
    [{ name: 'hinge' }, 'linear', 'hinge'],
    [{ name: 'logCosh' }, 'linear', 'logCosh'],
    ['quantile', 'linear', { name: 'quantile', q: 0.5 }],
    [{ name: 'quantile', q: 0.9 }, 'linear', { name: 'quantile', q: 0.9 }],
    [{ name: 'quantile', q: [0.1, 0.9] }, 'linear', { name: 'quantile', q: [0.1, 0.9] }],
    ['focal', 'softmax', { name: 'focal', gamma: 2 }],
    [{ name: 'binaryFocal', gamma: 1.5 }, 'sigmoid', { name: 'binaryFocal', gamma: 1.5, alpha: 0.25 }],
    [{ name: 'crossEntropy', labelSmoothing: 0 }, 'softmax', 'crossEntropy'],
    [{ name: 'crossEntropy', labelSmoothing: 0.1 }, 'softmax', { name: 'crossEntropy', labelSmoothing: 0.1 }],
  ] as const)('JSON stores the loss %j in its canonical form', async (loss, activation, kept) => {
    const net = await Network.create(lastLayer(activation, 2, loss));
    expect(net.toJSON().loss).toEqual(kept);
    expect((await Network.fromJSON(net.toJSON())).toJSON()).toEqual(net.toJSON());
  });
});

describe('focal losses', () => {
  it.each([
    ['focal', 'crossEntropy', 'softmax'],
    ['binaryFocal', 'binaryCrossEntropy', 'sigmoid'],
  ] as const)('with γ = 0, %s is %s', async (focal, crossEntropy, activation) => {
    const targets = [1, 0, 0, 1, 1, 0];
    const [one, other] = await Promise.all(
      [{ name: focal, gamma: 0, ...(focal === 'binaryFocal' && { alpha: 0.5 }) }, crossEntropy].map((loss) =>
        Network.create(lastLayer(activation, 2, loss as LossSpec)).then((net) =>
          net.backprop({ inputs, targets }),
        ),
      ),
    );
    const half = focal === 'binaryFocal' ? 0.5 : 1; // α and 1 − α are both ½
    expect(one!.loss).toBeCloseTo(half * other!.loss, 6);
    for (const [i, d] of one!.layers.at(-1)!.delta.entries())
      expect(d).toBeCloseTo(half * other!.layers.at(-1)!.delta[i]!, 6);
  });

  it('binaryFocal leaves out a missing target: its output has no cost and no δ', async () => {
    const spec = { inputs: 1, layers: [{ units: 2, activation: 'sigmoid' }], seed: 1 } as const;
    for (const engine of ['wasm', 'reference'] as const) {
      const net = await Network.create({
        ...spec,
        loss: 'binaryFocal',
        missingTargets: 'ignore',
        engine,
      });
      const alone = await Network.create({
        inputs: 1,
        layers: [{ units: 1, activation: 'sigmoid' }],
        loss: 'binaryFocal',
        engine,
      });
      const [{ weights, biases }] = net.layers as [Network['layers'][number]];
      alone.setLayer(0, { weights: weights.slice(0, 1), biases: biases.slice(0, 1) });
      const { loss, layers } = net.backprop({ inputs: [[2]], targets: [[1, NaN]] });
      const expected = alone.backprop({ inputs: [[2]], targets: [[1]] });
      expect(loss).toBe(expected.loss);
      expect([...layers[0]!.delta]).toEqual([expected.layers[0]!.delta[0], 0]);
    }
  });

  it('focal learns labels, counts accuracy, and refuses what it has no meaning for', async () => {
    const net = await Network.create(lastLayer('softmax', 2, 'focal'));
    const data = { inputs, labels: [0, 1, 1] };
    const before = net.evaluate(data).loss;
    const history = await net.train(data, { epochs: 50, learningRate: 0.5 });
    expect(history.at(-1)!.loss).toBeLessThan(before);
    expect(history.at(-1)!.accuracy).toBeDefined();
    const create = (loss: unknown, activation: ActivationName = 'softmax'): Promise<Network> =>
      Network.create(lastLayer(activation, 2, loss as LossSpec));
    await expect(create({ name: 'focal', gamma: -1 })).rejects.toThrow(
      'loss.gamma: expected a number of at least 0',
    );
    await expect(create({ name: 'focal', alpha: 0.5 })).rejects.toThrow("loss 'focal': unknown 'alpha'");
    await expect(create({ name: 'binaryFocal', alpha: 1.5 }, 'sigmoid')).rejects.toThrow(
      'loss.alpha: expected a number from 0 to 1, got 1.5',
    );
    await expect(create('focal', 'sigmoid')).rejects.toThrow("'focal' needs a last layer of 'softmax'");
    expect(() => net.evaluate({ inputs, targets: new Float32Array(6).fill(-1) })).toThrow(
      'expected a number of at least 0',
    );
  });
});

it.each(['standardize', 'minMax'] as const)('poisson refuses targets with %s', async (kind) => {
  const transform = { standardize: { kind, mean: 2, deviation: 3 }, minMax: { kind, min: 0, max: 9 } }[kind];
  const create = (targets: readonly object[]): Promise<Network> =>
    Network.create({ ...lastLayer('linear', 2, 'poisson'), transforms: { targets: targets as never } });
  const identity = { kind: 'identity', name: 'n' };
  await expect(create([identity, transform])).rejects.toThrow(
    "transforms.targets: the outputs of 'poisson' are logarithms of the targets",
  );
  const net = await create([identity, identity]);
  expect(net.evaluate({ inputs: new Float32Array(net.inputs), targets: [3, 4] }).loss).toBeGreaterThan(0);
});

it.each([
  ['relu', 'heNormal'],
  ['leakyRelu', 'heNormal'],
  ['elu', 'heNormal'],
  ['swish', 'heNormal'],
  ['gelu', 'heNormal'],
  ['geluExact', 'heNormal'],
  ['mish', 'heNormal'],
  ['softplus', 'glorotUniform'],
  ['softsign', 'glorotUniform'],
  ['linear', 'glorotUniform'],
] as const)('initializes the weights of %s by %s unless told otherwise', async (activation, initializer) => {
  const weights = async (layer: object): Promise<unknown> =>
    (await Network.create({ inputs: 3, layers: [{ units: 4, activation, ...layer }] })).layers[0]!.weights;
  expect(await weights({})).toEqual(await weights({ initializer }));
});

describe.each(engines)('missing targets on engine %s', (engine) => {
  const known = [
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  const missing = [
    [NaN, 1],
    [1, 0],
    [1, NaN],
  ];
  const create = (
    loss: LossSpec,
    activation: ActivationName,
    missingTargets: 'error' | 'ignore' = 'ignore',
  ) => Network.create({ ...lastLayer(activation, 2, loss), missingTargets, seed: 5, engine });

  it.each([
    ['quadratic', 'tanh'],
    ['meanSquaredError', 'sigmoid'],
    ['meanAbsoluteError', 'linear'],
    ['huber', 'linear'],
    ['logCosh', 'linear'],
    ['poisson', 'linear'],
    ['quantile', 'linear'],
    ['binaryCrossEntropy', 'sigmoid'],
    [smoothedBinary, 'sigmoid'],
  ] as const)('leave the output out of the cost and δ of %j', async (loss, activation) => {
    const net = await create(loss, activation);
    const whole = net.backprop({ inputs, targets: known });
    const partly = net.backprop({ inputs, targets: missing });
    const delta = Array.from(whole.layers[0]!.delta);
    expect(Array.from(partly.layers[0]!.delta, Math.abs)).toEqual(
      delta.map((d, i) => (i === 0 || i === 5 ? 0 : Math.abs(d))),
    );
    // What is left out is the cost of a single sample whose other targets are missing.
    const without = [0, 2].map((n) => {
      const row = known[n]!.map((y, j) => (j === (n === 0 ? 0 : 1) ? y : NaN));
      return net.backprop({ inputs: [inputs[n]!], targets: row }).loss;
    });
    expect(partly.loss * 3 + without[0]! + without[1]!).toBeCloseTo(whole.loss * 3, 12);
    expect(net.evaluate({ inputs, targets: missing }).loss).toBeCloseTo(partly.loss, 12);
    expect(await net.checkGradients({ inputs, targets: missing })).toMatchObject({ ok: true });
  });

  it('leave the output out of accuracy', async () => {
    const net = await create('binaryCrossEntropy', 'sigmoid');
    net.setLayer(0, { weights: [0, 0], biases: [5, -5] }); // always answers 1, 0
    const targets = [
      [NaN, 0],
      [1, NaN],
      [NaN, 1],
      [1, 1],
    ];
    expect(net.evaluate({ inputs: [0, 1, 2, 3], targets }).accuracy).toBe(0.5);
  });

  it('pass through transforms of the targets', async () => {
    const transform = { kind: 'standardize', mean: 2, deviation: 4 } as const;
    const spec = { ...lastLayer('linear', 2, 'quadratic'), missingTargets: 'ignore', engine } as const;
    const net = await Network.create({ ...spec, transforms: { targets: [transform, transform] } });
    const { targets } = net.backprop({ inputs: [1], targets: [NaN, 6] });
    expect(Array.from(targets)).toEqual([NaN, 1]);
    const constant = await Network.create({
      ...spec,
      transforms: { targets: [{ kind: 'standardize', mean: 2, deviation: 0 }, transform] },
    });
    expect(Array.from(constant.backprop({ inputs: [1], targets: [NaN, 6] }).targets)).toEqual([NaN, 1]);
    const logarithm = { ...transform, kind: 'log1p' } as const;
    const ranks = { kind: 'quantile', quantiles: [0, 8], scores: [-2, 2] } as const;
    const curved = await Network.create({ ...spec, transforms: { targets: [logarithm, ranks] } });
    expect(Array.from(curved.backprop({ inputs: [1], targets: [NaN, 6] }).targets)).toEqual([NaN, 1]);
    expect(Array.from(curved.backprop({ inputs: [1], targets: [0, NaN] }).targets)).toEqual([-0.5, NaN]);
    expect(() => curved.evaluate({ inputs: [1], targets: [NaN, Infinity] })).toThrow('is Infinity');
  });

  it('are refused unless asked for, and where none is known', async () => {
    const strict = await create('quadratic', 'tanh', 'error');
    expect(() => strict.evaluate({ inputs, targets: missing })).toThrow(
      'targets[0][0] is NaN; expected a finite number',
    );
    const net = await create('quadratic', 'tanh');
    expect(() => net.evaluate({ inputs: [1, 2], targets: [NaN, 1, NaN, NaN] })).toThrow(
      'targets[1]: no target is known; leave the sample out',
    );
    expect(() => net.evaluate({ inputs: [1], targets: [NaN, Infinity] })).toThrow(
      'targets[0][1] is Infinity; expected a finite number',
    );
  });
});

it('networks with missing targets learn the same bits on both engines, and are restored from files', async () => {
  const inputs = Float32Array.from({ length: 120 }, (_, i) => Math.fround(Math.sin(i)));
  const targets = inputs.map((x, i) => (i % 7 === 0 ? NaN : Number(x > 0)));
  const learned = engines.map(async (engine) => {
    const net = await Network.create({
      inputs: 3,
      layers: [
        { units: 4, activation: 'gelu' },
        { units: 3, activation: 'sigmoid' },
      ],
      loss: 'binaryCrossEntropy',
      missingTargets: 'ignore',
      seed: 5,
      engine,
    });
    const data = { inputs, targets };
    const history = await net.train(data, { epochs: 3, miniBatchSize: 8, validationSplit: 0.25 });
    const again = await Network.load(net.save(), { engine });
    expect(again.evaluate(data)).toEqual(net.evaluate(data));
    expect(again.toJSON()).toMatchObject({ missingTargets: 'ignore' });
    return { history, step: net.step(data), parameters: net.parameters };
  });
  const [wasm, reference] = await Promise.all(learned);
  expect(wasm).toEqual(reference);
});

it('softmax has no missing targets', async () => {
  const spec = { ...lastLayer('softmax', 2, 'crossEntropy'), missingTargets: 'ignore' } as const;
  await expect(Network.create(spec)).rejects.toThrow("missingTargets: softmax can't use 'ignore'");
});

it('metrics leave missing targets out, or refuse them', async () => {
  const outputs = Float32Array.of(1, 2, 3, 4, 5, 7);
  const targets = [
    [2, NaN],
    [NaN, 5],
    [5, 5],
  ];
  const truth = { targets, missingTargets: 'ignore' } as const;
  expect(meanAbsoluteError(outputs, truth)).toBe((0.5 * 1 + 0.5 * 0 + 0.5 * 1 + 0.5 * 2) / 2);
  expect(pinballLoss([0.25, 0.75])(outputs, truth)).toBe((0.5 * 0.25 + 0.5 * (0.75 + 0.25 * 2)) / 2);
  expect(rSquared(Float32Array.of(1, 2, 3), { targets: [[1], [NaN], [3]], missingTargets: 'ignore' })).toBe(
    1,
  );
  expect(
    accuracy(outputs, { targets: targets.map((row) => row.map((y) => y - 4)), missingTargets: 'ignore' }),
  ).toBe(2 / 3);
  expect(() => meanAbsoluteError(outputs, { targets })).toThrow('targets[0][1] is NaN');
  expect(() => macroF1(outputs, truth)).toThrow('targets[0][1] is NaN');
  const gone = {
    targets: [
      [1, NaN],
      [2, NaN],
    ],
    missingTargets: 'ignore',
  } as const;
  expect(() => meanAbsoluteError(outputs.subarray(0, 4), gone)).toThrow(
    'targets: expected at least 1 known for output 1, got 0',
  );

  const net = await Network.create({ ...lastLayer('linear', 2, 'quadratic'), missingTargets: 'ignore' });
  const data = { inputs, targets };
  const [report] = await net.train(data, {
    epochs: 1,
    validation: data,
    metrics: { error: meanAbsoluteError },
  });
  expect(report!.validation!.metrics!['error']).toBe(meanAbsoluteError(net.predict(inputs), { ...truth }));
});
