import { LEAKY_RELU, RELU, SIGMOID } from '../../src/kernels/codes';
import { layerAt } from '../network';
import { Layer, Net, Rule, Tally, Window } from '../structs';
import { LeakyRelu, Relu, Sigmoid, Tanh } from '../micro/activations';
import { dropTooSmall } from './momentum';

/** Whether learnTiny can train a network: two layers of at most four units. */
export function isTiny(net: Net): bool {
  return net.layerCount == 2 && layerAt(net, 0).stride == 4 && layerAt(net, 1).stride == 4;
}

/**
 * `learn` with momentum for two layers of at most four units. Each row of weights is one vector, and those of the second
 * layer stay in registers, because calls and memory took most of the time. 2.4 → 4.0 million epochs of XOR a second.
 * Rounds: as `learn` does with forward, bp1, bp2 and changeWeights; it leaves out only additions of zero.
 */
export function learnTiny(
  net: Net,
  window: Window,
  count: i32,
  epochs: i32,
  learningRate: f32,
  momentum: f32,
  threshold: f64,
): i32 {
  switch (layerAt(net, 0).activation) {
    case SIGMOID:
      return learnAs<Sigmoid>(net, window, count, epochs, learningRate, momentum, threshold);
    case RELU:
      return learnAs<Relu>(net, window, count, epochs, learningRate, momentum, threshold);
    case LEAKY_RELU:
      return learnAs<LeakyRelu>(net, window, count, epochs, learningRate, momentum, threshold);
    default:
      return learnAs<Tanh>(net, window, count, epochs, learningRate, momentum, threshold);
  }
}

