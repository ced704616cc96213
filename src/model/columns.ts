import { RangeFault } from '../errors.js';
import { fits, misfit, show } from '../base/check.js';
import type { Transform, Transforms } from './transforms.js';

// Loaded only where there are transforms.

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

/** All columns of the inputs, or of the targets. */
export class Columns {
  readonly list: readonly Column[];

  constructor(list: readonly Column[]) {
    this.list = list;
  }

  /**
   * Transforms a row.
   * @param place its name in error messages
   * @param row as many values as there are columns
   * @param scale by which numbers are multiplied before
   * @param values out, from `at` on; zero before
   * @throws TypeError, RangeError naming the column
   */
  transformRow(
    place: string,
    row: ArrayLike<unknown>,
    scale: number,
    values: Float32Array,
    at: number,
  ): void {
    for (const [k, { given, width, places, shift, range }] of this.list.entries()) {
      const value = row[k];
      const where = (): string => `${place}[${given.name === undefined ? k : show(given.name)}]`;
      if (places) {
        const category = places.get(value);
        if (category === undefined) {
          throw new RangeFault({
            place: where(),
            problem: `${show(value)} is not a category of the fitted transform`,
          });
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
  invert(answers: Float32Array): void {
    const columns = this.list;
    for (let i = 0; i < answers.length; i++) {
      const { shift, range } = columns[i % columns.length]!;
      answers[i] = answers[i]! * range + shift;
    }
  }
}

export interface CheckedTransforms {
  /** A copy of what was given. */
  readonly given?: Transforms;
  readonly inputs?: Columns | undefined;
  readonly targets?: Columns | undefined;
}
