import { RangeFault } from '../errors.js';
import { fits, misfit, show } from '../base/check.js';
import type { Transform, Transforms } from './transforms.js';

// Loaded only if a network has transforms.

/** A checked transform, ready to apply. */
export interface CheckedColumn {
  /** A copy of the user's transform. */
  readonly given: Transform;
  /** The number of outputs per value. */
  readonly width: number;
  /** The output that is 1 for each category; undefined for numbers. */
  readonly places: ReadonlyMap<unknown, number> | undefined;
  /** The output that is 1 for all other values: `width` for none of them; undefined if they are errors. */
  readonly rest: number | undefined;
  /** For numbers: y = (x − shift) / range, or 0 if the range is 0. */
  readonly shift: number;
  readonly range: number;
  /** Instead of these, for the kinds of formulas.ts. */
  readonly formula?: Formula;
}

/** The computation of a kind that few networks have. */
export interface Formula {
  /** Whether it takes strings only. */
  readonly isOfText?: boolean;
  /**
   * Writes the transformed value from `at` on, where `values` hold zeros.
   * @throws TypeError, RangeError that name the place
   */
  write(value: unknown, scale: number, values: Float32Array, at: number, where: () => string): void;
  /** Undefined for kinds of inputs only. */
  invert?(y: number): number;
}

/** All columns of the inputs, or of the targets. */
export class Columns {
  readonly list: readonly CheckedColumn[];

  constructor(list: readonly CheckedColumn[]) {
    this.list = list;
  }

  /** The values of a row by name. Only in an array a number may stand for a text. */
  pick(row: Readonly<Record<string, unknown>>): unknown[] {
    return this.list.map(({ given, places, formula }) => {
      const value = row[given.name!];
      const [category] = places?.keys() ?? [];
      const isText = formula?.isOfText ?? typeof category === 'string';
      return typeof value === 'number' && isText ? `${value}` : value;
    });
  }

  /**
   * Transforms a row.
   * @param place the name of the row in error messages
   * @param row one value per column
   * @param scale a factor for numbers, applied before the transforms
   * @param values written from `at` on; must hold zeros there
   * @param mayMiss whether a number may be NaN
   * @throws TypeError, RangeError that name the column
   */
  transformRow(
    place: string,
    row: ArrayLike<unknown>,
    scale: number,
    values: Float32Array,
    at: number,
    mayMiss?: boolean,
  ): void {
    for (const [k, { given, width, places, rest, shift, range, formula }] of this.list.entries()) {
      const value = row[k];
      const where = (): string => `${place}[${given.name === undefined ? k : show(given.name)}]`;
      if (formula && mayMiss && Number.isNaN(value)) values[at] = NaN;
      else if (formula) formula.write(value, scale, values, at, where);
      else if (places) {
        // Data files are read in composed form, NFC.
        const category =
          places.get(value ?? '') ??
          places.get((value as { normalize?(): string } | undefined)?.normalize?.()) ??
          rest;
        if (category === undefined) {
          throw new RangeFault({
            place: where(),
            problem: `${show(value)} is not a category of the fitted transform`,
          });
        }
        if (category < width) values[at + category] = 1;
      } else {
        if (!Number.isFinite(value) && !fits(value, 1, mayMiss)) throw misfit(where(), value);
        const transformed = range && ((value as number) * scale - shift) / range;
        if (!fits(transformed, 1, mayMiss)) throw misfit(`${where()}, transformed,`, transformed);
        values[at] = transformed;
      }
      at += width;
    }
  }

  /** Converts outputs, [n][columns], back to the user's own units, in place. */
  invert(answers: Float32Array): void {
    const columns = this.list;
    for (let i = 0; i < answers.length; i++) {
      const { shift, range, formula } = columns[i % columns.length]!;
      answers[i] = formula ? formula.invert!(answers[i]!) : answers[i]! * range + shift;
    }
  }
}

export interface CheckedTransforms {
  /** A copy of the user's transforms. */
  readonly given?: Transforms;
  readonly inputs?: Columns | undefined;
  readonly targets?: Columns | undefined;
}
