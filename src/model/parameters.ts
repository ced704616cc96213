import type { Random } from '../base/random.js';
import type { Layer } from '../memory/structs.js';
import { initializers } from './initializers.js';
import type { Model } from './model.js';
import type { Parameters } from './state.js';

// In memory weights lie [fanIn][stride], each row padded; outside they are [units][fanIn].

type AnyModel = Pick<Model, 'spec' | 'layers' | 'layout' | 'views' | 'matrix' | 'slot' | 'slots' | 'reserve'>;

/** Copies all weights and biases, layer by layer; or what a slot holds in their place. */
export function readParameters(model: AnyModel, pointer = model.layout.parameters): Parameters[] {
  const distance = pointer - model.layout.parameters;
  return model.layers.map((layer) => ({
    weights: readWeights(model, layer, layer.weights + distance),
    biases: model.matrix(layer.biases + distance, layer.stride, 1, layer.units),
  }));
}

/** Copies a layer's weights or their gradients, [fanIn][stride], turned to [units][fanIn]. */
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

/** Takes over weights and biases, layer by layer, of the lengths that the spec asks for; or what a slot holds. */
export function writeParameters(
  { layers, layout, views }: AnyModel,
  parameters: readonly Parameters[],
  pointer = layout.parameters,
): void {
  const { floats } = views;
  const distance = pointer - layout.parameters;
  for (const [l, { weights, biases, fanIn, units, stride }] of layers.entries()) {
    const given = parameters[l]!;
    for (let k = 0; k < fanIn; k++) {
      const to = views.at(weights + distance) + k * stride;
      for (let j = 0; j < units; j++) floats[to + j] = given.weights[j * fanIn + k]!;
    }
    floats.set(given.biases, views.at(biases + distance));
  }
}

/** Copies all slots: what each holds in the place of the parameters. */
export function readSlots(model: AnyModel): Parameters[][] {
  return Array.from({ length: model.slots }, (_, s) => readParameters(model, model.slot(s)));
}

/** Makes room for so many slots, and takes over what they hold. */
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
