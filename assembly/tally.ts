import { CROSS_ENTROPY, FOCAL, HINGE } from '../src/kernels/codes';
import { AnyLoss } from './cost';
import { lastLayer } from './network';
import { Net, Tally } from './structs';

/**
 * Adds the samples of a mini-batch, after the forward pass: their cost, and the number classified correctly. A sample with one
 * right answer, which is a target of at least ½ (0 for hinge), is correct if the largest output has its index. A sample with
 * several or none is correct if each output is on the side of ½ (0) of its target, as it is with a single output. For softmax
 * the largest output always decides. An output of NaN is never correct; a target of NaN doesn't count.
 * Rounds: in f64, sample by sample, so that the sum does not depend on how the samples were divided.
 * @param weights f32[rows], factors of the costs; 0 for none
 */
export function tally(net: Net, sums: Tally, rows: i32, weights: usize): void {
  tallyAs<AnyLoss>(net, sums, rows, weights);
}

/** `tally` for the losses of a class in cost.ts. */
export function tallyAs<Loss>(net: Net, sums: Tally, rows: i32, weights: usize): void {
  const loss = changetype<Loss>(0);
  const l = lastLayer(net);
  const bytes: usize = l.stride << 2;
  let z = l.preActivations;
  let a = l.activations;
  let targets = net.targets;
  const isSoftmax = net.loss == CROSS_ENTROPY || net.loss == FOCAL;
  const middle: f32 = net.loss == HINGE ? 0 : 0.5;
  let batchLoss: f64 = 0;
  for (let i = 0; i < rows; ++i) {
    let cost = loss.cost(net, z, a, targets, l.units);
    if (weights) cost *= <f64>load<f32>(weights + (i << 2));
    sums.loss += cost;
    batchLoss += cost;
    sums.right += i32(isRight(a, targets, l.units, middle, isSoftmax));
    z += bytes;
    a += bytes;
    targets += bytes;
  }
  sums.batchLoss = batchLoss;
}

function isRight(a: usize, targets: usize, units: i32, middle: f32, isSoftmax: bool): bool {
  if (units > 1 && (isSoftmax || countFrom(middle, targets, units) == 1)) {
    return argmax(a, units) == argmax(targets, units);
  }
  for (let end = a + (units << 2); a < end; a += 4) {
    const answer = load<f32>(a);
    const y = load<f32>(targets);
    if (y == y && (answer != answer || answer >= middle != y >= middle)) return false;
    targets += 4;
  }
  return true;
}

/** The number of floats that are at least `least`; 0 if one is NaN. */
function countFrom(least: f32, floats: usize, count: i32): i32 {
  let found = 0;
  for (let j = 0; j < count; ++j) {
    const x = load<f32>(floats + (j << 2));
    if (x != x) return 0;
    found += i32(x >= least);
  }
  return found;
}

/** The index of the first largest of `count` floats; −1 if one is NaN and none exceeds −Infinity. */
function argmax(floats: usize, count: i32): i32 {
  let place = -1;
  let value: f32 = -Infinity;
  for (let j = 0; j < count; ++j) {
    const x = load<f32>(floats + (j << 2));
    if (x > value) {
      value = x;
      place = j;
    }
  }
  return place;
}
