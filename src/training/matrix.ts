import { fits, misfit, show } from '../base/check.js';
import {
  areFinite,
  asArray,
  holdsIntegers,
  isNumericArray,
  newFloats,
  NUMBERS_AT_A_TIME,
  plainView,
  type NumericArray,
} from '../base/numeric-arrays.js';
import { RangeFault, TypeFault } from '../errors.js';
import type { Columns } from '../model/columns.js';
import type { Work } from '../base/work.js';

/** Rows of numbers: a typed or plain array with the rows one after the other, or an array of rows. Plain arrays are copied. */
export type Rows = NumericArray | readonly number[] | readonly (readonly number[] | NumericArray)[];

/** Rows before their transforms: categories may be strings, and if the transforms have names, a row may be an object. */
export type RawRows =
  Rows | readonly (readonly (number | string)[])[] | readonly Readonly<Record<string, number | string>>[];

/** Rows, one after the other. */
export interface Matrix {
  /** Their name in error messages. */
  readonly place: string;
  readonly values: NumericArray;
  readonly width: number;
  readonly count: number;
}

/**
 * Reads rows of numbers and checks each: it must be finite in single precision.
 * @param columns the transforms of the user's rows, if any
 * @param mayMiss whether a number may be NaN
 * @returns as `readRows` does
 * @throws TypeError, RangeError that name the row and column
 */
export function* readMatrix(
  place: string,
  given: unknown,
  width: number,
  columns?: Columns,
  mayMiss?: boolean,
): Work<Matrix> {
  const matrix = yield* readRows(place, given, width, 1, columns, mayMiss);
  yield* checkFinite(matrix, 1, mayMiss);
  return matrix;
}

/**
 * Reads rows of numbers: each number, times `scale`, must be finite in single precision. Those of a typed array must be checked
 * by `checkFinite` or where they are copied.
 * @param place their name in error messages
 * @param width the length of a row after the transforms
 * @param columns the transforms of the user's rows, if any
 * @returns a view of the user's own typed array; or a copy, if the rows are plain arrays or have transforms
 * @throws TypeError, RangeError that name the row and column
 */
export function* readRows(
  place: string,
  given: unknown,
  width: number,
  scale: number,
  columns?: Columns,
  mayMiss?: boolean,
): Work<Matrix> {
  const wide = columns?.list.length ?? width;
  const rows = asArray(place, `a typed array, or an array of rows of ${wide} numbers`, given);
  const { length } = rows;
  if (length === 0) {
    throw new RangeFault({ place, problem: `expected at least one row of ${wide}, got none` });
  }
  const isFlat = isNumericArray(rows) || typeof rows[0] === 'number';
  if (isFlat && length % wide !== 0) {
    throw new RangeFault({ place, problem: `expected a multiple of ${wide} values, got ${length}` });
  }
  let values: NumericArray;
  if (columns) {
    const plain = isNumericArray(rows) ? plainView(rows) : (rows as unknown[]);
    const rowAt = (n: number): unknown => (isFlat ? plain.slice(n * wide, (n + 1) * wide) : plain[n]);
    values = yield* rowValues(place, rowAt, isFlat ? length / wide : length, width, scale, columns, mayMiss);
  } else if (isNumericArray(rows)) values = plainView(rows);
  else if (isFlat) {
    values = newFloats(place, length / width, width);
    yield* checkEach(place, rows, width, scale, mayMiss, values);
  } else
    values = yield* rowValues(place, (n) => (rows as unknown[])[n], length, width, scale, undefined, mayMiss);
  return { place, values, width, count: values.length / width };
}

const placeOf = (place: string, width: number, i: number): string =>
  `${place}[${Math.floor(i / width)}][${i % width}]`;

/**
 * Checks that each number, times `scale`, is finite in single precision.
 * @throws RangeError that names the row and column
 */
export function* checkFinite({ place, values, width }: Matrix, scale = 1, mayMiss?: boolean): Work<void> {
  // 32-bit integers are finite, even times the largest scale.
  if (holdsIntegers(values)) return;
  if (scale === 1 && values instanceof Float32Array) {
    for (let from = 0; areFinite(values, from, from + NUMBERS_AT_A_TIME); from += NUMBERS_AT_A_TIME) {
      if (from + NUMBERS_AT_A_TIME >= values.length) return;
      yield;
    }
  }
  yield* checkEach(place, values, width, scale, mayMiss);
}

