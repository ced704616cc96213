import { activate } from './activation';
import { outputDelta, weightDelta } from './bp1-output-delta';
import { hiddenDelta } from './bp2-hidden-delta';
import { biasGradient } from './bp3-bias-gradient';
import { weightGradient } from './bp4-weight-gradient';
import { dropOut, hasDropout } from './dropout';
import { boundWeights, hasFiniteDelta, hasFiniteWeights, noteLargestDelta } from './finite';
import { forward } from './forward';
import { expandRows, gather } from './gather';
import { copy } from './micro/copy';
import { batchAt, lastLayer, layerAt, rowAt } from './network';
import {
  areSparse,
  descendFirst,
  forwardPairs,
  forwardSparse,
  fusesFirst,
  weightGradientPairs,
} from './pairs';
import { updateByRule } from './rule';
import { Batch, Net, Rule, Tally, Team, Window } from './structs';
import { tally } from './tally';
import { meet, shareFrom, shareTo } from './team';
import { updateShare } from './update';

/**
 * Stochastic gradient descent over samples of a window, mini-batch by mini-batch: gather → forward → BP1, BP2 →
 * tally → BP3, BP4 → update. src/kernels/reference/step.ts does the same.
 *
 * Several threads share the work. Each takes some of the samples in the forward pass and for δ, some of the weights for the
 * gradients, and some of the parameters in the update. Between these parts they meet.
 * @param window 0 if a single mini-batch has been gathered already
 * @param first  the first sample, in the window's order
 * @param size   samples per mini-batch; the last may be shorter
 * @returns the number of samples learned; less than `count` if a thread doesn't arrive, or before a step whose cost is
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
  const batch = batchAt(net, thread);
  const weights: usize = rule.isWeighted ? net.sampleWeights : 0;
  batch.threads = threads;
  batch.isTraining = 1;
  for (let done = 0; done < count; done += size) {
    const rows = min(size, count - done);
    batch.rows = rows;
    batch.from = shareFrom(batch, rows, 4);
    batch.to = shareTo(batch, rows, 4);
    batch.isSparse = 0;
    if (changetype<usize>(window)) gather(net, window, batch, first + done);
    if (batch.isSparse && !hasFiniteWeights(net)) expandRows(net, batch);

    forwardPass(net, batch);
    deltaPass(net, batch, weights);
    if (!meet(team, batch)) return done;

    if (batch.isSparse && !hasFiniteDelta(net, batch)) {
      expandRows(net, batch);
      if (!meet(team, batch)) return done;
    }
    if (thread == 0) tally(net, sums, rows, weights);
    gradientPass(net, batch);
    if (!meet(team, batch)) return done;

    if (!isFinite(sums.batchLoss)) return done;
    const rate = learningRate / <f32>rows;
    if (fusesFirst(net, batch)) descendFirst(net, rows, rate);
    if (rule.isPlain) updateShare(net, batch, rate);
    else if (!updateByRule(team, net, batch, learningRate)) return done;
    if (thread == 0) {
      ++rule.step;
      boundWeights(net, window, batch, rate);
    }
    if (!meet(team, batch)) return done + rows;
  }
  return count;
}

/** `descendAs` with one thread. */
export function descend(net: Net, window: Window, first: i32, count: i32, size: i32, learningRate: f32): i32 {
  return descendAs(changetype<Team>(0), 0, 1, net, window, first, count, size, learningRate);
}

/**
 * Forward: z = W·a + b, a = σ(z), layer by layer, for all rows of the mini-batch.
 * @param isTraining 1 for dropout, as in the next step
 */
export function feedForward(net: Net, rows: i32, isTraining: i32): void {
  const batch = wholeBatch(net, rows);
  batch.isTraining = isTraining;
  forwardPass(net, batch);
}

/**
 * BP1 to BP4, after `feedForward`. Leaves the sums over the mini-batch in the gradients.
 * @param weights f32[rows], factors of the costs; 0 for none
 */
export function backpropagate(net: Net, rows: i32, weights: usize): void {
  const batch = wholeBatch(net, rows);
  deltaPass(net, batch, weights);
  gradientPass(net, batch);
}

