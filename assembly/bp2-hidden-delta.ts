import { multiplySlope } from './activation';
import { clearPadding } from './micro/padding';
import { multiply } from './micro/multiply';
import { transpose } from './micro/transpose';

/**
 * BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z), where ₊ marks the layer after.
 * W₊ᵀ is never formed: W₊·δ₊ᵀ is computed as the weights lie, with the samples side by side, and turned back.
 * Rounds: sequential over the units of the layer after, from +0; then one product with σ′.
 * @param nextWeights f32[units][nextStride]
 * @param nextDelta   f32[rows][nextStride]
 * @param z           f32[rows][stride], pre-activations of this layer; a: its activations
 * @param delta       out, f32[rows][stride]; overwritten, its padding zero
 * @param scratch     f32[nextUnits + units, both rounded up to fours][rows rounded up to fours]
 */
export function hiddenDelta(
  activation: i32,
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
  const samples = (rows + 3) & ~3;
  const turned: usize = scratch + ((((nextUnits + 3) & ~3) * samples) << 2);
  transpose(nextDelta, nextStride, scratch, samples, rows, nextUnits);
  multiply(
    nextWeights,
    nextStride << 2,
    4,
    scratch,
    samples << 2,
    turned,
    samples << 2,
    0,
    units,
    samples,
    nextUnits,
  );
  transpose(turned, samples, delta, stride, units, rows);
  clearPadding(delta, stride, rows, units);
  multiplySlope(activation, z, a, delta, rows * stride);
}
