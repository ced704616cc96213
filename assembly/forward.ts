import { multiply } from './micro/multiply';

/**
 * Forward: z = W·a + b, one row for each sample of the mini-batch.
 * Rounds: sequential over the units of the layer before, from +0; the bias is added last.
 * @param input   f32[rows][inputStride], the activations a of the layer before
 * @param weights f32[fanIn][stride]: the column of unit j holds w_jk for all k
 * @param biases  f32[stride]
 * @param z       out, f32[rows][stride]; overwritten
 */
export function forward(
  input: usize,
  inputStride: i32,
  weights: usize,
  biases: usize,
  z: usize,
  stride: i32,
  rows: i32,
  fanIn: i32,
  units: i32,
): void {
  const columns = (units + 3) & ~3;
  multiply(input, inputStride << 2, 4, weights, stride << 2, z, stride << 2, biases, rows, columns, fanIn);
}
