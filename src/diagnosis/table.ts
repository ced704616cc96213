import { exp } from '../base/exp.js';
import { log } from '../base/log.js';
import { clearTally, type Metrics } from '../training/evaluate.js';
import type { Model } from '../model/model.js';
import type { Samples } from '../training/samples.js';
import type { Work } from '../base/work.js';

// The samples that a diagnosis looks at, and how well outputs fit them.

/** A table of this many samples, and of this many numbers, says as much as one of all. */
const MOST_ROWS = 1000;
const MOST_NUMBERS = 2 ** 22;

/** Samples as the network sees them: inputs after transforms, labels as one-hot rows. */
export interface Table {
  readonly count: number;
  readonly width: number;
  readonly outputs: number;
  /** [count][width] */
  readonly inputs: Float32Array;
  /** [count][outputs] */
  readonly targets: Float32Array;
  /** [count] the factors of their costs, if they have any. */
  readonly weights: Float32Array | undefined;
  /** Whether the targets are classes. */
  readonly isClassified: boolean;
}

/** Copies the samples, or some of them from all over. */
export function* readTable(model: Model, all: Samples): Work<Table> {
  const { layout, outputs, spec } = model;
  const { inputs: width } = spec;
  const samples = all.copySome(Math.min(MOST_ROWS, Math.ceil(MOST_NUMBERS / width)));
  const { count, areWeighted } = samples;
  const inputs = new Float32Array(count * width);
  const targets = new Float32Array(count * outputs);
  const weights = areWeighted ? new Float32Array(count) : undefined;
  yield* samples.gatherAll(model, (rows, first) => {
    model.matrix(layout.inputs, width, rows, width, inputs, first * width);
    model.matrix(layout.targets, model.layers.at(-1)!.stride, rows, outputs, targets, first * outputs);
    if (weights) model.matrix(layout.sampleWeights, 1, rows, 1, weights, first);
  });
  const isClassified = !spec.ignoresMissing && samples.isClassified(model);
  return { count, width, outputs, inputs, targets, weights, isClassified };
}

/** Writes some rows of the table as a mini-batch. @param rows their numbers */
export function writeRows(model: Model, table: Table, rows: Uint32Array): void {
  const { views, layout, layers } = model;
  const { floats } = views;
  const { width, outputs, inputs, targets, weights } = table;
  const { stride } = layers.at(-1)!;
  for (const [i, n] of rows.entries()) {
    floats.set(inputs.subarray(n * width, (n + 1) * width), views.at(layout.inputs) + i * width);
    floats.set(targets.subarray(n * outputs, (n + 1) * outputs), views.at(layout.targets) + i * stride);
    if (weights) floats[views.at(layout.sampleWeights) + i] = weights[n]!;
  }
  model.useInputs();
}

/** The numbers of all rows of a table. */
export const allRows = ({ count }: Table): Uint32Array => Uint32Array.from({ length: count }, (_, n) => n);

/** Loss and accuracy of the network on some rows. @param use called with the rows of each mini-batch, after the forward pass */
export function* measure(
  model: Model,
  table: Table,
  rows: Uint32Array,
  use?: (rows: Uint32Array) => void,
): Work<Metrics> {
  return yield* tallyRows(model, table, rows, (chunk) => {
    model.kernels.feedForward(model.layout.net, chunk.length);
    use?.(chunk);
  });
}

/** Loss and accuracy of the best constant outputs, and the loss of perfect ones, which isn't 0 for every loss. */
export function* measureBaseline(
  model: Model,
  table: Table,
  rows: Uint32Array,
): Work<Metrics & { readonly perfect: number }> {
  const { outputs, targets } = table;
  const constants = findConstants(model, table, rows);
  const baseline = yield* measureGuess(model, table, rows, (_, j) => constants[j]!);
  const perfect = yield* measureGuess(model, table, rows, (n, j) => targets[n * outputs + j]!);
  return { ...baseline, perfect: perfect.loss };
}

/** The constant outputs with the least cost, in the units of the targets. */
function findConstants(model: Model, table: Table, rows: Uint32Array): number[] {
  const { loss, lossParameters } = model.spec;
  const [gamma, alpha] = lossParameters as [number, number];
  const best = Array.from({ length: table.outputs }, (_, j) => findConstant(model, table, rows, j));
  if (loss === 'focal') return findFocalShares(best, gamma);
  if (loss !== 'binaryFocal') return best;
  return best.map((mean) => {
    const [on, off] = [alpha * mean, (1 - alpha) * (1 - mean)];
    return bisect((a) => on * focalSlope(a, gamma) > off * focalSlope(1 - a, gamma));
  });
}

