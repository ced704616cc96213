// The first layer, if most inputs are exact zeros. A sample is given by its other inputs alone:
//
//   bits    u64[⌈inputs / 64⌉]; bit k is set if input k is not zero
//   values  f32[n] of those inputs, in order
//   places  u16[n], their k
//
// A zero would add ±0 to a sum, and a sum from +0 is never −0. Skipping zeros therefore yields the results of forward.ts and
// bp4-weight-gradient.ts, as long as what the zeros would have multiplied is finite (finite.ts).

import { areFinite } from './finite';
import { layerAt, rowAt } from './network';
import { Batch, Layer, Net, Rule } from './structs';

/** Bytes of a value and its place. A sample may end up to three bytes after its last place. */
const PAIR = 6;

/** Bytes of the bits of a sample. */
function bitBytes(inputCount: i32): i32 {
  return ((inputCount + 63) >> 6) << 3;
}

/**
 * Notes where the values and the places of a sample begin. A mini-batch of pairs is usize[rows][2] of these.
 * @param pair out
 */
export function notePair(begin: usize, end: usize, inputCount: i32, pair: usize): void {
  const values: usize = begin + bitBytes(inputCount);
  const count = i32(end - values) / PAIR;
  store<usize>(pair, values);
  store<usize>(pair, values + (count << 2), 4);
}

/**
 * Compresses a row of bytes to a sample. Rounds: the products byte·scale, as widenBytes does.
 * Branches on single zeros would be mispredicted, so it branches only on sixteen zeros together. Apart from the bits it writes
 * up to six bytes for each input, and 64 more.
 * @param row u8[count]
 * @returns the end of the sample, a multiple of four
 */
export function compressBytes(row: usize, count: i32, scale: f32, sample: usize): usize {
  const factor = f32x4.splat(scale);
  let values = clearBits(sample, count);
  const apart: usize = values + (count << 2) + 32;
  let places = apart;
  let k = 0;
  while (k + 8 <= count) {
    if ((k & 8) == 0 && k + 16 <= count && !v128.any_true(v128.load(row + k))) {
      k += 16;
      continue;
    }
    const bytes = v128.load64_zero(row + k);
    const others = i8x16.bitmask(i8x16.ne(bytes, i8x16.splat(0)));
    const lanes = v128.load64_zero(FRONT_BYTES + (others << 3));
    const front = i16x8.extend_low_i8x16_u(v128.swizzle(bytes, lanes));
    v128.store(values, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(front)), factor));
    v128.store(values, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(front)), factor), 16);
    v128.store(places, i16x8.add(i16x8.splat(<i16>k), i16x8.extend_low_i8x16_u(lanes)));
    store<u8>(sample + (k >> 3), others);
    values += popcnt(others) << 2;
    places += popcnt(others) << 1;
    k += 8;
  }
  for (; k < count; ++k) {
    const byte = load<u8>(row + k);
    if (!byte) continue;
    store<f32>(values, <f32>byte * scale);
    store<u16>(places, <u16>k);
    noteBit(sample, k);
    values += 4;
    places += 2;
  }
  return closeSample(values, apart, places);
}

/** `compressBytes` for a row of floats, f32[count]. Rounds nothing. */
export function compressFloats(row: usize, count: i32, sample: usize): usize {
  let values = clearBits(sample, count);
  const apart: usize = values + (count << 2) + 32;
  let places = apart;
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const x = v128.load(row + (k << 2));
    const others = i32x4.bitmask(f32x4.ne(x, f32x4.splat(0)));
    v128.store(values, v128.swizzle(x, v128.load(FRONT_FLOATS + (others << 4))));
    const lanes = v128.load64_zero(FRONT_PLACES + (others << 3));
    v128.store_lane<u64>(places, i16x8.add(i16x8.splat(<i16>k), lanes), 0);
    const byte: usize = sample + (k >> 3);
    store<u8>(byte, load<u8>(byte) | (others << (k & 4)));
    values += popcnt(others) << 2;
    places += popcnt(others) << 1;
  }
  for (; k < count; ++k) {
    const x = load<f32>(row + (k << 2));
    if (x == 0) continue;
    store<f32>(values, x);
    store<u16>(places, <u16>k);
    noteBit(sample, k);
    values += 4;
    places += 2;
  }
  return closeSample(values, apart, places);
}

