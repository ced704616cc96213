import { Window as WindowStruct } from '../../memory/structs.js';
import type { Layer } from './network.js';
import type { Floats } from './numerics.js';
import type { ReferenceMemory } from './reference-memory.js';

// Samples as pairs of a value and its place, as assembly/pairs.ts describes. The reference stores them, and expands them to rows
// to compute.

/**
 * A window, read once for a call. Its places are indices: of words for `order` and `starts`, of floats for the others; 0 for
 * none.
 */
export interface Window {
  readonly pointer: number;
  readonly order: number;
  readonly targets: number;
  readonly sampleWeights: number;
  readonly rows: number;
  readonly starts: number;
}

export function readWindow(m: ReferenceMemory, pointer: number): Window {
  const w = new WindowStruct(m, pointer);
  return {
    pointer,
    order: w.order && (pointer + w.order) / 4,
    targets: m.at(pointer + w.targets),
    sampleWeights: w.sampleWeights && m.at(pointer + w.sampleWeights),
    rows: m.at(pointer + w.rows),
    starts: w.starts && (pointer + w.starts) / 4,
  };
}

/** Whether fewer than a third of the inputs of the samples in [from, to) are not zero. */
export function areSparse({ floats: f }: ReferenceMemory, l: Layer, from: number, to: number): boolean {
  const { fanIn, input, inputStride } = l;
  if (fanIn < 32) return false;
  let others = 0;
  for (let i = input + from * inputStride; i < input + to * inputStride; i++) if (f[i] !== 0) others++;
  return others * 3 < (to - from) * fanIn;
}

/** Adds a row to the window: the values that are not zero, and their indices as numbers of two bytes. */
export function compress(m: ReferenceMemory, window: Window, row: Floats, sample: number): void {
  const { words, floats: f, bytesPerFloat } = m;
  const start = window.starts + sample;
  const begin = window.pointer + words[start]!;
  let count = 0;
  for (const x of row) if (x !== 0) count++;
  const end = begin + count * bytesPerFloat;
  const places = new Uint16Array(m.buffer, end, count);
  const values = m.at(begin);
  for (let k = 0, i = 0; k < row.length; k++) {
    if (row[k] === 0) continue;
    f[values + i] = row[k]!;
    places[i++] = k;
  }
  const padded = Math.ceil((end + 2 * count) / bytesPerFloat) * bytesPerFloat;
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
  const start = window.starts + sample;
  const begin = window.pointer + words[start]!;
  const end = window.pointer + words[start + 1]!;
  const count = Math.floor((end - begin) / (bytesPerFloat + 2));
  const places = new Uint16Array(m.buffer, begin + count * bytesPerFloat, count);
  const value = m.at(begin);
  f.fill(0, row, row + inputCount);
  for (let i = 0; i < count; i++) f[row + places[i]!] = f[value + i]!;
}
