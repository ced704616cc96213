import { createRequire } from 'node:module';
import { NeuralNetwork } from '../../dist/brain/index.js';
import { Network, type TrainOptions } from '../../dist/index.js';
import { takeKernels } from '../../dist/kernels/load.js';
import { createModel, type Model } from '../../dist/model/model.js';
import { writeParameters } from '../../dist/model/parameters.js';
import { checkSpec } from '../../dist/model/spec.js';
import { checkUpdate } from '../../dist/model/update.js';
import { PlainNetwork } from '../../dist/cli/bench/plain-network.js';
import type { Caller, CallCase } from './caller.js';

// Short trainings: one sample a call, an agent's turn, and epochs of XOR.

/** The part of a network of brain.js that this benchmark uses. */
interface BrainNet {
  train(data: readonly { input: Float32Array; output: Float32Array }[], options: object): { error: number };
  run(input: Float32Array): Float32Array;
}

interface Neurons {
  activate(inputs: readonly number[]): number[];
  propagate(rate: number, targets: readonly number[]): void;
}

const require = createRequire(new URL('../peers/package.json', import.meta.url));
const brain = require('brain.js-2') as { NeuralNetwork: new (options: object) => BrainNet };
const synaptic = require('synaptic') as { Architect: { Perceptron: new (...sizes: number[]) => Neurons } };

const xor = {
  inputs: new Uint8Array([0, 0, 0, 1, 1, 0, 1, 1]),
  inputScale: 1,
  labels: new Uint8Array([0, 1, 1, 0]),
};

/** The epochs of XOR in a call, so that the call itself costs nothing. */
const XOR_EPOCHS = 20_000;

export const trainingCalls: readonly CallCase[] = [
  oneSample([2, 3, 1], 'sgd'),
  oneSample([4, 16, 3], 'sgd'),
  oneSample([4, 16, 3], 'adam'),
  oneSample([784, 30, 10], 'sgd'),
  oneSample([784, 30, 10], 'adam'),
  oneStep([4, 16, 2], 'sgd'),
  oneStep([4, 16, 2], 'adam'),
  oneStep([784, 30, 10], 'adam'),
  agentTurn([2, 3, 1]),
  agentTurn([4, 16, 3]),
  agentTurn([784, 30, 10]),
  xorEpochs(1),
  xorEpochs(4),
];

/** `train` with one sample, one step a call. */
function oneSample(sizes: readonly number[], optimizer: 'sgd' | 'adam'): CallCase {
  return {
    name: `train(1) [${sizes.join(',')}] ${optimizer}`,
    async callers() {
      const { inputs, labels, bytes, targets } = samples(sizes, 1);
      const options: TrainOptions = { epochs: 1, miniBatchSize: 1, learningRate: 0.01, optimizer };
      const net = await createNetwork(sizes);
      const plain = new PlainNetwork(net);
      const theirs = createBrain(sizes);
      const ours = new NeuralNetwork({ hiddenLayers: sizes.slice(1, -1) });
      const data = [{ input: inputs, output: targets }];
      const once = { iterations: 1, errorThresh: 1e-12 };
      const callers: Caller[] = [
        {
          name: 'bp4',
          call: async () => (await net.train({ inputs, targets }, options))[0]!.loss,
        },
        { name: 'brain.js 2', call: () => theirs.train(data, once).error },
      ];
      if (optimizer !== 'sgd') return callers;
      return [
        ...callers,
        { name: 'bp4/brain', call: () => ours.train(data, once).error },
        {
          name: 'plain',
          call: () =>
            plain.train(
              { inputs: bytes, inputScale: 1 / 255, labels },
              { epochs: 1, miniBatchSize: 1, learningRate: 0.01 },
            )[0]!,
        },
      ];
    },
  };
}

/** `step` with one sample, the kernels of the step alone, and `train`. */
function oneStep(sizes: readonly number[], optimizer: 'sgd' | 'adam'): CallCase {
  return {
    name: `step(1) [${sizes.join(',')}] ${optimizer}`,
    async callers() {
      const { inputs, targets } = samples(sizes, 1);
      const net = await createNetwork(sizes);
      const trained = await createNetwork(sizes);
      net.useOptimizer(optimizer);
      const options = { epochs: 1, miniBatchSize: 1, learningRate: 0.01, optimizer };
      const stepOptions = { learningRate: 0.01 };
      const { kernels, layout } = await modelOf(net, optimizer);
      return [
        { name: 'bp4', call: () => net.step({ inputs, targets }, stepOptions).loss },
        { name: 'kernels', call: () => kernels.descend(layout.net, 0, 0, 1, 1, 0.01) },
        { name: 'train', call: async () => (await trained.train({ inputs, targets }, options))[0]!.loss },
      ];
    },
  };
}

/** The model of a network, on kernels of its own, with the update of an optimizer. */
async function modelOf({ state }: Network, optimizer: 'sgd' | 'adam'): Promise<Model> {
  const model = createModel(checkSpec(state.spec), await takeKernels('wasm'));
  writeParameters(model, state.parameters);
  const {
    rule,
    optimizer: { slots },
  } = checkUpdate(optimizer, {}, model.layers.length);
  model.reserve(1, slots);
  model.useRule(rule, []);
  return model;
}

