import type { FeatureName } from '../protocol.js';
import { onCircle } from './circle.js';

/** What a network on the plane can receive as its inputs, from a point in [−1, 1]². Every browser computes the same bits. */
const features: Readonly<Record<FeatureName, { name: string; of: (x1: number, x2: number) => number }>> = {
  x1: { name: 'x₁', of: (x1) => x1 },
  x2: { name: 'x₂', of: (_, x2) => x2 },
  x1x1: { name: 'x₁²', of: (x1) => x1 * x1 },
  x2x2: { name: 'x₂²', of: (_, x2) => x2 * x2 },
  x1x2: { name: 'x₁x₂', of: (x1, x2) => x1 * x2 },
  sinx1: { name: 'sin 2πx₁', of: (x1) => onCircle(x1, 1)[1] },
  sinx2: { name: 'sin 2πx₂', of: (_, x2) => onCircle(x2, 1)[1] },
};

export const featureNames = Object.keys(features) as FeatureName[];

/** A feature as a formula: 'x₁²' for 'x1x1'. */
export const nameFeature = (feature: FeatureName): string => features[feature].name;

/** @param points [n][2] @returns [n][chosen.length] */
export function computeFeatures(points: Float32Array, chosen: readonly FeatureName[]): Float32Array {
  const inputs = new Float32Array((points.length / 2) * chosen.length);
  chosen.forEach((feature, k) => {
    const { of } = features[feature];
    for (let n = 0; n < points.length / 2; n++)
      inputs[n * chosen.length + k] = of(points[2 * n]!, points[2 * n + 1]!);
  });
  return inputs;
}
