import { multiplySlope } from './activation.js';
import { multiplyFour } from './micro/multiply.js';
import { clearPadding } from './micro/padding.js';
import type { Layer } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';

/** BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z), for the samples in [from, to); ₊ marks `next`, the following layer. */
export function hiddenDelta(m: ReferenceMemory, l: Layer, next: Layer, from: number, to: number): void {
  const { units, stride, delta } = l;
  const { units: nextUnits, stride: nextStride, weights, delta: nextDelta } = next;
  for (let n = from; n < to; n++) {
    const d = nextDelta + n * nextStride;
    for (let k = 0; k < units; k += 4) {
      const w = weights + k * nextStride;
      multiplyFour(m, d, 1, w, 1, nextStride, delta + n * stride + k, nextUnits);
    }
  }
  multiplySlope(m, l, from, to);
  clearPadding(m, delta + from * stride, stride, to - from, units);
}
