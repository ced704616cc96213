import { describe, expect, it } from 'vitest';
import {
  Network,
  type Data,
  type NetworkOptions,
  type OptimizerName,
  type TrainOptions,
} from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { fingerprint } from '../support/fingerprint.js';
import { amount } from '../support/thorough.js';

// Same bits from whole trainings with optimizers, penalties, clipping, frozen layers, class weights and dropout: in
// WebAssembly, in the reference, and with several threads.

const optimizers: readonly OptimizerName[] = [
  'sgd',
  'momentum',
  'nesterov',
  'adagrad',
  'rmsprop',
  'adam',
  'adamw',
];

const optionSets: Record<string, TrainOptions> = {
  'default options': {},
  penalties: { l1: 0.01, l2: 0.05, penalizeBiases: true },
  clipping: { clip: { value: 0.05, norm: 0.2 } },
  'clip.norm': { clip: { norm: 0.05 } },
  maxNorm: { maxNorm: 0.75 },
  'a frozen first layer': { frozen: [0] },
  'a frozen layer between others': { frozen: [1] },
  'class weights': { classWeights: [0.5, 2, 1.25] },
  'all options combined': {
    ...{ l1: 0.01, l2: 0.05, clip: { value: 0.5, norm: 0.2 }, maxNorm: 1, frozen: [2] },
    classWeights: { 1: 0.3 },
  },
};

const zerosAndDropouts = amount<[zeros: number, dropout: number][]>(
  [
    [0, 0],
    [8, 0.4],
  ],
  [
    [0, 0],
    [8, 0],
    [0, 0.4],
    [8, 0.4],
  ],
);

const INPUTS = 37;
const COUNT = 45;

function createNetwork(where: Pick<NetworkOptions, 'engine' | 'threads'>, dropout: number): Promise<Network> {
  return Network.create({
    inputs: INPUTS,
    layers: [
      { units: 21, activation: 'relu', dropout },
      { units: 10, activation: 'tanh', dropout: dropout / 2 },
      { units: 6, activation: 'sigmoid' },
      { units: 3, activation: 'softmax' },
    ],
    seed: 7,
    ...where,
  });
}

/** @param zeros how many of ten inputs are zero */
function drawData(zeros: number): Data {
  const random = Random.fromSeed(zeros);
  return {
    inputs: new Float32Array(COUNT * INPUTS).map(() =>
      random.below(10) < zeros ? 0 : random.uniform(-1, 1),
    ),
    labels: new Uint8Array(COUNT).map(() => random.below(3)),
    sampleWeights: new Float32Array(COUNT).map(() => random.below(5) / 2),
  };
}

/** Trains one network by each of the options in turn. @returns what each training reports, and the weights after it */
async function train(
  where: Pick<NetworkOptions, 'engine' | 'threads'>,
  trainings: readonly TrainOptions[],
  zeros: number,
  dropout: number,
) {
  const net = await createNetwork(where, dropout);
  const data = drawData(zeros);
  const results = [];
  for (const options of trainings) {
    // Mini-batches of eleven, and one.
    const history = await net.train(data, { epochs: 2, miniBatchSize: 11, learningRate: 0.02, ...options });
    results.push({ history, print: fingerprint(net) });
  }
  net.dispose();
  return results;
}

describe.each(optimizers)('%s', (optimizer) => {
  it.each(Object.keys(optionSets))(
    'gives the same bits in WebAssembly as in the reference with %s',
    async (name) => {
      const trainings = [{ ...optionSets[name], optimizer }];
      for (const [zeros, dropout] of zerosAndDropouts) {
        const one = await train({ engine: 'wasm', threads: 1 }, trainings, zeros, dropout);
        const other = await train({ engine: 'reference' }, trainings, zeros, dropout);
        expect(other, `reference, ${zeros} zeros, dropout ${dropout}`).toEqual(one);
      }
    },
  );

  it.each(amount([3], [2, 3]))(
    'gives the same bits with %i threads as with one, for each set of options in turn',
    async (threads) => {
      const trainings = Object.values(optionSets).map((options) => ({ ...options, optimizer }));
      const one = await train({ engine: 'wasm', threads: 1 }, trainings, 8, 0.4);
      const several = await train({ engine: 'wasm', threads }, trainings, 8, 0.4);
      expect(several).toEqual(one);
    },
  );
});

describe('an input that stays 0 after the first step', () => {
  const decaying: readonly OptimizerName[] = ['momentum', 'nesterov', 'rmsprop', 'adam', 'adamw'];

  it.each(decaying)('leaves no subnormal number in the memory of %s', async (optimizer) => {
    const memories = [];
    for (const engine of ['wasm', 'reference'] as const) {
      const net = await Network.create({
        inputs: 2,
        layers: [{ units: 1, activation: 'tanh' }],
        seed: 1,
        engine,
      });
      const options = { optimizer, miniBatchSize: 1, shuffle: false, learningRate: 1e-3 };
      // 0.9ⁿ is below 2⁻¹²⁶ after 829 steps, the 0.99ⁿ of rmsprop after 8,690.
      await net.train({ inputs: [[1, 1]], targets: [[0.5]] }, { ...options, epochs: 1 });
      await net.train({ inputs: [[1, 0]], targets: [[0.5]] }, { ...options, epochs: 10_000 });
      memories.push(net.state.run!.slots.map(([layer]) => layer!.weights));
    }
    const [wasm, reference] = memories;
    expect(reference).toEqual(wasm);
    expect(
      wasm!.flatMap((weights) => [...weights]).filter((x) => x !== 0 && Math.abs(x) < 2 ** -126),
    ).toEqual([]);
    expect(wasm![0]![1]).toBe(0);
  });
});

it('the comparison distinguishes optimizers, penalties and dropout', async () => {
  const prints = await Promise.all(
    [{}, { optimizer: 'momentum' as const }, { l2: 0.01 }].map((options) =>
      train({ engine: 'wasm', threads: 1 }, [options], 0, 0).then(([one]) => one!.print),
    ),
  );
  const [dropped] = await train({ engine: 'wasm', threads: 1 }, [{}], 0, 0.1);
  expect(new Set([...prints, dropped!.print]).size).toBe(4);
});
