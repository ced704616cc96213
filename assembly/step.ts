import { activate } from './activation';
import { outputDelta } from './bp1-output-delta';
import { hiddenDelta } from './bp2-hidden-delta';
import { biasGradient } from './bp3-bias-gradient';
import { weightGradient } from './bp4-weight-gradient';
import { dropOut } from './dropout';
import { boundWeights, hasFiniteWeights, largestDelta, noteLargestDelta } from './finite';
import { forward } from './forward';
import { expandRows, gather } from './gather';
import { layerOf } from './network';
import { Net, Rule, Tally, Team, Window } from './structs';
import { descendPairs, forwardPairs, weightGradientPairs } from './pairs';
import { updateByRule } from './rule';
import { tally } from './tally';
import { meet, share } from './team';
import { update } from './update';

/**
 * Stochastic gradient descent over samples of a window, mini-batch by mini-batch: gather → forward → δ → gradients →
 * update. src/kernels/reference/step.ts does the same.
 *
 * Several threads share the work: of the forward pass and of δ each takes some of the samples, of the gradients some of
 * the weights, and of the update some of the parameters. In between they meet.
 * @param window none (0) where a single mini-batch has been gathered already
 * @param first  the first sample, in the window's order
 * @param size   samples to a mini-batch; the last may be shorter
 * @returns how many samples were learnt: fewer than `count` where a thread does not come, or before a step whose cost is
 * not finite
 */
export function descendAs(
  team: Team,
  thread: i32,
  threads: i32,
  net: Net,
  window: Window,
  first: i32,
  count: i32,
  size: i32,
  learningRate: f32,
): i32 {
  const rule = changetype<Rule>(net.rule);
  const sums = changetype<Tally>(net.tally);
  const learnsFirst = net.firstTrained == 0;
  for (let done = 0; done < count; done += size) {
    const rows = min(size, count - done);
    const from = share(rows, 4, thread, threads);
    const to = share(rows, 4, thread + 1, threads);

    let isSparse = false;
    if (changetype<usize>(window)) {
      gather(net, window, first + done, from, to);
      isSparse = window.starts != 0;
    }
    if (isSparse && !hasFiniteWeights(net)) {
      expandRows(net, from, to);
      isSparse = false;
    }
    forwardRows(net, from, to, isSparse, true, thread);
    deltas(net, from, to, true, thread);
    if (isSparse && learnsFirst) noteLargestDelta(net, from, to, thread);
    if (!meet(team, thread, threads)) return done;

    if (isSparse && learnsFirst && !isFinite(largestDelta(net, threads))) {
      expandRows(net, from, to);
      isSparse = false;
      if (!meet(team, thread, threads)) return done;
    }
    if (thread == 0) tally(net, sums, rows, rule.isWeighted ? net.sampleWeights : 0);
    // Alone, a thread need not keep gradients apart until all have come.
    const fusesFirst = isSparse && threads == 1 && rule.isPlain != 0;
    if (fusesFirst && !isFinite(sums.batchLoss)) return done;
    const rate = learningRate / <f32>rows;
    if (fusesFirst) descendFirst(net, rows, rate);
    gradients(net, rows, isSparse, fusesFirst, true, thread, threads);
    if (!meet(team, thread, threads)) return done;

    if (!isFinite(sums.batchLoss)) return done;
    if (rule.isPlain) updateShare(net, rate, fusesFirst, thread, threads);
    else if (!updateByRule(team, net, rule, rows, learningRate, thread, threads)) return done;
    if (thread == 0) {
      ++rule.step;
      boundWeights(net, window, isSparse && rule.isPlain != 0, rows, rate, threads);
    }
    if (!meet(team, thread, threads)) return done + rows;
  }
  return count;
}

/** As `descendAs`, by one thread. */
export function descend(net: Net, window: Window, first: i32, count: i32, size: i32, learningRate: f32): i32 {
  return descendAs(changetype<Team>(0), 0, 1, net, window, first, count, size, learningRate);
}

/** Forward: z = W·a + b, a = σ(z), layer by layer, for all rows of the mini-batch. */
export function feedForward(net: Net, rows: i32): void {
  forwardRows(net, 0, rows, false, false, 0);
}

/** BP1 to BP4, after `feedForward`; the sums over the mini-batch are left in the gradients. */
export function backpropagate(net: Net, rows: i32): void {
  deltas(net, 0, rows, false, 0);
  gradients(net, rows, false, false, false, 0, 1);
}

/** Forward, for some rows of the mini-batch; in training, with dropout. */
export function forwardRows(
  net: Net,
  from: i32,
  to: i32,
  isSparse: bool,
  isTraining: bool,
  thread: i32,
): void {
  const rows = to - from;
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerOf(net, i);
    const z = at(l.preActivations, from, l.stride);
    if (i == 0 && isSparse) {
      forwardPairs(net.pairs + (from << 3), l.weights, l.biases, z, l.stride, rows, l.units);
    } else {
      const input = at(l.input, from, l.inputStride);
      const scratch = scratchOf(net, thread);
      forward(input, l.inputStride, l.weights, l.biases, z, l.stride, rows, l.fanIn, l.units, scratch);
    }
    const a = at(l.activations, from, l.stride);
    if (isTraining && l.dropBelow) {
      const undropped = at(l.undropped, from, l.stride);
      activate(l.activation, l.alpha, z, undropped, l.stride, rows, l.units);
      dropOut(changetype<Rule>(net.rule), l, i, undropped, a, from, rows);
    } else {
      activate(l.activation, l.alpha, z, a, l.stride, rows, l.units);
    }
  }
}

