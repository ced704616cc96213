import { activate } from './activation';
import { outputDelta } from './bp1-output-delta';
import { hiddenDelta } from './bp2-hidden-delta';
import { biasGradient } from './bp3-bias-gradient';
import { weightGradient } from './bp4-weight-gradient';
import { boundWeights, hasFiniteWeights, largestDelta, noteLargestDelta } from './finite';
import { forward } from './forward';
import { expandRows, gather } from './gather';
import { layerOf, Net, Tally, Window } from './network';
import { descendPairs, forwardPairs, weightGradientPairs } from './pairs';
import { tally } from './tally';
import { meet, share, Team } from './team';
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
 * @returns how many samples were learnt: fewer than `count` where a thread does not come
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
  for (let done = 0; done < count; done += size) {
    const rows = min(size, count - done);
    const rate = learningRate / <f32>rows;
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
    forwardRows(net, from, to, isSparse, thread);
    deltas(net, from, to, thread);
    if (isSparse) noteLargestDelta(net, from, to, thread);
    if (!meet(team, thread, threads)) return done;

    if (isSparse && !isFinite(largestDelta(net, threads))) {
      expandRows(net, from, to);
      isSparse = false;
      if (!meet(team, thread, threads)) return done;
    }
    if (thread == 0) tally(net, changetype<Tally>(net.tally), rows);
    // Alone, a thread need not keep gradients apart until all have come.
    const fusesFirst = isSparse && threads == 1;
    if (fusesFirst) descendFirst(net, rows, rate);
    gradients(net, rows, isSparse, fusesFirst, thread, threads);
    if (!meet(team, thread, threads)) return done;

    updateShare(net, rate, fusesFirst, thread, threads);
    if (thread == 0) boundWeights(net, window, isSparse, rows, rate, threads);
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
  forwardRows(net, 0, rows, false, 0);
}

/** BP1 to BP4, after `feedForward`; the sums over the mini-batch are left in the gradients. */
export function backpropagate(net: Net, rows: i32): void {
  deltas(net, 0, rows, 0);
  gradients(net, rows, false, false, 0, 1);
}

/** Forward, for some rows of the mini-batch. */
function forwardRows(net: Net, from: i32, to: i32, isSparse: bool, thread: i32): void {
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
    activate(l.activation, l.alpha, z, at(l.activations, from, l.stride), l.stride, rows, l.units);
  }
}

/** BP1 and BP2: δ, from the last layer to the first, for some rows of the mini-batch. */
function deltas(net: Net, from: i32, to: i32, thread: i32): void {
  const rows = to - from;
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
  for (let i = net.layerCount - 2; i >= 0; --i) {
    const l = layerOf(net, i);
    hiddenDelta(
      l.activation,
      l.alpha,
      next.weights,
      at(next.delta, from, next.stride),
      next.stride,
      next.units,
      at(l.preActivations, from, l.stride),
      at(l.activations, from, l.stride),
      at(l.delta, from, l.stride),
      l.stride,
      rows,
      l.units,
      scratchOf(net, thread),
    );
    next = l;
  }
}

/** BP3 and BP4: the gradients summed over the mini-batch, of some of the weights of each layer. */
function gradients(net: Net, rows: i32, isSparse: bool, fusesFirst: bool, thread: i32, threads: i32): void {
  if (thread == 0 && !fusesFirst) net.hasZeroGradients = 0;
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerOf(net, i);
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

function at(matrix: usize, row: i32, stride: i32): usize {
  return matrix + ((<usize>row * <usize>stride) << 2);
}

function scratchOf(net: Net, thread: i32): usize {
  return net.scratch + <usize>thread * <usize>net.scratchBytes;
}
