import { Batch, Rule, Tally, type Layer, type Net, type Window } from '../../memory/structs.js';
import { activate } from './activation.js';
import { outputDelta, weightDelta } from './bp1-output-delta.js';
import { hiddenDelta } from './bp2-hidden-delta.js';
import { biasGradient } from './bp3-bias-gradient.js';
import { weightGradient } from './bp4-weight-gradient.js';
import { dropOut, hasDropout } from './dropout.js';
import { forward } from './forward.js';
import { gather } from './gather.js';
import { lastLayer, layerAt } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';
import { updateByRule } from './rule.js';
import { tally } from './tally.js';
import { update } from './update.js';

/**
 * Stochastic gradient descent over samples of a window, mini-batch by mini-batch: gather → forward → BP1, BP2 →
 * tally → BP3, BP4 → update. assembly/step.ts computes the same with several threads, and skips zeros if most inputs are zero.
 * @param window undefined if a single mini-batch has been gathered already
 * @returns the number of samples learned; less than `count` before a step whose cost is not finite
 */
export function descend(
  m: ReferenceMemory,
  net: Net,
  window: Window | undefined,
  first: number,
  count: number,
  size: number,
  learningRate: number,
): number {
  const rule = new Rule(m, net.rule);
  const sums = new Tally(m, net.tally);
  const weights = rule.isWeighted ? net.sampleWeights : 0;
  for (let done = 0; done < count; done += size) {
    const rows = Math.min(size, count - done);
    const batch = wholeBatch(m, net, rows);
    batch.isTraining = 1;
    if (window) gather(m, net, window, batch, first + done);
    forwardPass(m, net, batch);
    deltaPass(m, net, batch, weights);
    tally(m, net, sums, rows, weights);
    gradientPass(m, net, batch);
    if (!Number.isFinite(sums.batchLoss)) return done;
    updatePass(m, net, batch, rule, learningRate);
  }
  return count;
}

/** Forward: z = W·a + b, a = σ(z), layer by layer, for all rows of the mini-batch. */
export const feedForward = (m: ReferenceMemory, net: Net, rows: number): void =>
  forwardPass(m, net, wholeBatch(m, net, rows));

/** BP1 to BP4, after `feedForward`. Leaves the sums over the mini-batch in the gradients. */
export function backpropagate(m: ReferenceMemory, net: Net, rows: number, weights: number): void {
  const batch = wholeBatch(m, net, rows);
  deltaPass(m, net, batch, weights);
  gradientPass(m, net, batch);
}

/** A step whose δ of the last layer is given, after `feedForward`: BP2 to BP4 and the update, without dropout. */
export function descendFromDelta(m: ReferenceMemory, net: Net, rows: number, learningRate: number): void {
  const rule = new Rule(m, net.rule);
  const batch = wholeBatch(m, net, rows);
  hiddenDeltaPass(m, net, batch);
  batch.isTraining = 1;
  gradientPass(m, net, batch);
  updatePass(m, net, batch, rule, learningRate);
}

/** All rows of a mini-batch, outside of training. */
function wholeBatch(m: ReferenceMemory, net: Net, rows: number): Batch {
  const batch = new Batch(m, net.batches);
  batch.rows = rows;
  batch.from = 0;
  batch.to = rows;
  batch.isTraining = 0;
  return batch;
}

/** Forward, from the first layer to the last, with dropout in training. */
function forwardPass(m: ReferenceMemory, net: Net, { from, to, isTraining }: Batch): void {
  for (let i = 0; i < net.layerCount; i++) {
    const l = layerAt(m, net, i);
    forward(m, l, from, to);
    activate(m, l, from, to);
    if (!hasDropout(l)) continue;
    if (isTraining) dropOut(m, new Rule(m, net.rule), l, l.undropped, l.activations, from, to);
    else copyRows(m, l, from, to);
  }
}

/**
 * BP1 and BP2: δ, from the last layer to the first.
 * @param weights pointer to [rows], or 0 for none
 */
function deltaPass(m: ReferenceMemory, net: Net, batch: Batch, weights: number): void {
  const { from, to } = batch;
  outputDelta(m, net, from, to);
  if (weights) weightDelta(m, net, weights, from, to);
  hiddenDeltaPass(m, net, batch);
}

/** BP2: δ of the hidden layers. In training it drops units, and skips the layers below the first that learns. */
function hiddenDeltaPass(m: ReferenceMemory, net: Net, { from, to, isTraining }: Batch): void {
  const rule = new Rule(m, net.rule);
  const lowest = isTraining ? net.firstTrained : 0;
  let next = lastLayer(m, net);
  for (let i = net.layerCount - 2; i >= lowest; i--) {
    const l = layerAt(m, net, i);
    hiddenDelta(m, l, next, from, to);
    if (isTraining && hasDropout(l)) dropOut(m, rule, l, l.delta, l.delta, from, to);
    next = l;
  }
}

/** BP3 and BP4: the gradients, summed over the mini-batch. Training skips frozen layers. */
function gradientPass(m: ReferenceMemory, net: Net, { rows, isTraining }: Batch): void {
  for (let i = 0; i < net.layerCount; i++) {
    const l = layerAt(m, net, i);
    if (isTraining && l.isFrozen) continue;
    biasGradient(m, l, rows);
    weightGradient(m, l, rows, 0, l.fanIn);
  }
}

function updatePass(m: ReferenceMemory, net: Net, batch: Batch, rule: Rule, learningRate: number): void {
  if (rule.isPlain) {
    update(m, net.parameters, net.gradients, learningRate / m.round(batch.rows), net.parameterCount);
  } else {
    updateByRule(m, net, batch, learningRate);
  }
  rule.step++;
}

function copyRows(m: ReferenceMemory, l: Layer, from: number, to: number): void {
  const [source, target] = [m.at(l.undropped), m.at(l.activations)];
  m.floats.copyWithin(target + from * l.stride, source + from * l.stride, source + to * l.stride);
}
