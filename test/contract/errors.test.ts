import { describe, expect, it } from 'vitest';
import { NetworkMemory } from '../../src/memory/network-memory.js';
import { Network, type NetworkOptions, type TrainOptions } from '../../src/index.js';
import { expectError, expectHarmlessError, goodData, spec, type Expected } from '../support/patient.js';

// Options that cannot be right are refused with an error that names the option and what it may be.

type Case = readonly [what: string, options: unknown, Class: Expected[0], message: string];

const whole = 'expected a whole number of at least 1, got ';
const wholeTo2to28 = 'expected a whole number from 1 to 268435456, got ';

/** What is not a whole number of at least 1. */
const notCounts: [value: unknown, Class: Expected[0], shown: string][] = [
  [0, RangeError, '0'],
  [-0, RangeError, '-0'],
  [-1, RangeError, '-1'],
  [1.5, RangeError, '1.5'],
  [NaN, RangeError, 'NaN'],
  [Infinity, RangeError, 'Infinity'],
  [1e308, RangeError, '1e+308'],
  ['3', TypeError, "'3'"],
  [3n, TypeError, '3'],
  [[3], TypeError, 'an array'],
  [true, TypeError, 'true'],
  [null, TypeError, 'null'],
];

function notCount(place: string, range: string, pickOptions: (value: unknown) => unknown): Case[] {
  return notCounts.map(([value, Class, shown]) => [
    `${place} ${shown}`,
    pickOptions(value),
    Class,
    `${place}: ${Class === TypeError ? 'expected a whole number, got ' : range}${shown}`,
  ]);
}

/** What single precision does not hold as a number above 0. */
function notAboveZero(place: string, pickOptions: (value: unknown) => unknown, number = 'a number'): Case[] {
  const positive = 'expected a 32-bit float above 0, got ';
  const wrong = [
    ...[0, -1, NaN, Infinity, 1e39, 1e-60].map(
      (value) => [value, RangeError, `${positive}${value}`] as const,
    ),
    ['0.1', TypeError, `expected ${number}, got '0.1'`] as const,
    [null, TypeError, `expected ${number}, got null`] as const,
  ];
  return wrong.map(([value, Class, message]) => [
    `${place} ${String(value)}`,
    pickOptions(value),
    Class,
    `${place}: ${message}`,
  ]);
}

const quoted = (list: readonly string[]): string => list.map((name) => `'${name}'`).join(', ');
const ofOneUnit =
  'sigmoid tanh relu leakyRelu elu softplus swish gelu geluExact selu mish softsign linear'.split(' ');
const activationNames = [...ofOneUnit, 'softmax'];
const activations = `expected one of ${quoted(activationNames)}, got `;
const partners = {
  quadratic: ofOneUnit,
  meanSquaredError: ofOneUnit,
  meanAbsoluteError: ofOneUnit,
  huber: ofOneUnit,
  binaryCrossEntropy: ['sigmoid'],
  crossEntropy: ['softmax'],
  focal: ['softmax'],
  binaryFocal: ['sigmoid'],
  hinge: ['tanh', 'linear'],
  logCosh: ofOneUnit,
  poisson: ['linear'],
  quantile: ofOneUnit,
};
const losses = `expected one of ${quoted(Object.keys(partners))}, got `;
const initializers =
  "expected one of 'glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'standardNormal', 'scaledNormal', got ";

const layer = { units: 2, activation: 'sigmoid' };
const withLayers = (...layers: unknown[]): unknown => ({ inputs: 2, layers });
const withLayer = (changes: object): unknown => withLayers(layer, { ...layer, ...changes });
const withUnits = (...units: number[]): unknown =>
  withLayers(...units.map((count) => ({ ...layer, units: count })));
const withLoss = (loss: unknown, activation: string): unknown => ({
  inputs: 2,
  layers: [{ units: 2, activation }],
  loss,
});

