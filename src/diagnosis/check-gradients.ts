import { readWeights } from '../model/parameters.js';
import { double } from '../kernels/reference/numerics.js';
import { referenceKernels } from '../kernels/reference/reference.js';
import { checkInteger, checkKeys } from '../base/check.js';
import { loaded } from '../base/loaded.js';
import type { Kernels } from '../kernels/kernels.js';
import { createModel, type Model } from '../model/model.js';
import { Random } from '../base/random.js';
import { totalCost } from '../training/evaluate.js';
import { Samples, type Data } from '../training/samples.js';
import { awaited, type Work } from '../base/work.js';

// Loaded at the first call of `checkGradients`, to keep it out of the core.

export interface GradientCheckOptions {
  /** The number of weights, and of biases, to check in each layer. Half are those with the largest gradients. Default 200. */
  readonly samples?: number;
}

/** The result of `checkGradients`, as plain data. */
export interface GradientCheck {
  /** Whether every error is within the tolerance. */
  readonly ok: boolean;
  readonly tolerance: number;
  /** The number of samples used. */
  readonly rows: number;
  /** The gradient with the largest error of all layers. */
  readonly worst?: GradientEntry;
  readonly layers: readonly LayerGradientCheck[];
}

export interface LayerGradientCheck {
  /** The number of weights and biases that were compared. */
  readonly checked: number;
  /** The number that couldn't be compared, because the cost has a kink there (relu at z = 0) and thus no slope. */
  readonly kinks: number;
  /** The gradient with the largest error; missing if nothing could be compared. */
  readonly worst?: GradientEntry;
}

/** A weight or a bias, with its gradient from the network's engine, and from differences of the cost. */
export interface GradientEntry {
  /** 'layers[0].weights[3][17]': layer, unit, and the unit before it or the input. */
  readonly place: string;
  readonly analytic: number;
  readonly numeric: number;
  /** |analytic − numeric|, relative to the largest of both and the typical size of δ·a_in in this layer. */
  readonly error: number;
}

/** Enough to detect errors; thousands would take proportionally longer. */
const MOST_ROWS = 100;

/**
 * A wrong equation is off by about 1. Single precision is off by about 1e-5 of a typical δ·a_in, because a sum that cancels is
 * no more exact than its terms. With saturated units, or inputs in the hundreds, this grows up to a hundredfold.
 */
const TOLERANCE = 0.01;

/** Below this, relative to outputs of about 1, single precision leaves little of δ: a − y and 1 − a are off by 2⁻²⁴. */
const SMALLEST_DELTA = 1 / 2 ** 17;

/** An error of single precision alone, which a smaller step wouldn't reduce. */
const GOOD = 1e-5;

/**
 * Steps of the differences, in double precision (ε = 2⁻⁵³). With the first step, truncation leaves about 2⁻³⁰ if the cost is
 * smooth and inputs are about 1. If not, smaller steps follow. The last leaves 2⁻²⁸ of the cost to rounding.
 */
const STEPS = [1 / 2 ** 14, 1 / 2 ** 19, 1 / 2 ** 24];

/**
 * Compares BP1 to BP4, as the network's engine computes them, with central differences of the cost in double precision.
 * Yields between differences. The network may be trained meanwhile.
 * @throws TypeError, RangeError that name the problem in the data or options
 */
