import { checkInteger } from '../base/check.js';
import type { NumericArray } from '../base/numeric-arrays.js';

/** More classes than any network has outputs for. */
const MOST_CLASSES = 2 ** 24;

/**
 * Checks class indices.
 * @param classes how many there are, if that is known
 * @param before labels that came before these
 * @throws TypeError, RangeError naming the index
 */
export function checkLabels(
  place: string,
  labels: NumericArray | readonly unknown[],
  count: number,
  classes = MOST_CLASSES,
  before = 0,
): void {
  if (labels.length !== count) {
    throw new RangeError(
      `${place}: expected ${count} labels, as many as rows of inputs, got ${labels.length}`,
    );
  }
  for (let n = 0; n < count; n++) checkInteger(`${place}[${before + n}]`, labels[n], 0, classes - 1);
}

/** 0, 1, … up to the largest label. */
export function classesOf(labels: NumericArray): number[] {
  let most = 0;
  for (const label of labels) most = Math.max(most, label);
  return Array.from({ length: most + 1 }, (_, label) => label);
}
