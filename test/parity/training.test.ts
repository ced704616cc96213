import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.js';
import { partners } from '../../src/model/spec.js';
import {
  DivergenceError,
  Network,
  type ActivationName,
  type Data,
  type LossName,
  type LossSpec,
  type TrainOptions,
} from '../../src/index.js';

// Same bits, from the first weight to the last: whole training runs on both engines. Numbers are compared by toEqual,
// which distinguishes −0 from +0 and treats NaN as equal to NaN, as a test below shows.

interface Run {
  readonly sizes: readonly number[];
  readonly activations: readonly ActivationName[];
  readonly loss?: LossSpec;
  readonly data: Data;
  readonly options?: TrainOptions;
}

/** Everything that a network computes and reports, before and after training. */
async function record(engine: 'wasm' | 'reference', { sizes, activations, loss, data, options }: Run) {
  const network = await Network.create({
    inputs: sizes[0]!,
    layers: activations.map((activation, l) => ({ units: sizes[l + 1]!, activation })),
    ...(loss && { loss }),
    seed: SEED,
    engine,
  });
  expect(network.engine).toBe(engine);
  const { inputs, inputScale } = data;
  const state = () => ({
    layers: network.layers.map(({ weights, biases }) => ({ weights, biases })),
    gradients: network.backprop(data),
    outputs: network.predict(inputs, inputScale === undefined ? {} : { inputScale }),
    metrics: network.evaluate(data),
    json: network.toJSON(),
  });
  const batchLosses: number[] = [];
  const before = state();
  const history = await network
    .train(data, {
      epochs: 3,
      miniBatchSize: 5, // 23 samples: the last mini-batch has three
      onBatch: (batch) => batchLosses.push(batch.loss),
      validation: data,
      ...options,
    })
    .catch((error: unknown) => {
      if (!(error instanceof DivergenceError)) throw error;
      return String(error);
    });
  const after = state();
  network.dispose();
  return { before, history, batchLosses, after };
}

async function expectSameBits(run: Run): Promise<void> {
  const wasm = await record('wasm', run);
  expect(wasm).toEqual(await record('reference', run));
  const moved = wasm.after.layers.map(({ weights }, l) =>
    weights.some((w, i) => w !== wasm.before.layers[l]!.weights[i]),
  );
  expect(moved).not.toContain(false);
}

const SEED = 11;
const COUNT = 23;

/** Samples drawn from a seed of their own. */
function draw(inputs: number, outputs: number, count = COUNT) {
  const random = Random.fromSeed(SEED + 1);
  return {
    inputs: new Float32Array(count * inputs).map(() => random.uniform(-1, 1)),
    targets: new Float32Array(count * outputs).map(() => random.uniform(0, 1)),
    labels: new Uint8Array(count).map(() => random.below(Math.max(outputs, 2))),
    bytes: new Uint8Array(count * inputs).map(() => random.below(256)),
  };
}

const toRows = (values: Float32Array, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, n) => [...values.subarray(n * width, (n + 1) * width)]);

const hidden = partners.quadratic;
const outputs: readonly (readonly [LossName, ActivationName])[] = [
  ...hidden.map((activation) => ['quadratic', activation] as const),
  ['crossEntropy', 'softmax'],
  ['binaryCrossEntropy', 'sigmoid'],
  ['meanSquaredError', 'softplus'],
  ['meanAbsoluteError', 'gelu'],
  ['huber', 'linear'],
  ['hinge', 'tanh'],
  ['logCosh', 'tanh'],
  ['poisson', 'linear'],
  ['quantile', 'linear'],
  ['focal', 'softmax'],
  ['binaryFocal', 'sigmoid'],
];

describe.each(hidden)('a hidden layer of %s', (activation) => {
  it.each(outputs)('gives the same bits on both engines with the loss %s after %s', async (loss, last) => {
    const { inputs, targets, labels } = draw(5, 3);
    await expectSameBits({
      sizes: [5, 7, 3],
      activations: [activation, last],
      loss: loss === 'quantile' ? { name: loss, q: [0.1, 0.5, 0.8] } : loss,
      data: loss === 'hinge' ? { inputs, labels } : { inputs, targets },
    });
  });
});

