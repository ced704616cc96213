/**
 * BP3: ∂C/∂b = δ, summed over the mini-batch.
 * Rounds: sequential over the rows of the mini-batch, from +0.
 * @param delta         f32[rows][stride]
 * @param biasGradients out, f32[stride]; overwritten
 */
export function biasGradient(delta: usize, biasGradients: usize, stride: i32, rows: i32, units: i32): void {
  for (let j = 0; j < units; j += 4) {
    let sum = f32x4.splat(0);
    let from: usize = delta + (j << 2);
    for (let i = 0; i < rows; ++i) {
      sum = f32x4.add(sum, v128.load(from));
      from += stride << 2;
    }
    v128.store(biasGradients + (j << 2), sum);
  }
}
