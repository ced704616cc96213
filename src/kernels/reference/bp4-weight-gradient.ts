import { areFinite } from './finite.js';
import { multiplyFour, multiplySparse } from './micro/multiply.js';
import type { Layer } from './network.js';
import { areSparse } from './pairs.js';
import type { ReferenceMemory } from './reference-memory.js';

/** BP4: ∂C/∂W = δ·aᵀ, summed over the mini-batch, for the weights of the inputs in [from, to). */
export function weightGradient(m: ReferenceMemory, l: Layer, rows: number, from: number, to: number): void {
  const { units, stride, input, inputStride, delta, weightGradients } = l;
  const isSparse = areSparse(m, l, 0, rows) && areFinite(m, delta, rows * stride);
  const columns = (units + 3) & ~3;
  for (let k = from; k < to; k++) {
    const a = input + k;
    const g = weightGradients + k * stride;
    if (isSparse) multiplySparse(m, a, inputStride, delta, stride, g, columns, rows);
    else {
      for (let j = 0; j < units; j += 4) multiplyFour(m, a, inputStride, delta + j, stride, 1, g + j, rows);
    }
  }
}
