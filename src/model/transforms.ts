/**
 * The transform of a column of the user's data before the network sees it. Its inverse applies to the network's outputs.
 *
 *   identity         x
 *   standardize      (x − mean) / deviation    0 if the deviation is 0
 *   minMax           (x − min) / (max − min)    0 if they are equal
 *   log1p            (z − mean) / deviation with z = sign(x)·ln(1 + |x|)    0 if the deviation is 0
 *   quantile         the score at x: linear between two quantiles, constant beyond the first and the last
 *   robust           z / √(1 + (z/3)²) with z = (x − median) / range    0 if the range is 0; inputs only
 *   piecewiseLinear  for each bin between two edges the part of it that lies below x, from 0 to 1; inputs only
 *   oneHot           one column per category, 1 at that of x, else 0; inputs only
 *   hash             one column per bucket, 1 at FNV-1a(x) mod buckets, else 0; inputs only
 *   bagOfWords       for each bucket the number of its words in x times its weight, all divided by their norm; inputs only
 *
 * Computed in double precision, then rounded to single: identical everywhere.
 */
export type Transform =
  | NumberTransform
  | {
      readonly kind: 'robust';
      readonly median: number;
      /** The distance between the quartiles. */
      readonly range: number;
      readonly name?: string;
    }
  | {
      readonly kind: 'piecewiseLinear';
      /** Ascending, one more than the bins. Those of a constant column are two equal numbers. */
      readonly edges: readonly number[];
      readonly name?: string;
    }
  | {
      readonly kind: 'oneHot';
      /**
       * All numbers, or all strings. If they are strings, a number in the data is the index of one, so that typed arrays can
       * hold them.
       */
      readonly categories: readonly string[] | readonly number[];
      /**
       * A value that isn't among the categories: 'error' throws a RangeError; 'zeros' leaves all its columns 0; 'other'
       * counts it as the category 'other', and as 'zeros' if there is none. Default 'error'.
       */
      readonly unknown?: UnknownPolicy;
      readonly name?: string;
    }
  | {
      /** The values are strings, never numbers. No category is unknown; two may share a bucket. */
      readonly kind: 'hash';
      readonly buckets: number;
      readonly name?: string;
    }
  | {
      /**
       * The values are strings. Words are runs of letters and digits in lower case, and Han characters one by one. The bucket of a
       * word is FNV-1a(word) mod the number of buckets.
       */
      readonly kind: 'bagOfWords';
      /** One per bucket. */
      readonly weights: readonly number[];
      readonly name?: string;
    };

/** How to handle a category that isn't in the training data. */
export type UnknownPolicy = 'error' | 'zeros' | 'other';

/** A transform of one number to one number, with an inverse. */
export type NumberTransform =
  | { readonly kind: 'identity'; readonly name?: string }
  | {
      readonly kind: 'standardize';
      readonly mean: number;
      readonly deviation: number;
      readonly name?: string;
    }
  | { readonly kind: 'minMax'; readonly min: number; readonly max: number; readonly name?: string }
  | {
      readonly kind: 'log1p';
      /** Of z, the logarithms. */
      readonly mean: number;
      readonly deviation: number;
      readonly name?: string;
    }
  | {
      readonly kind: 'quantile';
      /** Ascending values of the column. */
      readonly quantiles: readonly number[];
      /** Ascending, one per quantile. */
      readonly scores: readonly number[];
      readonly name?: string;
    };

/** A transform for each column; `fitTransforms` of bp4/data fits them. If columns have names, a row may be an object. */
export interface Transforms {
  readonly inputs?: readonly Transform[];
  readonly targets?: readonly NumberTransform[];
  /**
   * The meanings of the outputs: the classes, or the names of the target columns if `targets` doesn't name them. A
   * Dataset with other classes, or with its classes in another order, is aligned by them. They don't change any number.
   */
  readonly outputs?: readonly string[] | readonly number[];
}

/** The numbers that a transform makes of one value. */
export function widthOf(one: Transform): number {
  switch (one.kind) {
    case 'oneHot':
      return one.categories.length;
    case 'piecewiseLinear':
      return one.edges.length - 1;
    case 'hash':
      return one.buckets;
    case 'bagOfWords':
      return one.weights.length;
    default:
      return 1;
  }
}
