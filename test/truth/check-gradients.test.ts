import { afterEach, describe, expect, it, vi } from 'vitest';
import { Network, type ActivationName, type NetworkJSON, type NetworkOptions } from '../../src/index.js';
import { partners } from '../../src/model/spec.js';
import { fingerprint } from '../support/fingerprint.js';
import { expectError, goodData, spec as smallSpec } from '../support/patient.js';
import { breakEquations, mendEquations, wrongEquations, type Faults } from '../support/faults.js';
import { randomData } from '../support/random-data.js';

vi.mock('../../src/kernels/reference/bp1-output-delta.js', async (original) =>
  (await import('../support/faults.js')).faultyEquations(await original()),
);
vi.mock('../../src/kernels/reference/bp2-hidden-delta.js', async (original) =>
  (await import('../support/faults.js')).faultyEquations(await original()),
);
vi.mock('../../src/kernels/reference/bp3-bias-gradient.js', async (original) =>
  (await import('../support/faults.js')).faultyEquations(await original()),
);
vi.mock('../../src/kernels/reference/bp4-weight-gradient.js', async (original) =>
  (await import('../support/faults.js')).faultyEquations(await original()),
);

// checkGradients confirms gradients that are right, and names the place of those that are wrong.

const engines = ['wasm', 'reference'] as const;

const outputs = Object.entries(partners).flatMap(([loss, activations]) =>
  activations.map((output) => ({ output, loss: loss as NetworkJSON['loss'] })),
);
/** Each activation in hidden layers, and each pair of output and loss. */
const cases = [
  ...partners.quadratic.map((hidden) => ({
    hidden,
    output: 'softmax' as const,
    loss: 'crossEntropy' as const,
  })),
  ...outputs.map((one) => ({ hidden: 'tanh' as const, ...one })),
];

const createSpec = (
  hidden: ActivationName,
  output: ActivationName,
  loss: NetworkJSON['loss'],
): NetworkOptions => ({
  inputs: 6,
  layers: [
    { units: 9, activation: hidden, initializer: 'scaledNormal' },
    { units: 7, activation: hidden, initializer: 'scaledNormal' },
    { units: 3, activation: output, initializer: 'scaledNormal' },
  ],
  loss,
  seed: 3,
});
const data = randomData(40, 6, 3);
/** hinge takes classes. */
const makeTargets = (loss: NetworkJSON['loss']): Float32Array =>
  loss === 'hinge' ? data.targets.map((y) => (y < 0.5 ? -1 : 1)) : data.targets;

describe.each(engines)('checkGradients in %s', (engine) => {
  it.each(cases)(
    'confirms the gradients of $hidden, then $output with $loss, and changes nothing',
    async ({ hidden, output, loss }) => {
      const net = await Network.create({ ...createSpec(hidden, output, loss), engine });
      const before = fingerprint(net);
      const check = await net.checkGradients({ ...data, targets: makeTargets(loss) });
      expect(check).toMatchObject({ ok: true, tolerance: 0.01, rows: 40 });
      // Roundings of single precision, ε = 6e-8, some tens of them: 1e-6 was measured.
      expect(check.worst!.error).toBeLessThan(1e-5);
      const counts = net.layers.map(({ weights, biases }) => weights.length + biases.length);
      expect(check.layers.map(({ checked, kinks }) => checked + kinks)).toEqual(counts);
      expect(check.layers.map(({ kinks }) => kinks)).toEqual([0, 0, 0]);
      expect(fingerprint(net)).toBe(before);
      expect(JSON.parse(JSON.stringify(check))).toEqual(check);
    },
  );
});

it('checks the same sample of the parameters of a large layer each time', async () => {
  const spec: NetworkOptions = {
    inputs: 784,
    layers: [
      { units: 30, activation: 'sigmoid' },
      { units: 10, activation: 'sigmoid' },
    ],
  };
  const net = await Network.create(spec);
  const many = randomData(1000, 784, 10);
  const check = await net.checkGradients(many);
  expect(check).toMatchObject({ ok: true, rows: 100 });
  expect(check.layers.map(({ checked }) => checked)).toEqual([200 + 30, 200 + 10]);
  expect(await net.checkGradients(many)).toEqual(check);
  const few = await net.checkGradients(many, { samples: 7 });
  expect(few.layers.map(({ checked }) => checked)).toEqual([7 + 7, 7 + 7]);
});

