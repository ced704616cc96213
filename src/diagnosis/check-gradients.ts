import { readWeights } from '../model/parameters.js';
import { double } from '../kernels/reference/numerics.js';
import { referenceKernels } from '../kernels/reference/reference.js';
import { checkInteger, checkKeys } from '../base/check.js';
import { Model } from '../model/model.js';
import { Random } from '../base/random.js';
import { totalCost } from '../training/evaluate.js';
import { Samples, type Data } from '../training/samples.js';
import type { Work } from '../base/work.js';

// Loaded when `checkGradients` is first called: the core has nothing of it.

export interface GradientCheckOptions {
  /** How many weights of each layer are checked, and how many biases: half of them those with the largest gradients. Default 200. */
  readonly samples?: number;
}

/** What `checkGradients` found: plain data. */
export interface GradientCheck {
  /** Whether every error is within the tolerance. */
  readonly ok: boolean;
  readonly tolerance: number;
  /** How many samples of the data were taken. */
  readonly rows: number;
  /** The largest error of all. */
  readonly worst?: GradientEntry;
  readonly layers: readonly LayerGradientCheck[];
}

export interface LayerGradientCheck {
  /** How many weights and biases were compared. */
  readonly checked: number;
  /** How many could not be: the cost has a kink there (relu at z = 0), and no slope. */
  readonly kinks: number;
  /** The largest error; none where nothing could be compared. */
  readonly worst?: GradientEntry;
}

/** A weight or a bias, with its gradient as the network's engine has it, and as the cost itself says. */
export interface GradientEntry {
  /** 'layers[0].weights[3][17]': of the layer, the unit, and the unit before it or the input. */
  readonly place: string;
  readonly analytic: number;
  readonly numeric: number;
  /** |analytic − numeric|, relative to the larger of them, or to what δ·a_in usually is in this layer if that is larger. */
  readonly error: number;
}

/** Enough to tell; thousands would take as many times longer. */
const MOST_ROWS = 100;

/**
 * A wrong equation is off by about 1, and single precision by some 1e-5 of δ·a_in as it usually is: sums that cancel are no
 * more exact than their terms. Where units are saturated, or inputs in the hundreds, that is up to a hundred times more.
 */
const TOLERANCE = 0.01;

/** Below this, relative to outputs of about 1, little is left of δ in single precision: a − y and 1 − a are off by 2⁻²⁴. */
const SMALLEST_DELTA = 1 / 2 ** 17;

/** An error that is single precision's own: a smaller step would not lessen it. */
const GOOD = 1e-5;

/**
 * Steps of the differences, in double precision (ε = 2⁻⁵³): with the first, truncation leaves about 2⁻³⁰ where the cost is
 * smooth and inputs are about 1. Where not, smaller ones follow; the last leaves 2⁻²⁸ of the cost to rounding.
 */
const STEPS = [1 / 2 ** 14, 1 / 2 ** 19, 1 / 2 ** 24];

/**
 * Compares BP1 to BP4, as the network's engine computes them, with central differences of the cost in double precision.
 * Yields between differences; the network may be trained on meanwhile.
 * @throws TypeError, RangeError naming what is wrong in the data or options
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
  model.kernels.backpropagate(model.layout.net, rows);
  const gradients = model.layers.map((layer) => ({
    weights: readWeights(model, layer, layer.weightGradients),
    biases: model.matrix(layer.biasGradients, layer.stride, 1, layer.units),
  }));
  const truth = inDouble(model, rows);
  truth.kernels.feedForward(truth.layout.net, rows);
  truth.kernels.backpropagate(truth.layout.net, rows);
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

/** Some of the weights or of the biases of a layer. @param scale what errors are measured by at least */
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

/** The worst of some findings, where there is one. */
function findWorst(
  findings: readonly Pick<LayerGradientCheck, 'worst'>[],
): Pick<LayerGradientCheck, 'worst'> {
  return findings.reduce(
    (most, one) =>
      one.worst && !(most.worst && most.worst.error >= one.worst.error) ? { worst: one.worst } : most,
    {},
  );
}

/** What a_in and δ of each layer usually are: root mean squares. */
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

/** The same network, with the mini-batch that has been gathered, in double precision; without dropout, as gradients are. */
function inDouble(model: Model, rows: number): Model {
  const { spec } = model;
  const layers = spec.layers.map((layer) => ({ ...layer, dropout: 0 }));
  const truth = new Model({ ...spec, layers }, referenceKernels(double));
  truth.reserve(rows);
  const copy = (from: number, to: number, count: number): void => {
    const start = model.views.at(from);
    truth.views.floats.set(model.views.floats.subarray(start, start + count), truth.views.at(to));
  };
  copy(model.layout.inputs, truth.layout.inputs, rows * model.spec.inputs);
  copy(model.layout.targets, truth.layout.targets, rows * model.layers.at(-1)!.stride);
  for (const [l, { weights, biases, fanIn, stride }] of model.layers.entries()) {
    copy(weights, truth.layers[l]!.weights, fanIn * stride);
    copy(biases, truth.layers[l]!.biases, stride);
  }
  return truth;
}

/** The cost of the mini-batch, computed anew from a layer's z on. */
function costFrom(model: Model, first: number, rows: number): number {
  const { kernels, layout, layers } = model;
  for (let l = first; l < layers.length; l++) {
    const { pointer } = layers[l]!;
    if (l > first) kernels.forward(pointer, 0, rows, layout.scratch);
    kernels.activate(pointer, 0, rows);
  }
  return totalCost(model, rows);
}

/**
 * Which gradients to check: all where they are few; else the largest, which matter most, and as many drawn among the others.
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
 * The gradient of a weight or bias beside the central difference of the cost. To move w_jk by a step is to move z_j by the
 * step times a_k.
 *
 * Where the two differ, a unit may have passed the kink of relu in between. With a smaller step it does not, unless it is at
 * the kink itself: then the cost bends however small the step, and there is no slope to compare with.
 * @param moves by how much z_j of each row moves, relative to the step
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
