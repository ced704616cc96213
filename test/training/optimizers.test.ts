import { describe, expect, it, vi } from 'vitest';
import {
  Network,
  type Data,
  type LayerSpec,
  type LossName,
  type OptimizerName,
  type TrainOptions,
} from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { Samples } from '../../src/training/samples.js';
import { PlainNetwork, type PlainData, type PlainOptions } from '../support/plain-training.js';
import { toRows } from '../support/rows.js';

// Twenty steps of each optimizer under each restraint, compared with double precision (support/plain-training.ts).

/**
 * Weights are below two, and off by ε = 2⁻²⁴ of that at most in each of 20 steps: not always with random sign, for l1 takes
 * the same from a weight each time. That is 2.4e-6; measured: 1.2e-6. What adagrad, rmsprop and adam divide by is the
 * size of the gradient itself, so that the relative error of one that all but cancels enters with η; measured: 3.4e-6.
 */
const tolerances = { plain: 2.4e-6, adaptive: 5e-6 };

/** The error of a mean cost of about one, from weights that are off by as much. Measured: 5.4e-7. */
const LOSS_TOLERANCE = 1e-6;

/** Each restraint moves some weight at least this far: thousands of times the tolerance. Measured: 0.019. */
const LEAST_EFFECT = 1e-2;

interface Case {
  readonly inputs: number;
  readonly layers: readonly LayerSpec[];
  readonly loss: LossName;
  readonly samples: number;
  /** Steps per epoch times epochs is 20. */
  readonly epochs: number;
  readonly miniBatchSize: number;
  readonly hasLabels?: boolean;
  /** Most inputs are zero, and the network holds the others alone. */
  readonly isSparse?: boolean;
}

const cases: readonly Case[] = [
  {
    inputs: 2,
    layers: [
      { units: 5, activation: 'tanh' },
      { units: 1, activation: 'sigmoid' },
    ],
    loss: 'binaryCrossEntropy',
    samples: 10,
    miniBatchSize: 3, // and one
    epochs: 5,
    hasLabels: true,
  },
  {
    inputs: 4,
    layers: [
      { units: 7, activation: 'relu' },
      { units: 3, activation: 'softmax' },
    ],
    loss: 'crossEntropy',
    samples: 19,
    miniBatchSize: 5, // and four
    epochs: 5,
    hasLabels: true,
  },
  {
    inputs: 3,
    layers: [
      { units: 6, activation: 'sigmoid' },
      { units: 5, activation: 'tanh' },
      { units: 2, activation: 'linear' },
    ],
    loss: 'meanSquaredError',
    samples: 17,
    miniBatchSize: 4, // and one
    epochs: 4,
  },
  {
    inputs: 40,
    layers: [
      { units: 9, activation: 'leakyRelu' },
      { units: 4, activation: 'sigmoid' },
    ],
    loss: 'quadratic',
    samples: 13,
    miniBatchSize: 7, // and six
    epochs: 10,
    isSparse: true,
  },
  {
    inputs: 6,
    layers: [
      { units: 8, activation: 'softplus' },
      { units: 1, activation: 'linear' },
    ],
    loss: 'huber',
    samples: 19,
    miniBatchSize: 2, // and one
    epochs: 2,
  },
];

const rates: Record<OptimizerName, number> = {
  sgd: 0.25,
  momentum: 0.05,
  nesterov: 0.05,
  adagrad: 0.05,
  rmsprop: 0.005,
  adam: 0.01,
  adamw: 0.01,
};

type Restraints = Partial<Pick<PlainOptions, 'clip' | 'l1' | 'l2' | 'penalizeBiases' | 'maxNorm' | 'frozen'>>;

