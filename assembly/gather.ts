import { largestMagnitude } from './micro/largest-magnitude';
import { copy } from './micro/copy';
import { lastLayer, layerAt, rowAt } from './network';
import { Batch, Net, Window } from './structs';
import { compressBytes, compressFloats, expand, notePair } from './pairs';

/**
 * Converts bytes to f32 inputs. Rounds: the product byte·scale, once.
 * @param bytes  u8[count]
 * @param floats out, f32[count]; overwritten
 */
export function widenBytes(bytes: usize, floats: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const words = v128.load8x8_u(bytes + i);
    const to: usize = floats + (i << 2);
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words)), factor));
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words)), factor), 16);
  }
  for (; i < count; ++i) store<f32>(floats + (i << 2), <f32>load<u8>(bytes + i) * scale);
}

/**
 * Scales f32 inputs in place. Rounds: the product, once.
 * @param floats f32[count]
 */
export function scaleFloats(floats: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at: usize = floats + (i << 2);
    v128.store(at, f32x4.mul(v128.load(at), factor));
  }
  for (; i < count; ++i) store<f32>(floats + (i << 2), load<f32>(floats + (i << 2)) * scale);
}

/**
 * Adds samples to a window of pairs, after those that it holds. Rounds: as widenBytes does.
 * @param bytes u8[count][inputCount]
 * @param first the number of samples that the window holds
 */
export function addBytes(net: Net, window: Window, bytes: usize, scale: f32, first: i32, count: i32): void {
  let end = findEnd(window, first);
  for (let i = 0; i < count; ++i) {
    end = compressBytes(bytes, net.inputCount, scale, end);
    noteEnd(window, first + i, end);
    bytes += net.inputCount;
  }
  window.largestInput = max(window.largestInput, 255 * scale);
}

/** `addBytes` for floats, f32[count][inputCount]. Rounds nothing. */
export function addFloats(net: Net, window: Window, floats: usize, first: i32, count: i32): void {
  let end = findEnd(window, first);
  window.largestInput = max(window.largestInput, largestMagnitude(floats, count * net.inputCount));
  for (let i = 0; i < count; ++i) {
    end = compressFloats(floats, net.inputCount, end);
    noteEnd(window, first + i, end);
    floats += net.inputCount << 2;
  }
}

/** The end of the first `count` samples of a window. */
function findEnd(window: Window, count: i32): usize {
  const base = changetype<usize>(window);
  return base + load<usize>(base + window.starts + (count << 2));
}

function noteEnd(window: Window, sample: i32, end: usize): void {
  const base = changetype<usize>(window);
  store<usize>(base + window.starts + (sample << 2), end - base, 4);
}

/**
 * Gathers a thread's samples of the mini-batch from a window, whose samples have been checked and widened. Copies bits;
 * rounds nothing.
 * @param first the first sample of the mini-batch, in the window's order
 */
export function gather(net: Net, window: Window, batch: Batch, first: i32): void {
  const base = changetype<usize>(window);
  const from = batch.from;
  const to = batch.to;
  const order: usize = window.order ? base + window.order + (first << 2) : 0;
  batch.isSparse = i32(window.starts != 0);
  if (window.starts) gatherPairs(net, base, base + window.starts, order, first, from, to);
  else gatherRows(net, base + window.rows, order, first, from, to);

  const stride = lastLayer(net).stride;
  for (let i = from; i < to; ++i) {
    const target = rowAt(base + window.targets, sampleAt(order, first, i), stride);
    copy(target, rowAt(net.targets, i, stride), stride);
  }
  if (!window.sampleWeights) return;
  for (let i = from; i < to; ++i) {
    const weight = load<f32>(base + window.sampleWeights + (sampleAt(order, first, i) << 2));
    store<f32>(net.sampleWeights + (i << 2), weight);
  }
}

function sampleAt(order: usize, first: i32, i: i32): i32 {
  return order ? load<i32>(order + (i << 2)) : first + i;
}

function gatherPairs(
  net: Net,
  base: usize,
  starts: usize,
  order: usize,
  first: i32,
  from: i32,
  to: i32,
): void {
  let touched = 0;
  for (let i = from; i < to; ++i) {
    const at: usize = starts + (sampleAt(order, first, i) << 2);
    const begin = base + load<usize>(at);
    const end = base + load<usize>(at, 4);
    notePair(begin, end, net.inputCount, net.pairs + (i << 3));
    // Touches each cache line once, so that samples drawn at random are fetched together instead of one at a time.
    for (let line = begin; line < end; line += 64) touched |= load<i32>(line);
  }
  net.touched = touched;
}

/** If the rows are consecutive in the window, the first layer reads them there. */
function gatherRows(net: Net, rows: usize, order: usize, first: i32, from: i32, to: i32): void {
  const bytes: usize = net.inputCount << 2;
  layerAt(net, 0).input = order ? net.inputs : rows + <usize>first * bytes;
  if (!order) return;
  for (let i = from; i < to; ++i) {
    copy(rows + <usize>sampleAt(order, first, i) * bytes, net.inputs + <usize>i * bytes, net.inputCount);
  }
}

/** Expands a thread's samples from pairs to rows. From then on the first layer reads the rows. */
export function expandRows(net: Net, batch: Batch): void {
  layerAt(net, 0).input = net.inputs;
  for (let i = batch.from; i < batch.to; ++i) {
    const pair: usize = net.pairs + (i << 3);
    expand(load<usize>(pair), load<usize>(pair, 4), rowAt(net.inputs, i, net.inputCount), net.inputCount);
  }
  batch.isSparse = 0;
}
