import { BOOLEAN, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY, INT32, INT64, type Kind } from './kinds.js';
import { ThriftReader, viewOf } from './thrift.js';
import { damaged, unreadable } from './faults.js';

// Decodes the values of a page (https://parquet.apache.org/docs/file-format/data-pages/encodings/). A few bytes can
// declare any number of values, so each decoder checks the declared sizes before it allocates.

/** Values without nulls: numbers, or texts. */
export type Values = Float64Array | string[];

/** Encodings by their codes. */
const encodings = [
  ...['PLAIN', 'GROUP_VAR_INT', 'PLAIN_DICTIONARY', 'RLE', 'BIT_PACKED', 'DELTA_BINARY_PACKED'],
  ...['DELTA_LENGTH_BYTE_ARRAY', 'DELTA_BYTE_ARRAY', 'RLE_DICTIONARY', 'BYTE_STREAM_SPLIT'],
];

/** The limit of bits per dictionary index. */
const WIDEST_INDEX = 24;
/** Bit-packed values come in groups of 8, and writers may pad a run to 63 groups. */
const MOST_PADDING = 63 * 8;
/** The limit of deltas per block; writers use far fewer. */
const LARGEST_BLOCK = 2 ** 16;
/** The limit of texts that share beginnings: a number of bytes, and as many per byte of the page. */
const TEXT_OF_ANY_PAGE = 2 ** 16;
const MOST_TEXT_PER_BYTE = 1024;

/**
 * Decodes the values of a page.
 * @param count the number of values
 * @throws FormatError if there are fewer values, or they are damaged
 */
export function decodeValues(
  kind: Kind,
  encoding: number,
  body: Uint8Array,
  count: number,
  dictionary?: Values,
): Values {
  const { type } = kind;
  const name = encodings[encoding] ?? `${encoding}`;
  const isBytes = type === BYTE_ARRAY || type === FIXED_LEN_BYTE_ARRAY;
  if (count === 0) return kind.isText ? [] : new Float64Array(0);
  if (name === 'PLAIN') return decodePlain(kind, body, count);
  if (name.endsWith('_DICTIONARY')) return lookUp(dictionary, body, count);
  if (name === 'BYTE_STREAM_SPLIT' && kind.width !== undefined)
    return decodePlain(kind, joinStreams(body, kind.width, count), count);
  if (name === 'RLE' && type === BOOLEAN)
    return Float64Array.from(decodeRuns(takePrefixed(body)[0], 1, count));
  if (name === 'DELTA_BINARY_PACKED' && (type === INT32 || type === INT64))
    return decodePlain(
      kind,
      new Uint8Array(decodeDeltas(new ThriftReader(body), count, type === INT32 ? 32 : 64).buffer),
      count,
    );
  if (name === 'DELTA_LENGTH_BYTE_ARRAY' && type === BYTE_ARRAY)
    return convert(kind, takeTexts(new ThriftReader(body), count));
  if (name === 'DELTA_BYTE_ARRAY' && isBytes) return convert(kind, decodePrefixed(body, count));
  throw unreadable(
    `values in encoding ${name}`,
    `its encoding ${name} is not supported`,
    'write it in plain encoding or with a dictionary',
  );
}

function decodePlain(kind: Kind, body: Uint8Array, count: number): Values {
  const { type, width, isText } = kind;
  if (type === BYTE_ARRAY) return convert(kind, takeLengthPrefixed(body, count));
  if (count * (width ?? 1 / 8) > body.length) throw damaged('a page is too short');
  if (width === undefined)
    return Float64Array.from({ length: count }, (_, i) => (body[i >> 3]! >> (i & 7)) & 1);
  const view = viewOf(body);
  const values = isText ? new Array<string>(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = kind.read(view, i * width);
  return values;
}

function convert({ isText, fromBytes }: Kind, values: readonly Uint8Array[]): Values {
  return isText
    ? (values as Uint8Array[]).map(fromBytes as (bytes: Uint8Array) => string)
    : Float64Array.from(values as never, fromBytes as never);
}

function lookUp(dictionary: Values | undefined, body: Uint8Array, count: number): Values {
  if (!dictionary) throw damaged('it has no dictionary');
  const indices = decodeRuns(body.subarray(1), body[0] ?? Infinity, count);
  const values = Array.isArray(dictionary) ? new Array<string>(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const index = indices[i]!;
    if (index >= dictionary.length) throw damaged('its dictionary is too short');
    values[i] = dictionary[index]!;
  }
  return values;
}

/** Brings together the bytes of each value, which BYTE_STREAM_SPLIT holds apart. */
function joinStreams(body: Uint8Array, width: number, count: number): Uint8Array {
  if (count * width > body.length) throw damaged('a page is too short');
  const values = new Uint8Array(count * width);
  for (let k = 0; k < width; k++) {
    for (let i = 0; i < count; i++) values[i * width + k] = body[k * count + i]!;
  }
  return values;
}

/** Splits a length-prefixed part from the rest. */
export function takePrefixed(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const length = bytes.length < 4 ? Infinity : viewOf(bytes).getUint32(0, true);
  if (length > bytes.length - 4) throw damaged('a part is longer than its page');
  return [bytes.subarray(4, 4 + length), bytes.subarray(4 + length)];
}

function takeLengthPrefixed(body: Uint8Array, count: number): Uint8Array[] {
  if (4 * count > body.length) throw damaged('a page is too short');
  const view = viewOf(body);
  const values = new Array<Uint8Array>(count);
  for (let i = 0, at = 0; i < count; i++) {
    const from = at + 4;
    at = from <= body.length ? from + view.getUint32(at, true) : Infinity;
    if (at > body.length) throw damaged('a page is too short');
    values[i] = body.subarray(from, at);
  }
  return values;
}

/**
 * Decodes integers in RLE/bit-packing hybrid encoding.
 * @param width bits per integer
 * @param count the expected number of integers
 * @throws FormatError if there are fewer integers, or runs extend far beyond the last one
 */
export function decodeRuns(bytes: Uint8Array, width: number, count: number): Uint32Array {
  if (width > WIDEST_INDEX) throw damaged(`its runs have integers of ${width} bits`);
  const integers = new Uint32Array(count);
  if (width === 0) return integers;
  const reader = new ThriftReader(bytes);
  for (let done = 0; done < count;) {
    const head = reader.varint();
    const left = count - done;
    const isPacked = head % 2 === 1;
    const run = isPacked ? 8 * Math.floor(head / 2) : head / 2;
    if (run > (isPacked ? left + MOST_PADDING : left)) throw damaged('it has runs longer than its pages');
    const packed = reader.bytes(isPacked ? (run / 8) * width : Math.ceil(width / 8));
    if (isPacked) unpackBits(packed, width, integers.subarray(done, done + run));
    else
      integers.fill(
        packed.reduce((value, byte, i) => value + (byte << (8 * i)), 0),
        done,
        done + run,
      );
    done += run;
  }
  return integers;
}

/** @param width bits per integer, up to 24 */
function unpackBits(packed: Uint8Array, width: number, integers: Uint32Array): void {
  const mask = (1 << width) - 1;
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < integers.length; i++) {
    for (; bits < width; bits += 8) held |= packed[at++]! << bits;
    integers[i] = held & mask;
    held >>>= width;
    bits -= width;
  }
}

