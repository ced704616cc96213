import { NeuralNetwork } from '../../../src/brain/index.js';
import { fromONNX, toONNX } from '../../../src/formats/onnx/index.js';
import { fromSafetensors, toSafetensors } from '../../../src/formats/safetensors/index.js';
import { fromTFJS, toTFJS } from '../../../src/formats/tfjs/index.js';
import type { Network } from '../../../src/index.js';
import type { Random } from '../../../src/model/random.js';
import { fileOf } from '../../support/safetensors.js';
import { byteMutations } from '../mutations/bytes.js';
import { inJSON } from '../mutations/json.js';
import type { Mutation } from '../mutations/mutation.js';
import { safetensorsMutations } from '../mutations/safetensors.js';
import { inText } from '../mutations/text.js';
import { jsonOf, NOT_GIVEN, type Reader } from '../reader.js';
import { networks, used } from './network.js';

const engine = 'reference';

// Of a LayersModel: the length of model.json, that, and the weights.

const pairOf = ({ model, weights }: { model: object; weights: Uint8Array }): Buffer =>
  joined(JSON.stringify(model), weights);

function joined(model: string, weights: Uint8Array): Buffer {
  const json = Buffer.from(model);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json, weights]);
}

/** A model.json, and its weights. */
export function apart(pair: Uint8Array): [model: Buffer, weights: Buffer] {
  const file = Buffer.from(pair.buffer, pair.byteOffset, pair.length);
  const end = 4 + file.readUInt32LE(0);
  return [file.subarray(4, end), file.subarray(end)];
}

const inModel =
  (mutation: Mutation): Mutation =>
  (random: Random, file, seeds) => {
    const [model, weights] = apart(file);
    return joined(Buffer.from(mutation(random, Buffer.from(model), seeds)).toString(), weights);
  };

const inWeights =
  (mutation: Mutation): Mutation =>
  (random: Random, file, seeds) => {
    const [model, weights] = apart(file);
    return joined(model.toString(), mutation(random, Buffer.from(weights), seeds));
  };

const layersWords = [
  ...[
    'modelTopology',
    'model_config',
    'class_name',
    'config',
    'layers',
    'name',
    'units',
    'activation',
    'use_bias',
  ],
  ...[
    'batch_input_shape',
    'batch_shape',
    'inbound_nodes',
    'weightsManifest',
    'paths',
    'weights',
    'shape',
    'dtype',
  ],
  ...[
    'float32',
    'uint8',
    'quantization',
    'scale',
    'min',
    'Dense',
    'Dropout',
    'Flatten',
    'InputLayer',
    'Sequential',
  ],
  ...[
    'Functional',
    'kernel',
    'bias',
    'dense/kernel',
    '../weights.bin',
    'userDefinedMetadata',
    'training_config',
  ],
];

export const tfjsSeeds = async (): Promise<Buffer[]> => (await networks()).map((net) => pairOf(toTFJS(net)));

export const tfjsMutations: readonly Mutation[] = [
  ...Array<Mutation>(6).fill(inModel(inJSON(layersWords))),
  inModel(inText(layersWords)),
  inWeights(byteMutations[3]!),
  ...byteMutations.slice(0, 3).map(inWeights),
];

/** A Linear of PyTorch, of two inputs and a unit. */
const torch = fileOf(
  {
    '0.weight': { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
    '0.bias': { dtype: 'F32', shape: [1], data_offsets: [8, 12] },
  },
  new Uint8Array(12),
);

const brainWords = [
  ...[
    'type',
    'sizes',
    'layers',
    'weights',
    'biases',
    'bias',
    'inputLookup',
    'outputLookup',
    'options',
    'trainOpts',
  ],
  ...[
    'activation',
    'leakyReluAlpha',
    'timeout',
    'Infinity',
    'log',
    'a',
    'b',
    'sigmoid',
    'hiddenLayers',
    'praxis',
  ],
];

function brains(): Buffer[] {
  const net = new NeuralNetwork<Record<string, number>, Record<string, number>>({
    hiddenLayers: [2],
    seed: 1,
  });
  net.train([{ input: { a: 1, b: 0 }, output: { c: 1 } }], { iterations: 2 });
  const plain = new NeuralNetwork<number[], number[]>({ hiddenLayers: [3], seed: 1 });
  plain.train([{ input: [1, 0], output: [1] }], { iterations: 2 });
  return [net, plain]
    .flatMap((net) => [net.toJSON(), net.toLegacyJSON()])
    .map((json) => Buffer.from(JSON.stringify(json)));
}

const loaded = (from: Promise<Network>): Promise<object> => from.then(used);

export const modelReaders: readonly Reader[] = [
  {
    name: 'fromONNX',
    seeds: async () => (await networks()).map((net) => toONNX(net)),
    mutations: [
      ...byteMutations,
      inText(['Gemm', 'MatMul', 'Add', 'Relu', 'Softmax', 'alpha', 'transB', 'Flatten']),
    ],
    read: (bytes) => loaded(fromONNX(bytes, { engine })),
  },
  {
    name: 'fromTFJS',
    seeds: tfjsSeeds,
    mutations: tfjsMutations,
    read(pair) {
      const [text, weights] = apart(pair);
      const model = jsonOf(text);
      return model === NOT_GIVEN ? model : loaded(fromTFJS(model as object, weights, { engine }));
    },
  },
  {
    name: 'fromSafetensors',
    seeds: async () => (await networks()).map(toSafetensors),
    mutations: [...byteMutations, ...safetensorsMutations, ...safetensorsMutations],
    read: (bytes) => loaded(fromSafetensors(bytes, { engine })),
  },
  {
    name: 'fromSafetensors.torch',
    seeds: [torch],
    mutations: [...byteMutations, ...safetensorsMutations, ...safetensorsMutations],
    read: (bytes) => loaded(fromSafetensors(bytes, { engine, activations: ['sigmoid'] })),
  },
  {
    name: 'brain.fromJSON',
    seeds: brains,
    mutations: [inJSON(brainWords), inJSON(brainWords), inJSON(brainWords), inText(brainWords)],
    read(bytes) {
      const json = jsonOf(bytes);
      return json === NOT_GIVEN ? json : new NeuralNetwork().fromJSON(json as object).toJSON();
    },
  },
];