/** Checks each value, and copies it. */
function* checkEach(
  place: string,
  values: NumericArray | readonly unknown[],
  width: number,
  scale: number,
  mayMiss?: boolean,
  copy?: NumericArray,
): Work<void> {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!fits(value, scale, mayMiss)) throw misfit(placeOf(place, width, i), value);
    if (copy) copy[i] = value;
    if ((i + 1) % NUMBERS_AT_A_TIME === 0) yield;
  }
}

function* rowValues(
  place: string,
  rowAt: (n: number) => unknown,
  count: number,
  width: number,
  scale: number,
  columns?: Columns,
  mayMiss?: boolean,
): Work<Float32Array> {
  const values = newFloats(place, count, width);
  const given = columns?.list.length ?? width;
  let at = 0;
  for (let n = 0; n < count; n++) {
    const one = rowAt(n);
    const row = asArray(
      `${place}[${n}]`,
      `an array of ${given} numbers`,
      columns && isRecord(one) ? columns.pick(one) : one,
    );
    if (row.length !== given) {
      throw new RangeFault({
        place: `${place}[${n}]`,
        problem: `expected ${given} values, got ${row.length}`,
      });
    }
    if (columns) columns.transformRow(`${place}[${n}]`, row, scale, values, at, mayMiss);
    else {
      for (let k = 0; k < width; k++) {
        const value: unknown = row[k];
        if (!fits(value, scale, mayMiss)) throw misfit(`${place}[${n}][${k}]`, value);
        values[at + k] = value;
      }
    }
    at += width;
    if (at % NUMBERS_AT_A_TIME < width) yield;
  }
  return values;
}

/** Whether a row is an object of named values. */
function isRecord(row: unknown): row is Record<string, unknown> {
  return typeof row === 'object' && row !== null && !Array.isArray(row) && !ArrayBuffer.isView(row);
}

/**
 * Checks each number.
 * @param expected describes a valid number, at the end of the problem
 * @throws RangeError that names the row and column
 */
export function* checkValues(
  { place, values, width }: Matrix,
  isValid: (value: number) => boolean,
  expected: string,
  cure?: string,
): Work<void> {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!isValid(value)) {
      throw new RangeFault({
        place: placeOf(place, width, i),
        problem: `is ${value}; expected ${expected}`,
        cure,
      });
    }
    if ((i + 1) % NUMBERS_AT_A_TIME === 0) yield;
  }
}

/**
 * @throws RangeError unless there are as many targets, labels or weights as samples
 */
export function checkCount(place: string, given: number, count: number): void {
  if (given === count) return;
  throw new RangeFault({ place, problem: `expected ${count}, as many as rows of inputs, got ${given}` });
}

/**
 * Checks class indices.
 * @returns a view of the user's own typed array, or a copy of a plain array
 * @throws TypeError, RangeError that name the index
 */
export function* readLabels(
  place: string,
  given: unknown,
  count: number,
  outputs: number,
): Work<NumericArray> {
  const labels = asArray(place, 'an array of class indices', given);
  checkCount(place, labels.length, count);
  const isTyped = isNumericArray(labels);
  const copy = isTyped ? plainView(labels) : new Uint32Array(count);
  const most = Math.max(outputs - 1, 1);
  for (let n = 0; n < count; n++) {
    const label: unknown = labels[n];
    if (typeof label !== 'number') {
      throw new TypeFault({
        place: `${place}[${n}]`,
        problem: `expected a class index, got ${show(label)}`,
      });
    }
    if (!Number.isInteger(label) || label < 0 || label > most) {
      throw new RangeFault({
        place: `${place}[${n}]`,
        problem: `is ${label}; expected a whole number from 0 to ${most}, for ${outputs} outputs`,
        cure: label < 0 ? 'labels count from 0; pass -1 and 1 as targets' : 'labels count from 0',
      });
    }
    if (!isTyped) copy[n] = label;
    if ((n + 1) % NUMBERS_AT_A_TIME === 0) yield;
  }
  return copy;
}
