import {
  BINARY_CROSS_ENTROPY,
  BINARY_FOCAL,
  CROSS_ENTROPY,
  FOCAL,
  HINGE,
  HUBER,
  LOG_COSH,
  MEAN_ABSOLUTE_ERROR,
  MEAN_SQUARED_ERROR,
  OWN,
  POISSON,
  QUANTILE,
} from '../src/kernels/codes';
import { multiplySlope } from './activation';
import { binaryFocalDelta, focal } from './micro/focal';
import { AbsoluteError, Hinge, Huber, LogCosh, Poisson, Quantile, SquaredError } from './micro/losses';
import { clearPadding } from './micro/padding';
import { lastLayer, rowAt } from './network';
import { Net } from './structs';

/**
 * BP1: δ = ∇ₐC ⊙ σ′(z) of the last layer, for the samples in [from, to). By loss, with the activation that it requires:
 *   quadratic                       δ = (a − y) ⊙ σ′(z)
 *   binaryCrossEntropy with sigmoid δ = a − y           (σ′ cancels: Nielsen, ch. 3)
 *   crossEntropy with softmax       δ = a·Σy − y        (Σy is 1 for one-hot targets)
 *   focal, binaryFocal              δ as micro/focal.ts states, also with these activations
 *   own                             δ as the caller has written it
 *   the others                      δ = slope/units ⊙ σ′(z), with the slopes of micro/losses.ts
 * If net.ignoresMissing, δ is ±0 where y is NaN.
 * Reads z and a of the layer and net.targets, f32[rows][stride] each; the padding of a and targets is zero. Overwrites δ, with
 * zero padding.
 * Rounds: as written, each operation once; Σy is sequential over the units, from +0.
 */
export function outputDelta(net: Net, from: i32, to: i32): void {
  const l = lastLayer(net);
  const loss = net.loss;
  const parameters = net.lossParameters;
  const stride = l.stride;
  const units = l.units;
  const rows = to - from;
  const count = rows * stride;
  const a = rowAt(l.activations, from, stride);
  const targets = rowAt(net.targets, from, stride);
  const delta = rowAt(l.delta, from, stride);
  switch (loss) {
    case OWN:
      return;
    case CROSS_ENTROPY: {
      for (let i = 0; i < rows; ++i) {
        const offset: usize = (i * stride) << 2;
        let total: f32 = 0;
        for (let j = 0; j < units; ++j) total += load<f32>(targets + offset + (j << 2));
        difference(a + offset, total, targets + offset, delta + offset, stride);
      }
      return;
    }
    case MEAN_SQUARED_ERROR: {
      meanSlopes<SquaredError>(a, targets, delta, rows, stride, units, parameters);
      break;
    }
    case MEAN_ABSOLUTE_ERROR: {
      meanSlopes<AbsoluteError>(a, targets, delta, rows, stride, units, parameters);
      break;
    }
    case HUBER: {
      meanSlopes<Huber>(a, targets, delta, rows, stride, units, parameters);
      break;
    }
    case HINGE: {
      meanSlopes<Hinge>(a, targets, delta, rows, stride, units, parameters);
      break;
    }
    case LOG_COSH: {
      meanSlopes<LogCosh>(a, targets, delta, rows, stride, units, parameters);
      break;
    }
    case POISSON: {
      meanSlopes<Poisson>(a, targets, delta, rows, stride, units, parameters);
      break;
    }
    case QUANTILE: {
      meanSlopes<Quantile>(a, targets, delta, rows, stride, units, parameters);
      break;
    }
    case FOCAL:
    case BINARY_FOCAL: {
      focalDelta(net, from, to);
      return;
    }
    default: {
      difference(a, 1, targets, delta, count);
    }
  }
  if (net.ignoresMissing) clearMissing(targets, delta, count);
  if (loss == BINARY_CROSS_ENTROPY) return;
  multiplySlope(l, from, to);
  clearPadding(delta, stride, rows, units);
}

/** δ = a·total − y over `count` floats, a multiple of four. */
export function difference(a: usize, total: f32, targets: usize, delta: usize, count: i32): void {
  const scale = f32x4.splat(total);
  for (let end: usize = delta + (count << 2); delta < end; delta += 16) {
    v128.store(delta, f32x4.sub(f32x4.mul(v128.load(a), scale), v128.load(targets)));
    a += 16;
    targets += 16;
  }
}

/** δ of the focal losses. A target of NaN has none. */
function focalDelta(net: Net, from: i32, to: i32): void {
  const l = lastLayer(net);
  const bytes: usize = l.stride << 2;
  const isBinary = net.loss == BINARY_FOCAL;
  const gamma = <f64>load<f32>(net.lossParameters);
  const alpha = <f64>load<f32>(net.lossParameters, 4);
  let z = rowAt(l.preActivations, from, l.stride);
  let targets = rowAt(net.targets, from, l.stride);
  let delta = rowAt(l.delta, from, l.stride);
  for (; from < to; ++from) {
    if (!isBinary) focal(z, targets, l.units, gamma, delta);
    else {
      for (let at: usize = 0; at < <usize>(l.units << 2); at += 4) {
        const y = <f64>load<f32>(targets + at);
        const slope = binaryFocalDelta(<f64>load<f32>(z + at), y, gamma, alpha);
        store<f32>(delta + at, y == y ? <f32>slope : 0);
      }
    }
    clearPadding(delta, l.stride, 1, l.units);
    z += bytes;
    targets += bytes;
    delta += bytes;
  }
}

/** δ = 0 where the target is NaN, over `count` floats, a multiple of four. */
function clearMissing(targets: usize, delta: usize, count: i32): void {
  for (let end: usize = delta + (count << 2); delta < end; delta += 16) {
    const y = v128.load(targets);
    v128.store(delta, v128.and(v128.load(delta), f32x4.eq(y, y)));
    targets += 16;
  }
}

/** δ = slope/units over `rows` rows. @param parameters f32[stride], the loss's parameter for each output */
function meanSlopes<Loss>(
  a: usize,
  targets: usize,
  delta: usize,
  rows: i32,
  stride: i32,
  units: i32,
  parameters: usize,
): void {
  const loss = changetype<Loss>(0);
  const divisor = f32x4.splat(<f32>units);
  const bytes: usize = stride << 2;
  for (; rows > 0; --rows) {
    for (let at: usize = 0; at < bytes; at += 16) {
      const slope = loss.slope(v128.load(a + at), v128.load(targets + at), v128.load(parameters + at));
      v128.store(delta + at, f32x4.div(slope, divisor));
    }
    a += bytes;
    targets += bytes;
    delta += bytes;
  }
}

/** Multiplies δ of each sample of the last layer by its weight, f32[rows]. Rounds: the product, once. */
export function weightDelta(net: Net, weights: usize, from: i32, to: i32): void {
  const l = lastLayer(net);
  const row: usize = l.stride << 2;
  let delta = rowAt(l.delta, from, l.stride);
  for (; from < to; ++from) {
    const weight = v128.load32_splat(weights + (from << 2));
    for (let end: usize = delta + row; delta < end; delta += 16) {
      v128.store(delta, f32x4.mul(v128.load(delta), weight));
    }
  }
}