/** Begins a sample. @returns the start of its values */
function clearBits(sample: usize, count: i32): usize {
  memory.fill(sample, 0, bitBytes(count));
  return sample + bitBytes(count);
}

function noteBit(sample: usize, k: i32): void {
  const byte: usize = sample + (k >> 3);
  store<u8>(byte, load<u8>(byte) | (<u8>((<u32>1) << (k & 7))));
}

/** Moves the places, which were written beyond the last possible value, to the end of the actual values. */
function closeSample(values: usize, apart: usize, places: usize): usize {
  const bytes = places - apart;
  for (let i: usize = 0; i < bytes; i += 16) v128.store(values + i, v128.load(apart + i));
  return (values + bytes + 3) & ~3;
}

/** For each set of lanes, as a mask of eight bits: their numbers, by which `swizzle` moves their bytes to the front. */
const FRONT_BYTES = memory.data(256 * 8);
for (let mask = 0; mask < 256; ++mask) {
  let at: usize = FRONT_BYTES + (mask << 3);
  for (let lane = 0; lane < 8; ++lane) if (mask & (1 << lane)) store<u8>(at++, <u8>lane);
}

/** For each set of lanes, as a mask of four bits: the bytes by which `swizzle` moves their floats to the front. */
const FRONT_FLOATS = memory.data<u8>([
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2,
  3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1,
  2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 12, 13, 14, 15, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 0, 1, 2, 3, 12, 13, 14, 15, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3, 0,
  1, 2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 0, 1,
  2, 3, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1,
  2, 3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);

/** The numbers of those lanes. */
const FRONT_PLACES = memory.data<u16>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 1, 2, 0, 0, 0, 1, 2, 0, 3, 0, 0, 0,
  0, 3, 0, 0, 1, 3, 0, 0, 0, 1, 3, 0, 2, 3, 0, 0, 0, 2, 3, 0, 1, 2, 3, 0, 0, 1, 2, 3,
]);

/** Expands a sample to its row; every zero becomes +0. @param row out, f32[count] */
export function expand(value: usize, places: usize, row: usize, count: i32): void {
  memory.fill(row, 0, count << 2);
  for (let place = places; value < places; value += 4) {
    store<f32>(row + (load<u16>(place) << 2), load<f32>(value));
    place += 2;
  }
}

/**
 * Forward: z = W·a + b, for the samples in [from, to). Rounds: as forward.ts does.
 * @param pairs usize[rows][2], from `notePair`
 */
export function forwardPairs(l: Layer, pairs: usize, from: i32, to: i32): void {
  const row: usize = l.stride << 2;
  const end: usize = l.units << 2;
  const weights = l.weights;
  const biases = l.biases;
  let z = rowAt(l.preActivations, from, l.stride);
  for (let pair: usize = pairs + (from << 3), last: usize = pairs + (to << 3); pair < last; pair += 8) {
    const values = load<usize>(pair);
    const places = load<usize>(pair, 4);
    let j: usize = 0;
    for (; j + 64 <= row; j += 64) forward4(values, places, weights + j, row, biases + j, z + j);
    for (; j < end; j += 16) forward1(values, places, weights + j, row, biases + j, z + j);
    z += row;
  }
}

