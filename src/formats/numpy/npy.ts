import { FormatError, RangeFault, TypeFault, joinPlaces } from '../../errors.js';
import { checkInteger, show } from '../../base/check.js';
import type { NumericArray } from '../../base/numeric-arrays.js';
import { checkBytes, type Bytes } from '../../base/bytes.js';
import { descriptors, findLayout, type DType, type Layout, type NPYValues } from './dtypes.js';
import { parseHeader } from './header.js';

// The NPY format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html:
//
// \x93NUMPY · version, 2 bytes · length of the header, u16 or from version 2 on u32, little-endian · a literal of
// Python, filled up with spaces so that the values begin at a multiple of 64 · the values

/** A NumPy array. */
export interface NPYArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /**
   * The values in row-major order, also if the file is in Fortran order. float16 becomes a Float32Array, bool a
   * Uint8Array of 0 and 1; int64 and uint64 become BigInt64Array and BigUint64Array.
   */
  readonly values: NPYValues;
}

/** The values that `writeNPY` accepts: numbers, or 64-bit bigints. */
export type WritableValues = NumericArray | BigInt64Array | BigUint64Array;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const ALIGNMENT = 64;

/** Longer headers occur only for arrays with many named fields. */
const MOST_HEADER_BYTES = 2 ** 16;

/** The parsed start of an array: its type and shape, and the offset of its values. */
export interface NPYStart {
  readonly layout: Layout & { readonly isBigEndian: boolean };
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  readonly count: number;
  /** The offset of the values. */
  readonly at: number;
}

/**
 * Reads the start of an array.
 * @param place its name in error messages
 * @param bytes the array, or its beginning
 * @returns undefined if the header is longer than these bytes
 * @throws FormatError naming the problem
 */
export function readStart(place: string, bytes: Uint8Array): NPYStart | undefined {
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    throw new FormatError({ place, problem: 'expected a NumPy array, which begins with \\x93NUMPY' });
  }
  if (bytes.length < 12) return undefined;
  const version = bytes[6]!;
  if (version < 1 || version > 3)
    throw new FormatError({
      place,
      problem: `format version ${version} is not supported`,
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
 * Reads a NumPy array, as np.save writes it. The values are a view of the bytes if they need no conversion.
 * @throws TypeError if `bytes` is not bytes
 * @throws FormatError if the bytes are not a NumPy array, are truncated, or hold an unsupported type. Objects (pickles)
 * are never read
 */
export function readNPY(bytes: Bytes): NPYArray {
  return decodeNPY('npy', checkBytes('bytes', bytes, 'a NumPy array'));
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
 * @throws FormatError if a string holds an invalid code point
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

/** Reverses the byte order of each value in place. */
function swap(bytes: Uint8Array, unit: number): void {
  for (let from = 0; from < bytes.length; from += unit) {
    for (let low = from, high = from + unit - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** Converts an array from column-major (Fortran) to row-major order. */
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
 * Writes a NumPy array that np.load reads: row-major and little-endian.
 * @param values a typed array
 * @param shape the size of each dimension; default [values.length]
 * @throws TypeError or RangeError naming the problem
 */
export function writeNPY(values: WritableValues, shape?: readonly number[]): Uint8Array {
  return encodeNPY('', values, shape);
}

/** @param place the array's name in error messages; '' if it is the only one */
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