function learnAs<Activation>(
  net: Net,
  window: Window,
  count: i32,
  epochs: i32,
  learningRate: f32,
  momentum: f32,
  threshold: f64,
): i32 {
  const activation = changetype<Activation>(0);
  const tally = changetype<Tally>(net.tally);
  const hidden = layerAt(net, 0);
  const last = layerAt(net, 1);
  const distance: usize = changetype<Rule>(net.rule).first - net.parameters;
  const alpha = f32x4.splat(hidden.alpha);
  const mu = f32x4.splat(momentum);
  const eta = f32x4.splat(learningRate);
  const hiddenLanes = maskLanes(hidden.units);
  const lastLanes = maskLanes(last.units);
  const hiddenUnits = hidden.units;
  const units = last.units;
  const weights = hidden.weights;
  const weightsEnd: usize = weights + (hidden.fanIn << 4);
  const inputs: usize = changetype<usize>(window) + window.rows;
  const targets: usize = changetype<usize>(window) + window.targets;

  // Rows of the second layer's weights, and their changes. Missing rows are zero and stay zero.
  let w0 = loadRow(last, 0, 0);
  let w1 = loadRow(last, 0, 1);
  let w2 = loadRow(last, 0, 2);
  let w3 = loadRow(last, 0, 3);
  let c0 = loadRow(last, distance, 0);
  let c1 = loadRow(last, distance, 1);
  let c2 = loadRow(last, distance, 2);
  let c3 = loadRow(last, distance, 3);
  let hiddenBiases = v128.load(hidden.biases);
  let biases = v128.load(last.biases);

  tally.right = 0;
  let epoch = 0;
  while (epoch < epochs) {
    let sum: f64 = 0;
    let x = inputs;
    let y = targets;
    for (let i = 0; i < count; ++i) {
      // forward
      let z = f32x4.splat(0);
      let xk = x;
      for (let w = weights; w < weightsEnd; w += 16) {
        z = f32x4.add(z, f32x4.mul(v128.load32_splat(xk), v128.load(w)));
        xk += 4;
      }
      z = f32x4.add(z, hiddenBiases);
      const a = v128.and(activation.value(z, alpha), hiddenLanes);
      const a0 = f32x4.splat(f32x4.extract_lane(a, 0));
      const a1 = f32x4.splat(f32x4.extract_lane(a, 1));
      const a2 = f32x4.splat(f32x4.extract_lane(a, 2));
      const a3 = f32x4.splat(f32x4.extract_lane(a, 3));
      let lastZ = f32x4.add(f32x4.splat(0), f32x4.mul(a0, w0));
      if (hiddenUnits > 1) lastZ = f32x4.add(lastZ, f32x4.mul(a1, w1));
      if (hiddenUnits > 2) lastZ = f32x4.add(lastZ, f32x4.mul(a2, w2));
      if (hiddenUnits > 3) lastZ = f32x4.add(lastZ, f32x4.mul(a3, w3));
      lastZ = f32x4.add(lastZ, biases);
      const output = v128.and(activation.value(lastZ, alpha), lastLanes);

      // the error, in double precision
      const target = v128.load(y);
      let squares = square(f32x4.extract_lane(output, 0), f32x4.extract_lane(target, 0));
      if (units > 1) squares += square(f32x4.extract_lane(output, 1), f32x4.extract_lane(target, 1));
      if (units > 2) squares += square(f32x4.extract_lane(output, 2), f32x4.extract_lane(target, 2));
      if (units > 3) squares += square(f32x4.extract_lane(output, 3), f32x4.extract_lane(target, 3));
      sum += squares / <f64>units;
      if (!isFinite(sum)) {
        tally.right = i + 1;
        break;
      }

      // BP1 and BP2
      let delta = f32x4.mul(f32x4.sub(output, target), activation.slope(lastZ, output, alpha));
      delta = v128.and(delta, lastLanes);
      const p0 = f32x4.mul(w0, delta);
      const p1 = f32x4.mul(w1, delta);
      const p2 = f32x4.mul(w2, delta);
      const p3 = f32x4.mul(w3, delta);
      const low01 = v128.shuffle<f32>(p0, p1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(p2, p3, 0, 4, 1, 5);
      let back = f32x4.add(f32x4.splat(0), v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      if (units > 1) back = f32x4.add(back, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      if (units > 2) {
        const high01 = v128.shuffle<f32>(p0, p1, 2, 6, 3, 7);
        const high23 = v128.shuffle<f32>(p2, p3, 2, 6, 3, 7);
        back = f32x4.add(back, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
        if (units > 3) back = f32x4.add(back, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      }
      const hiddenDelta = v128.and(f32x4.mul(back, activation.slope(z, a, alpha)), hiddenLanes);

      // the update
      const hiddenStep = f32x4.mul(eta, hiddenDelta);
      hiddenBiases = f32x4.sub(hiddenBiases, hiddenStep);
      for (let w = weights; w < weightsEnd; w += 16) {
        const c = change(mu, v128.load(w + distance), hiddenStep, v128.load32_splat(x));
        v128.store(w, f32x4.add(v128.load(w), c));
        v128.store(w + distance, dropTooSmall(c));
        x += 4;
      }
      const step = f32x4.mul(eta, delta);
      biases = f32x4.sub(biases, step);
      c0 = change(mu, c0, step, a0);
      c1 = change(mu, c1, step, a1);
      c2 = change(mu, c2, step, a2);
      c3 = change(mu, c3, step, a3);
      w0 = f32x4.add(w0, c0);
      w1 = f32x4.add(w1, c1);
      w2 = f32x4.add(w2, c2);
      w3 = f32x4.add(w3, c3);
      c0 = dropTooSmall(c0);
      c1 = dropTooSmall(c1);
      c2 = dropTooSmall(c2);
      c3 = dropTooSmall(c3);
      y += 16;
    }
    if (tally.right) break;
    ++epoch;
    tally.loss = sum / <f64>count;
    if (tally.loss <= threshold) break;
  }

  v128.store(hidden.biases, hiddenBiases);
  v128.store(last.biases, biases);
  storeRow(last, 0, 0, w0);
  storeRow(last, 0, 1, w1);
  storeRow(last, 0, 2, w2);
  storeRow(last, 0, 3, w3);
  storeRow(last, distance, 0, c0);
  storeRow(last, distance, 1, c1);
  storeRow(last, distance, 2, c2);
  storeRow(last, distance, 3, c3);
  return epoch;
}

function square(a: f32, y: f32): f64 {
  const error = <f64>a - <f64>y;
  return error * error;
}

/** μ·c − step·x */
function change(mu: v128, c: v128, step: v128, x: v128): v128 {
  return f32x4.sub(f32x4.mul(mu, c), f32x4.mul(step, x));
}

/** All bits of the first `units` lanes. */
function maskLanes(units: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(units));
}

function loadRow(l: Layer, distance: usize, k: i32): v128 {
  return k < l.fanIn ? v128.load(l.weights + distance + (k << 4)) : f32x4.splat(0);
}

function storeRow(l: Layer, distance: usize, k: i32, row: v128): void {
  if (k < l.fanIn) v128.store(l.weights + distance + (k << 4), row);
}