async function fromLayers(
  loss: NetworkJSON['loss'],
  ...layers: [ActivationName, weights: number[][], biases: number[]][]
): Promise<Network> {
  return await Network.fromJSON({
    format: 'bp4',
    version: 1,
    inputs: layers[0]![1][0]!.length,
    loss,
    layers: layers.map(([activation, weights, biases]) => ({
      units: biases.length,
      activation,
      weights,
      biases,
    })),
  });
}

describe('gradients that are right', () => {
  const xor = {
    inputs: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    targets: [[0], [1], [1], [0]],
  };

  it('confirms gradients when relu is at its kink, and counts the parameters concerned', async () => {
    const net = await fromLayers(
      'quadratic',
      ['relu', [[1, 1], [1, -1], [-1, 1]], [0, 0, 0]], // prettier-ignore
      ['linear', [[1, 2, 3]], [0.5]],
    );
    const { ok, layers } = await net.checkGradients(xor);
    // In the first layer z is 0 for (0, 0), which concerns the three biases, and of two units for (1, 1), their four weights.
    expect({ ok, kinks: layers.map(({ kinks }) => kinks) }).toEqual({ ok: true, kinks: [7, 0] });
  });

  it('confirms gradients when relu is nearer to its kink than the first step', async () => {
    const biases = [1e-5, -1e-5, 1e-6, -1e-6];
    const net = await fromLayers(
      'quadratic',
      ['relu', biases.map(() => [1]), biases],
      ['linear', [biases.map(() => 1)], [1]],
    );
    const check = await net.checkGradients({ inputs: [[0], [1], [-1]], targets: [[0], [1], [2]] });
    expect(check.ok).toBe(true);
    expect(check.layers.map(({ kinks }) => kinks)).toEqual([0, 0]);
    expect(check.worst!.error).toBeLessThan(1e-5);
  });

  it.each([
    ['inputs in the hundreds', [1], 200],
    ['inputs in the millionths', [1], 1e-6],
    ['units that are all saturated', [17, 18, 20], 1],
    ['units that are saturated to different degrees', [10, -12, 14, -16, 18, -20, 22, -100, 1e4], 1],
  ])('confirms gradients for %s', async (_, weights, scale) => {
    for (const [activation, loss] of [
      ['sigmoid', 'quadratic'],
      ['tanh', 'quadratic'],
      ['sigmoid', 'binaryCrossEntropy'],
      ['softmax', 'crossEntropy'],
    ] as const) {
      const z = activation === 'softmax' ? [...weights, 0] : weights;
      const net = await fromLayers(loss, [activation, z.map((w) => [w]), z.map(() => 0.1)]);
      const n = z.length;
      const data = { inputs: [scale, -scale], targets: Array.from({ length: 2 * n }, (_, i) => i % 2) };
      const check = await net.checkGradients(data);
      expect(check, `${activation} ${JSON.stringify(check.worst)}`).toMatchObject({ ok: true });
    }
  });

  it('confirms gradients of a network that has learned XOR almost perfectly', async () => {
    const net = await Network.create({
      inputs: 2,
      layers: [
        { units: 4, activation: 'tanh' },
        { units: 1, activation: 'sigmoid' },
      ],
      loss: 'binaryCrossEntropy',
      seed: 1,
    });
    await net.train(xor, { epochs: 20_000, miniBatchSize: 4, learningRate: 1 });
    expect(net.evaluate(xor).loss).toBeLessThan(2e-4);
    expect(await net.checkGradients(xor)).toMatchObject({ ok: true });
  });

  it.each([1e-3, 1e6])('confirms gradients for targets around %d', async (size) => {
    const net = await Network.create({
      inputs: 6,
      layers: [
        { units: 9, activation: 'tanh' },
        { units: 3, activation: 'linear' },
      ],
    });
    const targets = data.targets.map((y) => y * size);
    expect(await net.checkGradients({ ...data, targets })).toMatchObject({ ok: true });
  });

  it('confirms gradients when an output in the millions equals its target to the last bit', async () => {
    const net = await fromLayers('quadratic', ['linear', [[1 / 3]], [0]]);
    const fitted = { inputs: [[3e6]], targets: [[1e6]] };
    expect(net.backprop(fitted).layers[0]!.delta[0]).toBe(0); // though in double precision it is 0.03
    expect(await net.checkGradients(fitted)).toMatchObject({ ok: true });
  });

  it('confirms gradients that are all 0', async () => {
    const net = await fromLayers('quadratic', ['linear', [[2]], [0]]);
    expect(await net.checkGradients({ inputs: [[0]], targets: [[0]] })).toMatchObject({ ok: true });
  });
});