export function* checkGradients(
  model: Model,
  data: Data,
  options: GradientCheckOptions,
): Work<GradientCheck> {
  checkKeys('options', options, ['samples']);
  const most = checkInteger('samples', options.samples ?? 200);
  const samples = yield* Samples.read(data, model);
  const rows = Math.min(samples.count, MOST_ROWS);
  const order = Uint32Array.from({ length: rows }, (_, n) => Math.floor((n * samples.count) / rows));
  model.reserve(rows);
  samples.gather(model, 0, rows, order);
  model.kernels.feedForward(model.layout.net, rows);
  model.kernels.backpropagate(model.layout.net, rows, samples.weightsIn(model));
  const gradients = model.layers.map((layer) => ({
    weights: readWeights(model, layer, layer.weightGradients),
    biases: model.matrix(layer.biasGradients, layer.stride, 1, layer.units),
  }));
  const own = model.spec.own && (yield* awaited(loaded('loss', import('../training/own-loss.js'))));
  const kernels = referenceKernels(double);
  const withLoss = own ? own.kernelsWithLoss(kernels, model.spec) : kernels;
  const truth = inDouble(model, withLoss, samples, rows);
  truth.kernels.feedForward(truth.layout.net, rows);
  truth.kernels.backpropagate(truth.layout.net, rows, weightsOf(truth));
  const scales = measureScales(truth, rows);
  const random = Random.fromSeed(model.spec.seed);

  const layers: LayerGradientCheck[] = [];
  for (const [l, { weights, biases }] of gradients.entries()) {
    const { input, delta } = scales[l]!;
    const checks = [
      yield* checkLayer(
        truth,
        l,
        'weights',
        weights,
        delta * input,
        choosePlaces(weights, most, random),
        rows,
      ),
      yield* checkLayer(truth, l, 'biases', biases, delta, choosePlaces(biases, most, random), rows),
    ];
    layers.push({
      checked: checks.reduce((sum, { checked }) => sum + checked, 0),
      kinks: checks.reduce((sum, { kinks }) => sum + kinks, 0),
      ...findWorst(checks),
    });
  }
  const { worst } = findWorst(layers);
  const ok = !worst || worst.error <= TOLERANCE;
  return { ok, tolerance: TOLERANCE, rows, layers, ...(worst && { worst }) };
}

/** Checks some of the weights or of the biases of a layer. @param scale the least denominator of errors */
function* checkLayer(
  truth: Model,
  l: number,
  name: 'weights' | 'biases',
  sums: Float32Array,
  scale: number,
  places: Iterable<number>,
  rows: number,
): Work<LayerGradientCheck> {
  const { fanIn, input, inputStride } = truth.layers[l]!;
  const { floats } = truth.views;
  const a = truth.views.at(input);
  const entries: GradientEntry[] = [];
  let kinks = 0;
  for (const i of places) {
    const [j, k] = name === 'weights' ? [Math.floor(i / fanIn), i % fanIn] : [i];
    const moves = Array.from({ length: rows }, (_, n) =>
      k === undefined ? 1 : floats[a + n * inputStride + k]!,
    );
    const analytic = sums[i]! / rows;
    const { numeric, error, isKink } = compare(truth, l, j, moves, analytic, scale);
    const place = `layers[${l}].${name}[${j}]${k === undefined ? '' : `[${k}]`}`;
    if (isKink) kinks++;
    else entries.push({ place, analytic, numeric, error });
    yield;
  }
  return { checked: entries.length, kinks, ...findWorst(entries.map((worst) => ({ worst }))) };
}

/** The finding with the largest error, if any. */
function findWorst(
  findings: readonly Pick<LayerGradientCheck, 'worst'>[],
): Pick<LayerGradientCheck, 'worst'> {
  return findings.reduce(
    (most, one) =>
      one.worst && !(most.worst && most.worst.error >= one.worst.error) ? { worst: one.worst } : most,
    {},
  );
}

/** The typical sizes of a_in and δ of each layer, as root mean squares. */
function measureScales({ layers, views }: Model, rows: number): { input: number; delta: number }[] {
  const { floats } = views;
  const usual = (pointer: number, stride: number, columns: number): number => {
    let sum = 0;
    for (let n = 0; n < rows; n++) {
      const row = views.at(pointer) + n * stride;
      for (let i = row; i < row + columns; i++) sum += floats[i]! * floats[i]!;
    }
    return Math.sqrt(sum / (rows * columns));
  };
  const last = layers.at(-1)!;
  const least = SMALLEST_DELTA * Math.max(1, usual(last.activations, last.stride, last.units));
  return layers.map(({ input, inputStride, fanIn, delta, stride, units }) => ({
    input: usual(input, inputStride, fanIn),
    delta: Math.max(usual(delta, stride, units), least),
  }));
}

