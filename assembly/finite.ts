// A zero input may be left out only where what it multiplies is finite: 0·Infinity and 0·NaN are NaN. Of δ that is
// looked up in each mini-batch; the weights are many, and of them a bound is kept.

import { largestMagnitude } from './micro/largest-magnitude';
import { layerOf } from './network';
import { Net, Tally, Window } from './structs';

/** Far enough from the largest f32, 3.4e38, that the roundings of an update do not matter. */
const LIMIT: f64 = 1e38;

/** Whether all weights of the first layer are finite. Looks at them only where the bound does not say so. */
export function hasFiniteWeights(net: Net): bool {
  const tally = changetype<Tally>(net.tally);
  if (tally.largestWeight < LIMIT) return true;
  const first = layerOf(net, 0);
  const most: f64 = largestMagnitude(first.weights, first.fanIn * first.stride);
  tally.largestWeight = most;
  return isFinite(most);
}

/** Notes the largest δ of the first layer among the rows of a thread. */
export function noteLargestDelta(net: Net, from: i32, to: i32, thread: i32): void {
  const first = layerOf(net, 0);
  const rows: usize = first.delta + ((from * first.stride) << 2);
  store<f32>(net.largestDeltas + (thread << 2), largestMagnitude(rows, (to - from) * first.stride));
}

/** The largest δ of the first layer, once all threads have noted theirs. */
export function largestDelta(net: Net, threads: i32): f32 {
  return largestMagnitude(net.largestDeltas, threads);
}

/**
 * After an update by rate·Σ δ·x over `rows`. Where the sum itself might overflow nothing is known of the weights; nor on
 * rows that are not sparse, whose δ nobody looks at.
 */
export function boundWeights(
  net: Net,
  window: Window,
  isSparse: bool,
  rows: i32,
  rate: f32,
  threads: i32,
): void {
  const tally = changetype<Tally>(net.tally);
  const sum = <f64>rows * <f64>largestDelta(net, threads) * <f64>window.largestInput;
  if (isSparse && sum < LIMIT) tally.largestWeight += <f64>rate * sum;
  else tally.largestWeight = Infinity;
}
