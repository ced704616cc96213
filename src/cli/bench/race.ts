import { availableParallelism } from 'node:os';
import { FaultError } from '../../errors.js';
import { Random } from '../../base/random.js';
import { Network, type EngineOptions, type NetworkOptions } from '../../network.js';
import { PlainNetwork, type LabeledBytes } from './plain-network.js';

// A race of a few seconds: the same training, from the same weights and in the same order, by bp4 and by a plain loop.

/** A network with its mini-batch. */
export interface RaceCase {
  readonly name: string;
  readonly spec: Pick<NetworkOptions, 'inputs' | 'layers' | 'loss'>;
  readonly miniBatchSize: number;
  readonly learningRate: number;
  readonly samples: number;
}

const layers = (activation: 'sigmoid' | 'relu', units: readonly number[], last: 'sigmoid' | 'softmax') =>
  units.map((count, l) => ({ units: count, activation: l === units.length - 1 ? last : activation }));

export const raceCases: readonly RaceCase[] = [
  {
    name: '[2, 3, 1]',
    spec: { inputs: 2, layers: layers('sigmoid', [3, 1], 'sigmoid'), loss: 'quadratic' },
    ...{ miniBatchSize: 4, learningRate: 0.5, samples: 4000 },
  },
  {
    name: '[784, 30, 10]',
    spec: { inputs: 784, layers: layers('sigmoid', [30, 10], 'sigmoid'), loss: 'quadratic' },
    ...{ miniBatchSize: 10, learningRate: 0.5, samples: 1000 },
  },
  {
    name: '[784, 128, 10]',
    spec: { inputs: 784, layers: layers('relu', [128, 10], 'softmax'), loss: 'crossEntropy' },
    ...{ miniBatchSize: 32, learningRate: 0.01, samples: 640 },
  },
  {
    name: '[784, 512, 512, 10]',
    spec: { inputs: 784, layers: layers('relu', [512, 512, 10], 'softmax'), loss: 'crossEntropy' },
    ...{ miniBatchSize: 128, learningRate: 0.01, samples: 128 },
  },
];

/** Medians of samples per second. */
export interface RaceResult {
  readonly name: string;
  readonly miniBatchSize: number;
  readonly plain: number;
  readonly bp4: number;
  /** With several threads; undefined if they are no faster. */
  readonly threaded?: { readonly threads: number; readonly samplesPerSecond: number };
}

/** The share of nonzero inputs in MNIST. */
const DENSITY = 0.19;
const ROUNDS = 5;
/** The most threads, because each further thread gains less. */
const MOST_RACING = 4;
/** A round takes at least this long. */
const LEAST_ROUND_MILLISECONDS = 90;

/** Trains this many epochs. Returns the loss of the first. */
type Train = (epochs: number) => Promise<number>;

/**
 * @throws Error where the two do not learn the same
 */
export async function race(job: RaceCase, engine: EngineOptions['engine'] = 'auto'): Promise<RaceResult> {
  const data = digitsLike(job);
  const { spec, miniBatchSize, learningRate } = job;
  const nets: Network[] = [];
  const create = async (threads = 1): Promise<Network> => {
    const net = await Network.create({ ...spec, seed: 1, engine, threads });
    nets.push(net);
    return net;
  };
  try {
    const threads = Math.min(availableParallelism(), MOST_RACING);
    const [single, threaded, start] = [await create(), await create(threads), await create()];
    const plain = new PlainNetwork(start);
    const options = (epochs: number) => ({ epochs, miniBatchSize, learningRate });
    const by =
      (net: Network): Train =>
      async (epochs) =>
        (await net.train(data, options(epochs)))[0]!.loss;
    const trains: Train[] = [
      (epochs) => Promise.resolve(plain.train(data, options(epochs))[0]!),
      by(single),
      by(threaded),
    ];
    const losses = [];
    for (const train of trains) losses.push(await train(1));
    if (!(Math.abs(losses[0]! - losses[1]!) < 1e-3 * losses[1]!)) {
      throw new FaultError({
        place: `bench ${job.name}`,
        problem: `the plain loop reached a different loss: ${losses[0]!}, bp4 ${losses[1]!}`,
      });
    }
    const contenders = threaded.threads > 1 ? trains : trains.slice(0, 2);
    const [slow, fast, faster] = await measure(contenders, data.labels.length);
    return {
      ...{ name: job.name, miniBatchSize, plain: slow!, bp4: fast! },
      ...(faster! > fast! && { threaded: { threads, samplesPerSecond: faster! } }),
    };
  } finally {
    for (const net of nets) net.dispose();
  }
}

/** Alternates between them, so that other load on the machine affects all of them. */
async function measure(trains: readonly Train[], samples: number): Promise<number[]> {
  const epochs: number[] = [];
  for (const train of trains) epochs.push(await chooseEpochs(train));
  const speeds = trains.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, train] of trains.entries()) {
      speeds[i]!.push((1000 * epochs[i]! * samples) / (await measureTime(train, epochs[i]!)));
    }
  }
  return speeds.map((each) => each.sort((a, b) => a - b)[(ROUNDS - 1) / 2]!);
}

/** A call has a fixed cost, for bp4 as long as many epochs: the time of a single epoch says little about that of a round. */
async function chooseEpochs(train: Train): Promise<number> {
  let epochs = 1;
  while ((await measureTime(train, epochs)) < LEAST_ROUND_MILLISECONDS) epochs *= 2;
  return epochs;
}

async function measureTime(train: Train, epochs: number): Promise<number> {
  const start = performance.now();
  await train(epochs);
  return performance.now() - start;
}

/** Bytes as sparse as handwritten digits, with random labels. */
function digitsLike({ spec: { inputs, layers }, samples }: RaceCase): LabeledBytes {
  const random = Random.fromSeed(1);
  const classes = Math.max(2, layers.at(-1)!.units);
  const density = inputs === 784 ? DENSITY : 1;
  const pixel = (): number => (random.uniform(0, 1) < density ? random.below(256) : 0);
  return {
    inputs: Uint8Array.from({ length: samples * inputs }, pixel),
    inputScale: 1 / 255,
    labels: Uint8Array.from({ length: samples }, () => random.below(classes)),
  };
}