describe('data', () => {
  const small = draw(3, 2);
  it('gives the same bits on both engines for data in rows, without a hidden layer', () =>
    expectSameBits({
      sizes: [3, 2],
      activations: ['sigmoid'],
      data: { inputs: toRows(small.inputs, 3), targets: toRows(small.targets, 2) },
    }));
  it('gives the same bits on both engines for a scaled flat array and targets in double precision', () =>
    expectSameBits({
      sizes: [3, 2],
      activations: ['tanh'],
      data: { inputs: [...small.inputs], inputScale: 1 / 3, targets: Float64Array.from(small.targets) },
    }));
  it('gives the same bits on both engines for labels', () => {
    const { inputs, labels } = draw(7, 4);
    return expectSameBits({
      sizes: [7, 13, 11, 4],
      activations: ['relu', 'tanh', 'softmax'],
      data: { inputs, labels },
      options: { learningRate: 0.5 },
    });
  });
  it('gives the same bits on both engines for scaled bytes with labels', () => {
    const { bytes, labels } = draw(30, 10);
    return expectSameBits({
      sizes: [30, 17, 10],
      activations: ['sigmoid', 'sigmoid'],
      data: { inputs: bytes, inputScale: 1 / 255, labels },
      options: { learningRate: 3 },
    });
  });
  it('gives the same bits on both engines for unscaled bytes with labels of a single output', () => {
    const { bytes, labels } = draw(9, 1);
    return expectSameBits({
      sizes: [9, 6, 1],
      activations: ['tanh', 'sigmoid'],
      loss: 'binaryCrossEntropy',
      data: { inputs: bytes, labels },
    });
  });
});

describe('runs', () => {
  it('gives the same bits on both engines without shuffling, in mini-batches of one', () => {
    const { inputs, targets } = draw(4, 3);
    return expectSameBits({
      sizes: [4, 5, 3],
      activations: ['sigmoid', 'linear'],
      data: { inputs, targets },
      options: { shuffle: false, miniBatchSize: 1 },
    });
  });
  // 129 samples are one more than the initial memory holds, and more than the reference takes at a time.
  it('gives the same bits on both engines when memory grows and samples take several chunks', () => {
    const { bytes, labels } = draw(784, 10, 129);
    return expectSameBits({
      sizes: [784, 60, 10],
      activations: ['relu', 'softmax'],
      data: { inputs: bytes, inputScale: 1 / 255, labels },
      options: { epochs: 1, miniBatchSize: 32 },
    });
  });
  it('gives the same bits and the same error on both engines when training diverges', async () => {
    const { inputs, targets } = draw(5, 3);
    const run: Run = {
      sizes: [5, 7, 3],
      activations: ['relu', 'linear'],
      data: { inputs, targets },
      options: { learningRate: 1e30 },
    };
    const wasm = await record('wasm', run);
    expect(wasm).toEqual(await record('reference', run));
    expect(wasm.history).toMatch(/^DivergenceError: train: diverged in epoch 1, step \d+/);
  });
});

it('continues a training in the other engine to the same bits', async () => {
  const { inputs, targets } = draw(5, 3);
  const first = await Network.create({
    inputs: 5,
    layers: [
      { units: 7, activation: 'tanh' },
      { units: 3, activation: 'sigmoid' },
    ],
    engine: 'wasm',
  });
  await first.train({ inputs, targets }, { epochs: 2, miniBatchSize: 4 });
  const second = await Network.fromJSON(first.toJSON(), { engine: 'reference' });
  for (const network of [first, second])
    await network.train({ inputs, targets }, { epochs: 2, miniBatchSize: 4 });
  expect(second.toJSON()).toEqual(first.toJSON());
});

it('the comparison distinguishes 0 from −0, and treats NaN as equal to NaN', () => {
  expect(Float32Array.of(NaN, 0)).toEqual(Float32Array.of(NaN, 0));
  expect(Float32Array.of(-0)).not.toEqual(Float32Array.of(0));
  expect({ loss: 0.1 + 0.2 }).not.toEqual({ loss: 0.3 });
});

it('gives other bits from another seed', async () => {
  const { inputs, targets } = draw(5, 3);
  const [one, other] = await Promise.all(
    [1, 2].map(async (seed) => {
      const network = await Network.create({ inputs: 5, layers: [{ units: 3, activation: 'tanh' }], seed });
      await network.train({ inputs, targets }, { epochs: 1 });
      return network.predict(inputs);
    }),
  );
  expect(one).not.toEqual(other);
});
