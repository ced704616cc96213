import { CROSS_ENTROPY, QUADRATIC } from '../src/kernels/codes';
import { multiplySlope } from './activation';

/**
 * BP1: δ = ∇ₐC ⊙ σ′(z) of the last layer, for each loss with the activations it goes with:
 *   quadratic                       δ = (a − y) ⊙ σ′(z)
 *   binaryCrossEntropy with sigmoid δ = a − y           (σ′ cancels: Nielsen, ch. 3)
 *   crossEntropy with softmax       δ = a·Σy − y        (Σy is 1 for one-hot targets)
 * Rounds: as written, each operation once; Σy is sequential over the units, from +0.
 * @param z       f32[rows][stride], a and targets likewise, their padding zero
 * @param delta   out, f32[rows][stride]; overwritten
 */
export function outputDelta(
  loss: i32,
  activation: i32,
  z: usize,
  a: usize,
  targets: usize,
  delta: usize,
  stride: i32,
  rows: i32,
  units: i32,
): void {
  if (loss == CROSS_ENTROPY) {
    for (let i = 0; i < rows; ++i) {
      const offset: usize = (i * stride) << 2;
      let total: f32 = 0;
      for (let j = 0; j < units; ++j) total += load<f32>(targets + offset + (j << 2));
      difference(a + offset, total, targets + offset, delta + offset, stride);
    }
    return;
  }
  difference(a, 1, targets, delta, rows * stride);
  if (loss == QUADRATIC) multiplySlope(activation, z, a, delta, rows * stride);
}

/** δ = a·total − y over `count` floats, a multiple of four. */
function difference(a: usize, total: f32, targets: usize, delta: usize, count: i32): void {
  const scale = f32x4.splat(total);
  for (let end: usize = delta + (count << 2); delta < end; delta += 16) {
    v128.store(delta, f32x4.sub(f32x4.mul(v128.load(a), scale), v128.load(targets)));
    a += 16;
    targets += 16;
  }
}