/**
 * The outputs of softmax with the least focal cost, −Σ m(1 − a)^γ ln a for means m of the targets: with the same slope for each,
 * and a sum of 1. Unlike those of the cross-entropy they aren't the means.
 */
function findFocalShares(means: readonly number[], gamma: number): number[] {
  const most = Math.max(...means);
  const sharesFor = (largest: number): number[] => {
    const slope = most * focalSlope(largest, gamma);
    return means.map((mean) => mean && bisect((a) => mean * focalSlope(a, gamma) > slope));
  };
  return sharesFor(bisect((largest) => sharesFor(largest).reduce((sum, a) => sum + a, 0) < 1));
}

/** −d/da of −(1 − a)^γ ln a, which falls from ∞ to 0, or to 1 if γ = 0. */
const focalSlope = (a: number, gamma: number): number =>
  exp(gamma * log(1 - a)) * (1 / a - (gamma * log(a)) / (1 - a));

/** The number between 0 and 1 up to which a condition holds, within 2⁻⁴¹. */
function bisect(holds: (x: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The constant with the least cost for output j, in the units of the targets; for a focal loss, the mean. */
function findConstant(
  { spec }: Model,
  { targets, outputs, weights }: Table,
  rows: Uint32Array,
  j: number,
): number {
  const { loss, lossParameters } = spec;
  if (loss === 'quantile' || loss === 'meanAbsoluteError' || loss === 'huber' || loss === 'logCosh') {
    const q = loss === 'quantile' ? lossParameters[Math.min(j, lossParameters.length - 1)]! : 0.5;
    const sorted = Float32Array.from(rows, (n) => targets[n * outputs + j]!)
      .filter((y) => !Number.isNaN(y))
      .sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
  }
  let [sum, total] = [0, 0];
  for (const n of rows) {
    const weight = weights ? weights[n]! : 1;
    const y = targets[n * outputs + j]!;
    if (Number.isNaN(y)) continue; // missing
    sum += weight * y;
    total += weight;
  }
  const mean = total && sum / total;
  return loss === 'hinge' ? (mean < 0 ? -1 : 1) : mean;
}

/** Below it, the logarithm of a share counts as that of this number. */
const SMALLEST_SHARE = 1e-12;

/** Loss and accuracy of outputs that are made up. @param guess in the units of the targets, for row n and output j */
function* measureGuess(
  model: Model,
  table: Table,
  rows: Uint32Array,
  guess: (n: number, j: number) => number,
): Work<Metrics> {
  const { loss } = model.spec;
  const { preActivations, activations, stride, units } = model.layers.at(-1)!;
  const logarithm = (share: number): number => log(Math.max(share, SMALLEST_SHARE));
  return yield* tallyRows(model, table, rows, (chunk) => {
    const { floats } = model.views;
    const [z, a] = [model.views.at(preActivations), model.views.at(activations)];
    for (const [i, n] of chunk.entries()) {
      for (let j = 0; j < units; j++) {
        const y = guess(n, j);
        // The cross-entropies are computed from z, and the output of poisson is the logarithm of the mean.
        const at = i * stride + j;
        floats[a + at] = loss === 'poisson' ? logarithm(y) : y;
        const isBinary = loss === 'binaryCrossEntropy' || loss === 'binaryFocal';
        floats[z + at] = isBinary ? logarithm(y) - logarithm(1 - y) : logarithm(y);
      }
    }
  });
}

/** Tallies rows, a mini-batch at a time. @param compute the outputs of the mini-batch that was written */
function* tallyRows(
  model: Model,
  table: Table,
  rows: Uint32Array,
  compute: (chunk: Uint32Array) => void,
): Work<Metrics> {
  const { kernels, layout, chunkRows, evaluationTally: tally } = model;
  let [loss, right] = [0, 0];
  for (let first = 0; first < rows.length; first += chunkRows) {
    if (first > 0) yield;
    const chunk = rows.subarray(first, first + chunkRows);
    writeRows(model, table, chunk);
    compute(chunk);
    clearTally(tally); // another evaluation may have run between two chunks
    kernels.tally(layout.net, tally.pointer, chunk.length, table.weights ? layout.sampleWeights : 0);
    loss += tally.loss;
    right += tally.right;
  }
  return { loss: loss / rows.length, accuracy: right / rows.length };
}
