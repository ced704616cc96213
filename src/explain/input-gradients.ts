import { checkInteger, checkKeys } from '../base/check.js';
import { copyRows } from '../base/numeric-arrays.js';
import { finish, inSlices, type Work } from '../base/work.js';
import { RangeFault, within } from '../errors.js';
import type { Kernels } from '../kernels/kernels.js';
import { giveBackKernels, takeKernels } from '../kernels/load.js';
import { createModel, type Model } from '../model/model.js';
import { writeParameters } from '../model/parameters.js';
import { checkSpec, type CheckedSpec } from '../model/spec.js';
import type { NetworkState } from '../model/state.js';
import type { Network } from '../network.js';
import type { RawRows } from '../training/matrix.js';
import { Samples, type Data, type Inputs } from '../training/samples.js';
import { alignFor, nameColumns, slopeOfInverse, widthsOfColumns } from './columns.js';

// BP2 taken one layer further: δ⁰ = (W¹)ᵀδ¹, the gradient with respect to the inputs. A layer with transposed weights
// computes Wᵀδ as its forward z = W·a + b with b = 0. So the way back is a network too: that of the transposed layers, in
// reverse order, with ⊙ σ′(z) between them.

export interface InputGradientOptions {
  /** The output j for which to compute ∂a_j/∂x, from 0. Default: ∂C/∂x, the gradient of the cost, for which the data needs answers. */
  readonly output?: number;
}

/**
 * Computes the gradient of the cost of each sample, or of one output, with respect to the inputs. Nothing is updated, and
 * dropout is off.
 *
 * Rounding: δ of each layer as in training; then each sum sequential over the units of the next layer, in single precision.
 * @param data samples with targets or labels; for an output, the inputs are enough. `sampleWeights` multiply the costs
 * @returns [n][inputs], row-major, with respect to the inputs of the first layer: after `inputScale` and transforms, as in
 * `net.backprop(data).inputs`. Gradients of an output are in the units of the targets
 * @throws TypeError, RangeError naming the invalid row and column, or the option; RangeError for the cost of a loss of your own
 * @throws StateError if the network is disposed
 */
export async function inputGradients(
  net: Network,
  data: Data | Inputs,
  options: InputGradientOptions = {},
): Promise<Float32Array> {
  checkKeys('options', options, ['output']);
  const output = options.output === undefined ? undefined : checkOutput(options.output, net.outputs);
  const aligned = alignFor(net, data);
  return await withBothWays(net, function* (way) {
    if (output === undefined && way.model.spec.own) {
      throw new RangeFault({
        place: 'net',
        problem: 'its loss is your own, and only the gradients of its outputs can be computed',
        cure: 'pass { output }',
      });
    }
    const samples =
      output === undefined
        ? yield* Samples.read(aligned, way.model)
        : yield* Samples.readInputs(aligned, way.model);
    const { inputs } = way.model.spec;
    const gradients = new Float32Array(samples.count * inputs);
    yield* samples.gatherAll(way.model, (rows, first) => {
      way.goForward(rows);
      if (output === undefined) way.startFromCost(rows, samples.weightsIn(way.model));
      else way.startFromOutput(rows, output);
      gradients.set(way.goBack(rows), first * inputs);
    });
    return gradients;
  });
}

export interface IntegratedGradientOptions {
  /** The output to explain, from 0. Default 0 if there is only one; otherwise required. */
  readonly output?: number;
  /**
   * The sample to compare with, in the form of a row of the inputs. Default: all inputs 0 after the transforms, which is
   * the mean of standardized columns, the smallest value of 'minMax' columns, no category, and black for images.
   */
  readonly baseline?: RawRows[number];
  /** The number of points on the line from the baseline to the sample. Default 50. */
  readonly steps?: number;
}

/** What each column adds to an output, sample by sample. */
export interface Attributions {
  /** The names of the user's columns; numbers from 0 if they have none. */
  readonly columns: readonly string[];
  /** [n][columns], in the units of the output. They add up to the output of the sample minus that of the baseline. */
  readonly attributions: Float32Array;
  /** The output of each sample, and of the baseline. */
  readonly outputs: Float32Array;
  readonly baseline: number;
  /** The largest difference between that sum and that output. If it is not small, use more steps. */
  readonly largestGap: number;
}

/**
 * Explains an output by integrated gradients (Sundararajan et al. 2017): (x − x′) times the mean of ∂a/∂x on the line from
 * the baseline x′ to the sample x, at the midpoints of equal steps. The categories of a column count as one.
 *
 * Rounding: points in double precision, then rounded to single; sums of gradients and of columns in double precision.
 * @param data samples; answers are not needed
 * @throws TypeError, RangeError naming the invalid row and column, or the option
 * @throws StateError if the network is disposed
 */
