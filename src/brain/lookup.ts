import { addKeys as keysAdded, type Datum, type NumberObject } from './data.js';

/** Collects own keys only. fromEntries defines properties, so '__proto__' is a key like any other. */
const numberKeys = (objects: readonly NumberObject[]): Record<string, number> =>
  Object.fromEntries(
    [...new Set(objects.flatMap((object) => Object.keys(object)))].map((key, i) => [key, i]),
  );

/** The part of brain.js's `lookup` for flat data: converts between objects of numbers, which may lack keys, and arrays. */
export const lookup = {
  /** [{ a: 1 }, { b: 6, c: 7 }] → { a: 0, b: 1, c: 2 } */
  toTable: numberKeys,

  /** `toTable` for the inputs of samples. */
  toInputTable: (data: readonly Datum<NumberObject, NumberObject>[]): Record<string, number> =>
    numberKeys(data.map(({ input }) => input)),

  /** `toTable` for the outputs of samples. */
  toOutputTable: (data: readonly Datum<NumberObject, NumberObject>[]): Record<string, number> =>
    numberKeys(data.map(({ output }) => output)),

  /** { a: 6, b: 7 } → { a: 0, b: 1 } */
  toHash: (object: NumberObject): Record<string, number> => numberKeys([object]),

  /** { a: 0, b: 1 }, { a: 6 } → [6, 0] */
  toArray(table: Record<string, number>, object: NumberObject, length: number): Float32Array {
    const array = new Float32Array(length);
    for (const [key, k] of Object.entries(table)) array[k] = Object.hasOwn(object, key) ? object[key]! : 0;
    return array;
  },

  /** `toArray` for several objects. */
  toArrays: (
    table: Record<string, number>,
    objects: readonly NumberObject[],
    length: number,
  ): Float32Array[] => objects.map((object) => lookup.toArray(table, object, length)),

  /** { a: 0, b: 1 }, [6, 7] → { a: 6, b: 7 } */
  toObject: (table: Record<string, number>, array: ArrayLike<number>): Record<string, number> =>
    Object.fromEntries(Object.entries(table).map(([key, k]) => [key, array[k]!])),

  /** Adds the keys of an object to a table and returns the table. If `value` is an array, the table stays unchanged. */
  addKeys(
    value: readonly number[] | NumberObject,
    table: Record<string, number> = {},
  ): Record<string, number> {
    if (Array.isArray(value)) return table;
    const known = new Map(Object.entries(table));
    for (const [key, k] of keysAdded(known, [{ input: value, output: value }], 'input')) {
      Object.defineProperty(table, key, { value: k, enumerable: true, configurable: true, writable: true });
    }
    return table;
  },
};
