import { SELU, SIGMOID } from '../kernels/codes.js';
import type { Layer } from '../memory/structs.js';
import type { Model } from '../model/model.js';
import { feedForwardAll } from '../training/evaluate.js';
import type { Diagnosis, LayerDiagnosis } from '../training/reports.js';
import type { Samples } from '../training/samples.js';
import type { Work } from '../base/work.js';

/** A unit counts as saturated below this share of its steepest slope. It then learns ten times slower than it could. */
const FLAT = 0.1;

const square = (x: number): number => x * x;

/** Sums over the samples, for one layer. */
interface Sums {
  delta: number;
  input: number;
  zeros: number;
  saturated: number;
  /** 1 for each unit with a slope. */
  readonly alive: Uint8Array;
  /** [fanIn][stride] */
  readonly gradients: Float64Array;
}

/** Copies the weights and biases for a later `measureLayers`. */
export const copyParameters = ({ views, layout }: Model): Float32Array | Float64Array =>
  views.floats.slice(views.at(layout.parameters), views.at(layout.parameters) + layout.parameterCount);

/**
 * Runs all samples forward and back, a chunk at a time, and yields after each. Sums are in double precision, sample by
 * sample, so both engines yield the same bits.
 * @param before the result of `copyParameters`, to compute `update`
 */
export function* measureLayers(
  model: Model,
  samples: Samples,
  before?: Float32Array | Float64Array,
): Work<Pick<Diagnosis, 'layers' | 'stuckOutputs'>> {
  const { kernels, views } = model;
  const sums = model.layers.map(({ units, fanIn, stride }): Sums => ({
    ...{ delta: 0, input: 0, zeros: 0, saturated: 0 },
    alive: new Uint8Array(units),
    gradients: new Float64Array(fanIn * stride),
  }));
  let stuck = 0;
  yield* feedForwardAll(model, samples, (rows) => {
    kernels.backpropagate(model.layout.net, rows, samples.weightsIn(model));
    for (const [l, layer] of model.layers.entries()) stuck += addUp(model, layer, rows, sums[l]!);
  });

  const n = samples.count;
  const layers = model.layers.map((layer, l): LayerDiagnosis => {
    const { units, fanIn, stride } = layer;
    const { delta, input, zeros, saturated, alive, gradients } = sums[l]!;
    const at = views.at(layer.weights);
    const norm = (weight: (i: number) => number): number => {
      let sum = 0;
      for (let k = 0; k < gradients.length; k += stride)
        for (let i = k; i < k + units; i++) sum += square(weight(i));
      return Math.sqrt(sum);
    };
    const { floats } = views;
    const gradient = norm((i) => gradients[i]!) / n;
    const weights = norm((i) => floats[at + i]!);
    const was = at - views.at(model.layout.parameters);
    return {
      delta: Math.sqrt(delta / (n * units)),
      input: Math.sqrt(input / (n * fanIn)),
      zeroInputs: zeros / (n * fanIn),
      gradient,
      weights,
      speed: gradient && gradient / weights,
      ...(before && {
        update: norm((i) => floats[at + i]! - before[was + i]!) / norm((i) => before[was + i]!),
      }),
      saturated: saturated / (n * units),
      dead: alive.filter((one) => !one).length,
    };
  });
  return { layers, stuckOutputs: stuck / n };
}

/**
 * Adds a mini-batch to the sums of a layer, after `backpropagate`. Overwrites δ with σ′.
 * @returns the number of rows with a stuck output: saturated, and more than ½ off its target
 */
function addUp(model: Model, layer: Layer, rows: number, sums: Sums): number {
  const { kernels, layout, views, layers } = model;
  const { activation, units, fanIn, stride, inputStride, activations, delta } = layer;
  const { floats } = views;
  const { gradients, alive } = sums;
  const [g, a, y, d] = [layer.weightGradients, activations, layout.targets, delta].map((p) => views.at(p));
  const input = views.at(layer.input);
  const isLast = layer === layers.at(-1);
  for (let i = 0; i < gradients.length; i++) gradients[i]! += floats[g! + i]!;
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < fanIn; k++) {
      const x = floats[input + n * inputStride + k]!;
      sums.input += square(x);
      if (x === 0) sums.zeros++;
    }
    for (let j = 0; j < units; j++) sums.delta += square(floats[d! + n * stride + j]!);
  }

  floats.fill(1, d, d! + rows * stride);
  kernels.multiplySlope(layer.pointer, 0, rows);
  const flat = FLAT * (activation === SIGMOID ? 0.25 : activation === SELU ? 1.758 : 1); // about 1 is the steepest of the others
  let stuck = 0;
  for (let n = 0; n < rows; n++) {
    let isStuck = false;
    for (let j = 0; j < units; j++) {
      const i = n * stride + j;
      const slope = floats[d! + i]!;
      if (slope !== 0) alive[j] = 1;
      if (Math.abs(slope) < flat) {
        sums.saturated++;
        isStuck ||= isLast && Math.abs(floats[a! + i]! - floats[y! + i]!) > 0.5;
      }
    }
    if (isStuck) stuck++;
  }
  return stuck;
}
