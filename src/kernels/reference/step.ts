import { Rule, Tally } from '../../memory/structs.js';
import { activate } from './activation.js';
import { outputDelta, weightDelta } from './bp1-output-delta.js';
import { hiddenDelta } from './bp2-hidden-delta.js';
import { biasGradient } from './bp3-bias-gradient.js';
import { weightGradient } from './bp4-weight-gradient.js';
import { dropOut, hasDropout } from './dropout.js';
import { forward } from './forward.js';
import { gather } from './gather.js';
import type { Net } from './network.js';
import type { Window } from './pairs.js';
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
    if (window) gather(m, net, window, first + done, rows);
    forwardPass(m, net, rows, true);
    deltaPass(m, net, rows, weights, true);
    tally(m, net, sums, rows, weights);
    gradientPass(m, net, rows, true);
    if (!Number.isFinite(sums.batchLoss)) return done;
    updatePass(m, net, rows, rule, learningRate);
  }
  return count;
}

/** Forward: z = W·a + b, a = σ(z), layer by layer, for all rows of the mini-batch. */
export const feedForward = (m: ReferenceMemory, net: Net, rows: number, isTraining = 0): void =>
  forwardPass(m, net, rows, isTraining !== 0);

/** BP1 to BP4, after `feedForward`. Leaves the sums over the mini-batch in the gradients. */
export function backpropagate(m: ReferenceMemory, net: Net, rows: number, weights: number): void {
  deltaPass(m, net, rows, weights, false);
  gradientPass(m, net, rows, false);
}

/** A step whose δ of the last layer is given, after `feedForward`: BP2 to BP4 and the update. */
export function descendFromDelta(
  m: ReferenceMemory,
  net: Net,
  rows: number,
  learningRate: number,
  isTraining = 0,
): void {
  hiddenDeltaPass(m, net, rows, isTraining !== 0);
  gradientPass(m, net, rows, true);
  updatePass(m, net, rows, new Rule(m, net.rule), learningRate);
}

/** Forward, from the first layer to the last, with dropout in training. */
function forwardPass(m: ReferenceMemory, net: Net, rows: number, isTraining: boolean): void {
  for (const l of net.layers) {
    forward(m, l, 0, rows);
    activate(m, l, 0, rows);
    if (!hasDropout(l)) continue;
    if (isTraining) dropOut(m, new Rule(m, net.rule), l, l.undropped, l.activations, 0, rows);
    else m.floats.copyWithin(l.activations, l.undropped, l.undropped + rows * l.stride);
  }
}

/**
 * BP1 and BP2: δ, from the last layer to the first.
 * @param weights index of [rows], or 0 for none
 */
function deltaPass(m: ReferenceMemory, net: Net, rows: number, weights: number, isTraining: boolean): void {
  outputDelta(m, net, 0, rows);
  if (weights) weightDelta(m, net, weights, 0, rows);
  hiddenDeltaPass(m, net, rows, isTraining);
}

/** BP2: δ of the hidden layers. In training it drops units, and skips the layers below the first that learns. */
function hiddenDeltaPass(m: ReferenceMemory, net: Net, rows: number, isTraining: boolean): void {
  const lowest = isTraining ? net.firstTrained : 0;
  for (let i = net.layers.length - 2; i >= lowest; i--) {
    const l = net.layers[i]!;
    hiddenDelta(m, l, net.layers[i + 1]!, 0, rows);
    if (isTraining && hasDropout(l)) dropOut(m, new Rule(m, net.rule), l, l.delta, l.delta, 0, rows);
  }
}

/** BP3 and BP4: the gradients, summed over the mini-batch. Training skips frozen layers. */
function gradientPass(m: ReferenceMemory, net: Net, rows: number, isTraining: boolean): void {
  for (const l of net.layers) {
    if (isTraining && l.isFrozen) continue;
    biasGradient(m, l, rows);
    weightGradient(m, l, rows, 0, l.fanIn);
  }
}

/** The update by the gradients of a mini-batch. */
function updatePass(m: ReferenceMemory, net: Net, rows: number, rule: Rule, learningRate: number): void {
  if (rule.isPlain) {
    update(m, net.parameters, net.gradients, learningRate / m.round(rows), net.parameterCount);
  } else {
    updateByRule(m, net, rows, learningRate);
  }
  rule.step++;
}
