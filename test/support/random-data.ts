import { Random } from '../../src/base/random.js';

/** Samples of random numbers: inputs N(0, 1); targets U(0, 1), so that a row of them does not sum to one. */
export function randomData(
  rows: number,
  inputs: number,
  outputs: number,
  seed = 1,
): { inputs: Float32Array; targets: Float32Array } {
  const random = Random.fromSeed(seed);
  return {
    inputs: Float32Array.from({ length: rows * inputs }, () => random.normal()),
    targets: Float32Array.from({ length: rows * outputs }, () => random.uniform(0, 1)),
  };
}
