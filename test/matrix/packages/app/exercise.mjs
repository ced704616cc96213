import { Network } from 'bp4';
import { EXPECTED, weightHash } from './weight-hash.mjs';

// Every page, worker and server runs this: the training whose weights are compared, and a call of each part that loads
// late, because a bundler may lose those.

/** A circle in the plane: points [x, y], and whether each lies inside. */
const inputs = Array.from({ length: 100 }, (_, i) => [(i % 10) / 5 - 0.9, Math.floor(i / 10) / 5 - 0.9]);
const labels = inputs.map(([x, y]) => Number(x * x + y * y < 0.5));
const data = { inputs, labels };

const newNetwork = (options) =>
  Network.create({
    inputs: 2,
    layers: [
      { units: 5, activation: 'tanh' },
      { units: 2, activation: 'softmax' },
    ],
    loss: 'crossEntropy',
    seed: 1,
    ...options,
  });

/** The checks by name. Each throws or returns false if it fails. */
const checks = {
  async 'engine: reference'() {
    const { engine, hash } = await weightHash(Network, { engine: 'reference' });
    return engine === 'reference' && hash === EXPECTED;
  },
  async 'threads: 2'(engine) {
    const net = await newNetwork({ ...engine, threads: 2 });
    await net.train(data, { epochs: 2 });
    const { threads, singleThreadReason } = net;
    const alone = await newNetwork(engine);
    await alone.train(data, { epochs: 2 });
    const isAsTold = threads === 2 ? singleThreadReason === undefined : singleThreadReason.length > 0;
    return isAsTold && hasSameWeights(net, alone);
  },
  async 'save, load, resume'(engine) {
    const options = { epochs: 3, optimizer: 'adam', miniBatchSize: 8 };
    const whole = await newNetwork(engine);
    await whole.train(data, { ...options, epochs: 6 });
    const half = await newNetwork(engine);
    await half.train(data, options);
    const loaded = await Network.load(half.save(), engine);
    await loaded.train(data, { ...options, epochs: 6, resume: true });
    return hasSameWeights(loaded, whole);
  },
  async 'toJSON, fromJSON'(engine) {
    const net = await newNetwork(engine);
    return hasSameWeights(await Network.fromJSON(net.toJSON(), engine), net);
  },
  async transforms(engine) {
    const net = await newNetwork({
      ...engine,
      transforms: {
        inputs: [{ kind: 'identity' }, { kind: 'standardize', mean: 0, deviation: 0.5 }],
      },
    });
    return net.predict([[0, 0]]).length === 2;
  },
  async 'what a training may ask for'(engine) {
    const net = await newNetwork(engine);
    const reports = await net.train(data, {
      epochs: 4,
      learningRate: { schedule: 'step', rate: 0.1, every: 2, factor: 0.5 },
      optimizer: 'rmsprop',
      maxNorm: 3,
      validationSplit: 0.2,
      earlyStopping: { patience: 9 },
      diagnose: true,
    });
    return reports.at(-1).diagnosis.layers.length === 2;
  },
  async 'a stream'(engine) {
    const net = await newNetwork(engine);
    const reports = await net.train({ batches: () => [data] }, { epochs: 1 });
    return reports.length === 1;
  },
  async divergence(engine) {
    const net = await Network.create({ inputs: 2, layers: [{ units: 1, activation: 'linear' }], ...engine });
    const targets = labels.map((label) => [label]);
    const error = await net.train({ inputs, targets }, { learningRate: 1e30 }).catch((error) => error);
    return error.name === 'DivergenceError';
  },
  async diagnose(engine) {
    return (await (await newNetwork(engine)).diagnose(data)).layers.length === 2;
  },
  async checkGradients(engine) {
    return (await (await newNetwork(engine)).checkGradients(data)).ok;
  },
  async 'bp4/search'(engine) {
    const { gridSearch } = await import('bp4/search');
    const results = await gridSearch({ learningRate: [0.1, 1] }, async (options) => {
      const net = await newNetwork(engine);
      return (await net.train(data, { epochs: 2, ...options })).at(-1).loss;
    });
    return results.length === 2;
  },
  async 'bp4/metrics'() {
    const { accuracy } = await import('bp4/metrics');
    return accuracy(Float32Array.of(0.9, 0.1), { labels: [1, 0] }) === 1;
  },
};

/** The checks that need papaparse, a CommonJS module, which browsers can't load from static files. */
export const dataChecks = {
  async 'bp4/data'() {
    const { Dataset } = await import('bp4/data');
    return Dataset.fromCSV('x,y\n1,2\n3,4\n', { targets: 'y' }).count === 2;
  },
};

function hasSameWeights(net, other) {
  const joinWeights = ({ layers }) =>
    JSON.stringify(layers.map(({ weights, biases }) => [[...weights], [...biases]]));
  return joinWeights(net) === joinWeights(other);
}

/**
 * @param engineOptions options for Network.create
 * @param moreChecks checks in addition to those that run everywhere
 * @returns the engine, the hash and the failed checks; or the error that stopped the training
 */
export async function exercise(engineOptions = {}, moreChecks = {}) {
  const failures = [];
  for (const [name, check] of Object.entries({ ...checks, ...moreChecks })) {
    const outcome = await check(engineOptions).catch((error) => error);
    if (outcome !== true) failures.push(`${name}: ${String(outcome?.stack ?? outcome)}`);
  }
  try {
    const { engine, hash } = await weightHash(Network, engineOptions);
    return { engine, hash, failures };
  } catch (error) {
    return { error: String(error.stack) };
  }
}
