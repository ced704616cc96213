import { Random } from '../src/base/random.js';

/** The source of numbers for a kernel. */
export interface Source {
  /** Weights, pre-activations, δ. */
  readonly floats: (count: number) => Float32Array;
  /** Outputs and targets. In ordinary runs they are between 0 and 1, so that their logarithms are numbers. */
  readonly shares: (count: number) => Float32Array;
  readonly bytes: (count: number) => Uint8Array;
  /** A factor. It needn't be a float, because kernels round it. */
  readonly number: () => number;
}

/** Typical numbers of a network: their sums are never NaN or infinite. One in eight is a zero of either sign. */
export function ordinary(seed: number): Source {
  const random = Random.fromSeed(seed);
  const float = (): number => (random.below(8) > 0 ? random.uniform(-2, 2) : random.below(2) ? 0 : -0);
  return {
    floats: (count) => new Float32Array(count).map(float),
    shares: (count) => new Float32Array(count).map(() => random.uniform(0.01, 0.99)),
    bytes: (count) => new Uint8Array(count).map(() => random.below(256)),
    number: () => random.uniform(0, 1),
  };
}
