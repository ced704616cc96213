import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { Random } from '../base/random.js';
import { sha256 } from '../base/sha256.js';
import { StateError } from '../errors.js';
import { decodeText } from '../kernels/decode-text.js';
import type { EngineChoice } from '../kernels/load.js';
import { coreName, wasmText } from '../kernels/wasm-module.js';
import { isCompiled } from '../kernels/wasm.js';
import type { LayerSpec } from '../model/spec.js';
import { Network } from '../network.js';
import type { TrainOptions } from '../training/options.js';

/** The name of V8's flag. */
const FLAG = 'experimental-wasm-revectorize';

/** Node 20 lacks the flag, and Node 22 is no faster with it. */
const OLDEST_NODE = 24;

/** Checks, and milliseconds between them, in which V8 optimizes the functions that were called often. */
const CHECKS = 4;
const PAUSE = 30;

/** What `hashTrainings` returns on every engine. */
const BITS = 'ae719de7e00b42177f5e132e523250ca969dddb385e1665a04a1d0497b288071';

/**
 * Lets V8 combine pairs of vectors of 128 bits into vectors of 256 bits, which is an experimental feature of V8. A network of
 * [784, 512, 512, 10] trains 1.3 times as fast, one of [784, 30, 10] 1.1 times. The bits don't change: a few short training
 * runs check that first, in about half a second. If theirs differ, vectors stay as they were.
 *
 * Call it before the program creates its first network. It affects all WebAssembly of the process that is compiled later.
 * @returns undefined if vectors are wide now; otherwise the reason why they aren't
 * @throws StateError if a network has been created before
 */
export async function enableWideVectors(): Promise<string | undefined> {
  if (isCompiled()) {
    throw new StateError({
      place: 'enableWideVectors',
      problem: 'the kernels are compiled already',
      cure: 'call it before you create a network',
    });
  }
  const { node, bun, deno } = process.versions as Readonly<Record<string, string | undefined>>;
  if (bun !== undefined || deno !== undefined || parseInt(node!) < OLDEST_NODE || process.arch !== 'x64') {
    return `wide vectors need Node ${OLDEST_NODE} or newer on x64`;
  }
  setFlagsFromString(`--${FLAG}`);
  const module = await compileCopy();
  for (let check = 1; check <= CHECKS; check++) {
    if ((await hashTrainings(module)) !== BITS) {
      setFlagsFromString(`--no-${FLAG}`);
      return `with wide vectors, Node ${node} computes other bits`;
    }
    await setTimeout(PAUSE);
  }
  return undefined;
}

/** The module of the core with one more byte, so that V8 doesn't reuse its code for the core. */
async function compileCopy(): Promise<WebAssembly.Module> {
  const section = [0, coreName.length + 2, coreName.length, ...Buffer.from(coreName), 0];
  return await WebAssembly.compile(Buffer.concat([decodeText(wasmText), Buffer.from(section)]));
}

/**
 * The hash of the weights and outputs of a few short training runs, which use each kernel.
 * @internal
 */
export async function hashTrainings(engine: EngineChoice): Promise<string> {
  const activations = [
    'sigmoid',
    'tanh',
    'relu',
    'leakyRelu',
    'elu',
    'softplus',
    'swish',
    'gelu',
    'geluExact',
    'selu',
    'mish',
    'softsign',
  ] as const;
  const deep = activations.map((activation) => ({ units: 20, activation, dropout: 0.1 }));
  const hashes = [
    await hashTraining(engine, deep, 0.3, 32, { optimizer: 'adam', l2: 1e-3 }),
    await hashTraining(engine, [{ units: 530, activation: 'tanh' }], 1, 50, { optimizer: 'momentum' }),
    await hashTraining(engine, [{ units: 70, activation: 'relu' }], 1, 1, {}),
  ];
  return sha256(hashes.join());
}

async function hashTraining(
  engine: EngineChoice,
  hidden: readonly LayerSpec[],
  density: number,
  miniBatchSize: number,
  options: TrainOptions,
): Promise<string> {
  const random = Random.fromSeed(1);
  const inputs = new Float32Array(100 * 70).map(() =>
    random.uniform(0, 1) < density ? random.uniform(-1, 1) : 0,
  );
  const labels = new Uint8Array(100).map(() => random.below(10));
  const layers: LayerSpec[] = [...hidden, { units: 10, activation: 'softmax' }];
  const net = await Network.create({ inputs: 70, layers, loss: 'crossEntropy', seed: 1, engine });
  try {
    await net.train({ inputs, labels }, { epochs: 2, miniBatchSize, learningRate: 0.01, ...options });
    const numbers = net.layers.flatMap(({ weights, biases }) => [weights, biases]);
    return sha256([...numbers, net.predict(inputs)].map((values) => sha256(values)).join());
  } finally {
    net.dispose();
  }
}
