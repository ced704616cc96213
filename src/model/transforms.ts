import { checkKeys, checkName, fits, misfit, show } from './check.js';

/**
 * What becomes of a column of the user's numbers before the network sees it, or of its answers before the user does:
 *
 *   identity     x
 *   standardise  (x − mean) / deviation    0 where the deviation is 0
 *   minMax       (x − least) / (most − least)    0 where they are equal
 *   oneHot       as many columns as there are categories, 1 at that of x, else 0; inputs only
 *
 * Computed in double precision, then rounded to single: the same bits everywhere.
 */
export type Transform =
  | NumberTransform
  | {
      readonly kind: 'oneHot';
      /**
       * All numbers, or all strings. Where they are strings, a number in the data is the index of one, so that typed
       * arrays can hold them.
       */
      readonly categories: readonly string[] | readonly number[];
      readonly name?: string;
    };

/** A transform that makes one number of one. */
export type NumberTransform =
  | { readonly kind: 'identity'; readonly name?: string }
  | {
      readonly kind: 'standardise';
      readonly mean: number;
      readonly deviation: number;
      readonly name?: string;
    }
  | { readonly kind: 'minMax'; readonly least: number; readonly most: number; readonly name?: string };

/** A transform for each column, as `fitTransforms` of bp4/data fits them. Where columns have names, a row may be an object. */
export interface Transforms {
  readonly inputs?: readonly Transform[];
  readonly targets?: readonly NumberTransform[];
}

/** A transform that was checked, ready to be applied. */
export interface Column {
  /** A copy of what was given. */
  readonly given: Transform;
  /** How many numbers it makes of one. */
  readonly width: number;
  /** Where the 1 of each category goes; undefined for numbers. */
  readonly places: ReadonlyMap<unknown, number> | undefined;
  /** For numbers: y = (x − shift) / range, 0 where the range is 0. */
  readonly shift: number;
  readonly range: number;
}

export interface CheckedTransforms {
  /** A copy of what was given. */
  readonly given?: Transforms;
  readonly inputs?: readonly Column[] | undefined;
  readonly targets?: readonly Column[] | undefined;
}

/** What each kind is told; the first is for inputs only. */
const fields = {
  oneHot: ['categories'],
  identity: [],
  standardise: ['mean', 'deviation'],
  minMax: ['least', 'most'],
} as const;
const kinds = Object.keys(fields) as Transform['kind'][];

/**
 * @param inputs how many numbers the transforms must make of a sample
 * @param outputs how many targets it must have
 * @throws TypeError, RangeError naming the place
 */
export function checkTransforms(
  transforms: Transforms | undefined,
  inputs: number,
  outputs: number,
): CheckedTransforms {
  if (transforms === undefined) return {};
  checkKeys('transforms', transforms, ['inputs', 'targets']);
  const given: Record<string, Transform[]> = {};
  const columnsOf = (
    name: keyof Transforms,
    width: number,
    kinds: Transform['kind'][],
  ): Column[] | undefined => {
    if (transforms[name] === undefined) return undefined;
    const columns = checkColumns(`transforms.${name}`, transforms[name], width, kinds);
    given[name] = columns.map((column) => column.given);
    return columns;
  };
  return {
    given,
    inputs: columnsOf('inputs', inputs, kinds),
    targets: columnsOf('targets', outputs, kinds.slice(1)),
  };
}

function checkColumns(place: string, list: unknown, width: number, kinds: Transform['kind'][]): Column[] {
  if (!Array.isArray(list)) {
    throw new TypeError(`${place}: expected an array of transforms, one for each column, got ${show(list)}`);
  }
  const columns = Array.from(list, (one, k) => checkColumn(`${place}[${k}]`, one, kinds));
  const made = columns.reduce((sum, column) => sum + column.width, 0);
  if (made !== width) {
    throw new RangeError(`${place}: they make ${made} numbers of a row, but the network has ${width}`);
  }
  return columns;
}

function checkColumn(place: string, one: unknown, kinds: Transform['kind'][]): Column {
  const kind = checkName(`${place}.kind`, (one as Transform | null)?.kind, kinds);
  checkKeys(place, one, ['kind', 'name', ...fields[kind]]);
  const given: Record<string, unknown> = { ...one };
  if (given.name !== undefined && typeof given.name !== 'string') {
    throw new TypeError(`${place}.name: expected a string, got ${show(given.name)}`);
  }
  if (kind === 'oneHot') {
    const categories = checkCategories(`${place}.categories`, given.categories);
    const places = new Map(categories.map((category, i) => [category, i]));
    if (typeof categories[0] === 'string') for (const i of categories.keys()) places.set(i, i);
    return {
      given: { ...given, categories } as unknown as Transform,
      width: categories.length,
      places,
      shift: 0,
      range: 1,
    };
  }
  const [shift = 0, second = 1] = fields[kind].map((field) => {
    const value = given[field];
    if (!Number.isFinite(value)) throw misfit(`${place}.${field}`, value);
    return value as number;
  });
  const range = kind === 'minMax' ? second - shift : second;
  if (!(range >= 0 && range < Infinity)) {
    throw new RangeError(`${place}: expected a deviation, or most − least, of at least 0, got ${range}`);
  }
  return { given: given as unknown as Transform, width: 1, places: undefined, shift, range };
}

/** @throws TypeError unless they are strings or numbers, each once */
export function checkCategories(place: string, categories: unknown): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(categories) ? Array.from(categories) : [];
  const [first] = list;
  const isFit = (category: unknown): boolean =>
    typeof category === typeof first && (typeof category === 'string' || Number.isFinite(category));
  if (list.length === 0 || !list.every(isFit) || new Set(list).size < list.length) {
    throw new TypeError(`${place}: expected an array of strings or of numbers, each once`);
  }
  return list;
}

/**
 * Transforms a row.
 * @param place its name in error messages
 * @param row as many values as there are columns
 * @param scale by which numbers are multiplied before
 * @param values out, from `at` on; zero before
 * @throws TypeError, RangeError naming the column
 */
export function transformRow(
  place: string,
  row: ArrayLike<unknown>,
  columns: readonly Column[],
  scale: number,
  values: Float32Array,
  at: number,
): void {
  for (const [k, { given, width, places, shift, range }] of columns.entries()) {
    const value = row[k];
    const where = (): string => `${place}[${given.name === undefined ? k : show(given.name)}]`;
    if (places) {
      const category = places.get(value);
      if (category === undefined) {
        throw new RangeError(
          `${where()}: ${show(value)} is none of the categories that the transform was fitted to`,
        );
      }
      values[at + category] = 1;
    } else {
      if (!Number.isFinite(value)) throw misfit(where(), value);
      const transformed = range && ((value as number) * scale - shift) / range;
      if (!fits(transformed)) throw misfit(`${where()}, transformed,`, transformed);
      values[at] = transformed;
    }
    at += width;
  }
}

/** Turns answers, [n][columns], back into the user's own units, in place. */
export function invert(answers: Float32Array, columns: readonly Column[]): void {
  for (let i = 0; i < answers.length; i++) {
    const { shift, range } = columns[i % columns.length]!;
    answers[i] = answers[i]! * range + shift;
  }
}
