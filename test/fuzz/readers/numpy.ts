import { FormatError } from '../../../src/errors.js';
import { Dataset } from '../../../src/data/index.js';
import { fromNPZ, readNPY, readNPZ, toNPZ, writeNPY, writeNPZ } from '../../../src/formats/numpy/index.js';
import { byteMutations } from '../mutations/bytes.js';
import { inJSON } from '../mutations/json.js';
import { npyMutations } from '../mutations/npy.js';
import { insideZip } from '../mutations/packed.js';
import type { Reader } from '../reader.js';
import { networks, used } from './network.js';

/** An array as NumPy writes it, of a type that writeNPY does not write. */
function npy(header: string, values: Uint8Array): Buffer {
  const text = header.padEnd(117) + '\n';
  return Buffer.concat([
    Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(text.length)}\0${text}`, 'latin1'),
    values,
  ]);
}

const arrays = [
  writeNPY(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]),
  writeNPY(BigInt64Array.of(1n, -2n), [2, 1]),
  npy("{'descr': '>f8', 'fortran_order': True, 'shape': (2, 2), }", new Uint8Array(32)),
  npy(
    "{'descr': '<U2', 'fortran_order': False, 'shape': (2, 1), }",
    Buffer.from('1\0\0\x002\0\0\x003\0\0\0\0\0\0\0'),
  ),
  npy("{'descr': '<f2', 'fortran_order': False, 'shape': (2, 2), }", new Uint8Array(8)),
];

const names = [
  'inputs.npy',
  'labels.npy',
  '0.weight.npy',
  '1.bias.npy',
  'bp4.json',
  '__proto__',
  '__proto__.npy',
].concat(['constructor.npy', '../x.npy', '/etc/passwd', '']);

const zipMutations = [
  ...byteMutations,
  ...Array.from({ length: byteMutations.length }, () =>
    insideZip([...npyMutations, inJSON(['units'])], names),
  ),
];

export const numpyReaders: readonly Reader[] = [
  { name: 'readNPY', errors: [FormatError], seeds: arrays, mutations: npyMutations, read: readNPY },
  {
    name: 'Dataset.fromNPY',
    seeds: arrays,
    mutations: npyMutations,
    read: (bytes) => Dataset.fromNPY(bytes, { missing: 'drop' }),
  },
  {
    name: 'readNPZ',
    errors: [FormatError],
    seeds: [
      writeNPZ({ inputs: Float64Array.of(1, 2), labels: { values: Uint8Array.of(1, 0), shape: [2] } }),
      writeNPZ({ x: new Float32Array(500) }),
    ],
    mutations: zipMutations,
    read: readNPZ,
  },
  {
    name: 'Dataset.fromNPZ',
    seeds: [
      writeNPZ({
        inputs: { values: Float64Array.of(1, 2, 3, 4), shape: [2, 2] },
        labels: Uint8Array.of(1, 0),
      }),
    ],
    mutations: zipMutations,
    read: (bytes) => Dataset.fromNPZ(bytes, { inputs: 'inputs', labels: 'labels' }),
  },
  {
    name: 'fromNPZ',
    seeds: async () => (await networks()).map(toNPZ),
    mutations: zipMutations,
    read: async (bytes) => used(await fromNPZ(bytes, { engine: 'reference' })),
  },
];
