import type { ReferenceMemory } from './reference-memory.js';

/** Update: W −= η/m Σ ∂C/∂W, over all weights and biases of the network at once. @param rate η/m */
export function update(
  m: ReferenceMemory,
  parameters: number,
  gradients: number,
  rate: number,
  count: number,
): void {
  const { floats: f, round } = m;
  const [p, g] = [m.at(parameters), m.at(gradients)];
  const factor = round(rate);
  for (let i = 0; i < count; i++) f[p + i] = f[p + i]! - round(factor * f[g + i]!);
}
