import type { ReferenceMemory } from './reference-memory.js';

/** Update: W −= η/m Σ ∂C/∂W, over all weights and biases of the network at once. @param rate η/m */
export function update(
  { floats: f, round }: ReferenceMemory,
  parameters: number,
  gradients: number,
  rate: number,
  count: number,
): void {
  const factor = round(rate);
  for (let p = parameters, g = gradients; p < parameters + count; p++, g++) {
    f[p] = f[p]! - round(factor * f[g]!);
  }
}
