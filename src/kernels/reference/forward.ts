import { areFinite } from './finite.js';
import { multiplyFour, multiplySparse } from './micro/multiply.js';
import type { Layer } from './network.js';
import { areSparse } from './pairs.js';
import type { ReferenceMemory } from './reference-memory.js';

/** Fewer samples don't make up for the look at all weights. */
const FEWEST_ROWS = 4;

/** Forward: z = W·a + b, for the samples in [from, to). */
export function forward(m: ReferenceMemory, l: Layer, from: number, to: number): void {
  const f = m.floats;
  const { units, stride, fanIn, input, inputStride, weights, biases, preActivations } = l;
  const isSparse =
    to - from >= FEWEST_ROWS && areSparse(m, l, from, to) && areFinite(m, weights, fanIn * stride);
  const columns = (units + 3) & ~3;
  for (let n = from; n < to; n++) {
    const a = input + n * inputStride;
    const z = preActivations + n * stride;
    if (isSparse) multiplySparse(m, a, 1, weights, stride, z, columns, fanIn);
    else for (let j = 0; j < units; j += 4) multiplyFour(m, a, 1, weights + j, stride, 1, z + j, fanIn);
    for (let j = 0; j < units; j++) f[z + j] = f[z + j]! + f[biases + j]!;
  }
}
