import { show } from '../base/check.js';
import type { Row } from './rows.js';

// Rows of plain data, as JSON has them: objects with named values, or arrays.

/** What a row is called in error messages, by its place in the file. */
export type RowPlace = (n: number) => string;

/** A value as a column takes it: true is 1 and false 0, and a whole number of 64 bits a number. */
export function cellOf(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint' && BigInt.asIntN(54, value) === value) return Number(value);
  return value;
}

/**
 * Collects the names of the columns, in the order in which they occur.
 * @param names out: those of the rows before; of arrays those given, or '0', '1', …
 * @throws TypeError where the row is neither an object nor an array
 */
export function addNames(names: Set<string>, row: unknown, place: () => string): void {
  if (Array.isArray(row)) {
    if (names.size === 0) for (const k of row.keys()) names.add(String(k));
  } else if (typeof row !== 'object' || row === null || ArrayBuffer.isView(row)) {
    throw new TypeError(`${place()}: expected an object of named values, or an array, got ${show(row)}`);
  } else for (const name of Object.keys(row)) names.add(name);
}

/**
 * @param names of all columns; a value that an object has not is missing
 * @throws TypeError, RangeError where it is of another form than the rows before
 */
export function rowOf(row: unknown, names: readonly string[], areArrays: boolean, place: () => string): Row {
  const placeOf = (name: string): string => `${place()}, column ${show(name)}`;
  if (Array.isArray(row) !== areArrays || typeof row !== 'object' || row === null) {
    const expected = areArrays ? 'an array' : 'an object of named values';
    throw new TypeError(`${place()}: expected ${expected}, as the rows before are, got ${show(row)}`);
  }
  if (!Array.isArray(row)) {
    const values = row as Readonly<Record<string, unknown>>;
    return {
      cells: names.map((name) => (Object.hasOwn(values, name) ? cellOf(values[name]) : undefined)),
      placeOf,
    };
  }
  if (row.length !== names.length) {
    throw new RangeError(
      `${place()}: expected ${names.length} values, one for each column, got ${row.length}`,
    );
  }
  return { cells: row.map(cellOf), placeOf };
}
