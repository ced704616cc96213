import type { NumericArray } from '../base/numeric-arrays.js';
import type { Categories } from './columns.js';
import type { ColumnFormat } from './number-formats.js';

/** The columns of samples: the same for every part of a dataset. */
export interface Schema {
  /** The numbers of input and target columns. */
  readonly width: number;
  readonly targetWidth: number;
  /** The names of these columns, if known. */
  readonly columns?: readonly string[];
  readonly targetColumns?: readonly string[];
  readonly classes?: Categories;
  /** Whether the classes have no names: labels were given as indices. */
  readonly hasIndices?: boolean;
  /** For each input column; undefined for a numeric one. */
  readonly categories?: readonly (Categories | undefined)[];
  /** The input columns whose rare categories were joined as 'other'. */
  readonly withOthers?: ReadonlySet<number>;
  /** The input columns that hold texts of several words; `categories` lists the texts. */
  readonly texts?: ReadonlySet<number>;
  /** How texts became numbers, by the name of the column. */
  readonly formats?: Readonly<Record<string, ColumnFormat>>;
  /** What replaced missing numbers, by the name of the column. */
  readonly means?: Readonly<Record<string, number>>;
}

/** Samples in arrays, as a Dataset holds them and a DataStream reads them in batches. */
export interface SampleArrays {
  /** [count][width] */
  readonly inputs: NumericArray;
  /** [count][targetWidth] */
  readonly targets?: NumericArray;
  /** [count] class indices. */
  readonly labels?: NumericArray;
  /** [count] factors of the costs. */
  readonly sampleWeights?: NumericArray;
  readonly inputScale?: number;
  readonly schema: Schema;
}

/** The categories of each categorical column, by column name. */
export function categoriesByName({ columns, categories = [], texts }: Schema): Record<string, Categories> {
  return Object.fromEntries(
    categories.flatMap((list, k) => (list && !texts?.has(k) ? [[columns?.[k] ?? String(k), list]] : [])),
  );
}
