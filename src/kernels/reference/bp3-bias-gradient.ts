import type { Layer } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';

/** BP3: ∂C/∂b = δ, summed over the mini-batch. */
export function biasGradient(m: ReferenceMemory, l: Layer, rows: number): void {
  const f = m.floats;
  const { units, stride, delta, biasGradients } = l;
  for (let j = 0; j < units; j++) f[biasGradients + j] = 0;
  for (let n = delta; n < delta + rows * stride; n += stride) {
    for (let j = 0; j < units; j++) f[biasGradients + j] = f[biasGradients + j]! + f[n + j]!;
  }
}
