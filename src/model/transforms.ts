import { fits, misfit, show } from './check.js';

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
