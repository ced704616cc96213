import { RangeFault, TypeFault } from '../errors.js';
import { show } from './check.js';

/** Typed arrays of numbers. bp4 reads them in place and never copies them whole. */
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

/** The number of values to read before yielding to the event loop. */
export const NUMBERS_AT_A_TIME = 1 << 18;

/** Typed arrays by name, because instanceof fails for arrays of another realm (a frame, a test runner). */
const integerArrays = {
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
};
/** Only newer hosts have it: Node 24, for example. */
const { Float16Array } = globalThis as { Float16Array?: Float32ArrayConstructor };
/** Those that every host has. */
export const commonArrays = { ...integerArrays, Float32Array, Float64Array };
const numericArrays = { ...commonArrays, ...(Float16Array && { Float16Array }) };

export function isNumericArray(value: unknown): value is NumericArray {
  return (
    ArrayBuffer.isView(value) && Object.hasOwn(numericArrays, (value as NumericArray)[Symbol.toStringTag])
  );
}

/**
 * @returns the value, a typed or plain array
 * @throws TypeError for any other value
 */
export function asArray(place: string, expected: string, value: unknown): NumericArray | readonly unknown[] {
  if (Array.isArray(value) || isNumericArray(value)) return value;
  const got = show(value);
  throw new TypeFault({
    place,
    problem: `expected ${expected}, got ${got}`,
    cure: got.startsWith('a Big') ? 'convert it by Float64Array.from(values, Number)' : undefined,
  });
}

export function holdsIntegers(values: NumericArray): boolean {
  return Object.hasOwn(integerArrays, values[Symbol.toStringTag]);
}

export function holdsBytes(values: NumericArray): boolean {
  const kind = values[Symbol.toStringTag];
  return kind === 'Uint8Array' || kind === 'Uint8ClampedArray';
}

/** A plain view of the same numbers, without the `subarray` of a subclass (Buffer, for example). */
export function plainView(values: NumericArray): NumericArray {
  const Plain = numericArrays[values[Symbol.toStringTag]];
  return values.constructor === Plain
    ? values
    : new Plain(values.buffer as ArrayBuffer, values.byteOffset, values.length);
}

/**
 * Whether all numbers from `from` to `to` are finite: the sum of x·0 is 0 unless some x is NaN or infinite. Only for the most
 * common type, so that V8 compiles it for no other: a check of each number takes ten times longer.
 */
export function areFinite(values: Float32Array, from = 0, to = values.length): boolean {
  const end = Math.min(values.length, to);
  let sum = 0;
  for (let i = from; i < end; i++) sum += values[i]! * 0;
  return sum === 0;
}

/**
 * Copies rows `first` to `first + rows`, or those that `order` names there.
 * @param from  where row 0 begins in the source, `apart` numbers before the next
 * @param at    where the first copy begins in the target, `stride` numbers before the next
 */
export function copyRows(
  source: NumericArray,
  from: number,
  apart: number,
  width: number,
  first: number,
  rows: number,
  order: Uint32Array | undefined,
  target: NumericArray,
  at: number,
  stride: number,
): void {
  // For a short row the loop is faster than creating a subarray.
  const isShort = width < 32;
  if (!order && apart === width && stride === width && !(isShort && rows < 4)) {
    from += first * width;
    target.set(source.subarray(from, from + rows * width), at);
    return;
  }
  for (let n = first; n < first + rows; n++) {
    const row = from + (order ? order[n]! : n) * apart;
    if (isShort) for (let k = 0; k < width; k++) target[at + k] = source[row + k]!;
    else target.set(source.subarray(row, row + width), at);
    at += stride;
  }
}

/** @throws RangeError if the engine refuses the memory */
export function newFloats(place: string, rows: number, width: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(rows * width);
  } catch (cause) {
    const problem = `the engine refuses memory for ${rows} rows of ${width}`;
    throw new RangeFault({ place, problem, cure: 'pass fewer at a time' }, { cause });
  }
}
