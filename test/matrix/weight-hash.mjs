/**
 * A training that every environment of bp4 runs. It uses each kind of kernel, so one hash of all weights shows whether an
 * environment computes the same bits.
 */

/** The hash that every environment must compute. */
export const EXPECTED = 'c1ab0bcae050ab29';

/** Integers below 2³¹ (Park and Miller 1988). They and their quotients by powers of two are exact everywhere. */
function* integers(seed) {
  for (let state = seed; ;) {
    state = (state * 48271) % 2147483647;
    yield state;
  }
}

/** n samples with labels from 0 and inputs in [−1, 1). If sparse, two of three inputs are exactly zero. */
export function samples(n, inputs, classes, isSparse) {
  const next = integers(n + inputs);
  const draw = () => next.next().value;
  return {
    inputs: Float32Array.from({ length: n * inputs }, () => {
      const value = ((draw() % 256) - 128) / 128;
      return isSparse && draw() % 3 > 0 ? 0 : value;
    }),
    labels: Array.from({ length: n }, () => draw() % classes),
  };
}

const trainings = [
  {
    inputs: 5,
    layers: [
      { units: 7, activation: 'sigmoid' },
      { units: 3, activation: 'sigmoid' },
    ],
    loss: 'quadratic',
    options: { epochs: 5, miniBatchSize: 10, learningRate: 3 },
  },
  {
    inputs: 90,
    isSparse: true,
    layers: [
      { units: 33, activation: 'relu', dropout: 0.2 },
      { units: 17, activation: 'gelu' },
      { units: 10, activation: 'softmax' },
    ],
    loss: 'crossEntropy',
    options: { epochs: 3, miniBatchSize: 32, optimizer: 'adam', l2: 1e-3, clip: { norm: 1 } },
  },
  {
    inputs: 12,
    layers: [
      { units: 16, activation: 'tanh' },
      { units: 9, activation: 'softplus' },
      { units: 4, activation: 'linear' },
    ],
    loss: { name: 'huber', delta: 1 },
    options: {
      epochs: 4,
      miniBatchSize: 7,
      optimizer: 'nesterov',
      learningRate: { schedule: 'cosine', rate: 0.05, warmUp: 1 },
    },
  },
];

/** 64-bit FNV-1a, written out because a page without https has no crypto.subtle. */
export function hashArrays(arrays) {
  let hash = 0xcbf29ce484222325n;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
    }
  }
  return hash.toString(16).padStart(16, '0');
}

/**
 * @param Network the class from bp4
 * @param engineOptions engine and threads
 * @param train replaces the training, with the same arguments and result
 * @returns the hash of all weights, and the engine and threads that computed it
 */
export async function weightHash(
  Network,
  engineOptions = {},
  train = (net, data, options) => net.train(data, options),
) {
  const weights = [];
  const used = {};
  for (const { isSparse = false, options, ...spec } of trainings) {
    const net = await Network.create({ ...spec, seed: 1, ...engineOptions });
    await train(net, samples(200, spec.inputs, spec.layers.at(-1).units, isSparse), options);
    for (const layer of net.layers) weights.push(layer.weights, layer.biases);
    Object.assign(used, { engine: net.engine, threads: net.threads });
    net.dispose();
  }
  return { hash: hashArrays(weights), ...used };
}
