import type { Random } from '../../src/model/random.js';
import { fileOf } from './safetensors.js';

// Files broken in all the ways that bytes, lengths, JSON and numbers can be broken.

/** Numbers at which checks go wrong: about powers of two, signs, exponents, what JSON can say and doubles cannot hold. */
const numbers = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '2',
    '3',
    '4',
    '5',
    '7',
    '8',
    '12',
    '16',
    '48',
    '64',
    '0.5',
    '1e3',
    '1e400',
    '-1e400',
  ],
  ...['255', '256', '65536', '268435456', '2147483647', '2147483648', '4294967295', '4294967296'],
  ...[
    '9007199254740991',
    '9007199254740992',
    '18446744073709551615',
    '1e-400',
    '4.0',
    '00',
    '"4"',
    'null',
    'true',
  ],
  ...['[]', '{}', '[4]', '""', 'NaN', 'Infinity', '-', '1e'],
];

const words = [
  ...['"F32"', '"F64"', '"dtype"', '"shape"', '"data_offsets"', '"__metadata__"', '"bp4"', '"__proto__"'],
  ...[
    '"constructor"',
    '"toString"',
    '"length"',
    '"0.weight"',
    '"0.bias"',
    '"1.weight"',
    '"9.bias"',
    '"layers"',
  ],
  ...[
    '"units"',
    '"inputs"',
    '"activation"',
    '"generator"',
    '"seed"',
    '"softmax"',
    '"relu"',
    '"loss"',
    '"version"',
  ],
  ...['"training"', '"\\u0000"', '"\\ud800"', '"\u{1f600}"', '"'],
];

const punctuation = Array.from('{}[],:"\\ \n\0\ufeff');

const floats = [NaN, Infinity, -Infinity, -0, 2 ** -149, 3.4028234663852886e38];

type Mutation = (random: Random, file: Buffer, others: readonly Uint8Array[]) => Uint8Array;

const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

/** A place from 0 to `length`. */
const anywhere = (random: Random, length: number): number => random.below(length + 1);

/** A part of some other file, or of this. */
function part(random: Random, files: readonly Uint8Array[]): Uint8Array {
  const file = pick(random, files);
  const from = anywhere(random, file.length);
  return file.subarray(from, from + anywhere(random, Math.min(64, file.length - from)));
}

/** Changes the text of the header and, mostly, its length with it, so that more than the length is put to the test. */
function inHeader(random: Random, file: Buffer, change: (text: string) => string): Uint8Array {
  const start = 8 + (file.length < 8 ? 0 : file.readUInt32LE(0));
  const text = change(file.toString('utf8', 8, start));
  const changed = fileOf(text, file.subarray(Math.min(start, file.length)));
  if (random.below(8) === 0) file.copy(changed, 0, 0, Math.min(8, file.length));
  return changed;
}

/** One of the places that match is replaced. */
function replaceOne(random: Random, text: string, pattern: RegExp, by: string): string {
  const places = Array.from(text.matchAll(pattern));
  if (places.length === 0) return text;
  const { index, 0: old } = pick(random, places);
  return text.slice(0, index) + by + text.slice(index + old.length);
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

function changeText(random: Random, text: string): string {
  const at = anywhere(random, text.length);
  switch (random.below(7)) {
    case 0:
      return replaceOne(random, text, /-?\d+(\.\d+)?/g, pick(random, numbers));
    case 1:
      return replaceOne(random, text, /"[^"\\]*"/g, pick(random, words));
    case 2: // a number beside the right one
      return replaceOne(random, text, /\d+/g, String(anywhere(random, 100)));
    case 3:
      return text.slice(0, at) + pick(random, punctuation) + text.slice(at + random.below(2));
    case 4: {
      // a part twice: names, entries, brackets
      const length = anywhere(random, 80);
      return text.slice(0, at + length) + text.slice(at);
    }
    case 5:
      return text.slice(0, at) + text.slice(at + anywhere(random, 80));
    default: {
      const bracket = pick(random, ['[', '{"a":', '[[],']);
      return text.slice(0, at) + bracket.repeat(anywhere(random, 200)) + text.slice(at);
    }
  }
}

const mutations: readonly Mutation[] = [
  // bits and bytes
  (random, file) => {
    const at = random.below(Math.max(1, file.length));
    if (at < file.length) file[at]! ^= 1 << random.below(8);
    return file;
  },
  (random, file) => {
    const at = random.below(Math.max(1, file.length));
    if (at < file.length) file[at] = random.below(256);
    return file;
  },
  // lengths
  (random, file) => file.subarray(0, anywhere(random, file.length)),
  (random, file, others) => Buffer.concat([file, part(random, [file, ...others])]),
  (random, file) => {
    if (file.length < 8) return file;
    const length = file.readUInt32LE(0);
    file.writeUInt32LE(
      pick(random, [0, 1, 2, length - 1, length + 1, length + 8, file.length, 2 ** 32 - 1]) >>> 0,
    );
    if (random.below(4) === 0) file.writeUInt32LE(random.bits() >>> random.below(32), 4);
    return file;
  },
  // splices
  (random, file, others) => {
    const at = anywhere(random, file.length);
    const end = Math.min(file.length, at + anywhere(random, 64));
    return Buffer.concat([file.subarray(0, at), part(random, [file, ...others]), file.subarray(end)]);
  },
  (random, file, others) => {
    const other = pick(random, others);
    return Buffer.concat([
      file.subarray(0, anywhere(random, file.length)),
      other.subarray(anywhere(random, other.length)),
    ]);
  },
  // what the bytes mean
  (random, file) => {
    if (file.length > 20) file.writeFloatLE(pick(random, floats), file.length - 4 - 4 * random.below(5));
    return file;
  },
  (random, file) => inHeader(random, file, (text) => changeText(random, text)),
  (random, file) => inHeader(random, file, (text) => changeText(random, text)),
  (random, file) => inSpec(random, file, (text) => changeText(random, text)),
  (random, file) => inSpec(random, file, (text) => changeText(random, text)),
  // noise
  (random, file) => {
    const noise = Uint8Array.from({ length: anywhere(random, 300) }, () => random.below(256));
    return random.below(2) === 0 ? noise : Buffer.concat([file.subarray(0, 8), noise]);
  },
];

/** One of the files, broken once to three times. */
export function mutated(random: Random, files: readonly Uint8Array[]): Uint8Array {
  let file: Uint8Array = Buffer.from(pick(random, files));
  for (let times = 1 + random.below(3); times > 0; times--) {
    file = pick(random, mutations)(random, Buffer.from(file), files);
  }
  return file;
}
