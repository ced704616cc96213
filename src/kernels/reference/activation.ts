import { clearPadding } from './micro/padding.js';
import type { Layer } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';

/** a = σ(z), for the samples in [from, to); written to `undropped`. */
export function activate(m: ReferenceMemory, l: Layer, from: number, to: number): void {
  const f = m.floats;
  const { units, stride, alpha, preActivations: z, undropped: a } = l;
  const { value, row } = m.activations[l.activation]!;
  for (let n = from * stride; n < to * stride; n += stride) {
    if (value) for (let j = n; j < n + units; j++) f[a + j] = value(f[z + j]!, alpha);
    row?.(f, z + n, a + n, units);
  }
  clearPadding(m, a + from * stride, stride, to - from, units);
}

/** δ = δ ⊙ σ′(z) in place, for the samples in [from, to). */
export function multiplySlope(m: ReferenceMemory, l: Layer, from: number, to: number): void {
  const { slope } = m.activations[l.activation]!;
  if (!slope) return;
  const f = m.floats;
  const { stride, alpha, preActivations: z, undropped: a, delta } = l;
  for (let j = from * stride; j < to * stride; j++) {
    f[delta + j] = f[delta + j]! * slope(f[z + j]!, f[a + j]!, alpha);
  }
}
