import { FormatError } from '../../../src/errors.js';
import { fromSafetensors, toSafetensors } from '../../../src/formats/safetensors/index.js';
import { makeFile } from '../../support/safetensors.js';
import { byteMutations } from '../mutations/bytes.js';
import { safetensorsMutations } from '../mutations/safetensors.js';
import type { Reader } from '../reader.js';
import { networks, used } from './network.js';

const mutations = [...byteMutations, ...safetensorsMutations, ...safetensorsMutations];

/** The tensors of two Linear layers, in all types that there are. */
const tensors = makeFile(
  {
    'fc1.weight': { dtype: 'F32', shape: [2, 1], data_offsets: [0, 8] },
    'fc1.bias': { dtype: 'F16', shape: [2], data_offsets: [8, 12] },
    'fc2.weight': { dtype: 'BF16', shape: [1, 2], data_offsets: [12, 16] },
    'fc2.bias': { dtype: 'F64', shape: [1], data_offsets: [16, 24] },
  },
  new Uint8Array(24),
);

export const safetensorsReaders: readonly Reader[] = [
  {
    name: 'fromSafetensors',
    errors: [FormatError],
    seeds: async () => (await networks()).map(toSafetensors),
    mutations,
    read: async (bytes) => used(await fromSafetensors(bytes, { engine: 'reference' })),
  },
  {
    name: 'fromSafetensors, names',
    errors: [FormatError],
    seeds: [tensors],
    mutations,
    read: async (bytes) =>
      used(await fromSafetensors(bytes, { engine: 'reference', activations: ['tanh', 'linear'] })),
  },
];