const wrongSpecs: Case[] = [
  [
    'no options',
    undefined,
    TypeError,
    'options: expected an object { inputs, layers, loss, missingTargets, seed, transforms, engine, threads }, got undefined',
  ],
  ['null', null, TypeError, 'options: expected an object'],
  [
    'an array',
    [2, 3, 1],
    TypeError,
    'options: expected an object { inputs, layers, loss, missingTargets, seed, transforms, engine, threads }, got an array',
  ],
  [
    'an unknown option',
    { ...spec, learningRate: 3 },
    TypeError,
    "options: unknown 'learningRate'; the names are inputs, layers, loss, missingTargets, seed, transforms, engine",
  ],
  ['no inputs', { layers: [layer] }, TypeError, 'inputs: expected a whole number, got undefined'],
  ...notCount('inputs', wholeTo2to28, (inputs) => ({ inputs, layers: [layer] })),
  ...notCount('layers[1].units', wholeTo2to28, (units) => withLayer({ units })),
  ['2³⁰ units', withLayer({ units: 2 ** 30 }), RangeError, `layers[1].units: ${wholeTo2to28}1073741824`],
  ['10¹⁵ units', withLayer({ units: 1e15 }), RangeError, `layers[1].units: ${wholeTo2to28}1000000000000000`],
  ['10¹⁵ inputs', { inputs: 1e15, layers: [layer] }, RangeError, `inputs: ${wholeTo2to28}1000000000000000`],
  [
    '65536 × 65536 weights',
    withUnits(65536, 65536, 65536),
    RangeError,
    'layers: [2, 65536, 65536, 65536] with mini-batches of 1 needs 64.0 GiB, and 4 GiB is the most',
  ],
  ['2²⁸ × 2²⁸ weights', withUnits(2 ** 28, 2 ** 28), RangeError, '4 GiB is the most'],
  ['no layers', { inputs: 2 }, TypeError, 'layers: expected an array of at least one layer, got undefined'],
  [
    'empty layers',
    withLayers(),
    TypeError,
    'layers: expected an array of at least one layer, got an empty array',
  ],
  [
    'layers that are a number',
    { inputs: 2, layers: 3 },
    TypeError,
    'layers: expected an array of at least one layer, got 3',
  ],
  [
    'layers that are an object',
    { inputs: 2, layers: { 0: layer, length: 1 } },
    TypeError,
    'layers: expected an array of at least one layer, ',
  ],
  [
    'a layer that is a number',
    withLayers(layer, 3),
    TypeError,
    'layers[1]: expected an object { units, activation, alpha, initializer, dropout }, got 3',
  ],
  ['a layer that is null', withLayers(null), TypeError, 'layers[0]: expected an object'],
  [
    'a layer that is a hole',
    withLayers(...Array<unknown>(1), layer),
    TypeError,
    'layers[0]: expected an object { units, activation, alpha, initializer, dropout }, got undefined',
  ],
  [
    'a layer left out',
    { inputs: 2, layers: Object.assign(Array(2), { 1: layer }) },
    TypeError,
    'layers[0]: expected an object { units, activation, alpha, initializer, dropout }, got undefined',
  ],
  [
    'a last layer left out',
    { inputs: 2, layers: Object.assign(Array(2), { 0: layer }) },
    TypeError,
    'layers[1]: expected an object',
  ],
  [
    'an unknown option of a layer',
    withLayer({ size: 2 }),
    TypeError,
    "layers[1]: unknown 'size'; the names are units, activation, alpha, initializer",
  ],
  ['no activation', withLayers({ units: 2 }), RangeError, `layers[0].activation: ${activations}undefined`],
  [
    'an unknown activation',
    withLayer({ activation: 'silu' }),
    RangeError,
    `layers[1].activation: ${activations}'silu'`,
  ],
  [
    'an activation inherited',
    withLayer({ activation: 'toString' }),
    RangeError,
    `layers[1].activation: ${activations}'toString'`,
  ],
  [
    'an activation in an array',
    withLayer({ activation: ['relu'] }),
    RangeError,
    `layers[1].activation: ${activations}an array`,
  ],
  [
    'softmax in a hidden layer',
    withLayers({ units: 2, activation: 'softmax' }, layer),
    RangeError,
    `layers[0].activation: 'softmax' is only for the last layer; use one of ${quoted(ofOneUnit)}`,
  ],
  [
    'alpha of a sigmoid',
    withLayer({ alpha: 1 }),
    TypeError,
    "layers[1].alpha: applies only to 'leakyRelu' or 'elu'; leave it out for 'sigmoid'",
  ],
  [
    'a dropout of null',
    withLayers({ ...layer, dropout: null }, layer),
    TypeError,
    'layers[0].dropout: expected a number, got null',
  ],
  ...notAboveZero('layers[1].alpha', (alpha) => withLayer({ activation: 'leakyRelu', alpha })),
  [
    'an unknown initializer',
    withLayer({ initializer: 'zeros' }),
    RangeError,
    `layers[1].initializer: ${initializers}'zeros'`,
  ],
  ['an unknown loss', withLoss('mse', 'sigmoid'), RangeError, `loss: ${losses}'mse'`],
  ['a loss of null', withLoss(null, 'sigmoid'), RangeError, `loss: ${losses}null`],
  ['a loss in an array', withLoss(['huber'], 'linear'), RangeError, `loss.name: ${losses}undefined`],
  ['a loss without a name', withLoss({ delta: 1 }, 'linear'), RangeError, `loss.name: ${losses}undefined`],
  ['an unknown name of a loss', withLoss({ name: 'mse' }, 'linear'), RangeError, `loss.name: ${losses}'mse'`],
  [
    'a loss with an object of the wrong activation',
    withLoss({ name: 'crossEntropy' }, 'sigmoid'),
    RangeError,
    "loss: 'crossEntropy' needs a last layer of 'softmax'",
  ],
  [
    'delta of a loss that has none',
    withLoss({ name: 'meanSquaredError', delta: 1 }, 'linear'),
    TypeError,
    "loss 'meanSquaredError': unknown 'delta'; the names are name",
  ],
  [
    'a quantile of 1',
    withLoss({ name: 'quantile', q: 1 }, 'linear'),
    RangeError,
    'loss.q: expected a number from 0 to below 1, got 1',
  ],
  [
    'a quantile of 0',
    withLoss({ name: 'quantile', q: 0 }, 'linear'),
    RangeError,
    'loss.q: expected a 32-bit',
  ],
  [
    'quantiles of more outputs',
    withLoss({ name: 'quantile', q: [0.1, 0.5, 0.9, 0.95] }, 'linear'),
    RangeError,
    'loss.q: expected 2 entries, got 4',
  ],
  [
    'a quantile in words',
    withLoss({ name: 'quantile', q: [0.5, '0.9'] }, 'linear'),
    TypeError,
    'loss.q[1]: expected a number',
  ],
  [
    'labelSmoothing of huber',
    withLoss({ name: 'huber', labelSmoothing: 0.1 }, 'linear'),
    TypeError,
    "loss 'huber': unknown 'labelSmoothing'; the names are name, delta",
  ],
  ...notAboveZero('loss.delta', (delta) => withLoss({ name: 'huber', delta }, 'linear')),
  ...(
    [
      [-0.1, RangeError, 'expected a number from 0 to below 1, got -0.1'],
      [1, RangeError, 'expected a number from 0 to below 1, got 1'],
      [NaN, RangeError, 'expected a number from 0 to below 1, got NaN'],
      ['0.1', TypeError, "expected a number, got '0.1'"],
      [null, TypeError, 'expected a number, got null'],
    ] as const
  ).map(([labelSmoothing, Class, message]): Case => [
    `labelSmoothing ${String(labelSmoothing)}`,
    withLoss({ name: 'crossEntropy', labelSmoothing }, 'softmax'),
    Class,
    `loss.labelSmoothing: ${message}`,
  ]),
  [
    'an unknown engine',
    { ...spec, engine: 'webgpu' },
    RangeError,
    "engine: expected one of 'auto', 'wasm', 'reference', got 'webgpu'",
  ],
  [
    'an engine of null',
    { ...spec, engine: null },
    RangeError,
    "engine: expected one of 'auto', 'wasm', 'reference', got null",
  ],
  [
    'softmax of one unit',
    { inputs: 2, layers: [{ units: 1, activation: 'softmax' }] },
    RangeError,
    "layers[0].units: softmax of a single unit is always 1; use 2 units, or 'sigmoid'",
  ],
  [
    'a fractional seed',
    { ...spec, seed: 0.5 },
    RangeError,
    'seed: expected a whole number below 2^53 in size, got 0.5',
  ],
  ['a seed of NaN', { ...spec, seed: NaN }, RangeError, 'seed: expected a whole number'],
  ['an unsafe seed', { ...spec, seed: 2 ** 53 }, RangeError, 'seed: expected a whole number'],
  ['a seed in words', { ...spec, seed: '1' }, TypeError, "seed: expected a whole number, got '1'"],
  ['a seed of null', { ...spec, seed: null }, TypeError, 'seed: expected a whole number, got null'],
];

