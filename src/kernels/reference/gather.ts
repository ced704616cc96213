import type { Batch, Net, Window } from '../../memory/structs.js';
import { lastLayer } from './network.js';
import { compress, expand } from './pairs.js';
import type { ReferenceMemory } from './reference-memory.js';

/** Converts bytes to f32 inputs. */
export function widenBytes(
  m: ReferenceMemory,
  bytes: number,
  floats: number,
  count: number,
  scale: number,
): void {
  const { floats: f, round } = m;
  const source = new Uint8Array(m.buffer, bytes, count);
  const factor = round(scale);
  const to = m.at(floats);
  for (let i = 0; i < count; i++) f[to + i] = source[i]! * factor;
}

/** Scales f32 inputs in place. */
export function scaleFloats(m: ReferenceMemory, floats: number, count: number, scale: number): void {
  const { floats: f, round } = m;
  const factor = round(scale);
  const from = m.at(floats);
  for (let i = from; i < from + count; i++) f[i] = f[i]! * factor;
}

/** Adds samples to a window of pairs, after the `first` samples that it holds. */
export function addBytes(
  m: ReferenceMemory,
  net: Net,
  window: Window,
  bytes: number,
  scale: number,
  first: number,
  count: number,
): void {
  const { inputCount } = net;
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
  net: Net,
  window: Window,
  floats: number,
  first: number,
  count: number,
): void {
  const { inputCount } = net;
  for (let i = 0; i < count; i++) {
    const start = m.at(floats) + i * inputCount;
    compress(m, window, m.floats.subarray(start, start + inputCount), first + i);
  }
}

/**
 * Gathers the samples of the mini-batch from a window. It always expands the inputs to rows: assembly/pairs.ts skips zeros,
 * but the reference multiplies by them.
 * @param first the first sample of the mini-batch, in the window's order
 */
export function gather(m: ReferenceMemory, net: Net, window: Window, batch: Batch, first: number): void {
  const { words, floats: f } = m;
  const { pointer, order, targets, sampleWeights, rows, starts } = window;
  const { inputCount } = net;
  const { stride } = lastLayer(m, net);
  for (let i = batch.from; i < batch.to; i++) {
    const sample = order ? words[(pointer + order) / 4 + first + i]! : first + i;
    const input = m.at(net.inputs) + i * inputCount;
    if (starts) {
      expand(m, window, sample, input, inputCount);
    } else {
      const from = m.at(pointer + rows) + sample * inputCount;
      f.copyWithin(input, from, from + inputCount);
    }
    const from = m.at(pointer + targets) + sample * stride;
    f.copyWithin(m.at(net.targets) + i * stride, from, from + stride);
    if (sampleWeights) f[m.at(net.sampleWeights) + i] = f[m.at(pointer + sampleWeights) + sample]!;
  }
}
