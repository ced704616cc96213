import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import type { NumericArray } from '../../base/numeric-arrays.js';
import { decodeHalf } from '../half.js';

/** Numbers, 64-bit integers as bigints, or strings. */
export type NPYValues = NumericArray | BigInt64Array | BigUint64Array | string[];

/** NumPy's name of the element type. */
export type DType =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'float16'
  | 'float32'
  | 'float64'
  | 'str';

type Decode = (bytes: Uint8Array<ArrayBuffer>, size: number) => NPYValues;

/** The storage of an array's values. */
export interface Layout {
  readonly dtype: DType;
  /** Bytes per value. */
  readonly size: number;
  /** Bytes per unit whose byte order matters: a value, or a character of a string. */
  readonly unit: number;
  readonly decode: Decode;
}

type TypedArray = new (buffer: ArrayBuffer, byteOffset: number, length: number) => NPYValues;

const viewed =
  (Type: TypedArray): Decode =>
  (bytes, size) =>
    new Type(bytes.buffer, bytes.byteOffset, bytes.length / size);

const kinds = new Map<string, readonly [DType, Decode]>([
  ['b1', ['bool', viewed(Uint8Array)]],
  ['i1', ['int8', viewed(Int8Array)]],
  ['i2', ['int16', viewed(Int16Array)]],
  ['i4', ['int32', viewed(Int32Array)]],
  ['i8', ['int64', viewed(BigInt64Array)]],
  ['u1', ['uint8', viewed(Uint8Array)]],
  ['u2', ['uint16', viewed(Uint16Array)]],
  ['u4', ['uint32', viewed(Uint32Array)]],
  ['u8', ['uint64', viewed(BigUint64Array)]],
  ['f2', ['float16', halves]],
  ['f4', ['float32', viewed(Float32Array)]],
  ['f8', ['float64', viewed(Float64Array)]],
]);

/** By constructor name, because `instanceof` fails for arrays from another realm. */
export const descriptors = new Map<string, string>([
  ['Int8Array', '|i1'],
  ['Int16Array', '<i2'],
  ['Int32Array', '<i4'],
  ['BigInt64Array', '<i8'],
  ['Uint8Array', '|u1'],
  ['Uint8ClampedArray', '|u1'],
  ['Uint16Array', '<u2'],
  ['Uint32Array', '<u4'],
  ['BigUint64Array', '<u8'],
  ['Float32Array', '<f4'],
  ['Float64Array', '<f8'],
]);

/** The limit of characters per string. */
const MOST_CHARACTERS = 2 ** 16;

/**
 * @param descr the type in the header, for example '<f8'
 * @throws FormatError if the type is not supported
 */
export function findLayout(place: string, descr: string): Layout & { readonly isBigEndian: boolean } {
  const [, order, kind, digits] = /^([<>|=])([a-zA-Z])(\d{0,6})$/.exec(descr) ?? [];
  const isBigEndian = order === '>';
  const found = kinds.get(`${kind}${digits}`);
  const size = Number(digits);
  if (found) return { dtype: found[0], size, unit: size, decode: found[1], isBigEndian };
  if (kind === 'U' && size > 0 && size <= MOST_CHARACTERS) {
    return { dtype: 'str', size: 4 * size, unit: 4, decode: strings, isBigEndian };
  }
  if (kind === 'S' && size > 0 && size <= 4 * MOST_CHARACTERS) {
    return { dtype: 'str', size, unit: 1, decode: byteStrings, isBigEndian: false };
  }
  if (kind === 'O') {
    throw new FormatError({
      place,
      problem: 'it holds pickled Python objects, which can execute code; bp4 never reads them',
      cure: 'save numbers, or strings: np.save(file, array.astype(float))',
    });
  }
  throw new FormatError({
    place,
    problem: `its type ${show(descr)} is not supported`,
    cure: 'save it as float32, float64, an integer, bool or str',
  });
}

/** Decodes fixed-length strings of UTF-8, padded with zeros. */
function byteStrings(bytes: Uint8Array<ArrayBuffer>, size: number): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return Array.from({ length: bytes.length / size }, (_, n) =>
    decoder.decode(bytes.subarray(n * size, (n + 1) * size)).replace(/\0+$/, ''),
  );
}

function halves(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return Float32Array.from(new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2), decodeHalf);
}

/** Decodes fixed-length UCS-4 strings, padded with zeros. */
function strings(bytes: Uint8Array<ArrayBuffer>, size: number): string[] {
  const codes = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const characters = size / 4;
  return Array.from({ length: codes.length / characters }, (_, n) => {
    let length = characters;
    const from = n * characters;
    while (length > 0 && codes[from + length - 1] === 0) length--;
    let text = '';
    for (let i = from; i < from + length; i++) text += String.fromCodePoint(codes[i]!);
    return text;
  });
}