describe('create', () => {
  it.each(wrongSpecs)('create rejects %s', async (_, options, Class, message) => {
    await expectError(() => Network.create(options as NetworkOptions), [Class, message]);
  });

  it.each(Object.entries(partners))(
    'create accepts the loss %s with its own activations alone',
    async (loss, valid) => {
      for (const activation of activationNames) {
        const create = (): Promise<Network> => Network.create(withLoss(loss, activation) as NetworkOptions);
        if (valid.includes(activation)) await expect(create()).resolves.toBeInstanceOf(Network);
        else
          await expectError(create, [
            RangeError,
            `loss: '${loss}' needs a last layer of ${quoted(valid)}; for '${activation}' use '`,
          ]);
      }
    },
  );
});

const wrongTraining: Case[] = [
  [
    'null',
    null,
    TypeError,
    'options: expected an object { epochs, miniBatchSize, learningRate, optimizer, clip, l1, l2, penalizeBiases, maxNorm, frozen, classWeights, shuffle, validation, validationSplit, metrics, diagnose, earlyStopping, ema, swa, checkpoint, resume, onEpoch, onBatch, signal }, got null',
  ],
  ['a number', 3, TypeError, 'options: expected an object'],
  [
    'an unknown option',
    { iterations: 3 },
    TypeError,
    "options: unknown 'iterations'; the names are epochs, miniBatchSize, ",
  ],
  ...Object.entries({
    ...{ lr: 'learningRate', learning_rate: 'learningRate', batchSize: 'miniBatchSize', epoch: 'epochs' },
    ...{
      optimiser: 'optimizer',
      validationData: 'validation',
      onEpochEnd: 'onEpoch',
      earlyStop: 'earlyStopping',
    },
  }).map(([name, meant]): Case => [
    `${name} for ${meant}`,
    { [name]: 1 },
    TypeError,
    `options: unknown '${name}'; did you mean '${meant}'?`,
  ]),
  ...notCount('epochs', whole, (epochs) => ({ epochs })),
  ...notCount('miniBatchSize', whole, (miniBatchSize) => ({ miniBatchSize })),
  ...notAboveZero('learningRate', (learningRate) => ({ learningRate }), 'a number, a schedule or a function'),
  ['shuffle in words', { shuffle: 'no' }, TypeError, "shuffle: expected a boolean, got 'no'"],
  ['shuffle null', { shuffle: null }, TypeError, 'shuffle: expected a boolean, got null'],
  ['onEpoch that is no function', { onEpoch: {} }, TypeError, 'onEpoch: expected a function, got an object'],
  ['onBatch that is no function', { onBatch: 10 }, TypeError, 'onBatch: expected a function, got 10'],
  [
    'a signal in place of options',
    AbortSignal.abort(),
    TypeError,
    'options: expected an object, got a signal; write { signal }',
  ],
  [
    'a signal that is none',
    { signal: { aborted: true } },
    TypeError,
    'signal: expected an AbortSignal, got an object',
  ],
  [
    'a controller for a signal',
    { signal: new AbortController() },
    TypeError,
    'signal: expected an AbortSignal, got an object',
  ],
  [
    'validation null',
    { validation: null },
    TypeError,
    'validation: expected an object { inputs, targets, labels, sampleWeights, inputScale }, got null',
  ],
  ['validation false', { validation: false }, TypeError, 'validation: expected an object'],
  [
    'validation that is an array',
    { validation: goodData.inputs },
    TypeError,
    'validation: expected an object',
  ],
];

