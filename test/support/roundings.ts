import type { Model } from '../../src/model/model.js';
import { SOFTMAX } from '../../src/kernels/codes.js';

/** The number of successive roundings behind a number of each kind. */
interface Roundings {
  readonly preActivations: number;
  readonly activations: number;
  readonly delta: number;
  readonly weightGradients: number;
  readonly biasGradients: number;
}

/** The error of a function and of its slope, in roundings of ½ ulp. Sigmoid errs by 2.5 ulp, the others by less. */
const FUNCTION = 8;

/** Counts along the longest path to the numbers of each layer: forward, backward, and over the mini-batch. */
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