/** A network in the reference engine, with some equations wrong in single precision. */
async function faultyNetwork(faults: Faults, options: NetworkOptions): Promise<Network> {
  breakEquations(faults, 4);
  return await Network.create({ ...options, engine: 'reference' });
}

describe('gradients that are wrong', () => {
  const spec = createSpec('sigmoid', 'sigmoid', 'quadratic');
  afterEach(mendEquations);

  /** The places of the largest errors, in the order of `wrongEquations`. */
  const places = [
    /^layers\[[012]\]\./,
    /^layers\[[01]\]\./,
    /^layers\[[012]\]\.biases\[\d\]$/,
    /^layers\[(0\]\.weights\[\d\]\[5|1\]\.weights\[\d\]\[8|2\]\.weights\[\d\]\[6)\]$/,
  ];
  const faults = wrongEquations.map(([name, wrong], i) => [name, wrong, places[i]!] as const);

  it.each(faults)('detects %s, and names the place of the largest error', async (_, wrong, place) => {
    const net = await faultyNetwork(wrong, spec);
    const check = await net.checkGradients(data);
    expect(check.ok).toBe(false);
    expect(check.worst!.place).toMatch(place);
    expect(check.worst!.error).toBeGreaterThan(0.01);
  });

  it('detects the wrong gradient of a single weight in a large layer, if it is large', async () => {
    const wide: NetworkOptions = { inputs: 100, layers: [{ units: 50, activation: 'tanh' }] };
    const right = await Network.create({ ...wide, engine: 'reference' });
    const many = randomData(20, 100, 50);
    const gradients = right.backprop(many).layers[0]!.weightGradients;
    const largest = gradients.reduce(
      (best, g, i) => (Math.abs(g) > Math.abs(gradients[best]!) ? i : best),
      0,
    );
    const [j, k] = [Math.floor(largest / 100), largest % 100];
    const net = await faultyNetwork(
      {
        weightGradient(right, m, l, ...rest) {
          right(m, l, ...rest);
          m.floats[l.weightGradients + k * l.stride + j]! *= 1.05;
        },
      },
      wide,
    );
    const check = await net.checkGradients(many, { samples: 10 });
    expect(check).toMatchObject({ ok: false, worst: { place: `layers[0].weights[${j}][${k}]` } });
    expect(check.worst!.error).toBeGreaterThan(0.01);
    expect(check.worst!.analytic / check.worst!.numeric).toBeCloseTo(1.05, 4);
  });

  it('detects an error that shows only in later samples', async () => {
    const net = await faultyNetwork(
      {
        weightGradient(right, m, l, ...rest) {
          right(m, l, ...rest);
          m.floats[l.weightGradients]! *= 2;
        },
      },
      { inputs: 1, layers: [{ units: 1, activation: 'linear' }] },
    );
    const inputs = new Float32Array(200).fill(1, 100);
    expect(await net.checkGradients({ inputs, targets: inputs })).toMatchObject({
      ok: false,
      worst: { place: 'layers[0].weights[0][0]' },
    });
  });

  it('detects a gradient that is NaN', async () => {
    const net = await faultyNetwork(
      {
        biasGradient(right, m, l, rows) {
          right(m, l, rows);
          m.floats[l.biasGradients + 1] = NaN;
        },
      },
      spec,
    );
    const { ok, worst, layers } = await net.checkGradients(data, { samples: 2 });
    expect(ok).toBe(false);
    expect(worst).toMatchObject({ place: 'layers[0].biases[1]', analytic: NaN, error: Infinity });
    expect(layers.map(({ worst }) => worst!.place)).toEqual([0, 1, 2].map((l) => `layers[${l}].biases[1]`));
  });

  it('reports a failure when the cost overflows', async () => {
    const net = await fromLayers('quadratic', ['linear', [[1e30]], [0]], ['linear', [[1e30]], [0]]);
    expect(await net.checkGradients({ inputs: [[1]], targets: [[0]] })).toMatchObject({ ok: false });
  });
});

describe('options', () => {
  it.each([
    [{ samples: 0 }, RangeError, 'samples: expected a whole number of at least 1, got 0'],
    [{ samples: '9' }, TypeError, "samples: expected a whole number, got '9'"],
    [{ step: 1 }, TypeError, "options: unknown 'step'; the names are samples"],
    [null, TypeError, 'options: expected an object { samples }, got null'],
  ] as const)('rejects the options %j', async (options, Class, message) => {
    const net = await Network.create(smallSpec);
    await expectError(() => net.checkGradients(goodData, options as object), [Class, message]);
  });
});