describe('train', () => {
  it.each(wrongTraining)('train rejects %s', async (_, options, Class, message) => {
    await expectHarmlessError((net) => net.train(goodData, options as TrainOptions), [Class, message]);
  });

  // The network keeps the options of its last training.
  it.each(wrongTraining)('train rejects %s after a training', async (_, options, Class, message) => {
    const net = await Network.create(spec);
    await net.train(goodData, {});
    await expectError(() => net.train(goodData, options as TrainOptions), [Class, message]);
  });
});

it('the constructor names Network.create as what to call instead', async () => {
  const Constructor = Network as unknown as new (options: unknown) => Network;
  await expectError(
    () => new Constructor(spec),
    [TypeError, /^new Network: use `await Network\.create\(options\)`$/],
  );
});

it('messages hold no line breaks of what they quote', async () => {
  const layers = [{ units: 1, activation: 'lin\near\r\u2028' as 'linear' }];
  await expectError(
    () => Network.create({ inputs: 1, layers }),
    [RangeError, /^[^\n\r\u2028\u2029]*'lin ear {2}'$/],
  );
});

it('names the optimizer when only its state exceeds the address space', () => {
  // A memory that grows only in name: the layout alone decides.
  const memory = { buffer: new ArrayBuffer(2 ** 20), base: 64, ensure: () => undefined };
  const shape = { sizes: [2, 18_000, 18_000], drops: [false, false], bytesPerFloat: 4, threads: 1 } as const;
  const network = new NetworkMemory(memory, shape, 4);
  expect(() => network.reserve(4, 2)).toThrow(
    'optimizer: [2, 18000, 18000] with mini-batches of 4 and 2 more numbers for each parameter needs 4.8 GiB, and 4 GiB is the ' +
      "most; use 'sgd', without restoreBest, or fewer units or smaller mini-batches",
  );
  expect(network.slots).toBe(0);
});
