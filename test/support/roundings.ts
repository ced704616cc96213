import type { Model } from '../../src/model/model.js';
import { SOFTMAX } from '../../src/kernels/codes.js';

/** How many roundings, one upon the other, a number of each kind has behind it. */
interface Roundings {
  readonly preActivations: number;
  readonly activations: number;
  readonly delta: number;
  readonly weightGradients: number;
  readonly biasGradients: number;
}

/** What a function and its slope may add, in roundings of ½ ulp: sigmoid errs by 2.5 ulp, the others by less. */
const FUNCTION = 8;

/** Counts along the longest way to each layer's numbers: forward, back again, and over the mini-batch. */
export function roundingsTo({ layers }: Model, rows: number): Roundings[] {
  let count = 0;
  const forward = layers.map(({ fanIn, units, activation }) => {
    const preActivations = (count += fanIn + 1);
    const activations = (count += FUNCTION + (activation === SOFTMAX ? 2 * units : 0));
    return { preActivations, activations };
  });
  const all: Roundings[] = [];
  for (let l = layers.length - 1; l >= 0; l--) {
    const delta = (count += (layers[l + 1]?.units ?? 0) + FUNCTION);
    all.unshift({
      ...forward[l]!,
      delta,
      weightGradients: delta + rows + 2,
      biasGradients: delta + rows + 1,
    });
  }
  return all;
}
