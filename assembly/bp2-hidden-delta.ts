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
