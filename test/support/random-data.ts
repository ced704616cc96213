import { Random } from '../../src/base/random.js';

/** Random samples: inputs from N(0, 1) and targets from U(0, 1), so that a row of targets doesn't sum to 1. */
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
