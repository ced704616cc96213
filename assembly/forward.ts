import { multiply } from './micro/multiply';
import { rowAt } from './network';
import { Layer } from './structs';

/**
 * Forward: z = W·a + b, with a of the previous layer, for the samples in [from, to).
 * Reads l.input, f32[rows][inputStride], l.weights, f32[fanIn][stride], and l.biases; overwrites l.preActivations,
 * f32[rows][stride].
 * Rounds: sequential over the units of the previous layer, from +0; the bias is added last.
 * @param scratch room for packing: scratchFloats in layout.ts
 */
export function forward(l: Layer, from: i32, to: i32, scratch: usize): void {
  const stride = l.stride;
  const inputStride = l.inputStride;
  multiply(
    false,
    rowAt(l.input, from, inputStride),
    inputStride << 2,
    l.weights,
    stride << 2,
    32,
    rowAt(l.preActivations, from, stride),
    stride << 2,
    32,
    l.biases,
    to - from,
    (l.units + 3) & ~3,
    l.fanIn,
    scratch,
  );
}
