import { afterEach, describe, expect, it, vi } from 'vitest';
import { Arena } from '../../bench/arena.js';
import { ordinary } from '../../bench/numbers.js';
import { operations, roundUpToFours } from '../../bench/operations.js';
import { awkwardShapes } from '../../bench/shapes.js';
import {
  Network,
  type ActivationName,
  type Data,
  type LossName,
  type NetworkJSON,
  type NetworkSpec,
} from '../../src/index.js';
import { double, single } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { lossNames, partners } from '../../src/model/spec.js';
import { worstDelta, worstGradient, type Finding } from '../support/central-differences.js';
import { doubleBackprop, doubleModel, gather, inDouble } from '../support/double.js';
import { breakEquations, mendEquations, wrongEquations } from '../support/faults.js';
import { randomData } from '../support/random-data.js';
import { roundingsTo } from '../support/roundings.js';
import { amount } from '../support/thorough.js';

// The gradients are true: double precision is compared with central differences of the cost, single precision with
// double, and both, where units are saturated, with values worked out by hand.

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

const engines = ['wasm', 'reference'] as const;

/** Every pair of a loss and an activation of the last layer. */
const outputs = lossNames.flatMap((loss) => partners[loss].map((activation) => ({ activation, loss })));
/** Pairs that take every path through BP1, except for the slopes of the other losses. */
const fewOutputs = outputs.filter(
  ({ activation, loss }) => loss.endsWith('Entropy') || (loss === 'quadratic' && activation !== 'linear'),
);
const cases = [
  ...partners.quadratic.flatMap((hidden) => fewOutputs.map((output) => ({ hidden, ...output }))),
  ...outputs
    .filter((output) => !fewOutputs.includes(output))
    .map((output) => ({ hidden: 'tanh' as const, ...output })),
];

/**
 * 3-5-4-3, with weights N(0, 1/fanIn) and biases N(0, 1). With this seed no relu layer is dead, and no unit is so near a
 * kink that a difference steps over it; both are checked.
 */
function createSpec({ hidden, activation, loss }: (typeof cases)[number]): NetworkSpec {
  const initializer = 'scaledNormal';
  return {
    inputs: 3,
    layers: [
      { units: 5, activation: hidden, initializer, ...findAlpha(hidden) },
      { units: 4, activation: hidden, initializer, ...findAlpha(hidden) },
      { units: 3, activation, initializer, ...findAlpha(activation) },
    ],
    loss:
      loss === 'huber'
        ? { name: loss, delta: 0.5 }
        : loss === 'quantile'
          ? { name: loss, q: [0.1, 0.5, 0.8] }
          : loss,
    seed: hidden === 'selu' ? 4 : 3,
  };
}

const findAlpha = (activation: ActivationName) =>
  activation === 'leakyRelu' ? { alpha: 0.25 } : activation === 'elu' ? { alpha: 0.75 } : {};

/**
 * Targets are dense: they do not sum to one for softmax, and are neither 0 nor 1 for binaryCrossEntropy. For hinge they
 * are −1 and 1.
 */
function createData(rows: number, loss?: LossName) {
  const data = randomData(rows, 3, 3);
  return loss === 'hinge' ? { ...data, targets: data.targets.map((y) => (y < 0.5 ? -1 : 1)) } : data;
}

describe('BP1 to BP4 in double precision', () => {
  describe.each(cases)('$hidden, then $activation with $loss', (one) => {
    it.each([1, 7])(
      'agrees with central differences of the cost in every weight and bias, for a mini-batch of %i',
      (rows) => {
        expectSmall(gradientError(createSpec(one), createData(rows, one.loss)));
      },
    );

    it('agrees with central differences of the cost in every δ of every sample', () => {
      const { layers } = doubleBackprop(doubleModel(createSpec(one)), createData(7, one.loss));
      const alone = doubleModel(createSpec(one));
      const { inputs, targets } = createData(7, one.loss);
      for (let n = 0; n < 7; n++) {
        gather(alone, { inputs: inputs.slice(3 * n, 3 * n + 3), targets: targets.slice(3 * n, 3 * n + 3) });
        const deltas = layers.map(({ delta }, l) => {
          const { units } = alone.layers[l]!;
          return delta.slice(n * units, (n + 1) * units);
        });
        expectSmall(worstDelta(alone, deltas));
      }
    });

    it('gives a weight gradient other than 0 in every layer', () => {
      const { layers } = doubleBackprop(doubleModel(createSpec(one)), createData(1, one.loss));
      for (const { weightGradients } of layers) expect(largest(weightGradients)).toBeGreaterThan(0);
    });
  });

  const { inputs } = randomData(7, 2, 1);

  it('agrees with central differences for labels and five layers of five activations, one of a single unit', () => {
    const spec: NetworkSpec = {
      inputs: 2,
      layers: [
        { units: 4, activation: 'tanh' },
        { units: 9, activation: 'relu' },
        { units: 1, activation: 'linear' },
        { units: 5, activation: 'sigmoid' },
        { units: 3, activation: 'softmax' },
      ],
    };
    expectSmall(gradientError(spec, { inputs, labels: [0, 2, 1, 1, 0, 2, 2] }));
  });

  it('agrees with central differences for labels and a single unit without hidden layers', () => {
    const spec: NetworkSpec = {
      inputs: 2,
      layers: [{ units: 1, activation: 'sigmoid' }],
      loss: 'binaryCrossEntropy',
    };
    expectSmall(gradientError(spec, { inputs, labels: [0, 1, 1, 0, 0, 1, 1] }));
  });
});

