import type { Rule } from '../../memory/structs.js';
import type { Layer } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';

/** Inverted dropout of the samples in [from, to). The random bits are a hash of key, step, layer and index. */
export function dropOut(
  m: ReferenceMemory,
  rule: Rule,
  l: Layer,
  source: number,
  target: number,
  from: number,
  to: number,
): void {
  const f = m.floats;
  const { key0, key1, step } = rule;
  const { stride, dropBelow, keptScale, number } = l;
  const one = mix(key0 + step);
  const other = mix(key1 ^ mix(step + Math.imul(number, 0x9e3779b9)));
  for (let place = from * stride; place < to * stride; place++) {
    f[target + place] = bits(place, one, other) >= dropBelow ? f[source + place]! * keptScale : 0;
  }
}

function bits(place: number, one: number, other: number): number {
  let h = (Math.imul(place, 0x9e3779b1) + one) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b) ^ other;
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export const hasDropout = (l: Layer): boolean => l.undropped !== l.activations;

/** MurmurHash3's finalizer, for one word. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
