import { multiply } from './micro/multiply';
import { multiplyColumn } from './micro/stream';
import { rowAt } from './network';
import { Layer } from './structs';

/**
 * BP4: ∂C/∂W = δ·aᵀ, with a of the layer before, summed over the mini-batch, for the weights of the inputs in [from, to).
 * Reads l.input, f32[rows][inputStride], and l.delta, f32[rows][stride]; overwrites those rows of l.weightGradients,
 * f32[fanIn][stride].
 * Rounds: sequential over the rows of the mini-batch, from +0.
 * @param scratch room for packing: scratchFloats in layout.ts
 */
export function weightGradient(l: Layer, rows: i32, from: i32, to: i32, scratch: usize): void {
  const stride = l.stride;
  if (rows == 1) {
    const gradients = rowAt(l.weightGradients, from, stride);
    multiplyColumn(l.input + (from << 2), l.delta, gradients, stride << 2, to - from, (l.units + 3) & ~3);
    return;
  }
  multiply(
    true,
    l.input + (from << 2),
    l.inputStride << 2,
    l.delta,
    stride << 2,
    32,
    rowAt(l.weightGradients, from, stride),
    stride << 2,
    32,
    0,
    to - from,
    (l.units + 3) & ~3,
    rows,
    scratch,
  );
}
