import type { Datum, NumberObject } from './data.js';

/** Collects own keys only. fromEntries defines properties, so '__proto__' is a key like any other. */
const numberKeys = (objects: readonly NumberObject[]): Record<string, number> =>
  Object.fromEntries(
    [...new Set(objects.flatMap((object) => Object.keys(object)))].map((key, i) => [key, i]),
  );

/** Brain.js's `lookup` converts between objects of numbers, which may lack keys, and arrays. */
export const lookup = {
  /** [{ a: 1 }, { b: 6, c: 7 }] → { a: 0, b: 1, c: 2 } */
  toTable: numberKeys,

  /** `toTable` for lists of objects. */
  toTable2D: (lists: readonly (readonly NumberObject[])[]): Record<string, number> =>
    numberKeys(lists.flat()),

  /** `toTable` for inputs that are lists of objects. */
  toInputTable2D: (data: readonly { readonly input: readonly NumberObject[] }[]): Record<string, number> =>
    numberKeys(data.flatMap(({ input }) => input)),

  /** `toTable` for outputs that are lists of objects. */
  toOutputTable2D: (data: readonly { readonly output: readonly NumberObject[] }[]): Record<string, number> =>
    numberKeys(data.flatMap(({ output }) => output)),

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

  /** `toArray` up to the first key that the object lacks. */
  toArrayShort(table: Record<string, number>, object: NumberObject): Float32Array {
    const keys = Object.keys(table);
    const end = keys.findIndex((key) => !Object.hasOwn(object, key));
    return Float32Array.from(end < 0 ? keys : keys.slice(0, end), (key) => object[key]!);
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

  /** `toObject` for the keys from number `offset` on, `limit` of them at most if that is above 0. */
  toObjectPartial(
    table: Record<string, number>,
    array: ArrayLike<number>,
    offset = 0,
    limit = 0,
  ): Record<string, number> {
    const entries = Object.entries(table).slice(offset, limit > 0 ? offset + limit : undefined);
    return Object.fromEntries<number>(entries.map(([key, k]) => [key, array[k - offset]!]));
  },

  /** ['a', 'b'] → { a: 1, b: 0 } */
  lookupFromArray: (array: readonly string[]): Record<string, number> =>
    Object.fromEntries(array.map((key, i) => [key, array.length - 1 - i] as const).reverse()),

  /** The nesting of data, from outside in: [{ input: [0], output: [1] }] → ['array', 'datum', 'array', 'number'] */
  dataShape(data: unknown): string[] {
    if (typeof data !== 'object' || data === null) return [typeof data];
    if ('input' in data && 'output' in data) return ['datum', ...lookup.dataShape(data.input)];
    const isList = Array.isArray(data) || ArrayBuffer.isView(data);
    return [isList ? 'array' : 'object', ...lookup.dataShape((Object.values(data) as unknown[])[0])];
  },

  /** Adds the keys of an object to a table and returns the table. If `value` is an array, the table stays unchanged. */
  addKeys(
    value: readonly number[] | NumberObject,
    table: Record<string, number> = {},
  ): Record<string, number> {
    if (Array.isArray(value)) return table;
    let next = Object.keys(table).length;
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(table, key)) continue;
      const plain = { enumerable: true, configurable: true, writable: true };
      Object.defineProperty(table, key, { value: next++, ...plain });
    }
    return table;
  },
};
