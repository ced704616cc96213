import type { FeatureName } from '../protocol.js';
import { onCircle } from './circle.js';

/** What a network on the plane can receive as its inputs, from a point in [−1, 1]². Every browser computes the same bits. */
const features: Readonly<Record<FeatureName, { name: string; of: (x: number, y: number) => number }>> = {
  x: { name: 'x', of: (x) => x },
  y: { name: 'y', of: (_, y) => y },
  xx: { name: 'x²', of: (x) => x * x },
  yy: { name: 'y²', of: (_, y) => y * y },
  xy: { name: 'xy', of: (x, y) => x * y },
  sinx: { name: 'sin 2πx', of: (x) => onCircle(x, 1)[1] },
  siny: { name: 'sin 2πy', of: (_, y) => onCircle(y, 1)[1] },
};

export const featureNames = Object.keys(features) as FeatureName[];

/** A feature as a formula: 'x²' for 'xx'. */
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
