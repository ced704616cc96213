import type { Layer } from '../../memory/structs.js';
import { multiplyFour } from './micro/multiply.js';
import type { ReferenceMemory } from './reference-memory.js';

/** BP4: ∂C/∂W = δ·aᵀ, summed over the mini-batch, for the weights of the inputs in [from, to). */
export function weightGradient(m: ReferenceMemory, l: Layer, rows: number, from: number, to: number): void {
  const { units, stride, inputStride } = l;
  const [input, delta, gradients] = [m.at(l.input), m.at(l.delta), m.at(l.weightGradients)];
  for (let k = from; k < to; k++) {
    for (let j = 0; j < units; j += 4) {
      multiplyFour(m, input + k, inputStride, delta + j, stride, 1, gradients + k * stride + j, rows);
    }
  }
}
