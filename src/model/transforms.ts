/**
 * The transform of a column of the user's data before the network sees it. Its inverse applies to the network's outputs.
 *
 *   identity     x
 *   standardize  (x − mean) / deviation    0 if the deviation is 0
 *   minMax       (x − min) / (max − min)    0 if they are equal
 *   oneHot       one column per category, 1 at that of x, else 0; inputs only
 *
 * Computed in double precision, then rounded to single: identical everywhere.
 */
export type Transform =
  | NumberTransform
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
    };

/** How to handle a category that isn't in the training data. */
export type UnknownPolicy = 'error' | 'zeros' | 'other';

/** A transform of one number to one number. */
export type NumberTransform =
  | { readonly kind: 'identity'; readonly name?: string }
  | {
      readonly kind: 'standardize';
      readonly mean: number;
      readonly deviation: number;
      readonly name?: string;
    }
  | { readonly kind: 'minMax'; readonly min: number; readonly max: number; readonly name?: string };

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