export async function integratedGradients(
  net: Network,
  data: Data | Inputs,
  options: IntegratedGradientOptions = {},
): Promise<Attributions> {
  checkKeys('options', options, ['output', 'baseline', 'steps']);
  const output = checkOutput(options.output ?? (net.outputs === 1 ? 0 : undefined), net.outputs);
  const steps = checkInteger('steps', options.steps ?? 50);
  const aligned = alignFor(net, data);
  return await withBothWays(net, function* (way) {
    const { model } = way;
    const samples = yield* Samples.readInputs(aligned, model);
    const from = readBaseline(model, options.baseline, data.inputScale);
    const widths = widthsOfColumns(model.spec);
    const attributions = new Float32Array(samples.count * widths.length);
    const outputs = new Float32Array(samples.count);
    way.write(from);
    const [baseline] = way.outputsOf(1, output) as unknown as [number];
    let largestGap = 0;
    for (let n = 0; n < samples.count; n++) {
      samples.gather(model, n, 1);
      const to = way.inputs(1);
      outputs[n] = way.outputsOf(1, output)[0]!;
      const means = way.meanGradient(from, to, steps, output);
      let [at, total] = [0, 0];
      for (const [k, width] of widths.entries()) {
        let sum = 0;
        for (const end = at + width; at < end; at++) sum += (to[at]! - from[at]!) * means[at]!;
        attributions[n * widths.length + k] = sum;
        total += sum;
      }
      largestGap = Math.max(largestGap, Math.abs(total - (outputs[n]! - baseline)));
      yield;
    }
    return { columns: nameColumns(model.spec, data), attributions, outputs, baseline, largestGap };
  });
}

const checkOutput = (output: unknown, outputs: number): number =>
  checkInteger('output', output, 0, outputs - 1);

/** The inputs of the baseline, after transforms. */
function readBaseline(model: Model, given: unknown, inputScale = 1): Float32Array {
  if (given === undefined) return new Float32Array(model.spec.inputs);
  const inputs = [given] as unknown as RawRows;
  let row: Samples;
  try {
    row = finish(Samples.readInputs({ inputs, inputScale }, model));
  } catch (error) {
    throw new RangeFault(within('baseline', error), { cause: error });
  }
  row.gather(model, 0, 1);
  return model.matrix(model.layout.inputs, model.spec.inputs, 1, model.spec.inputs);
}

/** Runs work with a copy of the network, which is there until the work is done. */
async function withBothWays<Result>(
  { engine, state }: Network,
  work: (way: BothWays) => Work<Result>,
): Promise<Result> {
  // 'auto', because a host that was given a compiled module may be unable to compile another; the bits are the same.
  const take = (): ReturnType<typeof takeKernels> => takeKernels(engine === 'wasm' ? 'auto' : engine);
  const kernels = [await take()];
  try {
    kernels.push(await take());
    return await inSlices(work(new BothWays(state, kernels[0]!, kernels[1]!)), () => undefined);
  } finally {
    for (const one of kernels) giveBackKernels(one);
  }
}

/** The sizes of the layers in reverse. */
function transposeSpec({ inputs, layers }: CheckedSpec): CheckedSpec {
  const sizes = [inputs, ...layers.map(({ units }) => units)].reverse();
  return checkSpec({
    inputs: sizes[0]!,
    layers: sizes.slice(1).map((units) => ({ units, activation: 'linear' })),
  });
}

const transposeParameters = (parameters: NetworkState['parameters']): NetworkState['parameters'] =>
  parameters
    .map(({ weights, biases }) => {
      const units = biases.length;
      const fanIn = weights.length / units;
      return {
        weights: weights.map((_, i) => weights[(i % units) * fanIn + Math.floor(i / units)]!),
        biases: new Float32Array(fanIn),
      };
    })
    .reverse();

/** A network for the way forward, and its transposed layers for the way back. */
export class BothWays {
  readonly model: Model;
  readonly #transposed: Model;