const restraints: Record<string, Restraints> = {
  nothing: {},
  l2: { l2: 0.05 },
  l1: { l1: 0.01 },
  'l1 and l2, of biases too': { l1: 0.01, l2: 0.05, penalizeBiases: true },
  'clip.value': { clip: { value: 0.02 } },
  'clip.norm': { clip: { norm: 0.05 } },
  maxNorm: { maxNorm: 0.75 },
  'the first layer frozen': { frozen: [0] },
  'the last layer frozen': { frozen: [-1] },
  'all of them': { l1: 0.005, l2: 0.02, clip: { value: 0.1, norm: 0.2 }, maxNorm: 1, frozen: [0] },
};

interface Drawn {
  readonly data: Data & { readonly inputs: Float32Array };
  readonly plain: PlainData;
}

/** The samples of a case; the plain ones hold labels as one-hot targets. */
function draw({ inputs, layers, samples, hasLabels, isSparse }: Case): Drawn {
  const random = Random.fromSeed(5);
  const outputs = layers.at(-1)!.units;
  const values = Float32Array.from({ length: samples * inputs }, () =>
    isSparse && random.below(10) > 0 ? 0 : random.uniform(-1, 1),
  );
  const sampleWeights = Array.from({ length: samples }, () => 1);
  if (hasLabels) {
    const labels = Array.from({ length: samples }, () => random.below(Math.max(outputs, 2)));
    const targets = labels.map((label) =>
      outputs === 1 ? [label] : Array.from({ length: outputs }, (_, j) => Number(j === label)),
    );
    return {
      data: { inputs: values, labels },
      plain: { inputs: toRows(values, inputs), targets, sampleWeights },
    };
  }
  const targets = Float32Array.from({ length: samples * outputs }, () => random.uniform(0, 1));
  return {
    data: { inputs: values, targets },
    plain: { inputs: toRows(values, inputs), targets: toRows(targets, outputs), sampleWeights },
  };
}

/** Trains both ways. @returns the largest difference of a weight or bias, and of an epoch's loss */
async function difference(
  engine: 'wasm' | 'reference',
  { inputs, layers, loss, epochs, miniBatchSize, isSparse = false }: Case,
  { data, plain }: Drawn,
  options: Omit<PlainOptions, 'epochs' | 'miniBatchSize'>,
  more: TrainOptions = {},
): Promise<{ weights: number; losses: number }> {
  const net = await Network.create({ inputs, layers, loss, seed: 3, engine });
  const before = net.layers;
  const truth = plainNetwork(net, layers, loss);
  const all = { ...options, epochs, miniBatchSize };
  const costs = truth.train(plain, all);
  const pairs = vi.spyOn(Samples.prototype, 'writePairs');
  const history = await net.train(data, { ...all, ...more, shuffle: false });
  expect(pairs.mock.calls.length > 0).toBe(isSparse);
  pairs.mockRestore();
  const after = net.layers;
  net.dispose();
  for (const l of options.frozen ?? []) expect(after[l]).toEqual(before[l]);
  return {
    weights: largest(
      after.flatMap(({ weights, biases }, l) => [
        ...apart(weights, truth.layers[l]!.weights.flat()),
        ...apart(biases, truth.layers[l]!.biases),
      ]),
    ),
    losses: largest(
      apart(
        history.map((report) => report.loss),
        costs,
      ),
    ),
  };
}

/** A network with the same weights. */
function plainNetwork(net: Network, layers: readonly LayerSpec[], loss: LossName): PlainNetwork {
  const plainLayers = net.layers.map(({ weights, biases }, l) => ({
    activation: layers[l]!.activation,
    weights: toRows(weights, weights.length / biases.length),
    biases: [...biases],
  }));
  return new PlainNetwork(plainLayers, loss);
}

const apart = (found: ArrayLike<number>, truth: readonly number[]): number[] =>
  truth.map((x, i) => found[i]! - x);

/** The largest magnitude; NaN where there is one. */
const largest = (numbers: readonly number[]): number => Math.max(...numbers.map(Math.abs));

