import { slope } from '../../run/activations.js';
import { findOutputRule, readLayer, sampleTargets, type View } from '../view.js';

/** A factor of ∂C/∂w. Their product is BP4 with BP1 or BP2 in it. */
export interface Factor {
  readonly name: 'input' | 'slope' | 'sum' | 'cost' | 'difference';
  readonly value: number;
}

/** The factors of the gradient of a weight for the sample in view: a at its start, σ′ at its end, and the δ gathered there. */
export function listFactors(view: View, layer: number, unit: number, from: number): readonly Factor[] {
  const { inputs, z, a, activation } = readLayer(view, layer);
  const input = { name: 'input', value: inputs[from]! } as const;
  const steepness = { name: 'slope', value: slope(activation, z[unit]!, a[unit]!) } as const;
  if (layer < view.problem.activations.length - 1) {
    const next = readLayer(view, layer + 1);
    const value = next.delta.reduce((sum, d, j) => sum + next.before.weights[j * a.length + unit]! * d, 0);
    return [input, steepness, { name: 'sum', value }];
  }
  const difference = a[unit]! - sampleTargets(view)[unit]!;
  const { cancels, scale } = findOutputRule(view);
  if (cancels) return [input, { name: 'difference', value: difference }];
  return [input, steepness, { name: 'cost', value: scale * difference }];
}

export function findSmallest(factors: readonly Factor[]): Factor {
  return factors.reduce((least, factor) => (Math.abs(factor.value) < Math.abs(least.value) ? factor : least));
}
