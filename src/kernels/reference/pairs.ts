import type { Window } from '../../memory/structs.js';
import type { Floats } from './numerics.js';
import type { ReferenceMemory } from './reference-memory.js';

// Samples as pairs of a value and its place, as assembly/pairs.ts describes. The reference stores them, and expands them to rows
// to compute.

/** Adds a row to the window: the values that are not zero, and their indices as numbers of two bytes. */
export function compress(m: ReferenceMemory, window: Window, row: Floats, sample: number): void {
  const { words, floats: f, bytesPerFloat } = m;
  const start = (window.pointer + window.starts) / 4 + sample;
  const begin = window.pointer + words[start]!;
  const places = [...row.keys()].filter((k) => row[k] !== 0);
  for (const [i, k] of places.entries()) f[m.at(begin) + i] = row[k]!;
  const end = begin + places.length * bytesPerFloat;
  new Uint16Array(m.buffer, end, places.length).set(places);
  const padded = Math.ceil((end + 2 * places.length) / bytesPerFloat) * bytesPerFloat;
  words[start + 1] = padded - window.pointer;
}

/** Expands a sample from pairs to a row. @param row its index in the floats */
export function expand(
  m: ReferenceMemory,
  window: Window,
  sample: number,
  row: number,
  inputCount: number,
): void {
  const { words, floats: f, bytesPerFloat } = m;
  const start = (window.pointer + window.starts) / 4 + sample;
  const begin = window.pointer + words[start]!;
  const end = window.pointer + words[start + 1]!;
  const count = Math.floor((end - begin) / (bytesPerFloat + 2));
  const places = new Uint16Array(m.buffer, begin + count * bytesPerFloat, count);
  const value = m.at(begin);
  f.fill(0, row, row + inputCount);
  for (let i = 0; i < count; i++) f[row + places[i]!] = f[value + i]!;
}
