import type { ReferenceMemory } from '../reference-memory.js';

/** The largest |x| of `count` floats; NaN if one is NaN. */
export function largestMagnitude(m: ReferenceMemory, floats: number, count: number): number {
  const { floats: f } = m;
  const from = m.at(floats);
  let largest = 0;
  for (let i = from; i < from + count; i++) largest = Math.max(largest, Math.abs(f[i]!));
  return largest;
}
