/**
 * Update: W −= η/m Σ ∂C/∂W, over all weights and biases of the network at once.
 * Rounds: the product η/m·g, then the difference.
 * @param parameters f32[count], updated in place
 * @param gradients  f32[count], sums over the mini-batch
 * @param rate       η/m
 * @param count      a multiple of four
 */
export function update(parameters: usize, gradients: usize, rate: f32, count: i32): void {
  const scale = f32x4.splat(rate);
  for (let end: usize = parameters + (count << 2); parameters < end; parameters += 16) {
    v128.store(parameters, f32x4.sub(v128.load(parameters), f32x4.mul(scale, v128.load(gradients))));
    gradients += 16;
  }
}
