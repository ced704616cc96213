import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  DivergenceError,
  Network,
  type ActivationName,
  type Data,
  type TrainOptions,
} from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { Samples } from '../../src/training/samples.js';
import { Window } from '../../src/training/window.js';
import { fingerprint } from '../support/fingerprint.js';

// Where most inputs are zero the first layer computes with the others alone. Its bits are those of all inputs, which both
// engines use when they have to.

type Form = 'rows' | 'pairs';

interface Case {
  readonly sizes: readonly [inputs: number, ...units: number[]];
  readonly activation?: ActivationName;
  readonly data: Data;
  readonly options?: TrainOptions;
  /** In how many parts the samples are read. */
  readonly chunks?: number;
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the error of a training that diverges reports: where, and how large the gradients are. */
function whereItDiverged(error: unknown): object {
  if (!(error instanceof DivergenceError)) throw error;
  const { message, epoch, step, layer, largestGradient } = error;
  return { message, epoch, step, layer, largestGradient };
}

/** Counts the chunks of samples that a training holds as pairs. */
const countPairs = () => vi.spyOn(Samples.prototype, 'writePairs');

/** All results of a training whose samples are held in the given form: weights, history and outputs. */
async function train(
  engine: 'wasm' | 'reference',
  form: Form,
  { sizes, activation, data, options, chunks = 1 }: Case,
): Promise<object> {
  vi.spyOn(Window, 'chooseForm').mockReturnValue(form);
  const [inputs, ...units] = sizes;
  const layers = units.map((units) => ({ units, activation: activation ?? 'sigmoid' }));
  const net = await Network.create({ inputs, layers, seed: 5, engine });
  const pairs = countPairs();
  const history = await net
    .train(data, { epochs: 2, miniBatchSize: 5, learningRate: 0.5, ...options })
    .catch(whereItDiverged);
  expect(pairs.mock.calls.length).toBe(form === 'pairs' ? chunks : 0);
  pairs.mockRestore();
  return { history, json: net.toJSON(), layers: net.layers, outputs: net.predict(data.inputs) };
}

async function expectSameBits(one: Case): Promise<void> {
  const dense = await train('wasm', 'rows', one);
  expect(await train('wasm', 'pairs', one)).toEqual(dense);
  expect(await train('reference', 'pairs', one)).toEqual(dense);
  expect(await train('reference', 'rows', one)).toEqual(dense);
}

/** Rows of which one in five inputs is not zero; of the zeros some are −0. */
function sparse(
  inputs: number,
  outputs: number,
  count = 13,
): { inputs: Float32Array; targets: Float32Array } {
  const random = Random.fromSeed(inputs + outputs);
  const input = (): number => {
    const draw = random.below(10);
    return draw < 2 ? random.uniform(-2, 2) : draw === 2 ? -0 : 0;
  };
  return {
    inputs: new Float32Array(count * inputs).map(input),
    targets: new Float32Array(count * outputs).map(() => random.uniform(0, 1)),
  };
}

/** Counts around the sizes of blocks: four inputs, four and sixteen units. */
const inputs = [1, 3, 4, 5, 16, 17, 18, 19, 40];
const units = [1, 3, 4, 5, 12, 15, 16, 17, 30, 33];

describe.each(inputs)('%i inputs', (inputs) => {
  it.each(units)('gives the same bits for pairs as for rows with %i units', (units) =>
    expectSameBits({ sizes: [inputs, units, 2], data: sparse(inputs, 2) }),
  );
});

describe('pairs', () => {
  it('gives the same bits for pairs as for rows without a hidden layer', () =>
    expectSameBits({ sizes: [20, 3], data: sparse(20, 3) }));

  it('gives the same bits for pairs as for rows when some samples are all zero and some have no zero', async () => {
    const data = sparse(20, 2);
    data.inputs.fill(0, 20, 60);
    data.inputs.fill(1.5, 100, 120);
    await expectSameBits({ sizes: [20, 6, 2], data });
  });

  it('gives the same bits for pairs as for rows of scaled bytes without shuffling', async () => {
    const random = Random.fromSeed(3);
    const inputs = new Uint8Array(13 * 41).map(() => (random.below(4) ? 0 : random.below(256)));
    const data = { inputs, inputScale: 1 / 255, labels: new Uint8Array(13).map(() => random.below(3)) };
    await expectSameBits({ sizes: [41, 18, 3], data, options: { shuffle: false } });
  });

  it('gives the same bits for pairs as for rows of bytes that are scaled to subnormal floats', async () => {
    const inputs = new Uint8Array(4 * 20).map((_, i) => i % 3);
    const data = { inputs, inputScale: 2 ** -149, targets: new Float32Array(8) };
    await expectSameBits({ sizes: [20, 3, 2], data });
  });

  it('gives the same bits for pairs as for rows of scaled floats', () =>
    expectSameBits({ sizes: [33, 7, 2], data: { ...sparse(33, 2), inputScale: 1 / 3 } }));

  it('gives the same loss for pairs as for rows in every mini-batch', async () => {
    const losses: number[] = [];
    const onBatch = ({ loss }: { loss: number }): unknown => losses.push(loss);
    await expectSameBits({ sizes: [30, 17, 2], data: sparse(30, 2), options: { onBatch } });
    const half = losses.length / 4;
    expect(losses.slice(half, 2 * half)).toEqual(losses.slice(0, half));
  });

  it('trains to the same bits when backprop is called between the steps', async () => {
    const data = sparse(40, 2);
    const layers = [
      { units: 17, activation: 'tanh' as const },
      { units: 2, activation: 'tanh' as const },
    ];
    const prints: string[] = [];
    for (const asks of [false, true]) {
      const net = await Network.create({ inputs: 40, layers });
      const onBatch = (): unknown => asks && net.backprop(data);
      const pairs = countPairs();
      await net.train(data, { epochs: 2, miniBatchSize: 4, onBatch });
      expect(pairs).toHaveBeenCalled();
      pairs.mockRestore();
      prints.push(fingerprint(net));
    }
    expect(prints[1]).toBe(prints[0]);
  });

  it('gives the same bits for pairs as for rows when samples take several chunks', () =>
    expectSameBits({ sizes: [600, 16, 2], data: sparse(600, 2, 300), chunks: 3 }));
});

describe('zeros that meet values that are not finite', () => {
  const data = sparse(30, 2);

  /** Outputs and δ grow, and with them the weights, until they overflow. */
  it.each([1e3, 1e10, 1e20, 1e30, 1e38])(
    'gives the same bits for pairs as for rows when training diverges at learning rate %d',
    async (learningRate) => {
      const diverging: Case = {
        sizes: [30, 17, 2],
        activation: 'linear',
        data,
        options: { epochs: 12, learningRate },
      };
      await expectSameBits(diverging);
      expect(await train('wasm', 'pairs', diverging)).toHaveProperty('history.largestGradient');
    },
  );

  it('gives the same bits for pairs as for rows with inputs near the largest float', () =>
    expectSameBits({
      sizes: [30, 17, 2],
      activation: 'linear',
      data: { ...data, inputs: data.inputs.map((x) => x * 1e38) },
      options: { epochs: 4 },
    }));

  /** Pairs are chosen from 32 inputs up. */
  const WIDTH = 40;
  /** Samples with one input each: x_k at place k. */
  const singles = (...xs: readonly number[]): Float32Array => {
    const inputs = new Float32Array(xs.length * WIDTH);
    for (const [k, x] of xs.entries()) inputs[k * WIDTH + k] = x;
    return inputs;
  };

  /** Two units; `weight` is w_jk. */
  async function afterTraining(
    engine: 'wasm' | 'reference',
    inputs: Float32Array | Uint8Array,
    weight: number[][],
    { target = 1, learningRate = 1, inputScale = 1 } = {},
  ) {
    const layer = { units: 2, activation: 'linear' as const, weights: weight, biases: [0, 0] };
    const json = {
      format: 'bp4' as const,
      version: 1 as const,
      inputs: WIDTH,
      loss: 'quadratic' as const,
      layers: [layer],
    };
    const net = await Network.fromJSON(json, { engine });
    const targets = new Float32Array((inputs.length / WIDTH) * 2).fill(target);
    const options = { epochs: 1, miniBatchSize: 1, learningRate, shuffle: false };
    const pairs = countPairs();
    const told = await net.train({ inputs, inputScale, targets }, options).catch(whereItDiverged);
    expect(pairs).toHaveBeenCalled();
    pairs.mockRestore();
    return { told, weights: net.layers[0]!.weights };
  }

  const weights = (atPlace0: number): number[][] =>
    [1, 0.5].map((w) => Array.from({ length: WIDTH }, (_, k) => (k === 0 ? atPlace0 * w : w)));

  // δ = 1e30 is finite, and ∂C/∂w = 1e60 is not: w₀ becomes −Infinity, and 0·w₀ NaN for the samples to come.
  it('gives the same bits as the reference when a weight overflows and its later inputs are zero', async () => {
    const inputs = singles(1e30, 1, 1);
    const wasm = await afterTraining('wasm', inputs, weights(1));
    expect(wasm).toEqual(await afterTraining('reference', inputs, weights(1)));
    expect(wasm.told).toHaveProperty('largestGradient');
  });

  it('gives the same bits as the reference when scaled bytes make a weight overflow', async () => {
    const bytes = Uint8Array.from(singles(1, 1, 1));
    const scaled = { inputScale: 1e28 };
    const wasm = await afterTraining('wasm', bytes, weights(1), scaled);
    expect(wasm).toEqual(await afterTraining('reference', bytes, weights(1), scaled));
    expect(wasm.told).toHaveProperty('largestGradient');
  });

  // Σ δ·x is Infinity in single precision, and η/m times its bound is small.
  it('gives the same bits as the reference when a gradient overflows at a small learning rate', async () => {
    const options = { learningRate: 1e-3 };
    const wasm = await afterTraining('wasm', singles(1e20, 1), weights(1), options);
    expect(wasm).toEqual(await afterTraining('reference', singles(1e20, 1), weights(1), options));
    expect(wasm.told).toHaveProperty('largestGradient');
  });

  // What is added to it, 8e36, is far below the largest float: only the weight itself says that it will overflow.
  it('gives the same bits as the reference when a small update makes a large weight overflow', async () => {
    const options = { target: 3.39e38, learningRate: 2 };
    const large = [1, 1].map(() => Array.from({ length: WIDTH }, (_, k) => (k === 0 ? 3.35e38 : 1)));
    const wasm = await afterTraining('wasm', singles(1, 1e-3), large, options);
    expect(wasm).toEqual(await afterTraining('reference', singles(1, 1e-3), large, options));
    expect(wasm.told).toHaveProperty('largestGradient');
  });

  // z₀ = 3e39 is Infinity, and so is δ: ∂C/∂w = 0·δ is NaN for all other inputs.
  it('gives the same bits as the reference when δ overflows and most inputs are zero', async () => {
    const inputs = singles(10);
    const wasm = await afterTraining('wasm', inputs, weights(3e38));
    expect(wasm).toEqual(await afterTraining('reference', inputs, weights(3e38)));
    expect(wasm.told).toHaveProperty('largestGradient', NaN);
  });
});

describe('the form of the inputs', () => {
  async function isSparse(
    inputs: Float32Array,
    width: number,
    units = 2,
    miniBatchSize = 10,
  ): Promise<boolean> {
    const pairs = countPairs();
    const net = await Network.create({ inputs: width, layers: [{ units, activation: 'tanh' }] });
    await net.train({ inputs, labels: new Uint8Array(inputs.length / width) }, { epochs: 1, miniBatchSize });
    const { length } = pairs.mock.calls;
    pairs.mockRestore();
    return length > 0;
  }

  it('chooses pairs when most inputs are zero', async () => {
    expect(await isSparse(sparse(32, 1).inputs, 32)).toBe(true);
  });
  it.each([
    [10, 1, 3, 'rows'],
    [10, 1, 4, 'pairs'],
    [20, 4, 9, 'pairs'],
    [20, 5, 9, 'rows'],
    [32, 5, 9, 'pairs'],
    [32, 6, 9, 'rows'],
    [220, 4, 9, 'rows'],
  ])(
    'chooses by the width of the first layer: for %i units, if %i of %i inputs differ from zero, %s',
    async (units, others, all, form) => {
      const inputs = new Float32Array(20 * 36 * all).map((_, i) => Number(i % all < others));
      expect(await isSparse(inputs, 36 * all, units)).toBe(form === 'pairs');
    },
  );
  it('chooses pairs for more inputs without mini-batches', async () => {
    const inputs = new Float32Array(20 * 36).map((_, i) => i % 4);
    expect(await isSparse(inputs, 36, 16)).toBe(false);
    expect(await isSparse(inputs, 36, 16, 1)).toBe(true);
  });
  it('chooses rows when they have fewer than 32 inputs', async () => {
    expect(await isSparse(sparse(31, 1).inputs, 31)).toBe(false);
  });
  it('chooses rows when they are so long that an index does not fit into two bytes', async () => {
    expect(await isSparse(new Float32Array(2 ** 16 + 1), 2 ** 16 + 1)).toBe(false);
    expect(await isSparse(new Float32Array(2 ** 16), 2 ** 16)).toBe(true);
  });
});

it('holds samples in a quarter of the available memory, and gathers more of them by the mini-batch, with the same bits', async () => {
  const count = 70_000;
  const inputs = new Float32Array(count * 64).map((_, i) => Math.sin(i)); // 17 MiB
  const data = { inputs, labels: new Uint8Array(count).map((_, n) => n % 2) };
  const gathered = vi.spyOn(Samples.prototype, 'gather');
  const memory = vi.spyOn(process, 'availableMemory');
  const prints: unknown[] = [];
  for (const [available, steps] of [
    [2 ** 27, 0],
    [2 ** 26, 70],
  ]) {
    memory.mockReturnValue(available!);
    gathered.mockClear();
    const net = await Network.create({ inputs: 64, layers: [{ units: 2, activation: 'sigmoid' }] });
    await net.train(data, { epochs: 1, miniBatchSize: 1000 });
    expect(gathered.mock.calls.filter(([, , rows]) => rows === 1000)).toHaveLength(steps!);
    prints.push(net.layers);
  }
  expect(prints[1]).toEqual(prints[0]);
});
