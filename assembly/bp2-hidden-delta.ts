import { multiplySlope } from './activation';
import { clearPadding } from './micro/padding';
import { multiply } from './micro/multiply';
import { transpose } from './micro/transpose';

/** Products of at most so many multiplications cost less than turning δ₊ would. */
const SMALL: i32 = 64;

/**
 * BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z), where ₊ marks the layer after.
 * W₊ᵀ is never formed: W₊·δ₊ᵀ is computed as the weights lie, with the samples side by side in panels of eight, and
 * turned back.
 * Rounds: sequential over the units of the layer after, from +0; then one product with σ′.
 * @param nextWeights f32[units][nextStride]
 * @param nextDelta   f32[rows][nextStride]
 * @param z           f32[rows][stride], pre-activations of this layer; a: its activations
 * @param delta       out, f32[rows][stride]; overwritten, its padding zero
 * @param scratch     room for δ₊ᵀ and δᵀ in panels: scratchFloats in layout.ts
 */
export function hiddenDelta(
  activation: i32,
  alpha: f32,
  nextWeights: usize,
  nextDelta: usize,
  nextStride: i32,
  nextUnits: i32,
  z: usize,
  a: usize,
  delta: usize,
  stride: i32,
  rows: i32,
  units: i32,
  scratch: usize,
): void {
  if (<i64>rows * units * nextUnits <= SMALL) {
    sumsAsTheyLie(nextWeights, nextDelta, nextStride, nextUnits, delta, stride, rows, units);
  } else {
    const turned: usize = scratch + ((((rows + 7) & ~7) * nextUnits) << 2);
    turnToPanels(nextDelta, nextStride, scratch, rows, nextUnits);
    multiply(
      false,
      nextWeights,
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
  multiplySlope(activation, alpha, z, a, delta, rows * stride);
  clearPadding(delta, stride, rows, units);
}

/** W₊ᵀ·δ₊, sum by sum. */
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

/** And back. */
function turnFromPanels(panels: usize, delta: usize, stride: i32, rows: i32, units: i32): void {
  for (let i = 0; i < rows; i += 8) {
    transpose(panels + ((i * units) << 2), 8, delta + ((i * stride) << 2), stride, units, min(8, rows - i));
  }
}
