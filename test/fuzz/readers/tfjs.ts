import { fromTFJS, toTFJS } from '../../../src/formats/tfjs/index.js';
import { makeFile } from '../../support/safetensors.js';
import { networks as portable } from '../../support/portable-networks.js';
import { Network } from '../../../src/index.js';
import { byteMutations } from '../mutations/bytes.js';
import { changeJSON } from '../mutations/json.js';
import type { Mutation } from '../mutations/mutation.js';
import { inHeader } from '../mutations/safetensors.js';
import { changeText } from '../mutations/text.js';
import { makeJSON, NOT_GIVEN, type Reader } from '../reader.js';
import { networks, used } from './network.js';

// A model.json and its weights as one file: the length of the JSON, the JSON, and the weights.

const words = [
  ...['modelTopology', 'model_config', 'class_name', 'config', 'layers', 'name', 'inbound_nodes', 'args'],
  ...['input_layers', 'output_layers', 'keras_history', 'batch_input_shape', 'batch_shape', 'data_format'],
  ...['units', 'activation', 'use_bias', 'rate', 'alpha', 'negative_slope', 'scale', 'offset', 'axis'],
  ...[
    'Sequential',
    'Functional',
    'Model',
    'InputLayer',
    'Dense',
    'Activation',
    'Dropout',
    'Flatten',
    'Softmax',
  ],
  ...[
    'LeakyReLU',
    'ELU',
    'ReLU',
    ...['Rescaling', 'scale', 'offset', 'Normalization', 'mean', 'variance', 'axis', 'invert'],
    'Multiply',
    'dense_1',
    'dense_2',
    'dense_1/kernel',
    'a/dense_1/kernel',
  ],
  ...[
    'weightsManifest',
    'weightSpecs',
    'paths',
    'weights',
    'weights.bin',
    'shape',
    'dtype',
    'float32',
    'int32',
  ],
  ...[
    'quantization',
    'uint8',
    'uint16',
    'float16',
    'min',
    'group',
    'optimizer',
    'trainingConfig',
    'training_config',
  ],
  ...[
    'loss',
    'mse',
    'categorical_crossentropy',
    'Huber',
    'delta',
    'from_logits',
    'label_smoothing',
    'channels_first',
  ],
  ...[
    'userDefinedMetadata',
    'bp4',
    'inputs',
    'transforms',
    'kind',
    'oneHot',
    'categories',
    'mean',
    'deviation',
  ],
];

/** Changes model.json. */
export const inModel: readonly Mutation[] = [
  (random, file) => inHeader(random, file, (text) => changeText(random, text, words)),
  ...Array.from(
    { length: 6 },
    (): Mutation => (random, file) => inHeader(random, file, (text) => changeJSON(random, text, words)),
  ),
];

/** A functional model as TensorFlow.js saves it, with quantized weights. */
function functional(): Buffer {
  const node = (class_name: string, name: string, config: object, ...from: string[]): object => ({
    name,
    class_name,
    config: { name, ...config },
    inbound_nodes: from.length === 0 ? [] : [from.map((source) => [source, 0, 0, {}])],
  });
  const layers = [
    node('InputLayer', 'in', { batch_input_shape: [null, 2, 1] }),
    node('Flatten', 'flat', {}, 'in'),
    node('Dense', 'a', { units: 3 }, 'flat'),
    node('LeakyReLU', 'b', { alpha: 0.2 }, 'a'),
    node('Dense', 'c', { units: 1, activation: 'sigmoid', use_bias: false }, 'b'),
  ];
  const model = {
    modelTopology: {
      model_config: {
        class_name: 'Functional',
        config: { layers, input_layers: [['in', 0, 0]], output_layers: [['c', 0, 0]] },
      },
      training_config: { loss: { class_name: 'BinaryCrossentropy', config: { label_smoothing: 0.1 } } },
    },
    weightsManifest: [
      {
        paths: ['w.bin'],
        weights: [
          {
            name: 'a/kernel',
            shape: [2, 3],
            dtype: 'float32',
            quantization: { dtype: 'uint8', scale: 0.1, min: -3 },
          },
          { name: 'a/bias', shape: [3], dtype: 'float32', quantization: { dtype: 'float16' } },
          { name: 'c/kernel', shape: [3, 1], dtype: 'float32' },
          { name: 'iter', shape: [], dtype: 'int32', group: 'optimizer' },
        ],
      },
    ],
  };
  return makeFile(model, new Uint8Array(6 + 6 + 12 + 4));
}

export const tfjsReaders: readonly Reader[] = [
  {
    name: 'fromTFJS',
    async seeds() {
      const more = await Promise.all(
        ['gelu', 'strings'].map((name) => Network.create({ ...portable[name]!, engine: 'reference' })),
      );
      const written = [...(await networks()), ...more].map((net) => {
        const { model, weights } = toTFJS(net);
        return makeFile(model, weights);
      });
      return [...written, functional()];
    },
    // mostly in the model, so that it is JSON still: what is none never comes to fromTFJS
    mutations: [...byteMutations.slice(0, 4), ...Array<typeof inModel>(6).fill(inModel).flat()],
    async read(bytes) {
      const start = bytes.length < 8 ? 8 : 8 + Buffer.from(bytes).readUInt32LE(0);
      const model = makeJSON(bytes.subarray(8, start));
      if (model === NOT_GIVEN) return model;
      return used(await fromTFJS(model as object, bytes.slice(start), { engine: 'reference' }));
    },
  },
];
