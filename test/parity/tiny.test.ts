import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  Network,
  type ActivationName,
  type EpochReport,
  type LossName,
  type TrainOptions,
} from '../../src/index.js';
import { randomData } from '../support/random-data.js';

// Networks with at most eight units a layer learn whole epochs in one call of a kernel (assembly/tiny.ts), with the same bits as
// the reference, which learns step by step.

/** The epochs that the kernel learned. */
let atOnce = 0;

vi.mock('../../src/training/tiny.js', async (load) => {
  const part = await load<typeof import('../../src/training/tiny.js')>();
  return {
    *runTinyEpochs(...given: Parameters<typeof part.runTinyEpochs>) {
      const [, , history] = given;
      try {
        yield* part.runTinyEpochs(...given);
      } finally {
        atOnce += history.length;
      }
    },
  };
});

beforeEach(() => {
  atOnce = 0;
});

const COUNT = 10;
const EPOCHS = 201;

interface Case {
  readonly sizes: readonly number[];
  readonly activations: readonly ActivationName[];
  readonly loss?: LossName;
}

async function create({ sizes, activations, loss = 'quadratic' }: Case, engine: 'wasm' | 'reference') {
  const layers = activations.map((activation, l) => ({ units: sizes[l + 1]!, activation }));
  return await Network.create({ inputs: sizes[0]!, layers, loss, seed: 3, engine });
}

async function record(one: Case, engine: 'wasm' | 'reference', options: TrainOptions) {
  const net = await create(one, engine);
  const data = randomData(COUNT, one.sizes[0]!, one.sizes.at(-1)!);
  const train = (more: TrainOptions): Promise<EpochReport[] | string> =>
    net.train(data, { epochs: EPOCHS, learningRate: 0.02, ...options, ...more }).catch(String);
  // The second training continues the optimizer and the generator.
  const histories = [await train({}), await train({ shuffle: true })];
  return { histories, state: net.state };
}

const xor: Case = { sizes: [2, 3, 1], activations: ['sigmoid', 'sigmoid'] };

const cases: Case[] = [
  xor,
  { sizes: [3, 1], activations: ['linear'] },
  { sizes: [1, 1, 1], activations: ['tanh', 'tanh'] },
  { sizes: [5, 4, 4], activations: ['relu', 'sigmoid'], loss: 'binaryCrossEntropy' },
  { sizes: [7, 5, 8, 2], activations: ['leakyRelu', 'tanh', 'linear'] },
  { sizes: [31, 8, 7], activations: ['tanh', 'sigmoid'], loss: 'binaryCrossEntropy' },
];

describe.each(cases)('$sizes, $activations', (one) => {
  it.each([
    ['sgd', 1],
    ['sgd', 4],
    ['momentum', 1],
    ['momentum', 3],
    ['momentum', 99],
  ] as const)('learns the same bits by %s in mini-batches of %i on both engines', async (optimizer, size) => {
    const options = { optimizer, miniBatchSize: size, shuffle: false };
    const ours = await record(one, 'wasm', options);
    expect(atOnce).toBe(2 * EPOCHS);
    expect(ours).toEqual(await record(one, 'reference', options));
  });
});

it('diverges at the same step with the same message as the reference', async () => {
  const options = { learningRate: 1000, miniBatchSize: 2 };
  const one: Case = { sizes: [3, 4, 2], activations: ['relu', 'linear'] };
  const ours = await record(one, 'wasm', options);
  expect(ours.histories[0]).toContain('diverged in epoch');
  expect(ours).toEqual(await record(one, 'reference', options));
});

it('reports a loss that has grown a millionfold as the reference does', async () => {
  const options = { learningRate: 0.5, miniBatchSize: 1 };
  const one: Case = { sizes: [5, 4, 4], activations: ['leakyRelu', 'linear'] };
  const ours = await record(one, 'wasm', options);
  expect(ours.histories[0]).toContain('over a million times that of the start');
  expect(ours).toEqual(await record(one, 'reference', options));
});

it('learns a mini-batch of all samples that its memory does not hold', async () => {
  // then a network's memory takes at most 16 MB of samples
  const memory = vi.spyOn(process, 'availableMemory').mockReturnValue(0);
  onTestFinished(() => memory.mockRestore());
  const one: Case = { sizes: [31, 1], activations: ['sigmoid'] };
  const count = 125_000; // 18 MB
  const inputs = Float32Array.from({ length: count * 31 }, (_, i) => ((i * 7919) % 101) / 101);
  const labels = Uint8Array.from({ length: count }, (_, n) => n % 2);
  const train = async (engine: 'wasm' | 'reference') => {
    const net = await create(one, engine);
    const history = await net.train({ inputs, labels }, { epochs: 1, miniBatchSize: count });
    return { history, state: net.state };
  };
  expect(await train('wasm')).toEqual(await train('reference'));
  expect(atOnce).toBe(0);
});

it('does not resume a training that has stopped early', async () => {
  const net = await create(xor, 'wasm');
  const data = randomData(COUNT, 2, 1);
  const earlyStopping = { patience: 1, minDelta: 1, restoreBest: false };
  expect(await net.train(data, { epochs: EPOCHS, earlyStopping })).toHaveLength(2);
  expect(await net.train(data, { epochs: EPOCHS, resume: true })).toEqual([]);
});

it.each([
  ['onEpoch', { onEpoch: () => undefined }],
  ['onBatch', { onBatch: () => undefined }],
  ['a schedule', { learningRate: { schedule: 'exponential', rate: 0.1, factor: 0.999 } }],
  ['validationSplit', { validationSplit: 0.3 }],
  ['earlyStopping', { earlyStopping: {} }],
  ['l2', { l2: 0.001 }],
  ['adam', { optimizer: 'adam' }],
  ['frozen layers', { frozen: [0] }],
  ['weights of classes', { classWeights: [1, 2] }],
] satisfies [string, TrainOptions][])('learns step by step with %s', async (_, options) => {
  const net = await create(xor, 'wasm');
  const data = randomData(COUNT, 2, 1);
  const labels = Uint8Array.from({ length: COUNT }, (_, n) => n % 2);
  await net.train({ inputs: data.inputs, labels }, { epochs: EPOCHS, ...options });
  expect(atOnce).toBe(0);
});

it('resumes after a stop as if it had not been stopped', async () => {
  const data = randomData(COUNT, 2, 1);
  const epochs = 200_000;
  const options = { epochs, miniBatchSize: 1, optimizer: 'momentum' } as const;
  const whole = await create(xor, 'wasm');
  await whole.train(data, options);
  const net = await create(xor, 'wasm');
  const controller = new AbortController();
  const stopped = net.train(data, { ...options, signal: controller.signal });
  const timer = setInterval(() => {
    if (net.state.run && net.state.run.epoch > 1) controller.abort();
  });
  await expect(stopped).rejects.toThrow('aborted');
  clearInterval(timer);
  const { epoch } = net.state.run!;
  expect(epoch).toBeGreaterThan(1);
  expect(epoch).toBeLessThanOrEqual(epochs);
  const rest = await net.train(data, { ...options, resume: true });
  expect(rest[0]!.epoch).toBe(epoch);
  expect(rest).toHaveLength(epochs - epoch + 1);
  expect(net.state).toEqual(whole.state);
});
