// A zero input may be skipped only if what it multiplies is finite, because 0·Infinity and 0·NaN are NaN. Each mini-batch
// checks δ. The weights are many, so a bound on them is kept instead.

import { largestMagnitude } from './micro/largest-magnitude';
import { batchAt, layerAt, rowAt } from './network';
import { Batch, Net, Rule, Tally, Window } from './structs';

/** Far enough below the largest f32, 3.4e38, that the roundings of an update don't matter. */
const LIMIT: f64 = 1e38;

/** Whether `count` floats are finite. Rounds nothing. */
export function areFinite(floats: usize, count: i32): bool {
  return isFinite(largestMagnitude(floats, count));
}

/** Whether all weights of the first layer are finite. Reads them only if the bound doesn't prove it. */
export function hasFiniteWeights(net: Net): bool {
  const tally = changetype<Tally>(net.tally);
  if (tally.largestWeight < LIMIT) return true;
  const first = layerAt(net, 0);
  const most: f64 = largestMagnitude(first.weights, first.fanIn * first.stride);
  tally.largestWeight = most;
  return isFinite(most);
}

/** Notes the largest |δ| of the first layer among the samples of a thread. */
export function noteLargestDelta(net: Net, batch: Batch): void {
  const first = layerAt(net, 0);
  const rows = rowAt(first.delta, batch.from, first.stride);
  batch.largestDelta = largestMagnitude(rows, (batch.to - batch.from) * first.stride);
}

/** The largest |δ| of the first layer, once all threads have noted theirs; NaN if any δ is NaN. */
function largestDelta(net: Net, threads: i32): f32 {
  let largest = batchAt(net, 0).largestDelta;
  // max keeps NaN
  for (let thread = 1; thread < threads; ++thread) largest = max(largest, batchAt(net, thread).largestDelta);
  return largest;
}

/** Whether all δ of the first layer are finite, if it learns. */
export function hasFiniteDelta(net: Net, batch: Batch): bool {
  return net.firstTrained != 0 || isFinite(largestDelta(net, batch.threads));
}

/**
 * Updates the bound after an update by rate·Σ δ·x over the mini-batch. The bound is lost if the sum itself might overflow, and
 * on rows that are not sparse, whose δ isn't checked.
 */
export function boundWeights(net: Net, window: Window, batch: Batch, rate: f32): void {
  const tally = changetype<Tally>(net.tally);
  let sum: f64 = Infinity;
  if (batch.isSparse && changetype<Rule>(net.rule).isPlain) {
    sum = <f64>batch.rows * <f64>largestDelta(net, batch.threads) * <f64>window.largestInput;
  }
  if (sum < LIMIT) tally.largestWeight += <f64>rate * sum;
  else tally.largestWeight = Infinity;
}
