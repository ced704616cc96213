import { NeuralNetwork } from '../../../src/brain/index.js';
import { fromONNX, toONNX } from '../../../src/formats/onnx/index.js';
import type { Network } from '../../../src/index.js';
import { byteMutations } from '../mutations/bytes.js';
import { inJSON } from '../mutations/json.js';
import { inText } from '../mutations/text.js';
import { jsonOf, NOT_GIVEN, type Reader } from '../reader.js';
import { networks, used } from './network.js';

const engine = 'reference';

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
    name: 'brain.fromJSON',
    seeds: brains,
    mutations: [inJSON(brainWords), inJSON(brainWords), inJSON(brainWords), inText(brainWords)],
    read(bytes) {
      const json = jsonOf(bytes);
      return json === NOT_GIVEN ? json : new NeuralNetwork().fromJSON(json as object).toJSON();
    },
  },
];
