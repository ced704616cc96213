import type { Layer } from '../../memory/structs.js';
import type { ReferenceMemory } from './reference-memory.js';

/** BP3: ∂C/∂b = δ, summed over the mini-batch. */
export function biasGradient(m: ReferenceMemory, l: Layer, rows: number): void {
  const f = m.floats;
  const { units, stride } = l;
  const [delta, gradients] = [m.at(l.delta), m.at(l.biasGradients)];
  f.fill(0, gradients, gradients + units);
  for (let n = 0; n < rows * stride; n += stride) {
    for (let j = 0; j < units; j++) f[gradients + j] = f[gradients + j]! + f[delta + n + j]!;
  }
}
