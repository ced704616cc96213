// Whole epochs for networks whose layers all have a few units, in a separate module that shares the memory of the others. There,
// calls of functions and of kernels take longer than the arithmetic.

import { BINARY_CROSS_ENTROPY } from '../src/kernels/codes';
import { TinyLoss } from './cost';
import { slope, value } from './micro/common-activations';
import { copy } from './micro/copy';
import { lastLayer, layerAt } from './network';
import { flush } from './optimizers';
import { Layer, Net, Rule, Tally, Window } from './structs';
import { tallyAs } from './tally';

/**
 * Epochs of `descend`, with plain SGD or momentum, without dropout, weights of samples, penalties or frozen layers. The
 * activations are linear, sigmoid, tanh, relu and leakyRelu; the losses quadratic and binaryCrossEntropy. The window holds rows.
 *
 * Each epoch draws its order as src/training/order.ts does, if the window has one. Leaves the gradients as they were.
 * Rounds: as `descend` does, with the ordinary update or with the rule's.
 * @param random  u32[4], the state of the generator, updated
 * @param count   the number of samples in the window
 * @param size    samples per mini-batch; the last may be shorter
 * @param epochs  the most epochs to run
 * @param most    stops after an epoch whose cost, over all samples, is larger
 * @param history out, f64[epochs][2]: the cost and the number of right samples of each epoch
 * @returns the number of completed epochs; it stops before a step whose cost is not finite
 */
export function descendEpochs(
  net: Net,
  window: Window,
  random: usize,
  count: i32,
  size: i32,
  learningRate: f32,
  epochs: i32,
  most: f64,
  history: usize,
): i32 {
  const base = changetype<usize>(window);
  const rule = changetype<Rule>(net.rule);
  const sums = changetype<Tally>(net.tally);
  const order: usize = window.order ? base + window.order : 0;
  const targets = net.targets;
  let epoch = 0;
  while (epoch < epochs) {
    if (order) shuffle(order, count, random);
    sums.loss = 0;
    sums.right = 0;
    let done = 0;
    while (done < count) {
      const rows = min(size, count - done);
      const inputs = gatherTiny(net, window, order, targets, done, rows);
      forwardTiny(net, inputs, rows);
      tallyAs<TinyLoss>(net, sums, rows, 0);
      if (!isFinite(sums.batchLoss)) break;
      deltaTiny(net, rows);
      updateTiny(net, rule, inputs, rows, learningRate);
      ++rule.step;
      done += rows;
    }
    net.targets = targets;
    if (done < count) break;
    store<f64>(history, sums.loss);
    store<f64>(history, sums.right, 8);
    history += 16;
    ++epoch;
    if (sums.loss > most) break;
  }
  return epoch;
}

/** A Fisher–Yates shuffle of 0 … count − 1 with xoshiro128**, as src/base/random.ts draws it. */
function shuffle(order: usize, count: i32, random: usize): void {
  let s0 = load<u32>(random);
  let s1 = load<u32>(random, 4);
  let s2 = load<u32>(random, 8);
  let s3 = load<u32>(random, 12);
  for (let n = 0; n < count; ++n) store<i32>(order + (n << 2), n);
  for (let n = 0; n < count; ++n) {
    const left: u32 = count - n;
    const rest: u32 = (0 - left) % left; // of 2³²
    let bits: u32;
    // Numbers in the last, incomplete run of `left` are drawn again.
    do {
      bits = rotl<u32>(s1 * 5, 7) * 9;
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = rotl<u32>(s3, 11);
    } while (rest && bits >= 0 - rest);
    const at: usize = order + (n << 2);
    const other: usize = at + ((bits % left) << 2);
    const drawn = load<i32>(other);
    store<i32>(other, load<i32>(at));
    store<i32>(at, drawn);
  }
  store<u32>(random, s0);
  store<u32>(random, s1, 4);
  store<u32>(random, s2, 8);
  store<u32>(random, s3, 12);
}

/** Points the net at the targets of a mini-batch. @returns the first of its rows of inputs; both lie in the window if they can */
function gatherTiny(net: Net, window: Window, order: usize, targets: usize, first: i32, rows: i32): usize {
  const base = changetype<usize>(window);
  const width: i32 = net.inputCount;
  const stride = lastLayer(net).stride;
  const from: usize = base + window.rows;
  const answers: usize = base + window.targets;
  if (!order || rows == 1) {
    const sample: usize = order ? load<i32>(order + (first << 2)) : first;
    net.targets = answers + ((sample * stride) << 2);
    return from + ((sample * width) << 2);
  }
  net.targets = targets;
  for (let i = 0; i < rows; ++i) {
    const sample: usize = load<i32>(order + ((first + i) << 2));
    copy(from + ((sample * width) << 2), net.inputs + ((i * width) << 2), width);
    copy(answers + ((sample * stride) << 2), targets + ((i * stride) << 2), stride);
  }
  return net.inputs;
}

