import type { Tally } from '../memory/structs.js';
import type { Model } from '../model/model.js';
import { newFloats } from '../base/numeric-arrays.js';
import type { Samples } from './samples.js';
import type { Work } from '../base/work.js';

export interface Metrics {
  /** The mean cost per sample. */
  readonly loss: number;
  /**
   * The share of samples classified correctly. A sample is correct if its largest output is where its largest target is.
   * With a single output, both must lie on the same side of ½, or of 0 for hinge. A sample with NaN outputs counts as
   * wrong. The accuracy has no meaning if the outputs aren't classes (a regression, several independent labels).
   */
  readonly accuracy: number;
}

/** Loss and accuracy over all samples. */
export function* evaluate(model: Model, samples: Samples): Work<Metrics> {
  const { kernels } = model;
  const sums = { loss: 0, right: 0 };
  yield* feedForwardAll(model, samples, (rows) => {
    const { evaluationTally: tally, layout } = model;
    // Another evaluation may have run between two chunks.
    writeTally(tally, sums);
    kernels.tally(layout.net, tally.pointer, rows, samples.weightsIn(model));
    readTally(tally, sums);
  });
  return meanMetrics(sums, samples.count);
}

/**
 * The cost of a mini-batch, after `feedForward`.
 * @param weights pointer to factors of the samples' costs, or 0 for none
 */
export function totalCost({ kernels, layout, evaluationTally }: Model, rows: number, weights = 0): number {
  kernels.tally(layout.net, evaluationTally.pointer, rows, weights);
  return evaluationTally.batchLoss;
}

/** The outputs for all samples, [n][outputs], in the user's own units. */
export function* predict(model: Model, samples: Samples): Work<Float32Array> {
  const outputs = newFloats('outputs', samples.count, model.outputs);
  yield* feedForwardAll(model, samples, (rows, first) =>
    model.readOutputs(rows, outputs, first * model.outputs),
  );
  model.spec.transforms.targets?.invert(outputs);
  return outputs;
}

/**
 * `predict` for a few rows in a Float32Array, which allocates nothing but the outputs if none are given.
 * @returns undefined if `predict` must do it, or must throw the error
 */
export function predictFew(model: Model, inputs: unknown, outputs?: Float32Array): Float32Array | undefined {
  const rows = writeFew(model, inputs);
  if (rows === 0) return undefined;
  outputs ??= new Float32Array(rows * model.outputs);
  if (outputs.length !== rows * model.outputs) return undefined;
  model.kernels.feedForward(model.layout.net, rows);
  model.readOutputs(rows, outputs, 0);
  model.spec.transforms.targets?.invert(outputs);
  return outputs;
}

/**
 * Writes a few rows in a Float32Array to the mini-batch, and allocates nothing.
 * @returns their number; 0 if `Samples` must read them, or must throw the error
 */
export function writeFew(model: Model, inputs: unknown): number {
  const { spec, kernels, layout, views, chunkRows } = model;
  if (!(inputs instanceof Float32Array) || spec.transforms.inputs) return 0;
  const rows = inputs.length / spec.inputs;
  if (!(rows > 0 && rows <= chunkRows && Number.isInteger(rows))) return 0;
  views.floats.set(inputs, views.at(layout.inputs));
  if (!kernels.areFinite(layout.inputs, inputs.length)) return 0;
  model.useInputs();
  return rows;
}

/** Runs all samples forward, a chunk at a time; yields between chunks. */
export function feedForwardAll(
  model: Model,
  samples: Samples,
  use: (rows: number, first: number) => void,
): Work<void> {
  return samples.gatherAll(model, (rows, first) => {
    model.kernels.feedForward(model.layout.net, rows);
    use(rows, first);
  });
}

/** Sums over samples: of the costs, and the number classified correctly. */
export interface Sums {
  readonly loss: number;
  readonly right: number;
}

export const meanMetrics = ({ loss, right }: Sums, count: number): Metrics => ({
  loss: loss / count,
  accuracy: right / count,
});

export function writeTally(tally: Tally, { loss, right }: Sums): void {
  tally.loss = loss;
  tally.right = right;
}

/** Clears the sums. The bound of the weights becomes Infinity, because they are unknown. */
export function clearTally(tally: Tally): void {
  tally.loss = 0;
  tally.right = 0;
  tally.largestWeight = Infinity;
}

/** Reads a tally into `sums`, so that a small network needn't allocate an object per epoch. */
export function readTally(tally: Tally, sums: { loss: number; right: number }): void {
  sums.loss = tally.loss;
  sums.right = tally.right;
}
