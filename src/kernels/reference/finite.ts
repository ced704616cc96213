import type { ReferenceMemory } from './reference-memory.js';

/** Whether `count` floats are finite. */
export function areFinite({ floats: f }: ReferenceMemory, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (!Number.isFinite(f[i])) return false;
  return true;
}
