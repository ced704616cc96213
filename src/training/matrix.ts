import { fits, misfit, show } from '../model/check.js';
import type { Work } from './work.js';

/** Typed arrays of numbers: read where they are, never copied whole. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array;

/** Rows of numbers: one after the other in a typed or plain array, or an array of rows. Plain arrays are copied. */
export type Rows = NumericArray | readonly number[] | readonly (readonly number[] | NumericArray)[];

/** Checked rows, one after the other. */
export interface Matrix {
  readonly values: NumericArray;
  readonly width: number;
  readonly count: number;
}

/** How many numbers are looked at before the event loop may have its turn. */
export const NUMBERS_AT_A_TIME = 1 << 18;

/**
 * Checks rows of numbers: each, times `scale`, must be finite in single precision.
 * @param place their name in error messages
 * @returns a view of the user's own typed array, or a copy of plain arrays
 * @throws TypeError, RangeError naming the row and column
 */
export function* matrixOf(place: string, rows: unknown, width: number, scale = 1): Work<Matrix> {
  if (!isNumericArray(rows) && !Array.isArray(rows)) {
    throw new TypeError(
      `${place}: expected a typed array, or an array of rows of ${width} numbers, got ${show(rows)}`,
    );
  }
  if (rows.length === 0) throw new RangeError(`${place}: expected at least one row of ${width}, got none`);
  const isFlat = isNumericArray(rows) || typeof rows[0] === 'number';
  const values = isFlat
    ? yield* flatValues(place, rows, width, scale)
    : yield* rowValues(place, rows, width, scale);
  return { values, width, count: values.length / width };
}

function* flatValues(
  place: string,
  values: NumericArray | readonly unknown[],
  width: number,
  scale: number,
): Work<NumericArray> {
  const { length } = values;
  if (length % width !== 0) {
    throw new RangeError(`${place}: expected a multiple of ${width} values, got ${length}`);
  }
  const isTyped = isNumericArray(values);
  const copy = isTyped ? plainView(values) : newFloats(place, length / width, width);
  // Integers of 32 bits are finite, even times the largest scale.
  if (isTyped && holdsIntegers(values)) return copy;
  for (let i = 0; i < length; i++) {
    const value: unknown = values[i];
    if (!fits(value, scale)) throw misfit(`${place}[${Math.floor(i / width)}][${i % width}]`, value);
    if (!isTyped) copy[i] = value;
    if ((i + 1) % NUMBERS_AT_A_TIME === 0) yield;
  }
  return copy;
}

function* rowValues(
  place: string,
  rows: readonly unknown[],
  width: number,
  scale: number,
): Work<Float32Array> {
  const values = newFloats(place, rows.length, width);
  let at = 0;
  for (let n = 0; n < rows.length; n++) {
    const row = rows[n];
    if (!isNumericArray(row) && !Array.isArray(row)) {
      throw new TypeError(`${place}[${n}]: expected an array of ${width} numbers, got ${show(row)}`);
    }
    if (row.length !== width) {
      throw new RangeError(`${place}[${n}]: expected ${width} values, got ${row.length}`);
    }
    for (let k = 0; k < width; k++) {
      const value: unknown = row[k];
      if (!fits(value, scale)) throw misfit(`${place}[${n}][${k}]`, value);
      values[at++] = value;
    }
    if (at % NUMBERS_AT_A_TIME < width) yield;
  }
  return values;
}

/**
 * Checks each number.
 * @param expected ends the error message: what a valid one is
 * @throws RangeError naming the row and column
 */
export function* checkValues(
  place: string,
  { values, width }: Matrix,
  isValid: (value: number) => boolean,
  expected: string,
): Work<void> {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!isValid(value)) {
      const at = `[${Math.floor(i / width)}][${i % width}]`;
      throw new RangeError(`${place}${at} is ${value}; expected ${expected}`);
    }
    if ((i + 1) % NUMBERS_AT_A_TIME === 0) yield;
  }
}

/**
 * Checks class indices.
 * @returns a view of the user's own typed array, or a copy of a plain one
 * @throws TypeError, RangeError naming the index
 */
export function* labelsOf(
  place: string,
  labels: unknown,
  count: number,
  outputs: number,
): Work<NumericArray> {
  if (!isNumericArray(labels) && !Array.isArray(labels)) {
    throw new TypeError(`${place}: expected an array of class indices, got ${show(labels)}`);
  }
  if (labels.length !== count) {
    throw new RangeError(
      `${place}: expected ${count} labels, as many as rows of inputs, got ${labels.length}`,
    );
  }
  const isTyped = isNumericArray(labels);
  const copy = isTyped ? plainView(labels) : new Uint32Array(count);
  const most = Math.max(outputs - 1, 1);
  for (let n = 0; n < count; n++) {
    const label: unknown = labels[n];
    if (typeof label !== 'number') {
      throw new TypeError(`${place}[${n}]: expected a class index, got ${show(label)}`);
    }
    if (!Number.isInteger(label) || label < 0 || label > most) {
      throw new RangeError(
        `${place}[${n}] is ${label}; expected a whole number from 0 to ${most}, for ${outputs} outputs`,
      );
    }
    if (!isTyped) copy[n] = label;
    if ((n + 1) % NUMBERS_AT_A_TIME === 0) yield;
  }
  return copy;
}

/** Typed arrays by name: an array from another realm (a frame, a test runner) is no instance of ours. */
const integerArrays = {
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
};
const numericArrays = { ...integerArrays, Float32Array, Float64Array };

export function isNumericArray(value: unknown): value is NumericArray {
  return (
    ArrayBuffer.isView(value) && Object.hasOwn(numericArrays, (value as NumericArray)[Symbol.toStringTag])
  );
}

function holdsIntegers(values: NumericArray): boolean {
  return Object.hasOwn(integerArrays, values[Symbol.toStringTag]);
}

export function holdsBytes(values: NumericArray): boolean {
  const kind = values[Symbol.toStringTag];
  return kind === 'Uint8Array' || kind === 'Uint8ClampedArray';
}

/** The same numbers without what a subclass (Buffer, say) makes of `subarray`. */
function plainView(values: NumericArray): NumericArray {
  return new numericArrays[values[Symbol.toStringTag]](
    values.buffer as ArrayBuffer,
    values.byteOffset,
    values.length,
  );
}

/** @throws RangeError where the engine refuses so much memory */
export function newFloats(place: string, rows: number, width: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(rows * width);
  } catch (cause) {
    const message = `${place}: the engine refuses memory for ${rows} rows of ${width}; give fewer at a time`;
    throw new RangeError(message, { cause });
  }
}
