import { NeuralNetwork } from '../../../src/brain/index.js';
import { inJSON } from '../mutations/json.js';
import { inText } from '../mutations/text.js';
import { makeJSON, NOT_GIVEN, type Reader } from '../reader.js';

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

export const brainReaders: readonly Reader[] = [
  {
    name: 'brain.fromJSON',
    seeds: brains,
    mutations: [inJSON(brainWords), inJSON(brainWords), inJSON(brainWords), inText(brainWords)],
    read(bytes) {
      const json = makeJSON(bytes);
      return json === NOT_GIVEN ? json : new NeuralNetwork().fromJSON(json as object).toJSON();
    },
  },
];
