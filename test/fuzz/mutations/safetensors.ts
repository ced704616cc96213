import { makeFile } from '../../support/safetensors.js';
import type { Random } from '../../../src/base/random.js';
import { changeJSON } from './json.js';
import type { Mutation } from './mutation.js';
import { changeText } from './text.js';

/** Names in the header of a safetensors file, and in the JSON of bp4 in it. */
const words = [
  ...[
    'F32',
    'F64',
    'F16',
    'BF16',
    'dtype',
    'shape',
    'data_offsets',
    '__metadata__',
    'bp4',
    '0.weight',
    '0.bias',
  ],
  ...[
    '1.weight',
    '9.bias',
    'layers',
    'units',
    'inputs',
    'activation',
    'generator',
    'seed',
    'softmax',
    'relu',
  ],
  ...['loss', 'version', 'training', 'transforms', 'categories', 'kind', 'oneHot', 'about'],
];

/** Changes the text of the header and, mostly, its length with it, so that more than the length is put to the test. */
export function inHeader(random: Random, file: Buffer, change: (text: string) => string): Uint8Array {
  const start = 8 + (file.length < 8 ? 0 : file.readUInt32LE(0));
  const text = change(file.toString('utf8', 8, start));
  const changed = makeFile(text, file.subarray(Math.min(start, file.length)));
  if (random.below(8) === 0) file.copy(changed, 0, 0, Math.min(8, file.length));
  return changed;
}

/** The same one floor lower: in the JSON that stands as a string in the header. */
function inSpec(random: Random, file: Buffer, change: (text: string) => string): Uint8Array {
  return inHeader(random, file, (text) =>
    text.replace(/(?<="bp4":)"(?:[^"\\]|\\.)*"/, (string) => {
      try {
        return JSON.stringify(change(JSON.parse(string) as string));
      } catch {
        return string; // broken by an earlier mutation
      }
    }),
  );
}

export const safetensorsMutations: readonly Mutation[] = [inHeader, inHeader, inSpec, inSpec].flatMap(
  (inside): Mutation[] => [
    (random, file) => inside(random, file, (text) => changeText(random, text, words)),
    (random, file) => inside(random, file, (text) => changeJSON(random, text, words)),
  ],
);