/** Sixteen units of one sample. Four sums are the most that run without waiting for each other or for registers. */
function forward4(value: usize, places: usize, weights: usize, row: usize, biases: usize, z: usize): void {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  for (let place = places; value < places; value += 4) {
    const w: usize = weights + <usize>load<u16>(place) * row;
    const x = v128.load32_splat(value);
    sum0 = f32x4.add(sum0, f32x4.mul(x, v128.load(w)));
    sum1 = f32x4.add(sum1, f32x4.mul(x, v128.load(w, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(x, v128.load(w, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(x, v128.load(w, 48)));
    place += 2;
  }
  v128.store(z, f32x4.add(sum0, v128.load(biases)));
  v128.store(z, f32x4.add(sum1, v128.load(biases, 16)), 16);
  v128.store(z, f32x4.add(sum2, v128.load(biases, 32)), 32);
  v128.store(z, f32x4.add(sum3, v128.load(biases, 48)), 48);
}

/** Four units of one sample. */
function forward1(value: usize, places: usize, weights: usize, row: usize, biases: usize, z: usize): void {
  let sum = f32x4.splat(0);
  for (let place = places; value < places; value += 4) {
    const w: usize = weights + <usize>load<u16>(place) * row;
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(value), v128.load(w)));
    place += 2;
  }
  v128.store(z, f32x4.add(sum, v128.load(biases)));
}

/** The pairs of a sample of as many inputs fit into the scratch of any layer (layout.ts). */
const MOST_SPARSE_INPUTS = 1 << 15;

/** In fewer units than this the dense product always takes less time. */
const FEWEST_UNITS = 13;

/** More weights than this don't stay in the second-level cache, where each sample would find them. */
const CACHED_WEIGHTS = 1 << 17;

/**
 * Whether pairs pay for the samples in [from, to), which are rows. It counts the zeros of about sixteen of them.
 *
 * Costs are in products of four floats. Rows take one for each input and four units. Pairs take 2½ for each input to compress it,
 * and for each that isn't zero, 8 or 10 for sixteen units and 4 for the last four. The look at four weights takes 2.
 */
export function areSparse(l: Layer, from: i32, to: i32): bool {
  const fanIn = l.fanIn;
  const vectors = l.stride >> 2;
  const gain: f32 = <f32>vectors - 2.5 - <f32>(vectors << 1) / <f32>(to - from);
  if (gain <= 0 || l.units < FEWEST_UNITS || fanIn < 32 || fanIn > MOST_SPARSE_INPUTS) return false;
  let others = 0;
  let looked = 0;
  for (let i = from; i < to; i += 1 + ((to - from) >> 4)) {
    others += countOthers(rowAt(l.input, i, fanIn), fanIn);
    looked += fanIn;
  }
  const cost = ((vectors & 3) << 2) + (vectors >> 2) * (fanIn * l.stride > CACHED_WEIGHTS ? 10 : 8);
  return <f32>others * <f32>cost < gain * <f32>looked && areFinite(l.weights, fanIn * l.stride);
}

/** How many inputs of a row aren't zero, apart from the last few. */
function countOthers(row: usize, count: i32): i32 {
  let others = i32x4.splat(0);
  for (let i = 0; i + 4 <= count; i += 4) {
    others = i32x4.sub(others, f32x4.ne(v128.load(row + (i << 2)), f32x4.splat(0)));
  }
  others = i32x4.add(others, i32x4.shuffle(others, others, 2, 3, 0, 1));
  return i32x4.extract_lane(others, 0) + i32x4.extract_lane(others, 1);
}

/**
 * `forwardPairs` for samples that are rows. Each becomes pairs in the scratch, which is in the cache, just before its products.
 */
export function forwardSparse(l: Layer, pairs: usize, from: i32, to: i32, scratch: usize): void {
  for (let i = from; i < to; ++i) {
    const end = compressFloats(rowAt(l.input, i, l.fanIn), l.fanIn, scratch);
    notePair(scratch, end, l.fanIn, pairs + (i << 3));
    forwardPairs(l, pairs, i, i + 1);
  }
}

/**
 * BP4: ∂C/∂W = δ·aᵀ, summed over the mini-batch, for the units in [from, to). Rounds: as bp4-weight-gradient.ts does.
 * @param pairs usize[rows][2], from `notePair`
 * @param from  a multiple of 16; `to` is one too, or it is the stride
 */
export function weightGradientPairs(l: Layer, pairs: usize, rows: i32, from: i32, to: i32): void {
  const row: usize = l.stride << 2;
  for (let j = from; j < to; j += width(j, to)) {
    const gradients: usize = l.weightGradients + (j << 2);
    clearColumns(gradients, row, l.fanIn, width(j, to) << 2);
    addColumns(pairs, l.delta + (j << 2), gradients, row, rows, width(j, to));
  }
}

/**
 * Whether BP4 and the update of the first layer's weights are fused. They are for pairs on a single thread, which needn't
 * keep gradients apart until all threads have arrived.
 */
export function fusesFirst(net: Net, batch: Batch): bool {
  return batch.isTraining && batch.isSparse && batch.threads == 1 && changetype<Rule>(net.rule).isPlain;
}

/** BP4 fused with the update of the first layer's weights, from pairs. */
export function descendFirst(net: Net, rows: i32, rate: f32): void {
  const l = layerAt(net, 0);
  if (!net.hasZeroGradients) memory.fill(l.weightGradients, 0, (<usize>l.fanIn * <usize>l.stride) << 2);
  net.hasZeroGradients = 1;
  descendPairs(l, net.pairs, rows, rate);
}

/**
 * BP4 fused with the update of the first layer: W −= rate·Σ δ·a. It skips weights whose inputs are all zero. Rounds: as
 * weightGradientPairs and update.ts do.
 * @param pairs usize[rows][2], from `notePair`. l.weightGradients is all zero before, and again afterwards.
 */
function descendPairs(l: Layer, pairs: usize, rows: i32, rate: f32): void {
  const stride = l.stride;
  const fanIn = l.fanIn;
  const weights = l.weights;
  const gradients = l.weightGradients;
  const row: usize = stride << 2;
  for (let j = 0; j < stride; j += width(j, stride)) {
    addColumns(pairs, l.delta + (j << 2), gradients + (j << 2), row, rows, width(j, stride));
  }
  for (let at = 0; at < bitBytes(fanIn); at += 8) {
    let bits: u64 = 0;
    for (let i: usize = 0; i < <usize>rows; ++i) {
      bits |= load<u64>(load<usize>(pairs + (i << 3)) - bitBytes(fanIn) + at);
    }
    for (; bits; bits &= bits - 1) {
      const k: usize = (at << 3) + i32(ctz(bits));
      subtractRow(weights + k * row, gradients + k * row, row, rate);
    }
  }
}

/** The number of units per pass: sixteen, or four if fewer remain. */
function width(j: i32, to: i32): i32 {
  return j + 16 <= to ? 16 : 4;
}

/** Adds the mini-batch to a few columns of the gradients, which stay in the cache. */
function addColumns(pairs: usize, delta: usize, gradients: usize, row: usize, rows: i32, width: i32): void {
  for (; rows > 0; --rows) {
    const values = load<usize>(pairs);
    const places = load<usize>(pairs, 4);
    if (width == 16) add4(values, places, gradients, row, delta);
    else add1(values, places, gradients, row, delta);
    pairs += 8;
    delta += row;
  }
}

function subtractRow(weights: usize, gradients: usize, row: usize, rate: f32): void {
  const scale = f32x4.splat(rate);
  for (let at: usize = 0; at < row; at += 16) {
    const step = f32x4.mul(scale, v128.load(gradients + at));
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), step));
    v128.store(gradients + at, f32x4.splat(0));
  }
}

