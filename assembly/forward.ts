import { multiply } from './micro/multiply';

/**
 * Forward: z = W·a + b, one row for each sample of the mini-batch.
 * Rounds: sequential over the units of the layer before, from +0; the bias is added last.
 * @param input   f32[rows][inputStride], the activations a of the layer before
 * @param weights f32[fanIn][stride]: the column of unit j holds w_jk for all k
 * @param biases  f32[stride]
 * @param z       out, f32[rows][stride]; overwritten
 * @param scratch room for packing: scratchFloats in layout.ts
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
  scratch: usize,
): void {
  const columns = (units + 3) & ~3;
  multiply(
    false,
    input,
    inputStride << 2,
    weights,
    stride << 2,
    32,
    z,
    stride << 2,
    32,
    biases,
    rows,
    columns,
    fanIn,
    scratch,
  );
}
