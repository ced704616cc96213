import { multiply } from './micro/multiply';

/**
 * BP4: ∂C/∂W = δ·aᵀ, summed over the mini-batch.
 * Rounds: sequential over the rows of the mini-batch, from +0.
 * @param input           f32[rows][inputStride], the activations a of the layer before
 * @param delta           f32[rows][stride]
 * @param weightGradients out, f32[fanIn][stride]; overwritten
 * @param scratch         room for packing: scratchFloats in layout.ts
 */
export function weightGradient(
  input: usize,
  inputStride: i32,
  delta: usize,
  weightGradients: usize,
  stride: i32,
  rows: i32,
  fanIn: i32,
  units: i32,
  scratch: usize,
): void {
  const columns = (units + 3) & ~3;
  multiply(
    true,
    input,
    inputStride << 2,
    delta,
    stride << 2,
    32,
    weightGradients,
    stride << 2,
    32,
    0,
    fanIn,
    columns,
    rows,
    scratch,
  );
}