describe('the check by central differences', () => {
  afterEach(mendEquations);

  it.each(wrongEquations)('detects %s', (_, faults) => {
    const spec = createSpec({ hidden: 'sigmoid', activation: 'sigmoid', loss: 'quadratic' });
    expectSmall(gradientError(spec, createData(7)));
    breakEquations(faults, 8);
    expect(gradientError(spec, createData(7)).error).toBeGreaterThan(0.01);
  });
});

/** Larger shapes take a second for each operation. */
const MOST_MULTIPLICATIONS = amount(2 ** 17, Infinity);
const shapes = awkwardShapes.filter(({ rows, fanIn, units }) => rows * fanIn * units <= MOST_MULTIPLICATIONS);

/** ε of single precision: half of what lies between 1 and the next float. */
const EPSILON = 2 ** -24;

describe.each(operations)('$name', ({ place, roundings }) => {
  it('differs between single and double precision by no more than its roundings', () => {
    for (const shape of shapes) {
      const size = { ...shape, stride: roundUpToFours(shape.units), inputStride: shape.fanIn };
      const [found, truth] = ([4, 8] as const).map((bytesPerFloat) => {
        const arena = new Arena(bytesPerFloat);
        const call = place(arena, size, ordinary(1));
        const kernels = referenceKernels(bytesPerFloat === 4 ? single : double);
        return arena.results(arena.run(kernels, call));
      });
      for (const [i, { name, values }] of truth!.entries()) {
        const error = largest(Array.from(values, (value, j) => value - found![i]!.values[j]!));
        const tolerance = roundings(shape) * EPSILON * Math.max(1, largest(values));
        expect(error, `${name} of ${JSON.stringify(shape)}`).toBeLessThanOrEqual(tolerance);
      }
    }
  });
});

describe.each(engines)('backprop in %s', (engine) => {
  const large: NetworkSpec = {
    inputs: 784,
    layers: [
      { units: 30, activation: 'sigmoid' },
      { units: 10, activation: 'sigmoid' },
    ],
  };
  const mixed: NetworkSpec = {
    inputs: 200,
    layers: [
      { units: 67, activation: 'relu' },
      { units: 33, activation: 'tanh' },
      { units: 10, activation: 'softmax' },
    ],
  };
  const networks = [
    ...cases.map((one) => ({
      name: `3-5-4-3, ${one.hidden}, ${one.activation} with ${one.loss}`,
      spec: createSpec(one),
      data: createData(7, one.loss),
      rows: 7,
    })),
    { name: '784-30-10', spec: large, data: randomData(10, 784, 10), rows: 10 },
    { name: '200-67-33-10', spec: mixed, data: randomData(37, 200, 10), rows: 37 },
  ];

  /**
   * The tolerance is k·ε·max: each of the k roundings behind a number errs by at most ε of the largest number of its
   * kind, and later operations pass errors on without enlarging them much, for the slopes of all functions are at
   * most 1.13 and the rows of weights have about unit length. Errors have random signs: 0.55 of the tolerance was measured.
   */
  it.each(networks)(
    'differs from double precision by no more than its roundings: $name',
    async ({ spec, data, rows }) => {
      const net = await Network.create({ ...spec, engine });
      const single = net.backprop(data);
      const model = inDouble(net);
      const truth = doubleBackprop(model, data);
      const roundings = roundingsTo(model, rows);
      for (const [l, layer] of truth.layers.entries()) {
        for (const kind of listKeys(layer)) {
          const error = largest(layer[kind].map((value, i) => value - single.layers[l]![kind][i]!));
          const tolerance = roundings[l]![kind] * EPSILON * largest(layer[kind]);
          expect(error, `layers[${l}].${kind}`).toBeLessThanOrEqual(tolerance);
        }
      }
      const behindLoss = roundings.at(-1)!.activations;
      expect(Math.abs(single.loss - truth.loss)).toBeLessThanOrEqual(behindLoss * EPSILON * truth.loss);
    },
  );
});

