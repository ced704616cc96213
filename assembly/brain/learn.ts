import { sumOf } from '../cost';
import { SquaredError } from '../micro/losses';
import { lastLayer, layerAt } from '../network';
import { Net, Rule, Tally, Window } from '../structs';
import { Adam, beginUpdate, updates } from '../optimizers';
import { notePair } from '../pairs';
import { findDeltas, findGradients } from './backward';
import { forwardSample } from './forward';
import { changeWeights } from './momentum';
import { isTiny, learnTiny } from './tiny';

/**
 * Epochs of brain.js: sample by sample in the window's order, each with forward, error, BP1 and BP2, and an update of all
 * weights. src/brain/reference.ts does the same.
 *
 * The error of an epoch is the mean over its samples of 1/units Σ (a − y)², each before its update. The tally's `loss`
 * returns it. Rounds: in f64, as written, samples sequential from +0.
 * @param net       with room for one sample
 * @param window    rows, or pairs if most inputs are zero; with targets, but no order
 * @param count     the number of samples in the window
 * @param epochs    the most epochs to run
 * @param isAdam    updates by the net's rule; otherwise by momentum
 * @param live      u64[⌈inputs / 64⌉], which changeWeights maintains if the window holds pairs
 * @param threshold stops after an epoch whose error is at most this
 * @returns the number of completed epochs. If the error of a sample is not finite, it stops before the update and leaves the
 * sample's number, from 1, in the tally's `right`; otherwise 0
 */
export function learn(
  net: Net,
  window: Window,
  count: i32,
  epochs: i32,
  isAdam: bool,
  learningRate: f32,
  momentum: f32,
  live: usize,
  threshold: f64,
): i32 {
  if (!isAdam && !window.starts && isTiny(net)) {
    return learnTiny(net, window, count, epochs, learningRate, momentum, threshold);
  }
  const tally = changetype<Tally>(net.tally);
  const last = lastLayer(net);
  const isSparse = window.starts != 0;
  const ownTargets = net.targets;
  const targets: usize = changetype<usize>(window) + window.targets;
  tally.right = 0;
  let epoch = 0;
  while (epoch < epochs) {
    let sum: f64 = 0;
    net.targets = targets;
    for (let i = 0; i < count; ++i) {
      takeInputs(net, window, i);
      forwardSample(net, isSparse);
      sum +=
        sumOf<SquaredError>(last.activations, net.targets, last.units, net.lossParameters) / <f64>last.units;
      if (!isFinite(sum)) {
        tally.right = i + 1;
        break;
      }
      findDeltas(net);
      if (isAdam) updateByAdam(net, isSparse, learningRate);
      else changeWeights(net, isSparse, learningRate, momentum, live);
      net.targets += last.stride << 2;
    }
    if (tally.right) break;
    ++epoch;
    tally.loss = sum / <f64>count;
    if (tally.loss <= threshold) break;
  }
  net.targets = ownTargets;
  return epoch;
}

/** Points the first layer at the inputs of a sample in the window. */
function takeInputs(net: Net, window: Window, sample: i32): void {
  const base = changetype<usize>(window);
  if (window.starts) {
    const at: usize = base + window.starts + (sample << 2);
    notePair(base + load<usize>(at), base + load<usize>(at, 4), net.inputCount, net.pairs);
  } else {
    layerAt(net, 0).input = base + window.rows + <usize>sample * <usize>(net.inputCount << 2);
  }
}

/** Adam, for weights and biases alike. */
function updateByAdam(net: Net, isSparse: bool, learningRate: f32): void {
  const rule = changetype<Rule>(net.rule);
  findGradients(net, isSparse);
  rule.gradientScale = 1;
  beginUpdate(rule, learningRate);
  updates<Adam>(rule, net.parameters, net.gradients, rule.first, rule.second, net.parameterCount);
  ++rule.step;
}
