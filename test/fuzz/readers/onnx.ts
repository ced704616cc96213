import { FormatError } from '../../../src/errors.js';
import { fromONNX, toONNX } from '../../../src/formats/onnx/index.js';
import { Network } from '../../../src/index.js';
import { file, node, tensor, withoutMetadata } from '../../support/onnx.js';
import { byteMutations } from '../mutations/bytes.js';
import { inModel } from '../mutations/onnx.js';
import type { Reader } from '../reader.js';
import { networks, used } from './network.js';

/** Our own, one of them without what only bp4 reads, and a graph of operators that bp4 never writes. */
async function models(): Promise<Uint8Array[]> {
  const own = await Network.create({
    inputs: 3,
    layers: [
      { units: 2, activation: 'gelu' },
      { units: 2, activation: 'elu', alpha: 0.5 },
    ],
    transforms: {
      inputs: [
        { kind: 'standardize', mean: 2000, deviation: 3, name: 'year' },
        { kind: 'oneHot', categories: ['a', 'b'] },
      ],
      targets: [{ kind: 'minMax', min: 1, max: 3 }, { kind: 'identity' }],
    },
  });
  const numbersOnly = await Network.create({
    inputs: 2,
    layers: [
      { units: 2, activation: 'leakyRelu' },
      { units: 2, activation: 'softmax' },
    ],
    transforms: { inputs: [{ kind: 'minMax', min: 0, max: 3 }, { kind: 'identity' }] },
  });
  const written = file(
    [
      node('Reshape', ['x', 'shape'], 'r'),
      node('MatMul', ['r', 'w'], 'm'),
      node('Add', ['m', 'b'], 'z'),
      node('Pow', ['z', 'two'], 'p'),
      node('Sigmoid', ['z'], 's'),
      node('Mul', ['z', 's'], 'a'),
      node('Transpose', ['w'], 't', { perm: [1, 0] }),
      node('Gemm', ['a', 't', 'b3'], 'z1', { alpha: 0.5, transB: 0 }),
      node('Softmax', ['z1'], 'y', { axis: 1 }),
    ],
    [
      ...[tensor('w', 3, 2), tensor('b', 2), tensor('b3', 1, 3)],
      { name: 'shape', dims: [2], dataType: 6, int32Data: [0, 3] },
      { name: 'two', dims: [], dataType: 1, floatData: [2] },
    ],
    {
      graph: {
        input: [
          { name: 'x', type: { tensor: { elementType: 1, shape: { dim: [{ name: 'n' }, { size: 3 }] } } } },
        ],
      },
    },
  );
  const others = (await networks()).map((net) => toONNX(net));
  return [toONNX(own), withoutMetadata(toONNX(numbersOnly)), written, ...others];
}

export const onnxReaders: readonly Reader[] = [
  {
    name: 'fromONNX',
    errors: [FormatError],
    seeds: models,
    // two of three change what the model says
    mutations: [...byteMutations, ...Array<typeof inModel>(2 * byteMutations.length).fill(inModel)],
    read: async (bytes) => used(await fromONNX(bytes, { engine: 'reference' })),
  },
];