/**
 * A step whose δ of the last layer is given, after `feedForward`: BP2 to BP4 and the update, with one thread. Frozen layers
 * keep their weights.
 * @param isTraining as `feedForward` had it: 1 for dropout
 */
export function descendFromDelta(net: Net, rows: i32, learningRate: f32, isTraining: i32): void {
  const rule = changetype<Rule>(net.rule);
  const batch = wholeBatch(net, rows);
  batch.isTraining = isTraining;
  hiddenDeltaPass(net, batch);
  batch.isTraining = 1;
  gradientPass(net, batch);
  if (rule.isPlain) updateShare(net, batch, learningRate / <f32>rows);
  else updateByRule(changetype<Team>(0), net, batch, learningRate);
  ++rule.step;
}

/** All rows of a mini-batch, for one thread, outside of training. */
function wholeBatch(net: Net, rows: i32): Batch {
  const batch = batchAt(net, 0);
  batch.threads = 1;
  batch.rows = rows;
  batch.from = 0;
  batch.to = rows;
  batch.isTraining = 0;
  batch.isSparse = 0;
  return batch;
}

/** Forward, from the first layer to the last, with dropout in training. */
export function forwardPass(net: Net, batch: Batch): void {
  const from = batch.from;
  const to = batch.to;
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerAt(net, i);
    if (i == 0 && batch.isSparse) forwardPairs(l, net.pairs, from, to);
    else if (i == 0 && !batch.isTraining && areSparse(l, from, to))
      forwardSparse(l, net.pairs, from, to, batch.scratch);
    else forward(l, from, to, batch.scratch);
    activate(l, from, to);
    if (!hasDropout(l)) continue;
    if (batch.isTraining) dropOut(changetype<Rule>(net.rule), l, l.undropped, l.activations, from, to);
    else
      copy(rowAt(l.undropped, from, l.stride), rowAt(l.activations, from, l.stride), (to - from) * l.stride);
  }
}

/**
 * BP1 and BP2: δ, from the last layer to the first.
 * @param weights f32[rows], factors of the costs; 0 for none
 */
export function deltaPass(net: Net, batch: Batch, weights: usize): void {
  outputDelta(net, batch.from, batch.to);
  if (weights) weightDelta(net, weights, batch.from, batch.to);
  hiddenDeltaPass(net, batch);
}

/** BP2: δ of the hidden layers. In training it drops units, and skips the layers below the first that learns. */
function hiddenDeltaPass(net: Net, batch: Batch): void {
  const from = batch.from;
  const to = batch.to;
  const isTraining = batch.isTraining;
  const rule = changetype<Rule>(net.rule);
  const lowest = isTraining ? net.firstTrained : 0;
  let next = lastLayer(net);
  for (let i = net.layerCount - 2; i >= lowest; --i) {
    const l = layerAt(net, i);
    hiddenDelta(l, next, from, to, batch.scratch);
    if (isTraining && hasDropout(l)) dropOut(rule, l, l.delta, l.delta, from, to);
    next = l;
  }
  if (isTraining && batch.isSparse && lowest == 0) noteLargestDelta(net, batch);
}

/** BP3 and BP4: the gradients, summed over the mini-batch. Training skips frozen layers. */
export function gradientPass(net: Net, batch: Batch): void {
  const rows = batch.rows;
  const fuses = fusesFirst(net, batch);
  if (batch.thread == 0 && !fuses) net.hasZeroGradients = 0;
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerAt(net, i);
    if (batch.isTraining && l.isFrozen) continue;
    if (batch.thread == 0) biasGradient(l, rows);
    if (i > 0 || !batch.isSparse) {
      const fanIn = l.fanIn;
      weightGradient(l, rows, shareFrom(batch, fanIn, 8), shareTo(batch, fanIn, 8), batch.scratch);
    } else if (!fuses) {
      const stride = l.stride;
      weightGradientPairs(l, net.pairs, rows, shareFrom(batch, stride, 16), shareTo(batch, stride, 16));
    }
  }
}
