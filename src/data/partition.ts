import { copyRows, type NumericArray } from '../base/numeric-arrays.js';

/** The members of each class, in the given order. Without labels, all samples form one class. */
function groupByClass(order: Uint32Array, labels: NumericArray | undefined): number[][] {
  if (!labels) return [Array.from(order)];
  const classes: number[][] = [];
  for (const n of order) (classes[labels[n]!] ??= []).push(n);
  return classes.filter(Boolean);
}

/**
 * Selects round(count·share) samples for testing, at least one and not all; of each class its share, to within one
 * sample. The only sample of a class is held out last.
 */
export function drawTestSet(
  order: Uint32Array,
  labels: NumericArray | undefined,
  share: number,
): Set<number> {
  const count = order.length;
  const wanted = Math.min(Math.max(Math.round(count * share), 1), count - 1);
  const classes = groupByClass(order, labels).map((members) => {
    const exact = members.length * share;
    return { members, taken: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  // The remainder goes to the classes that rounding down reduced most.
  let left = classes.reduce((rest, { taken }) => rest - taken, wanted);
  const single = (one: { members: readonly number[] }): number => Number(one.members.length === 1);
  for (const one of [...classes].sort((a, b) => single(a) - single(b) || b.rest - a.rest)) {
    if (left-- <= 0) break;
    one.taken++;
  }
  return new Set(classes.flatMap(({ members, taken }) => members.slice(0, taken)));
}

/**
 * Assigns each sample to one of k folds. Folds differ by at most one in size, and in their number of samples of each
 * class.
 */
export function assignFolds(order: Uint32Array, labels: NumericArray | undefined, k: number): Uint32Array {
  const folds = new Uint32Array(order.length);
  let dealt = 0;
  for (const members of groupByClass(order, labels)) for (const n of members) folds[n] = dealt++ % k;
  return folds;
}

/** Copies the selected rows to a typed array of the same type. */
export function gatherRows<Values extends NumericArray>(
  values: Values,
  width: number,
  indices: ArrayLike<number>,
): Values {
  const rows = new (values.constructor as new (length: number) => Values)(indices.length * width);
  copyRows(values, 0, width, width, 0, indices.length, new Uint32Array(indices), rows, 0, width);
  return rows;
}
