import { Layer } from './structs';

/**
 * BP3: ∂C/∂b = δ, summed over the mini-batch.
 * Reads l.delta, f32[rows][stride]; overwrites l.biasGradients, f32[stride].
 * Rounds: sequential over the rows of the mini-batch, from +0.
 */
export function biasGradient(l: Layer, rows: i32): void {
  const row: usize = l.stride << 2;
  const delta = l.delta;
  const biasGradients = l.biasGradients;
  for (let j: usize = 0, end: usize = l.units << 2; j < end; j += 16) {
    let sum = f32x4.splat(0);
    let from: usize = delta + j;
    for (let i = 0; i < rows; ++i) {
      sum = f32x4.add(sum, v128.load(from));
      from += row;
    }
    v128.store(biasGradients + j, sum);
  }
}