/** An agent answers, and learns from 32 samples; brain.js learns them one after the other. */
function agentTurn(sizes: readonly number[]): CallCase {
  return {
    name: `predict(1), train(32) [${sizes.join(',')}]`,
    async callers() {
      const { inputs, targets } = samples(sizes, 32);
      const one = inputs.subarray(0, sizes[0]);
      const options = { epochs: 1, miniBatchSize: 32, learningRate: 0.01 };
      const net = await createNetwork(sizes);
      const theirs = createBrain(sizes);
      const outputs = sizes.at(-1)!;
      const data = Array.from({ length: 32 }, (_, n) => ({
        input: inputs.subarray(n * sizes[0]!, (n + 1) * sizes[0]!),
        output: targets.subarray(n * outputs, (n + 1) * outputs),
      }));
      return [
        {
          name: 'bp4',
          call: async () => net.predict(one)[0]! + (await net.train({ inputs, targets }, options))[0]!.loss,
        },
        {
          name: 'brain.js 2',
          call: () => theirs.run(one)[0]! + theirs.train(data, { iterations: 1, errorThresh: 1e-12 }).error,
        },
      ];
    },
  };
}

/** Many epochs of XOR. Some peers update after each sample, whatever the mini-batch. */
function xorEpochs(miniBatchSize: number): CallCase {
  return {
    name: `XOR, ${XOR_EPOCHS} epochs, b${miniBatchSize}`,
    async callers() {
      const sizes = [2, 3, 1];
      const rows = [0, 1, 2, 3].map((n) => [...xor.inputs.subarray(2 * n, 2 * n + 2)]);
      const answers = [...xor.labels].map((label) => [label]);
      const data = rows.map((row, n) => ({
        input: Float32Array.from(row),
        output: Float32Array.from(answers[n]!),
      }));
      const rate = 3 / miniBatchSize;
      const ours = await createNetwork(sizes);
      const shuffled = await createNetwork(sizes);
      const theirs = createBrain(sizes);
      const neurons = new synaptic.Architect.Perceptron(...sizes);
      const epochs = { epochs: XOR_EPOCHS, miniBatchSize, learningRate: 3 };
      const many = { iterations: XOR_EPOCHS, errorThresh: 1e-12, momentum: 0.1, learningRate: 0.3 };
      const brainNet = new NeuralNetwork({ hiddenLayers: [3] });
      return [
        {
          name: 'bp4',
          call: async () => (await ours.train(xor, { ...epochs, shuffle: false })).at(-1)!.loss,
        },
        { name: 'shuffled', call: async () => (await shuffled.train(xor, epochs)).at(-1)!.loss },
        { name: 'bp4/brain', call: () => brainNet.train(data, many).error },
        { name: 'brain.js 2', call: () => theirs.train(data, many).error },
        {
          name: 'synaptic',
          call: () => {
            for (let epoch = 0; epoch < XOR_EPOCHS; epoch++) {
              for (let n = 0; n < 4; n++) {
                neurons.activate(rows[n]!);
                neurons.propagate(Math.min(0.5, rate), answers[n]!);
              }
            }
            return neurons.activate(rows[0]!)[0]!;
          },
        },
      ];
    },
  };
}

function createNetwork([inputs, ...units]: readonly number[]): Promise<Network> {
  const layers = units.map((units) => ({ units, activation: 'sigmoid' }) as const);
  return Network.create({ inputs: inputs!, layers, loss: 'quadratic', seed: 1 });
}

/** A network of brain.js after one training, which creates its weights. */
function createBrain(sizes: readonly number[]): BrainNet {
  const net = new brain.NeuralNetwork({ hiddenLayers: sizes.slice(1, -1) });
  const output = new Float32Array(sizes.at(-1)!);
  net.train([{ input: new Float32Array(sizes[0]!), output }], { iterations: 1 });
  return net;
}

/** Samples with a fifth of the inputs not zero, as in MNIST; labels, and the same as one-hot targets. */
function samples(
  sizes: readonly number[],
  count: number,
): { inputs: Float32Array; bytes: Uint8Array; targets: Float32Array; labels: Uint8Array } {
  const [inputs, outputs] = [sizes[0]!, sizes.at(-1)!];
  const isWide = inputs > 100;
  const bytes = Uint8Array.from({ length: count * inputs }, (_, i) =>
    isWide && (i * 7) % 5 ? 0 : (i * 2654435761) % 256,
  );
  const labels = Uint8Array.from({ length: count }, (_, n) => n % Math.max(2, outputs));
  const targets = new Float32Array(count * outputs);
  for (const [n, label] of labels.entries()) {
    if (outputs === 1) targets[n] = label;
    else targets[n * outputs + label] = 1;
  }
  return { inputs: Float32Array.from(bytes, (byte) => byte / 255), bytes, targets, labels };
}
