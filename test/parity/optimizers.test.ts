import { afterEach, describe, expect, it } from 'vitest';
import { Network, type NetworkOptions, type OptimizerName, type TrainOptions } from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { fingerprint } from '../support/fingerprint.js';

// Same bits from whole trainings with optimizers, restraints, weights and dropout: by WebAssembly, by the reference, and
// by several threads.

const optimizers: readonly OptimizerName[] = [
  'sgd',
  'momentum',
  'nesterov',
  'adagrad',
  'rmsprop',
  'adam',
  'adamw',
];

const restraints: Record<string, TrainOptions> = {
  nothing: {},
  penalties: { l1: 0.01, l2: 0.05, penalizeBiases: true },
  clipping: { clip: { value: 0.05, norm: 0.2 } },
  'clip.norm': { clip: { norm: 0.05 } },
  maxNorm: { maxNorm: 0.75 },
  'a frozen first layer': { frozen: [0] },
  'a frozen layer between others': { frozen: [1] },
  'class weights': { classWeights: [0.5, 2, 1.25] },
  'all of them': {
    ...{ l1: 0.01, l2: 0.05, clip: { value: 0.5, norm: 0.2 }, maxNorm: 1, frozen: [2] },
    classWeights: { 1: 0.3 },
  },
};

const INPUTS = 37;
const COUNT = 45;

let open: Network[] = [];
afterEach(() => {
  for (const net of open) net.dispose();
  open = [];
});

/** What a training says, and leaves. @param zeros of ten inputs, so many are zero */
async function trained(
  where: Pick<NetworkOptions, 'engine' | 'threads'>,
  options: TrainOptions,
  zeros: number,
  dropout: number,
) {
  const net = await Network.create({
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
  open.push(net);
  const random = Random.fromSeed(zeros);
  const data = {
    inputs: new Float32Array(COUNT * INPUTS).map(() =>
      random.below(10) < zeros ? 0 : random.uniform(-1, 1),
    ),
    labels: new Uint8Array(COUNT).map(() => random.below(3)),
    sampleWeights: new Float32Array(COUNT).map(() => random.below(5) / 2),
  };
  // Mini-batches of eleven, and one.
  const history = await net.train(data, { epochs: 2, miniBatchSize: 11, learningRate: 0.02, ...options });
  return { history, print: fingerprint(net) };
}

describe.each(optimizers)('%s', (optimizer) => {
  // Each test of this optimizer compares with the same trainings on one thread.
  const references = new Map<string, ReturnType<typeof trained>>();
  const trainedByOneThread = (name: string, zeros: number, dropout: number): ReturnType<typeof trained> => {
    const key = JSON.stringify([name, zeros, dropout]);
    const options = { ...restraints[name], optimizer };
    const training = references.get(key) ?? trained({ engine: 'wasm', threads: 1 }, options, zeros, dropout);
    references.set(key, training);
    return training;
  };

  it.each(Object.keys(restraints))('with %s', async (name) => {
    const options = { ...restraints[name], optimizer };
    for (const [zeros, dropout] of [
      [0, 0],
      [8, 0],
      [0, 0.4],
      [8, 0.4],
    ] as const) {
      const one = await trainedByOneThread(name, zeros, dropout);
      const other = await trained({ engine: 'reference' }, options, zeros, dropout);
      expect(other, `reference, ${zeros} zeros, dropout ${dropout}`).toEqual(one);
    }
  });

  it.each([2, 3])('by %i threads', async (threads) => {
    for (const [name, restraint] of Object.entries(restraints)) {
      const options = { ...restraint, optimizer };
      const one = await trainedByOneThread(name, 8, 0.4);
      const several = await trained({ engine: 'wasm', threads }, options, 8, 0.4);
      expect(several, name).toEqual(one);
    }
  });
});

it('the comparison tells what differs', async () => {
  const prints = await Promise.all(
    [{}, { optimizer: 'momentum' as const }, { l2: 0.01 }].map((options) =>
      trained({ engine: 'wasm', threads: 1 }, options, 0, 0).then(({ print }) => print),
    ),
  );
  const dropped = await trained({ engine: 'wasm', threads: 1 }, {}, 0, 0.1);
  expect(new Set([...prints, dropped.print]).size).toBe(4);
});