/** A copy of the network in double precision, with the gathered mini-batch. Without dropout, like the gradients. */
function inDouble(model: Model, kernels: Kernels, samples: Samples, rows: number): Model {
  const { spec } = model;
  const layers = spec.layers.map((layer) => ({ ...layer, dropout: 0 }));
  const truth = createModel({ ...spec, layers }, kernels);
  truth.reserve(rows);
  truth.isWeighted = samples.areWeighted;
  const copy = (from: number, to: number, count: number): void => {
    const start = model.views.at(from);
    truth.views.floats.set(model.views.floats.subarray(start, start + count), truth.views.at(to));
  };
  copy(model.layout.inputs, truth.layout.inputs, rows * model.spec.inputs);
  copy(model.layout.targets, truth.layout.targets, rows * model.layers.at(-1)!.stride);
  if (samples.areWeighted) copy(model.layout.sampleWeights, truth.layout.sampleWeights, rows);
  for (const [l, { weights, biases, fanIn, stride }] of model.layers.entries()) {
    copy(weights, truth.layers[l]!.weights, fanIn * stride);
    copy(biases, truth.layers[l]!.biases, stride);
  }
  return truth;
}

/** The cost of the mini-batch, recomputed from the z of layer `first`. */
function costFrom(model: Model, first: number, rows: number): number {
  const { kernels, layout, layers } = model;
  for (let l = first; l < layers.length; l++) {
    const { pointer } = layers[l]!;
    if (l > first) kernels.forward(pointer, 0, rows, layout.scratch);
    kernels.activate(pointer, 0, rows);
  }
  return totalCost(model, rows, weightsOf(model));
}

/** The pointer to the weights of a model's samples; 0 if they have none. */
const weightsOf = ({ rule, layout }: Model): number => rule.isWeighted && layout.sampleWeights;

/**
 * Chooses the gradients to check: all if they are few; otherwise the largest, which matter most, and as many random others.
 */
function choosePlaces(gradients: Float32Array, most: number, random: Random): Iterable<number> {
  if (gradients.length <= most) return gradients.keys();
  const sizes = gradients.map((gradient) => (Number.isNaN(gradient) ? Infinity : Math.abs(gradient)));
  const large = sizes
    .slice()
    .sort()
    .at(-Math.ceil(most / 2))!;
  const places = new Set<number>();
  for (let i = 0; i < sizes.length && 2 * places.size < most; i++) if (sizes[i]! >= large) places.add(i);
  while (places.size < most) places.add(random.below(sizes.length));
  return places;
}

/**
 * Compares the gradient of a weight or bias with the central difference of the cost. Moving w_jk by a step moves z_j by the
 * step times a_k.
 *
 * If the two differ, a unit may have crossed the kink of relu in between. A smaller step avoids that, except at the kink
 * itself. There the cost has a bend at every scale, and no slope to compare with.
 * @param moves the change of z_j in each row, relative to the step
 */
function compare(
  model: Model,
  layer: number,
  unit: number,
  moves: readonly number[],
  analytic: number,
  scale: number,
) {
  const { floats } = model.views;
  const { preActivations, stride } = model.layers[layer]!;
  const z = model.views.at(preActivations) + unit;
  const rows = moves.length;
  const before = moves.map((_, n) => floats[z + n * stride]!);
  const costAt = (step: number): number => {
    for (let n = 0; n < rows; n++) floats[z + n * stride] = before[n]! + step * moves[n]!;
    return costFrom(model, layer, rows) / rows;
  };
  const best = { numeric: NaN, error: Infinity };
  let bend = 0;
  for (const step of STEPS) {
    const above = costAt(step);
    const below = costAt(-step);
    const numeric = (above - below) / (2 * step);
    const size = Math.max(Math.abs(analytic), Math.abs(numeric), scale);
    const difference = Math.abs(analytic - numeric);
    const error = difference && difference / size;
    if (error < best.error) Object.assign(best, { numeric, error });
    if (error <= GOOD) break;
    bend = Math.abs(above - 2 * costAt(0) + below) / step / size;
  }
  costAt(0);
  return { ...best, isKink: best.error > TOLERANCE && bend > TOLERANCE };
}
