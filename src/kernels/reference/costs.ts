import {
  BINARY_CROSS_ENTROPY,
  CROSS_ENTROPY,
  HINGE,
  HUBER,
  MEAN_ABSOLUTE_ERROR,
  MEAN_SQUARED_ERROR,
  QUADRATIC,
} from '../codes.js';
import { log } from '../../base/log.js';
import type { Precision } from './numerics.js';

/**
 * The cost of one sample, computed in double precision.
 * @param f the memory; z, a and y are the places of the row's first pre-activation, activation and target in it
 * @param parameter of the loss
 */
type Cost = (
  f: Float32Array | Float64Array,
  z: number,
  a: number,
  y: number,
  units: number,
  parameter: number,
) => number;

/** The costs by the numbers of the losses in codes.ts. */
export const costs: Record<number, Cost> = {
  [QUADRATIC]: (f, _z, a, y, units) => 0.5 * sum(squaredError, f, a, y, units, 0),
  [CROSS_ENTROPY]: crossEntropy,
  [BINARY_CROSS_ENTROPY]: binaryCrossEntropy,
  [MEAN_SQUARED_ERROR]: mean(squaredError),
  [MEAN_ABSOLUTE_ERROR]: mean((a, y) => Math.abs(a - y)),
  [HUBER]: mean((a, y, delta) => {
    const size = Math.abs(a - y);
    return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
  }),
  [HINGE]: mean((a, y) => Math.max(0, 1 - y * a)),
};

/**
 * The slopes, in a, of those that are means over the outputs, not yet divided by how many there are; each operation
 * rounds once. Where a is NaN they are. assembly/micro/losses.ts says where they come from.
 */
export const slopesIn = ({ round }: Precision): Record<number, OfOutput> => ({
  [MEAN_SQUARED_ERROR]: (a, y) => 2 * round(a - y),
  [MEAN_ABSOLUTE_ERROR](a, y) {
    const difference = round(a - y);
    return Math.abs(difference) > 0 ? Math.sign(difference) : difference;
  },
  [HUBER]: (a, y, delta) => Math.max(Math.min(round(a - y), delta), -delta),
  [HINGE](a, y) {
    const margin = round(y * a);
    return margin < 1 ? -y : margin >= 1 ? 0 : NaN;
  },
});

type OfOutput = (a: number, y: number, parameter: number) => number;

function squaredError(a: number, y: number): number {
  return (a - y) * (a - y);
}

function sum(
  of: OfOutput,
  f: Float32Array | Float64Array,
  a: number,
  y: number,
  units: number,
  parameter: number,
): number {
  let sum = 0;
  for (let j = 0; j < units; j++) sum += of(f[a + j]!, f[y + j]!, parameter);
  return sum;
}

/** The cost that is the mean over the outputs. */
function mean(of: OfOutput): Cost {
  return (f, _z, a, y, units, parameter) => sum(of, f, a, y, units, parameter) / units;
}

// The cross-entropies are rewritten with z, so that a saturated unit (a rounded to 0 or 1) costs what it should and not
// Infinity.

/** −Σ y ln a of softmax: −ln a_j = (z_max − z_j) − ln a_max, and a_max ≥ 1/units never underflows. */
function crossEntropy(
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
function binaryCrossEntropy(
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