describe.each(engines)('saturated units in %s', (engine) => {
  /** The z are the weights of as many units with one input, which is 1. */
  async function backprop(
    activation: 'softmax' | 'sigmoid' | 'tanh',
    loss: NetworkJSON['loss'],
    z: readonly number[],
    targets: readonly number[],
  ) {
    const weights = z.map((weight) => [weight]);
    const layer = { units: z.length, activation, weights, biases: z.map(() => 0) };
    const json: NetworkJSON = { format: 'bp4', version: 1, inputs: 1, loss, layers: [layer] };
    const net = await Network.fromJSON(json, { engine });
    const { layers, loss: cost } = net.backprop({ inputs: [1], targets });
    const withoutMinusZero = (numbers: Float32Array): number[] => Array.from(numbers, (number) => number + 0);
    const delta = withoutMinusZero(layers[0]!.delta);
    expect(withoutMinusZero(layers[0]!.weightGradients)).toEqual(delta);
    expect(withoutMinusZero(layers[0]!.biasGradients)).toEqual(delta);
    return { cost, delta };
  }

  it.each([
    { z: [1e4, -1e4, 0], targets: [1, 0, 0], cost: 0, delta: [0, 0, 0] },
    { z: [1e4, -1e4, 0], targets: [0, 1, 0], cost: 20_000, delta: [1, -1, 0] },
    { z: [-1e4, -1e4, -1e4], targets: [3, 0, 0], cost: 3 * Math.log(3), delta: [-2, 1, 1] },
    { z: [1e4, -1e4, 0], targets: [0.5, 0.25, 0.5], cost: 10_000, delta: [0.75, -0.25, -0.5] },
  ])(
    'computes cost and δ of saturated softmax with crossEntropy: z $z, targets $targets',
    async ({ z, targets, cost, delta }) => {
      const found = await backprop('softmax', 'crossEntropy', z, targets);
      // A third is no float: it and the cost that comes from it are off by some ε. All else is exact.
      expect(Math.abs(found.cost - cost)).toBeLessThanOrEqual(8 * EPSILON);
      for (const [j, right] of delta.entries()) {
        expect(Math.abs(found.delta[j]! - right)).toBeLessThanOrEqual(8 * EPSILON);
      }
    },
  );

  it.each([
    { z: [1e4, -1e4], targets: [1, 0], cost: 0, delta: [0, 0] },
    { z: [1e4, -1e4], targets: [0, 1], cost: 20_000, delta: [1, -1] },
    { z: [1e4, -1e4], targets: [0.75, 0.75], cost: 10_000, delta: [0.25, -0.75] },
  ])(
    'computes cost and δ of saturated sigmoid with binaryCrossEntropy: z $z, targets $targets',
    async ({ z, targets, cost, delta }) => {
      expect(await backprop('sigmoid', 'binaryCrossEntropy', z, targets)).toEqual({ cost, delta });
    },
  );

  it.each([
    { activation: 'sigmoid' as const, cost: 1 },
    { activation: 'tanh' as const, cost: 2.5 },
  ])(
    'gives δ = 0 to saturated units of $activation with quadratic, however wrong their outputs are',
    async ({ activation, cost }) => {
      expect(await backprop(activation, 'quadratic', [1e4, -1e4], [0, 1])).toEqual({ cost, delta: [0, 0] });
    },
  );
});

/** The worst gradient of a network for a mini-batch. */
function gradientError(spec: NetworkSpec, data: Data): Finding {
  const model = doubleModel(spec);
  return worstGradient(model, gather(model, data));
}

/** Relative errors; central-differences.ts says to what. Measured: 3.1e-8 at most. */
function expectSmall({ error, place }: Finding): void {
  expect(error, place).toBeLessThanOrEqual(1e-7);
}

/** The largest magnitude; NaN where there is one. */
function largest(numbers: ArrayLike<number>): number {
  let magnitude = 0;
  for (let i = 0; i < numbers.length; i++) magnitude = Math.max(magnitude, Math.abs(numbers[i]!));
  return magnitude;
}

function listKeys<T extends object>(object: T): (keyof T)[] {
  return Object.keys(object) as (keyof T)[];
}
