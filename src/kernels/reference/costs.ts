import { log } from '../log.js';

// The cost of one sample, computed in double precision. f is the memory; z, a and y are the places of the row's
// first pre-activation, activation and target in it. The cross-entropies are rewritten with z, so that a saturated
// unit (a rounded to 0 or 1) costs what it should and not Infinity.

/** ½ Σ (a − y)² */
export function quadratic(
  f: Float32Array | Float64Array,
  _z: number,
  a: number,
  y: number,
  units: number,
): number {
  let sum = 0;
  for (let j = 0; j < units; j++) {
    const difference = f[a + j]! - f[y + j]!;
    sum += difference * difference;
  }
  return 0.5 * sum;
}

/** −Σ y ln a of softmax: −ln a_j = (z_max − z_j) − ln a_max, and a_max ≥ 1/units never underflows. */
export function crossEntropy(
  f: Float32Array | Float64Array,
  z: number,
  a: number,
  y: number,
  units: number,
): number {
  let largestZ = -Infinity;
  let largestA = 0;
  for (let j = 0; j < units; j++) {
    largestZ = Math.max(largestZ, f[z + j]!);
    largestA = Math.max(largestA, f[a + j]!);
  }
  const logLargest = log(largestA);
  let sum = 0;
  for (let j = 0; j < units; j++) {
    if (f[y + j] !== 0) sum += f[y + j]! * (largestZ - f[z + j]! - logLargest);
  }
  return sum;
}

/**
 * −Σ (y ln a + (1 − y) ln(1 − a)) of sigmoid. With z ≥ 0: −ln a + (1 − y)z; with z < 0: −ln(1 − a) − yz. Neither
 * logarithm is of less than ½.
 */
export function binaryCrossEntropy(
  f: Float32Array | Float64Array,
  z: number,
  a: number,
  y: number,
  units: number,
): number {
  let sum = 0;
  for (let j = 0; j < units; j++) {
    const value = f[z + j]!;
    const output = f[a + j]!;
    const target = f[y + j]!;
    sum += value >= 0 ? (1 - target) * value - log(output) : -log(1 - output) - target * value;
  }
  return sum;
}
