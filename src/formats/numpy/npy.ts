import { FormatError, RangeFault, TypeFault, joinPlaces } from '../../errors.js';
import { checkInteger, show } from '../../base/check.js';
import type { NumericArray } from '../../base/numeric-arrays.js';
import { checkBytes, type Bytes } from '../../base/bytes.js';
import { descriptors, findLayout, type DType, type Layout, type NPYValues } from './dtypes.js';
import { parseHeader } from './header.js';

// Arrays of NumPy, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html:
//
//   \x93NUMPY · version, 2 bytes · length of the header, u16 or from version 2 on u32, little-endian · a literal of
//   Python, filled up with spaces so that the values begin at a multiple of 64 · the values

/** An array of NumPy. */
export interface NPYArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /**
   * Row-major, whatever order the file has. float16 becomes Float32Array; bool Uint8Array, 0 and 1; int64 and uint64 stay
   * what they are, in arrays of bigint.
   */
  readonly values: NPYValues;
}

/** What `writeNPY` takes: numbers, or bigints of 64 bits. */
export type WritableValues = NumericArray | BigInt64Array | BigUint64Array;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const ALIGNMENT = 64;

/** Longer headers are those of arrays with many named fields. */
const MOST_HEADER_BYTES = 2 ** 16;

/** How an array begins: what it is, and where its values are. */
export interface NPYStart {
  readonly layout: Layout & { readonly isBigEndian: boolean };
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  readonly count: number;
  /** Where the values begin. */
  readonly at: number;
}

/**
 * Reads how an array begins.
 * @param place its name in error messages
 * @param bytes all of it, or more than its header
 * @returns undefined where the header is longer than these bytes
 * @throws FormatError naming what is wrong
 */
export function readStart(place: string, bytes: Uint8Array): NPYStart | undefined {
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    throw new FormatError({ place, problem: 'expected an array of NumPy, which begins with \\x93NUMPY' });
  }
  if (bytes.length < 12) return undefined;
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw new FormatError({
      place,
      problem: `the version of the format is ${version}`,
      cure: 'save it in version 1, 2 or 3',
    });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const from = version === 1 ? 10 : 12;
  if (length > MOST_HEADER_BYTES)
    throw new FormatError({
      place,
      problem: `expected a header of at most ${MOST_HEADER_BYTES} bytes, got ${length}`,
    });
  const at = from + length;
  if (at > bytes.length) return undefined;
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(from, at));
  const { descr, fortranOrder, shape } = parseHeader(place, text);
  const layout = findLayout(place, descr);
  const count = shape.reduce((product, size) => product * size, 1);
  return { layout, shape, fortranOrder, count, at };
}

/**
 * Reads an array of NumPy: what np.save writes. Where nothing is to be changed, the values are a view of the bytes.
 * @throws TypeError where they are no bytes
 * @throws FormatError where they are no such array, not whole, or hold what has no meaning here; objects (a pickle) are
 * never read
 */
export function readNPY(bytes: Bytes): NPYArray {
  return decodeNPY('npy', checkBytes('bytes', bytes, 'an array of NumPy'));
}

/**
 * @param place its name in error messages
 * @throws FormatError
 */
export function decodeNPY(place: string, bytes: Uint8Array<ArrayBuffer>): NPYArray {
  const start = readStart(place, bytes);
  if (!start) throw new FormatError({ place, problem: 'ends within its header' });
  const { layout, shape, fortranOrder, count, at } = start;
  const given = bytes.length - at;
  if (count * layout.size !== given) {
    throw new FormatError({
      place,
      problem: `${layout.dtype} of shape (${shape.join(', ')}) are ${count * layout.size} bytes, got ${given}`,
    });
  }
  const values = decodeValues(place, bytes.subarray(at), layout);
  return { dtype: layout.dtype, shape, values: fortranOrder ? rowMajor(values, shape) : values };
}

/**
 * @param bytes a multiple of the layout's size
 * @throws FormatError where a string has what is no character
 */
export function decodeValues(
  place: string,
  bytes: Uint8Array<ArrayBuffer>,
  { unit, size, decode, isBigEndian }: NPYStart['layout'],
): NPYValues {
  const mustCopy = bytes.byteOffset % unit !== 0 || (isBigEndian && unit > 1);
  const aligned = mustCopy ? new Uint8Array(bytes) : bytes;
  if (isBigEndian) swap(aligned, unit);
  try {
    return decode(aligned, size);
  } catch (cause) {
    throw new FormatError(
      { place, problem: 'a string holds a code point that is not a character' },
      { cause },
    );
  }
}

/** Turns the order of the bytes of each value, in place. */
function swap(bytes: Uint8Array, unit: number): void {
  for (let from = 0; from < bytes.length; from += unit) {
    for (let low = from, high = from + unit - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** Turns an array whose first index changes fastest into one whose last does. */
function rowMajor<Values extends NPYValues>(values: Values, shape: readonly number[]): Values {
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const turned = values.slice() as Values;
  const at = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    turned[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return turned;
}

/**
 * Writes an array of NumPy: np.load reads it, in row-major order and little-endian.
 * @param values a typed array
 * @param shape its dimensions; default [values.length]
 * @throws TypeError, RangeError naming what is wrong
 */
export function writeNPY(values: WritableValues, shape?: readonly number[]): Uint8Array {
  return encodeNPY('', values, shape);
}

/** @param place where errors say that the array is; '' where it is all there is */
export function encodeNPY(
  place: string,
  values: WritableValues,
  shape: readonly number[] = [values.length],
): Uint8Array {
  const descr = ArrayBuffer.isView(values) ? descriptors.get(values[Symbol.toStringTag]) : undefined;
  if (descr === undefined)
    throw new TypeFault({
      place: joinPlaces(place, 'values'),
      problem: `expected a typed array, got ${show(values)}`,
    });
  const sizes: unknown = shape;
  if (!Array.isArray(sizes))
    throw new TypeFault({
      place: joinPlaces(place, 'shape'),
      problem: `expected an array of sizes, got ${show(sizes)}`,
    });
  for (const [i, size] of shape.entries()) checkInteger(joinPlaces(place, `shape[${i}]`), size, 0);
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== values.length) {
    throw new RangeFault({
      place: joinPlaces(place, 'shape'),
      problem: `(${shape.join(', ')}) are ${count} values, got ${values.length}`,
    });
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + header.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const bytes = new Uint8Array(10 + length + values.byteLength);
  bytes.set(MAGIC);
  bytes.set([1, 0, length & 255, length >> 8], 6);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 10 + length);
  return bytes;
}