function clearColumns(matrix: usize, row: usize, rows: i32, bytes: i32): void {
  const zero = f32x4.splat(0);
  for (; rows > 0; --rows) {
    for (let at = 0; at < bytes; at += 16) v128.store(matrix + at, zero);
    matrix += row;
  }
}

/** Adds one sample's part to the gradients of sixteen units. */
function add4(value: usize, places: usize, gradients: usize, row: usize, delta: usize): void {
  const delta0 = v128.load(delta);
  const delta1 = v128.load(delta, 16);
  const delta2 = v128.load(delta, 32);
  const delta3 = v128.load(delta, 48);
  for (let place = places; value < places; value += 4) {
    const g: usize = gradients + <usize>load<u16>(place) * row;
    const x = v128.load32_splat(value);
    v128.store(g, f32x4.add(v128.load(g), f32x4.mul(x, delta0)));
    v128.store(g, f32x4.add(v128.load(g, 16), f32x4.mul(x, delta1)), 16);
    v128.store(g, f32x4.add(v128.load(g, 32), f32x4.mul(x, delta2)), 32);
    v128.store(g, f32x4.add(v128.load(g, 48), f32x4.mul(x, delta3)), 48);
    place += 2;
  }
}

/** `add4` for four units. */
function add1(value: usize, places: usize, gradients: usize, row: usize, delta: usize): void {
  const delta0 = v128.load(delta);
  for (let place = places; value < places; value += 4) {
    const g: usize = gradients + <usize>load<u16>(place) * row;
    v128.store(g, f32x4.add(v128.load(g), f32x4.mul(v128.load32_splat(value), delta0)));
    place += 2;
  }
}
