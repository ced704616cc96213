import { BINARY_CROSS_ENTROPY, BINARY_FOCAL, CROSS_ENTROPY, FOCAL, OWN, QUADRATIC } from '../codes.js';
import { log } from '../../base/log.js';
import { binaryFocalCost, focal } from './micro/focal.js';
import { meanLosses, squaredError } from './micro/losses.js';
import type { Floats } from './numerics.js';
import type { Net } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';

/** The cost C of the last layer's outputs, summed over the samples in [from, to), in double precision. */
export function cost(m: ReferenceMemory, net: Net, from: number, to: number): number {
  const { loss, lossParameters: parameters, targets: y } = net;
  const { preActivations: z, activations: a, stride, units } = net.last;
  let total = 0;
  for (let n = from * stride; n < to * stride; n += stride) {
    total += sampleCost(m.floats, loss, parameters, z + n, a + n, y + n, units);
  }
  return total;
}

/**
 * The cost of one sample. A target of NaN has none.
 * @param f the memory; z, a and targets are indices into it of the row's first pre-activation, activation and target, and
 * `parameters` is that of the loss's parameter for the first output
 */
export function sampleCost(
  f: Floats,
  loss: number,
  parameters: number,
  z: number,
  a: number,
  targets: number,
  units: number,
): number {
  if (loss === QUADRATIC) return 0.5 * sum(squaredError, f, a, targets, units, parameters);
  if (loss === CROSS_ENTROPY) return crossEntropy(f, z, a, targets, units);
  if (loss === BINARY_CROSS_ENTROPY) return binaryCrossEntropy(f, z, a, targets, units);
  if (loss === OWN) return 0;
  if (loss === FOCAL) return focal(f, z, targets, units, f[parameters]!);
  if (loss === BINARY_FOCAL) return binaryFocal(f, z, targets, units, f[parameters]!, f[parameters + 1]!);
  return sum(meanLosses[loss]!.value, f, a, targets, units, parameters) / units;
}

function sum(
  value: (a: number, y: number, parameter: number) => number,
  f: Floats,
  a: number,
  targets: number,
  units: number,
  parameters: number,
): number {
  let sum = 0;
  for (let j = 0; j < units; j++) {
    const y = f[targets + j]!;
    if (y === y) sum += value(f[a + j]!, y, f[parameters + j]!);
  }
  return sum;
}

// The cross-entropies and the focal losses are written in z, so that a saturated unit (a rounded to 0 or 1) has its true cost instead of
// Infinity.

/** −Σ y ln a of softmax: −ln a_j = (z_max − z_j) − ln a_max, and a_max ≥ 1/units never underflows. */
function crossEntropy(f: Floats, z: number, a: number, targets: number, units: number): number {
  let largestZ = -Infinity;
  let largestA = 0;
  for (let j = 0; j < units; j++) {
    largestZ = Math.max(largestZ, f[z + j]!);
    largestA = Math.max(largestA, f[a + j]!);
  }
  const logLargest = log(largestA);
  let sum = 0;
  for (let j = 0; j < units; j++) {
    const y = f[targets + j]!;
    if (y !== 0) sum += y * (largestZ - f[z + j]! - logLargest);
  }
  return sum;
}

/**
 * −Σ (y ln a + (1 − y) ln(1 − a)) of sigmoid. With z ≥ 0: −ln a + (1 − y)z; with z < 0: −ln(1 − a) − yz. Both logarithms
 * have arguments of at least ½.
 */
function binaryCrossEntropy(f: Floats, z: number, a: number, targets: number, units: number): number {
  let sum = 0;
  for (let j = 0; j < units; j++) {
    const value = f[z + j]!;
    const output = f[a + j]!;
    const y = f[targets + j]!;
    if (y === y) sum += value >= 0 ? (1 - y) * value - log(output) : -log(1 - output) - y * value;
  }
  return sum;
}

function binaryFocal(
  f: Floats,
  z: number,
  targets: number,
  units: number,
  gamma: number,
  alpha: number,
): number {
  let sum = 0;
  for (let j = 0; j < units; j++) {
    const y = f[targets + j]!;
    if (y === y) sum += binaryFocalCost(f[z + j]!, y, gamma, alpha);
  }
  return sum;
}
