import type { Random } from '../../../src/base/random.js';
import { anywhere, pick, type Mutation } from './mutation.js';

// Ways to break any file: bits, bytes, what is missing, what is there twice, and numbers that say how long something is.

/** About the powers of two, at which lengths overflow what holds them. */
const extremes = [0n, 1n, 2n, 3n, 4n, 127n, 128n, 255n, 256n, 65535n, 65536n, 2n ** 24n].concat(
  [28n, 29n, 30n, 31n, 32n, 40n, 53n, 63n, 64n].flatMap((power) => [2n ** power - 1n, 2n ** power]),
);

const floats = [NaN, Infinity, -Infinity, -0, 2 ** -149, 3.4028234663852886e38];

/** Bytes that mean something to many a format: signs, brackets, quotes, ends of lines and of strings. */
const bytes = [0, 1, 0x7f, 0x80, 0xfe, 0xff, ...Buffer.from('\t\n\r "\',-0:[]{}')];

/** A part of some file, of this or of another. */
function part(random: Random, files: readonly Uint8Array[], most = 64): Uint8Array {
  const file = pick(random, files);
  const from = anywhere(random, file.length);
  return file.subarray(from, from + anywhere(random, Math.min(most, file.length - from)));
}

/** An integer of 1, 2, 4 or 8 bytes, or of as many as a variable length takes; the same again where it says how much there is. */
function extreme(random: Random, file: Buffer): Buffer {
  const near = BigInt(file.length + random.below(9) - 4);
  const value = BigInt.asUintN(64, random.below(4) === 0 ? near : pick(random, extremes));
  const width = pick(random, [1, 2, 4, 8, 'varint'] as const);
  if (width === 'varint') return varint(value);
  const eight = Buffer.alloc(8);
  if (random.below(2) === 0) {
    eight.writeBigUInt64LE(value);
    return eight.subarray(0, width);
  }
  eight.writeBigUInt64BE(value);
  return eight.subarray(8 - width);
}

/** Seven bits a byte, lowest first, as Protocol Buffers and Thrift have it. */
function varint(value: bigint): Buffer {
  const sevens = [];
  for (; value > 127n; value >>= 7n) sevens.push(Number(value & 127n) | 128);
  return Buffer.from([...sevens, Number(value)]);
}

const overwrite = (file: Buffer, at: number, by: Uint8Array): Buffer =>
  Buffer.concat([file.subarray(0, at), by, file.subarray(at + by.length)]);

export const flipBit: Mutation = (random, file) => {
  if (file.length > 0) file[random.below(file.length)]! ^= 1 << random.below(8);
  return file;
};

const setByte: Mutation = (random, file) => {
  if (file.length > 0) {
    file[random.below(file.length)] = random.below(2) === 0 ? random.below(256) : pick(random, bytes);
  }
  return file;
};

const fillRun: Mutation = (random, file) => {
  const at = anywhere(random, file.length);
  return file.fill(pick(random, bytes), at, Math.min(file.length, at + anywhere(random, 40)));
};

const cutEnd: Mutation = (random, file) => file.subarray(0, anywhere(random, file.length));

const cutOut: Mutation = (random, file) => {
  const at = anywhere(random, file.length);
  return Buffer.concat([file.subarray(0, at), file.subarray(at + 1 + random.below(64))]);
};

/** A part twice, or often. */
const repeatPart: Mutation = (random, file) => {
  const at = anywhere(random, file.length);
  const length = anywhere(random, Math.min(80, file.length - at));
  const times = random.below(8) === 0 ? 1 + random.below(50) : 1;
  const again = Array<Buffer>(times).fill(file.subarray(at, at + length));
  return Buffer.concat([file.subarray(0, at), ...again, file.subarray(at)]);
};

/** A part of some file in place of a part of this. */
const splice: Mutation = (random, file, seeds) => {
  const at = anywhere(random, file.length);
  const end = Math.min(file.length, at + anywhere(random, 64));
  return Buffer.concat([file.subarray(0, at), part(random, [file, ...seeds]), file.subarray(end)]);
};

/** The beginning of this, and the end of another. */
const cross: Mutation = (random, file, seeds) => {
  const other = pick(random, seeds);
  return Buffer.concat([
    file.subarray(0, anywhere(random, file.length)),
    other.subarray(anywhere(random, other.length)),
  ]);
};

/** Where a length may stand: anywhere, but often near the beginning or at the very end. */
const setLength: Mutation = (random, file) => {
  const value = extreme(random, file);
  const near = Math.min(64, file.length);
  const at = [anywhere(random, file.length), anywhere(random, near), Math.max(0, file.length - value.length)];
  return overwrite(file, pick(random, at), value);
};

const setFloat: Mutation = (random, file) => {
  if (file.length < 8) return file;
  const at = file.length - 4 - 4 * random.below(Math.min(8, file.length >> 2));
  file.writeFloatLE(pick(random, floats), Math.max(0, at));
  return file;
};

const noise: Mutation = (random, file) => {
  const some = Uint8Array.from({ length: anywhere(random, 300) }, () => random.below(256));
  return random.below(2) === 0 ? some : Buffer.concat([file.subarray(0, 8), some]);
};

export const byteMutations: readonly Mutation[] = [
  flipBit,
  flipBit,
  setByte,
  setByte,
  fillRun,
  cutEnd,
  cutOut,
  repeatPart,
  splice,
  cross,
  setLength,
  setLength,
  setLength,
  setFloat,
  noise,
];