/** −1 is the last layer. */
const listFrozen = (frozen: readonly number[] | undefined, count: number) =>
  frozen && { frozen: frozen.map((l) => (l < 0 ? count + l : l)) };

const names = Object.keys(rates) as OptimizerName[];
const described = cases.map(
  (network) =>
    [`${network.layers.map(({ activation }) => activation).join(', ')}, ${network.loss}`, network] as const,
);

const labeled = described.filter(([, { hasLabels }]) => hasLabels);

describe.each(['wasm', 'reference'] as const)('optimizers on engine %s', (engine) => {
  describe.each(described)('a network of %s', (_, network) => {
    const samples = draw(network);

    it.each(names)('matches double precision with %s under each restraint', async (optimizer) => {
      for (const [name, { frozen, ...restraint }] of Object.entries(restraints)) {
        const layers = listFrozen(frozen, network.layers.length);
        const options = { optimizer, learningRate: rates[optimizer], ...restraint, ...layers };
        expectNear(await difference(engine, network, samples, options), optimizer, name);
      }
    });

    it.each(names)('matches double precision with %s when samples have weights', async (optimizer) => {
      const weighted = weigh(samples);
      const options = { optimizer, learningRate: rates[optimizer] };
      expectNear(await difference(engine, network, weighted, options), optimizer, 'samples');
    });
  });

  describe.each(labeled)('a network of %s', (_, network) => {
    const samples = draw(network);

    it.each(names)(
      'matches double precision with %s when classes have weights, with and without weights of samples',
      async (optimizer) => {
        const options = { optimizer, learningRate: rates[optimizer] };
        const classWeights = [0.5, 2, 1.25];
        for (const given of [samples, weigh(samples)]) {
          const { targets, sampleWeights } = given.plain;
          const labels = targets.map((target) => (target.length === 1 ? target[0]! : target.indexOf(1)));
          const both = labels.map((label, n) => classWeights[label]! * sampleWeights[n]!);
          const weighted = { data: given.data, plain: { ...given.plain, sampleWeights: both } };
          expectNear(
            await difference(engine, network, weighted, options, { classWeights }),
            optimizer,
            given === samples ? 'classes' : 'both',
          );
        }
      },
    );
  });
});

/** The same samples with weights, 0 among them. */
function weigh({ data, plain }: Drawn): Drawn {
  const sampleWeights = plain.targets.map((_, n) => (n % 4) / 2);
  return { data: { ...data, sampleWeights }, plain: { ...plain, sampleWeights } };
}

describe.each(described)('a network of %s', (_, network) => {
  it('each restraint moves some weight by more than the tolerance', async () => {
    const { inputs, layers, loss, epochs, miniBatchSize } = network;
    const net = await Network.create({ inputs, layers, loss, seed: 3 });
    const { plain } = draw(network);
    const trained = (restraint: Restraints): number[] => {
      const truth = plainNetwork(net, layers, loss);
      truth.train(plain, { optimizer: 'sgd', learningRate: rates.sgd, epochs, miniBatchSize, ...restraint });
      return truth.layers.flatMap(({ weights, biases }) => [...weights.flat(), ...biases]);
    };
    const free = trained({});
    for (const [name, { frozen, ...restraint }] of Object.entries(restraints)) {
      if (name === 'nothing') continue;
      const restrained = trained({ ...restraint, ...listFrozen(frozen, layers.length) });
      expect(largest(apart(restrained, free)), name).toBeGreaterThan(LEAST_EFFECT);
    }
  });
});

function expectNear(
  { weights, losses }: { weights: number; losses: number },
  optimizer: OptimizerName,
  name: string,
): void {
  const isPlain = optimizer === 'sgd' || optimizer === 'momentum' || optimizer === 'nesterov';
  expect(weights, name).toBeLessThanOrEqual(isPlain ? tolerances.plain : tolerances.adaptive);
  expect(losses, name).toBeLessThanOrEqual(LOSS_TOLERANCE);
}