  constructor({ spec, parameters }: NetworkState, forward: Kernels, backward: Kernels) {
    const checked = checkSpec(spec);
    this.model = createModel(checked, forward);
    writeParameters(this.model, parameters);
    this.#transposed = createModel(transposeSpec(checked), backward);
    writeParameters(this.#transposed, transposeParameters(parameters));
    this.#transposed.reserve(this.model.chunkRows);
  }

  /** Forward: z and a of each layer, for the gathered rows. */
  goForward(rows: number): void {
    this.model.kernels.feedForward(this.model.layout.net, rows);
  }

  /** Writes the inputs of one row. */
  write(inputs: Float32Array): void {
    const { views, layout } = this.model;
    views.floats.set(inputs, views.at(layout.inputs));
    this.model.useInputs();
  }

  /** A copy of the gathered rows, after the transforms. */
  inputs(rows: number): Float32Array {
    const { layout, spec } = this.model;
    return this.model.matrix(layout.inputs, spec.inputs, rows, spec.inputs);
  }

  /** Forward, and one output of each row in the units of the targets. */
  outputsOf(rows: number, output: number): Float32Array {
    this.goForward(rows);
    const width = this.model.outputs;
    const outputs = new Float32Array(rows * width);
    this.model.readOutputs(rows, outputs, 0);
    this.model.spec.transforms.targets?.invert(outputs);
    return Float32Array.from({ length: rows }, (_, n) => outputs[n * width + output]!);
  }

  /** BP1: δ of the last layer for the cost, after `goForward`. */
  startFromCost(rows: number, weights: number): void {
    this.model.kernels.backpropagate(this.model.layout.net, rows, weights);
  }

  /**
   * δ of the last layer for the output a_j in the units of the targets: e_j ⊙ σ′(z), times the slope of the inverse transform at a_j;
   * for softmax, whose targets have none, a_j(e_j − a).
   */
  startFromOutput(rows: number, output: number): void {
    const { layers, views, kernels, spec } = this.model;
    const { delta, activations, stride, units, pointer } = layers.at(-1)!;
    const { floats } = views;
    const [d, a] = [views.at(delta), views.at(activations)];
    const column = spec.transforms.targets?.list[output];
    floats.fill(0, d, d + rows * stride);
    for (let row = 0; row < rows * stride; row += stride) {
      floats[d + row + output] = column ? slopeOfInverse(column, floats[a + row + output]!) : 1;
      if (spec.layers.at(-1)!.activation !== 'softmax') continue;
      for (let j = 0; j < units; j++)
        floats[d + row + j] = floats[a + row + output]! * (Number(j === output) - floats[a + row + j]!);
    }
    kernels.multiplySlope(pointer, 0, rows);
  }

  /** BP2 down to the inputs. @returns δ⁰, [rows][inputs] */
  goBack(rows: number): Float32Array {
    const { model } = this;
    const back = this.#transposed;
    for (const [i, layer] of back.layers.entries()) {
      const from = model.layers.at(-1 - i)!;
      copyFloats(model, from.delta, from.stride, back, layer.input, layer.inputStride, from.units, rows);
      back.kernels.forward(layer.pointer, 0, rows, back.layout.scratch);
      const to = model.layers.at(-2 - i);
      if (i === model.layers.length - 1 || !to) break;
      copyFloats(back, layer.preActivations, layer.stride, model, to.delta, to.stride, to.units, rows);
      model.kernels.multiplySlope(to.pointer, 0, rows);
    }
    const { preActivations, stride, units } = back.layers.at(-1)!;
    return back.matrix(preActivations, stride, rows, units);
  }

  /** The mean of ∂a_j/∂x at the midpoints of equal steps from one row to another. */
  meanGradient(from: Float32Array, to: Float32Array, steps: number, output: number): Float64Array {
    const { model } = this;
    const { inputs } = model.spec;
    const means = new Float64Array(inputs);
    for (let first = 0; first < steps; first += model.chunkRows) {
      const rows = Math.min(model.chunkRows, steps - first);
      const points = Float32Array.from({ length: rows * inputs }, (_, i) => {
        const k = i % inputs;
        const share = (first + Math.floor(i / inputs) + 0.5) / steps;
        return from[k]! + share * (to[k]! - from[k]!);
      });
      this.write(points);
      this.goForward(rows);
      this.startFromOutput(rows, output);
      for (const [i, gradient] of this.goBack(rows).entries()) means[i % inputs]! += gradient / steps;
    }
    return means;
  }
}

function copyFloats(
  source: Model,
  from: number,
  apart: number,
  target: Model,
  to: number,
  stride: number,
  width: number,
  rows: number,
): void {
  const { floats } = source.views;
  copyRows(
    floats,
    source.views.at(from),
    apart,
    width,
    0,
    rows,
    undefined,
    target.views.floats,
    target.views.at(to),
    stride,
  );
}
