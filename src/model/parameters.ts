import type { NumericArray } from '../base/numeric-arrays.js';
import type { Random } from '../base/random.js';
import type { Layer } from '../memory/structs.js';
import { initializers } from './initializers.js';
import type { Model } from './model.js';
import type { Parameters } from './state.js';

// In memory weights are [fanIn][stride], with padded rows; outside they are [units][fanIn].

type AnyModel = Pick<Model, 'spec' | 'layers' | 'layout' | 'views' | 'matrix' | 'slot' | 'slots' | 'reserve'>;

/** Copies all weights and biases, layer by layer; or the content of a slot. */
export function readParameters(model: AnyModel, pointer = model.layout.parameters): Parameters[] {
  const distance = pointer - model.layout.parameters;
  return model.layers.map((layer) => ({
    weights: readWeights(model, layer, layer.weights + distance),
    biases: model.matrix(layer.biases + distance, layer.stride, 1, layer.units),
  }));
}

/** Copies a layer's weights or their gradients, transposed from [fanIn][stride] to [units][fanIn]. */
export function readWeights(
  { views }: Pick<Model, 'views'>,
  { fanIn, units, stride }: Layer,
  pointer: number,
): Float32Array<ArrayBuffer> {
  const { floats } = views;
  const copy = new Float32Array(units * fanIn);
  for (let k = 0; k < fanIn; k++) {
    const from = views.at(pointer) + k * stride;
    for (let j = 0; j < units; j++) copy[j * fanIn + k] = floats[from + j]!;
  }
  return copy;
}

/** Writes weights and biases of the spec's shapes, layer by layer; or the content of a slot. */
export function writeParameters(
  { layers, layout, views }: AnyModel,
  parameters: readonly FlatParameters[],
  pointer = layout.parameters,
): void {
  const { floats } = views;
  const distance = pointer - layout.parameters;
  layers.forEach((layer, l) => {
    const { weights, biases } = parameters[l]!;
    writeWeights({ views }, layer, layer.weights + distance, weights);
    floats.set(biases, views.at(layer.biases + distance));
  });
}

/** Writes a layer's weights, transposed from [units][fanIn] to [fanIn][stride]. */
export function writeWeights(
  { views }: Pick<Model, 'views'>,
  { fanIn, units, stride }: Layer,
  pointer: number,
  weights: NumericArray,
): void {
  const { floats } = views;
  for (let k = 0; k < fanIn; k++) {
    const to = views.at(pointer) + k * stride;
    for (let j = 0; j < units; j++) floats[to + j] = weights[j * fanIn + k]!;
  }
}

/** The number of weights and biases, without padding. */
export const countFloats = ({ layers }: Pick<Model, 'layers'>): number =>
  layers.reduce((sum, { fanIn, units }) => sum + (fanIn + 1) * units, 0);

/** Copies all weights and biases into one array: those of each layer, weights [units][fanIn] before biases. */
export function flattenParameters(model: AnyModel): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(countFloats(model));
  let at = 0;
  for (const { weights, biases } of readParameters(model)) {
    flat.set(weights, at);
    flat.set(biases, at + weights.length);
    at += weights.length + biases.length;
  }
  return flat;
}

/** Weights and biases in arrays of any kind. */
type FlatParameters = Readonly<Record<keyof Parameters, NumericArray>>;

/** Views of the weights and biases in the array of `flattenParameters`. */
export function unflattenParameters({ layers }: AnyModel, flat: NumericArray): FlatParameters[] {
  let at = 0;
  const take = (count: number): NumericArray => flat.subarray(at, (at += count));
  return layers.map(({ fanIn, units }) => ({ weights: take(units * fanIn), biases: take(units) }));
}

/** Copies all slots, each in the form of the parameters. */
export function readSlots(model: AnyModel): Parameters[][] {
  return Array.from({ length: model.slots }, (_, s) => readParameters(model, model.slot(s)));
}

/** Makes room for these slots, and writes their content. */
export function writeSlots(model: AnyModel, slots: readonly (readonly Parameters[])[]): void {
  model.reserve(1, slots.length);
  for (const [s, slot] of slots.entries()) writeParameters(model, slot, model.slot(s));
}

/** Draws all weights and biases, layer by layer, unit by unit: its weights, then its bias. */
export function drawParameters({ spec, layers, views }: AnyModel, random: Random): void {
  const { floats } = views;
  for (const [l, { weights, biases, fanIn, units, stride }] of layers.entries()) {
    const { weight, bias } = initializers[spec.layers[l]!.initializer];
    for (let j = 0; j < units; j++) {
      const column = views.at(weights) + j;
      for (let k = 0; k < fanIn; k++) floats[column + k * stride] = weight(random, fanIn, units);
      floats[views.at(biases) + j] = bias(random);
    }
  }
}
