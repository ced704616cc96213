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
 * Whether all numbers from `from` to `to` are finite. Sums of x·0 are 0 unless some x is NaN or infinite; four of them don't wait for
 * each other. Only for the most common type, so that V8 compiles it for no other: a check of each number takes ten times longer.
 */
export function areFinite(values: Float32Array, from = 0, to = values.length): boolean {
  const end = Math.min(values.length, to);
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = from;
  for (; i < end - 3; i += 4) {
    a += values[i]! * 0;
    b += values[i + 1]! * 0;
    c += values[i + 2]! * 0;
    d += values[i + 3]! * 0;
  }
  for (; i < end; i++) a += values[i]! * 0;
  return a + b + c + d === 0;
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