/** Forward: z = W·a + b, a = σ(z). */
function forwardTiny(net: Net, inputs: usize, rows: i32): void {
  for (let i: usize = 0; i < <usize>rows; ++i) {
    let x: usize = inputs + ((i * <usize>net.inputCount) << 2);
    for (let n = 0; n < net.layerCount; ++n) {
      const l = layerAt(net, n);
      const row: usize = l.stride << 2;
      const end: usize = x + (l.fanIn << 2);
      const offset: usize = i * row;
      for (let j: usize = 0; j < row; j += 16) {
        let z = f32x4.splat(0);
        let w = l.weights + j;
        for (let at = x; at < end; at += 4) {
          z = f32x4.add(z, f32x4.mul(v128.load32_splat(at), v128.load(w)));
          w += row;
        }
        z = f32x4.add(z, v128.load(l.biases + j));
        v128.store(l.preActivations + offset + j, z);
        v128.store(l.activations + offset + j, v128.and(value(l, z), lanes(l, j)));
      }
      x = l.activations + offset;
    }
  }
}

/** BP1 and BP2. */
function deltaTiny(net: Net, rows: i32): void {
  const last = lastLayer(net);
  const bytes: usize = (rows * last.stride) << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const a = v128.load(last.activations + at);
    let delta = f32x4.sub(a, v128.load(net.targets + at));
    if (net.loss != BINARY_CROSS_ENTROPY) {
      delta = f32x4.mul(delta, slope(last, v128.load(last.preActivations + at), a));
      delta = v128.and(delta, lanes(last, at % <usize>(last.stride << 2)));
    }
    v128.store(last.delta + at, delta);
  }
  let next = last;
  for (let n = net.layerCount - 2; n >= 0; --n) {
    const l = layerAt(net, n);
    const row: usize = l.stride << 2;
    const nextRow: usize = next.stride << 2;
    for (let i: usize = 0; i < <usize>rows; ++i) {
      for (let j: usize = 0; j < row; j += 16) {
        // Four units at once: the columns of the weights that lead from them. Beyond the last unit they are masked.
        let sum = f32x4.splat(0);
        let w: usize = next.weights + (j >> 2) * nextRow;
        const from: usize = next.delta + i * nextRow;
        for (let d = from, end: usize = from + (next.units << 2); d < end; d += 4) {
          let column = v128.load32_splat(w);
          column = v128.load_lane<f32>(w + nextRow, column, 1);
          column = v128.load_lane<f32>(w + 2 * nextRow, column, 2);
          column = v128.load_lane<f32>(w + 3 * nextRow, column, 3);
          sum = f32x4.add(sum, f32x4.mul(column, v128.load32_splat(d)));
          w += 4;
        }
        const at: usize = i * row + j;
        sum = f32x4.mul(sum, slope(l, v128.load(l.preActivations + at), v128.load(l.activations + at)));
        v128.store(l.delta + at, v128.and(sum, lanes(l, j)));
      }
    }
    next = l;
  }
}

/** BP3, BP4 and the update, parameter by parameter. */
function updateTiny(net: Net, rule: Rule, inputs: usize, rows: i32, learningRate: f32): void {
  let x = inputs;
  let xRow: usize = net.inputCount << 2;
  const slot: usize = rule.isPlain ? 0 : rule.first - net.parameters;
  const eta = f32x4.splat(slot ? learningRate : learningRate / <f32>rows);
  const scale = f32x4.splat(1 / <f32>rows);
  const mu = f32x4.splat(rule.momentum);
  for (let n = 0; n < net.layerCount; ++n) {
    const l = layerAt(net, n);
    const row: usize = l.stride << 2;
    for (let j: usize = 0; j < row; j += 16) {
      let w = l.weights + j;
      for (let at = x, end: usize = x + (l.fanIn << 2); at < end; at += 4) {
        let g = f32x4.splat(0);
        let from = at;
        let delta = l.delta + j;
        for (let i = 0; i < rows; ++i) {
          g = f32x4.add(g, f32x4.mul(v128.load32_splat(from), v128.load(delta)));
          from += xRow;
          delta += row;
        }
        change(w, slot, g, eta, scale, mu);
        w += row;
      }
      let g = f32x4.splat(0);
      let delta = l.delta + j;
      for (let i = 0; i < rows; ++i) {
        g = f32x4.add(g, v128.load(delta));
        delta += row;
      }
      change(l.biases + j, slot, g, eta, scale, mu);
    }
    x = l.activations;
    xRow = row;
  }
}

/** W −= η/m·g, or with the momentum v at a distance of `slot`: v = μ·v + g/m, W −= η·v. */
function change(w: usize, slot: usize, g: v128, eta: v128, scale: v128, mu: v128): void {
  if (slot) {
    g = flush(f32x4.add(f32x4.mul(mu, v128.load(w + slot)), f32x4.mul(scale, g)));
    v128.store(w + slot, g);
  }
  v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(eta, g)));
}

/** All bits of the lanes that hold units, among the four from byte `j` of a row. */
function lanes(l: Layer, j: usize): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(l.units - i32(j >> 2)));
}