/**
 * Decodes integers that are stored as differences (DELTA_BINARY_PACKED).
 * @param size bits per integer; sums wrap around
 * @returns each integer in one or two halves of 32 bits, the lower first: the bytes of plain encoding
 * @throws FormatError if the block size is invalid, or there are fewer integers than `count`
 */
function decodeDeltas(reader: ThriftReader, count: number, size: 32 | 64): Int32Array<ArrayBuffer> {
  const block = reader.varint();
  const parts = reader.varint();
  if (block > LARGEST_BLOCK || parts === 0 || block % (8 * parts) !== 0 || block === 0)
    throw damaged('its deltas have an invalid block size');
  if (reader.varint() !== count) throw damaged('its number of deltas differs from its header');
  const step = size / 32;
  const halves = new Int32Array(count * step);
  let [low, high] = halve(reader.zigzag());
  const put = (n: number): void => {
    halves[n * step] = low;
    if (step === 2) halves[n * step + 1] = high;
  };
  if (count > 0) put(0);
  for (let done = 1; done < count;) {
    const [leastLow, leastHigh] = halve(reader.zigzag());
    const widths = reader.bytes(parts);
    for (let i = 0; i < parts && done < count; i++) {
      const width = widths[i]!;
      if (width > 64) throw damaged('its deltas have more than 64 bits');
      const run = Math.min(block / parts, count - done);
      // Some writers omit the unused end of the last miniblock.
      const packed = reader.bytes((width * block) / parts / 8, Math.ceil((width * run) / 8));
      for (let k = 0, at = 0; k < run; k++, at += width) {
        const sum = (low >>> 0) + (leastLow >>> 0) + takeBits(packed, at, Math.min(width, 32));
        const highDelta = width > 32 ? takeBits(packed, at + 32, width - 32) : 0;
        low = sum | 0;
        high = (high + leastHigh + highDelta + Math.floor(sum / 2 ** 32)) | 0;
        put(done++);
      }
    }
  }
  return halves;
}

/** The lower and the upper 32 bits. */
const halve = (value: bigint): [low: number, high: number] => [
  Number(BigInt.asIntN(32, value)),
  Number(BigInt.asIntN(32, value >> 32n)),
];

/** Reads an integer of up to 32 bits. @param at its place, in bits */
function takeBits(packed: Uint8Array, at: number, bits: number): number {
  const from = at >> 3;
  const shift = at & 7;
  const word =
    packed[from]! | (packed[from + 1]! << 8) | (packed[from + 2]! << 16) | (packed[from + 3]! << 24);
  const whole = shift === 0 ? word : (word >>> shift) | (packed[from + 4]! << (32 - shift));
  return (bits === 32 ? whole : whole & ((1 << bits) - 1)) >>> 0;
}

/** Reads the lengths of texts, then the texts (DELTA_LENGTH_BYTE_ARRAY). */
function takeTexts(reader: ThriftReader, count: number): Uint8Array[] {
  return Array.from(decodeDeltas(reader, count, 32), (length) => reader.bytes(toLength(length)));
}

function toLength(value: number): number {
  if (value < 0) throw damaged('a text has a negative length');
  return value;
}

/** Reads texts that begin like the text before (DELTA_BYTE_ARRAY). */
function decodePrefixed(body: Uint8Array, count: number): Uint8Array[] {
  const reader = new ThriftReader(body);
  const shared = decodeDeltas(reader, count, 32);
  const ends = takeTexts(reader, count);
  let left = TEXT_OF_ANY_PAGE + MOST_TEXT_PER_BYTE * body.length;
  let before = new Uint8Array(0);
  return ends.map((end, i) => {
    const length = toLength(shared[i]!);
    if (length > before.length) throw damaged('a text shares more than the text before it has');
    const value = new Uint8Array(length + end.length);
    left -= value.length;
    if (left < 0) throw damaged(`${body.length} bytes can't plausibly hold its texts`);
    value.set(before.subarray(0, length));
    value.set(end, length);
    return (before = value);
  });
}
