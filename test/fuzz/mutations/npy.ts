import { byteMutations } from './bytes.js';
import type { Mutation } from './mutation.js';
import { changeText } from './text.js';

const words = [
  ...[
    'descr',
    'fortran_order',
    'shape',
    'True',
    'False',
    '<f4',
    '<f8',
    '>f4',
    '<f2',
    '|b1',
    '<i8',
    '>u8',
    '<U3',
  ],
  ...[
    '|O',
    '<U65536',
    '<U999999',
    '|V8',
    '<c8',
    '|S4',
    '()',
    '(0,)',
    '(3,',
    '1L',
    'None',
    '-1',
    '99999999999999',
  ],
];

/** Changes the literal of Python in the header and, mostly, the header's length with it. */
const inHeader: Mutation = (random, file) => {
  if (file.length < 10) return file;
  const end = 10 + file.readUInt16LE(8);
  const text = changeText(random, file.toString('latin1', 10, end), words);
  const changed = Buffer.concat([
    file.subarray(0, 10),
    Buffer.from(text, 'latin1'),
    file.subarray(Math.min(end, file.length)),
  ]);
  if (random.below(8) > 0 && text.length < 2 ** 16) changed.writeUInt16LE(text.length, 8);
  return changed;
};

export const npyMutations: readonly Mutation[] = [
  ...byteMutations,
  ...Array<Mutation>(byteMutations.length).fill(inHeader),
];