/**
 * BP1 and BP2: δ, from the last layer to the first, for some rows of the mini-batch. In training samples are weighted,
 * units are dropped, and layers beneath the first that learns are left out.
 */
export function deltas(net: Net, from: i32, to: i32, isTraining: bool, thread: i32): void {
  const rows = to - from;
  const rule = changetype<Rule>(net.rule);
  let next = layerOf(net, net.layerCount - 1);
  outputDelta(
    net.loss,
    net.lossParameter,
    next.activation,
    next.alpha,
    at(next.preActivations, from, next.stride),
    at(next.activations, from, next.stride),
    at(net.targets, from, next.stride),
    at(next.delta, from, next.stride),
    next.stride,
    rows,
    next.units,
  );
  if (isTraining && rule.isWeighted) {
    scaleRows(net.sampleWeights + (from << 2), at(next.delta, from, next.stride), next.stride, rows);
  }
  const lowest = isTraining ? net.firstTrained : 0;
  for (let i = net.layerCount - 2; i >= lowest; --i) {
    const l = layerOf(net, i);
    const drops = isTraining && l.dropBelow != 0;
    const a = drops ? l.undropped : l.activations;
    const delta = at(l.delta, from, l.stride);
    hiddenDelta(
      l.activation,
      l.alpha,
      next.weights,
      at(next.delta, from, next.stride),
      next.stride,
      next.units,
      at(l.preActivations, from, l.stride),
      at(a, from, l.stride),
      delta,
      l.stride,
      rows,
      l.units,
      scratchOf(net, thread),
    );
    if (drops) dropOut(rule, l, i, delta, delta, from, rows);
    next = l;
  }
}

/** BP3 and BP4: the gradients summed over the mini-batch, of some of the weights of each layer. */
export function gradients(
  net: Net,
  rows: i32,
  isSparse: bool,
  fusesFirst: bool,
  isTraining: bool,
  thread: i32,
  threads: i32,
): void {
  if (thread == 0 && !fusesFirst) net.hasZeroGradients = 0;
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerOf(net, i);
    if (isTraining && l.isFrozen) continue;
    if (thread == 0) biasGradient(l.delta, l.biasGradients, l.stride, rows, l.units);
    if (i == 0 && fusesFirst) continue;
    if (i == 0 && isSparse) {
      const from = share(l.stride, 16, thread, threads);
      const to = share(l.stride, 16, thread + 1, threads);
      weightGradientPairs(net.pairs, l.delta, l.weightGradients, l.stride, rows, l.fanIn, from, to);
    } else {
      const from = share(l.fanIn, 8, thread, threads);
      const to = share(l.fanIn, 8, thread + 1, threads);
      const gradients = at(l.weightGradients, from, l.stride);
      weightGradient(
        l.input + (from << 2),
        l.inputStride,
        l.delta,
        gradients,
        l.stride,
        rows,
        to - from,
        l.units,
        scratchOf(net, thread),
      );
    }
  }
}

/** BP4 and the update of the weights of the first layer, from pairs. */
function descendFirst(net: Net, rows: i32, rate: f32): void {
  const l = layerOf(net, 0);
  if (!net.hasZeroGradients) memory.fill(l.weightGradients, 0, (<usize>l.fanIn * <usize>l.stride) << 2);
  net.hasZeroGradients = 1;
  descendPairs(net.pairs, l.delta, l.weights, l.weightGradients, l.stride, rows, l.fanIn, rate);
}

/** The update of some of the parameters; the weights of the first layer come first among them. */
function updateShare(net: Net, rate: f32, fusesFirst: bool, thread: i32, threads: i32): void {
  const skipped: usize = fusesFirst ? layerOf(net, 0).biases - net.parameters : 0;
  const count = net.parameterCount - i32(skipped >> 2);
  const begin = share(count, 16, thread, threads);
  const end = share(count, 16, thread + 1, threads);
  const offset: usize = skipped + (begin << 2);
  update(net.parameters + offset, net.gradients + offset, rate, end - begin);
}

/** δ of each sample times the sample's weight. Rounds: the product, once. */
function scaleRows(weights: usize, delta: usize, stride: i32, rows: i32): void {
  for (; rows > 0; --rows) {
    const weight = v128.load32_splat(weights);
    for (let end: usize = delta + (stride << 2); delta < end; delta += 16) {
      v128.store(delta, f32x4.mul(v128.load(delta), weight));
    }
    weights += 4;
  }
}

function at(matrix: usize, row: i32, stride: i32): usize {
  return matrix + ((<usize>row * <usize>stride) << 2);
}

function scratchOf(net: Net, thread: i32): usize {
  return net.scratch + <usize>thread * <usize>net.scratchBytes;
}
