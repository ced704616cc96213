import { argmax } from '../../base/argmax.js';
import type { Tally } from '../../memory/structs.js';
import { CROSS_ENTROPY, FOCAL, HINGE } from '../codes.js';
import { sampleCost } from './cost.js';
import type { Floats } from './numerics.js';
import type { Net } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';

/** Adds the samples of a mini-batch, after the forward pass. @param weights index of [rows], or 0 for none */
export function tally(m: ReferenceMemory, net: Net, sums: Tally, rows: number, weights: number): void {
  const f = m.floats;
  const { loss, lossParameters: parameters, targets } = net;
  const { preActivations: z, activations: a, stride, units } = net.last;
  const isSoftmax = loss === CROSS_ENTROPY || loss === FOCAL;
  const middle = loss === HINGE ? 0 : 0.5;
  let { loss: totalLoss, right } = sums;
  let batchLoss = 0;
  for (let n = 0; n < rows; n++) {
    const row = n * stride;
    let cost = sampleCost(f, loss, parameters, z + row, a + row, targets + row, units);
    if (weights) cost *= f[weights + n]!;
    totalLoss += cost;
    batchLoss += cost;
    if (isRight(f, a + row, targets + row, units, middle, isSoftmax)) right++;
  }
  sums.loss = totalLoss;
  sums.right = right;
  sums.batchLoss = batchLoss;
}

/** Whether a sample is correct; a and targets are indices in f. assembly/tally.ts defines correct. */
function isRight(
  f: Floats,
  a: number,
  targets: number,
  units: number,
  middle: number,
  isSoftmax: boolean,
): boolean {
  if (units > 1 && (isSoftmax || countFrom(middle, f, targets, units) === 1)) {
    return argmax(f, a, units) === argmax(f, targets, units);
  }
  for (let j = 0; j < units; j++) {
    const answer = f[a + j]!;
    const y = f[targets + j]!;
    if (y === y && (answer !== answer || answer >= middle !== y >= middle)) return false;
  }
  return true;
}

/** The number of floats, from index `at`, that are at least `least`; 0 if one is NaN. */
function countFrom(least: number, f: Floats, at: number, count: number): number {
  let found = 0;
  for (let j = at; j < at + count; j++) {
    if (f[j] !== f[j]) return 0;
    if (f[j]! >= least) found++;
  }
  return found;
}
