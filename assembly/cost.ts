import {
  BINARY_CROSS_ENTROPY,
  BINARY_FOCAL,
  CROSS_ENTROPY,
  FOCAL,
  HINGE,
  HUBER,
  LOG_COSH,
  MEAN_ABSOLUTE_ERROR,
  OWN,
  POISSON,
  QUADRATIC,
  QUANTILE,
} from '../src/kernels/codes';
import { binaryFocalCost, focal } from './micro/focal';
import { log } from './micro/log';
import { AbsoluteError, Hinge, Huber, LogCosh, Poisson, Quantile, SquaredError } from './micro/losses';
import { lastLayer, rowAt } from './network';
import { Net } from './structs';

/**
 * The cost C of the last layer's outputs, summed over the samples in [from, to):
 *   quadratic                       ½ Σ (a − y)²
 *   crossEntropy with softmax       −Σ y ln a
 *   binaryCrossEntropy with sigmoid −Σ (y ln a + (1 − y) ln(1 − a))
 *   focal, binaryFocal              as micro/focal.ts states
 *   own                             0: the caller computes it
 *   the others                      1/units Σ, of the values of micro/losses.ts
 * A target of NaN has no cost. The cross-entropies and the focal losses are written in z, so that a saturated unit (a rounded to
 * 0 or 1) has its true cost instead of Infinity.
 * Rounds: in f64; units sequential within a row, rows sequential, from +0.
 */
export function cost(net: Net, from: i32, to: i32): f64 {
  const l = lastLayer(net);
  const bytes: usize = l.stride << 2;
  let z = rowAt(l.preActivations, from, l.stride);
  let a = rowAt(l.activations, from, l.stride);
  let targets = rowAt(net.targets, from, l.stride);
  let total: f64 = 0;
  for (; from < to; ++from) {
    total += changetype<AnyLoss>(0).cost(net, z, a, targets, l.units);
    z += bytes;
    a += bytes;
    targets += bytes;
  }
  return total;
}

/** The cost of one sample: a type argument of `tallyAs`. */
export class AnyLoss {
  cost(net: Net, z: usize, a: usize, targets: usize, units: i32): f64 {
    const loss = net.loss;
    const parameters = net.lossParameters;
    if (loss == QUADRATIC) return 0.5 * sumOf<SquaredError>(a, targets, units, parameters);
    if (loss == CROSS_ENTROPY) return crossEntropy(z, a, targets, units);
    if (loss == BINARY_CROSS_ENTROPY) return binaryCrossEntropy(z, a, targets, units);
    if (loss == MEAN_ABSOLUTE_ERROR) return sumOf<AbsoluteError>(a, targets, units, parameters) / <f64>units;
    if (loss == HUBER) return sumOf<Huber>(a, targets, units, parameters) / <f64>units;
    if (loss == HINGE) return sumOf<Hinge>(a, targets, units, parameters) / <f64>units;
    if (loss == LOG_COSH) return sumOf<LogCosh>(a, targets, units, parameters) / <f64>units;
    if (loss == POISSON) return sumOf<Poisson>(a, targets, units, parameters) / <f64>units;
    if (loss >= OWN) return rareCost(net, z, targets, units);
    if (loss == QUANTILE) return sumOf<Quantile>(a, targets, units, parameters) / <f64>units;
    return sumOf<SquaredError>(a, targets, units, parameters) / <f64>units;
  }
}

/** The cost of a sample by the losses from `OWN` on. Apart, because each comparison above costs small steps some time. */
function rareCost(net: Net, z: usize, targets: usize, units: i32): f64 {
  const parameters = net.lossParameters;
  if (net.loss == FOCAL) return focal(z, targets, units, <f64>load<f32>(parameters), 0);
  return net.loss == BINARY_FOCAL ? binaryFocal(z, targets, units, parameters) : 0;
}

/** `AnyLoss` with only the losses of tiny networks, because the others would make their module larger. */
export class TinyLoss {
  cost(net: Net, z: usize, a: usize, targets: usize, units: i32): f64 {
    return net.loss == BINARY_CROSS_ENTROPY
      ? binaryCrossEntropy(z, a, targets, units)
      : 0.5 * sumOf<SquaredError>(a, targets, units, net.lossParameters);
  }
}

/** Σ over the outputs whose target isn't NaN, in f64, sequential from +0. */
export function sumOf<Loss>(a: usize, targets: usize, units: i32, parameters: usize): f64 {
  const loss = changetype<Loss>(0);
  let sum: f64 = 0;
  for (let at: usize = 0; at < <usize>(units << 2); at += 4) {
    const y = <f64>load<f32>(targets + at);
    if (y == y) sum += loss.value(<f64>load<f32>(a + at), y, <f64>load<f32>(parameters + at));
  }
  return sum;
}

/** −ln a_j = (z_max − z_j) − ln a_max, and a_max ≥ 1/units never underflows. */
function crossEntropy(z: usize, a: usize, targets: usize, units: i32): f64 {
  let largestZ: f64 = -Infinity;
  let largestA: f64 = 0;
  for (let at: usize = 0; at < <usize>(units << 2); at += 4) {
    largestZ = max(largestZ, <f64>load<f32>(z + at));
    largestA = max(largestA, <f64>load<f32>(a + at));
  }
  const logLargest = log(largestA);
  let sum: f64 = 0;
  for (let at: usize = 0; at < <usize>(units << 2); at += 4) {
    const y = <f64>load<f32>(targets + at);
    if (y != 0) sum += y * (largestZ - <f64>load<f32>(z + at) - logLargest);
  }
  return sum;
}

/** With z ≥ 0: −ln a + (1 − y)z; with z < 0: −ln(1 − a) − yz. Both logarithms have arguments of at least ½. */
function binaryCrossEntropy(z: usize, a: usize, targets: usize, units: i32): f64 {
  let sum: f64 = 0;
  for (let at: usize = 0; at < <usize>(units << 2); at += 4) {
    const value = <f64>load<f32>(z + at);
    const output = <f64>load<f32>(a + at);
    const y = <f64>load<f32>(targets + at);
    if (y == y) sum += value >= 0 ? (1 - y) * value - log(output) : -log(1 - output) - y * value;
  }
  return sum;
}

/** @param parameters γ and α */
function binaryFocal(z: usize, targets: usize, units: i32, parameters: usize): f64 {
  const gamma = <f64>load<f32>(parameters);
  const alpha = <f64>load<f32>(parameters, 4);
  let sum: f64 = 0;
  for (let at: usize = 0; at < <usize>(units << 2); at += 4) {
    const y = <f64>load<f32>(targets + at);
    if (y == y) sum += binaryFocalCost(<f64>load<f32>(z + at), y, gamma, alpha);
  }
  return sum;
}
