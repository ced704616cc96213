import { multiplySlope } from './activation';
import { clearPadding } from './micro/padding';
import { multiply } from './micro/multiply';
import { transpose } from './micro/transpose';
import { rowAt } from './network';
import { Layer } from './structs';

/** Products of at most this many multiplications cost less than transposing δ₊. */
const SMALL: i32 = 64;

/**
 * BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z), for the samples in [from, to); ₊ marks `next`, the following layer.
 * It never forms W₊ᵀ. It computes W₊·δ₊ᵀ from the weights in place, with the samples side by side in panels of eight, and
 * transposes the result.
 * Reads next.weights, f32[units][next.stride], next.delta, f32[rows][next.stride], and z and a of the layer; overwrites
 * l.delta, f32[rows][stride], with zero padding. Both δ have room for rows rounded up to a multiple of four.
 * Rounds: sequential over the units of the following layer, from +0; then one product with σ′.
 * @param scratch room for δ₊ᵀ and δᵀ in panels: scratchFloats in layout.ts
 */
export function hiddenDelta(l: Layer, next: Layer, from: i32, to: i32, scratch: usize): void {
  const rows = to - from;
  const units = l.units;
  const stride = l.stride;
  const nextUnits = next.units;
  const nextStride = next.stride;
  const delta = rowAt(l.delta, from, stride);
  const nextDelta = rowAt(next.delta, from, nextStride);
  if (<i64>rows * units * nextUnits <= SMALL) {
    sumsAsTheyLie(next.weights, nextDelta, nextStride, nextUnits, delta, stride, rows, units);
  } else if (rows == 1) {
    sumsOfOne(next.weights, nextDelta, nextStride << 2, nextUnits, delta, units);
  } else {
    const turned: usize = scratch + ((((rows + 7) & ~7) * nextUnits) << 2);
    turnToPanels(nextDelta, nextStride, scratch, rows, nextUnits);
    multiply(
      false,
      next.weights,
      nextStride << 2,
      scratch,
      32,
      nextUnits << 5,
      turned,
      32,
      units << 5,
      0,
      units,
      (rows + 3) & ~3,
      nextUnits,
      0,
    );
    turnFromPanels(turned, delta, stride, rows, units);
  }
  multiplySlope(l, from, to);
  clearPadding(delta, stride, rows, units);
}

/** W₊ᵀ·δ₊, one sum after the other, without transposing. */
function sumsAsTheyLie(
  nextWeights: usize,
  nextDelta: usize,
  nextStride: i32,
  nextUnits: i32,
  delta: usize,
  stride: i32,
  rows: i32,
  units: i32,
): void {
  const nextRow: usize = nextStride << 2;
  for (; rows > 0; --rows) {
    let w = nextWeights;
    for (let k = 0; k < units; ++k) {
      let sum: f32 = 0;
      for (let j: usize = 0; j < <usize>(nextUnits << 2); j += 4)
        sum += load<f32>(w + j) * load<f32>(nextDelta + j);
      store<f32>(delta + (k << 2), sum);
      w += nextRow;
    }
    nextDelta += nextRow;
    delta += stride << 2;
  }
}

/** W₊ᵀ·δ₊ for one sample, four units side by side: blocks of 4 × 4 weights are transposed in registers. */
export function sumsOfOne(
  nextWeights: usize,
  nextDelta: usize,
  nextRow: usize,
  nextUnits: i32,
  delta: usize,
  units: i32,
): void {
  const fours: usize = (nextUnits & ~3) << 2;
  const end: usize = nextUnits << 2;
  let w = nextWeights;
  for (; units >= 4; units -= 4) {
    const w1: usize = w + nextRow;
    const w2: usize = w1 + nextRow;
    const w3: usize = w2 + nextRow;
    let sum = f32x4.splat(0);
    let j: usize = 0;
    for (; j < fours; j += 16) {
      const r0 = v128.load(w + j);
      const r1 = v128.load(w1 + j);
      const r2 = v128.load(w2 + j);
      const r3 = v128.load(w3 + j);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const d: usize = nextDelta + j;
      sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f64>(low01, low23, 0, 2), v128.load32_splat(d)));
      sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f64>(low01, low23, 1, 3), v128.load32_splat(d, 4)));
      sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f64>(high01, high23, 0, 2), v128.load32_splat(d, 8)));
      sum = f32x4.add(sum, f32x4.mul(v128.shuffle<f64>(high01, high23, 1, 3), v128.load32_splat(d, 12)));
    }
    for (; j < end; j += 4) {
      let column = v128.load32_zero(w + j);
      column = v128.load_lane<u32>(w1 + j, column, 1);
      column = v128.load_lane<u32>(w2 + j, column, 2);
      column = v128.load_lane<u32>(w3 + j, column, 3);
      sum = f32x4.add(sum, f32x4.mul(column, v128.load32_splat(nextDelta + j)));
    }
    v128.store(delta, sum);
    delta += 16;
    w = w3 + nextRow;
  }
  sumsAsTheyLie(w, nextDelta, i32(nextRow >> 2), nextUnits, delta, 0, 1, units);
}

/** δ₊ᵀ in panels of eight samples, f32[rows / 8][units][8]. */
function turnToPanels(delta: usize, stride: i32, panels: usize, rows: i32, units: i32): void {
  for (let i = 0; i < rows; i += 8) {
    transpose(delta + ((i * stride) << 2), stride, panels + ((i * units) << 2), 8, min(8, rows - i), units);
  }
}

/** The reverse of `turnToPanels`. */
function turnFromPanels(panels: usize, delta: usize, stride: i32, rows: i32, units: i32): void {
  for (let i = 0; i < rows; i += 8) {
    transpose(panels + ((i * units) << 2), 8, delta + ((i * stride) << 2), stride, units, min(8, rows - i));
  }
}
