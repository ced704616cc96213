// A zero input may be left out only where what it multiplies is finite: 0·Infinity and 0·NaN are NaN. Of δ that is
// looked up in each mini-batch; the weights are many, and of them a bound is kept.

import { largest } from './micro/largest';
import { layerOf, Net, Tally } from './network';

/** Far enough from the largest f32, 3.4e38, that the roundings of an update do not matter. */
const LIMIT: f64 = 1e38;

/** Whether all weights of the first layer are finite. Looks at them only where the bound does not say so. */
export function hasFiniteWeights(net: Net): bool {
  const tally = changetype<Tally>(net.tally);
  if (tally.largestWeight < LIMIT) return true;
  const first = layerOf(net, 0);
  tally.largestWeight = largest(first.weights, first.fanIn * first.stride);
  return isFinite(tally.largestWeight);
}

/** Whether all δ of the first layer are finite; notes the largest. */
export function hasFiniteDelta(net: Net, rows: i32): bool {
  const first = layerOf(net, 0);
  net.largestDelta = largest(first.delta, rows * first.stride);
  return isFinite(net.largestDelta);
}

/** After an update by rate·Σ δ·x, of which each of the `rows` summands is at most largestDelta·largestInput. */
export function boundWeights(net: Net, rows: i32, rate: f32): void {
  const tally = changetype<Tally>(net.tally);
  const growth = <f64>rate * <f64>rows * <f64>net.largestDelta * <f64>net.largestInput;
  tally.largestWeight = net.isSparse ? tally.largestWeight + growth : Infinity;
}
