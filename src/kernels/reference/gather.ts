import type { Net } from './network.js';
import { compress, expand, type Window } from './pairs.js';
import type { Floats } from './numerics.js';
import type { ReferenceMemory } from './reference-memory.js';

/** Converts bytes to f32 inputs. */
export function widenBytes(
  m: ReferenceMemory,
  bytes: number,
  floats: number,
  count: number,
  scale: number,
): void {
  const f = m.floats;
  const source = new Uint8Array(m.buffer, bytes, count);
  const factor = m.round(scale);
  for (let i = 0; i < count; i++) f[floats + i] = source[i]! * factor;
}

/** Scales f32 inputs in place. */
export function scaleFloats(m: ReferenceMemory, floats: number, count: number, scale: number): void {
  const { floats: f, round } = m;
  const factor = round(scale);
  for (let i = floats; i < floats + count; i++) f[i] = f[i]! * factor;
}

/** Adds samples to a window of pairs, after the `first` samples that it holds. */
export function addBytes(
  m: ReferenceMemory,
  { inputCount }: Pick<Net, 'inputCount'>,
  window: Window,
  bytes: number,
  scale: number,
  first: number,
  count: number,
): void {
  const factor = m.round(scale);
  const row = new Float64Array(inputCount);
  for (let i = 0; i < count; i++) {
    const source = new Uint8Array(m.buffer, bytes + i * inputCount, inputCount);
    for (let k = 0; k < inputCount; k++) row[k] = m.round(source[k]! * factor);
    compress(m, window, row, first + i);
  }
}

/** `addBytes` for floats, [count][inputCount]. */
export function addFloats(
  m: ReferenceMemory,
  { inputCount }: Pick<Net, 'inputCount'>,
  window: Window,
  floats: number,
  first: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const start = floats + i * inputCount;
    compress(m, window, m.floats.subarray(start, start + inputCount), first + i);
  }
}

/**
 * Gathers `count` samples, a mini-batch, from a window. It always expands the inputs to rows: assembly/pairs.ts skips zeros,
 * here `multiplyFour` does.
 * @param first the first sample of the mini-batch, in the window's order
 */
export function gather(m: ReferenceMemory, net: Net, window: Window, first: number, count: number): void {
  const { words, floats: f } = m;
  const { order, targets, sampleWeights, rows, starts } = window;
  const { inputCount, inputs } = net;
  const { stride } = net.last;
  for (let i = 0; i < count; i++) {
    const sample = order ? words[order + first + i]! : first + i;
    const input = inputs + i * inputCount;
    if (starts) expand(m, window, sample, input, inputCount);
    else copy(f, rows + sample * inputCount, input, inputCount);
    copy(f, targets + sample * stride, net.targets + i * stride, stride);
    if (sampleWeights) f[net.sampleWeights + i] = f[sampleWeights + sample]!;
  }
}

/** A row. `copyWithin` would take longer than a short one. */
function copy(f: Floats, from: number, to: number, count: number): void {
  for (let i = 0; i < count; i++) f[to + i] = f[from + i]!;
}
