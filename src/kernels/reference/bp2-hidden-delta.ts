import type { Layer } from '../../memory/structs.js';
import { multiplySlope } from './activation.js';
import { multiplyFour } from './micro/multiply.js';
import { clearPadding } from './micro/padding.js';
import type { ReferenceMemory } from './reference-memory.js';

/** BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z), for the samples in [from, to); ₊ marks `next`, the following layer. */
export function hiddenDelta(m: ReferenceMemory, l: Layer, next: Layer, from: number, to: number): void {
  const { units, stride } = l;
  const { units: nextUnits, stride: nextStride } = next;
  const [delta, weights, nextDelta] = [m.at(l.delta), m.at(next.weights), m.at(next.delta)];
  for (let n = from; n < to; n++) {
    const d = nextDelta + n * nextStride;
    for (let k = 0; k < units; k += 4) {
      multiplyFour(m, d, 1, weights + k * nextStride, 1, nextStride, delta + n * stride + k, nextUnits);
    }
  }
  multiplySlope(m, l, from, to);
  clearPadding(m, l.delta + from * stride * m.bytesPerFloat, stride, to - from, units);
}
