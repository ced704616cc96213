import type { ReferenceMemory } from '../reference-memory.js';

/** The largest |x| of `count` floats; NaN if one is NaN. */
export function largestMagnitude({ floats: f }: ReferenceMemory, from: number, count: number): number {
  let largest = 0;
  for (let i = from; i < from + count; i++) largest = Math.max(largest, Math.abs(f[i]!));
  return largest;
}

export const areFinite = (m: ReferenceMemory, from: number, count: number): boolean =>
  Number.isFinite(largestMagnitude(m, from, count));
