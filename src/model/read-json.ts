import { checkFloat, checkInteger, checkName, show } from '../base/check.js';
import type { NetworkJSON, SpecJSON } from './json.js';
import type { Model } from './model.js';
import { Random, type RandomState } from '../base/random.js';
import { checkTransforms } from './check-transforms.js';
import { checkSpec, lossNames, type CheckedSpec, type NetworkSpec } from './spec.js';

// Reads what json.ts writes.

/**
 * Checks a network in JSON, all but its weights and biases.
 * @throws TypeError, RangeError naming the place that is wrong
 */
export function specFromJSON(json: SpecJSON): { spec: CheckedSpec; random: Random } {
  if (typeof json !== 'object' || (json as unknown) === null) {
    throw new TypeError(
      `json: expected an object as toJSON gives, got ${show(json)}; parse a string with JSON.parse`,
    );
  }
  const { format, version }: { format: unknown; version: unknown } = json;
  if (format !== 'bp4' || version !== 1) {
    throw new RangeError(
      `json: expected format 'bp4', version 1, got format ${show(format)}, version ${show(version)}`,
    );
  }
  const { inputs, loss, seed, generator, transforms } = json;
  // Here it has no default.
  if ((loss as unknown) === undefined) checkName('loss', loss, lossNames);
  // Array.from sees the holes of an array, where map passes over them.
  const layers = Array.from(arrayOf('layers', json.layers, undefined) as SpecJSON['layers'], (layer, l) => {
    if (typeof layer !== 'object' || (layer as unknown) === null) {
      throw new TypeError(
        `layers[${l}]: expected an object { units, activation, weights, biases }, got ${show(layer)}`,
      );
    }
    const { units, activation, alpha, dropout } = layer;
    return {
      units,
      activation,
      ...(alpha !== undefined && { alpha }),
      ...(dropout !== undefined && { dropout }),
    };
  });
  const spec = checkSpec(
    {
      inputs,
      loss,
      layers,
      ...(seed !== undefined && { seed }),
      ...(transforms !== undefined && { transforms }),
    } satisfies NetworkSpec,
    checkTransforms,
  );
  return {
    spec,
    random: generator === undefined ? Random.fromSeed(spec.seed) : new Random(checkGenerator(generator)),
  };
}

/**
 * Checks a network in JSON.
 * @returns its spec, its generator, and what places its weights into a model of that spec
 * @throws TypeError, RangeError naming the place that is wrong
 */
export function fromJSON(json: NetworkJSON): {
  spec: CheckedSpec;
  random: Random;
  place: (model: Model) => void;
} {
  const { spec, random } = specFromJSON(json);
  const parameters = json.layers.map((layer, l) => {
    const { units } = spec.layers[l]!;
    const fanIn = l === 0 ? spec.inputs : spec.layers[l - 1]!.units;
    const rows = Array.from(arrayOf(`layers[${l}].weights`, layer.weights, units), (row, j) =>
      floatsOf(`layers[${l}].weights[${j}]`, row, fanIn),
    );
    const weights = new Float32Array(units * fanIn);
    for (const [j, row] of rows.entries()) weights.set(row, j * fanIn);
    return { weights, biases: floatsOf(`layers[${l}].biases`, layer.biases, units) };
  });
  return { spec, random, place: (model) => model.setParameters(parameters) };
}

function arrayOf(place: string, value: unknown, length: number | undefined): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${place}: expected an array, got ${show(value)}`);
  if (length !== undefined && value.length !== length) {
    throw new RangeError(`${place}: expected ${length} entries, got ${value.length}`);
  }
  return value;
}

function floatsOf(place: string, value: unknown, length: number): Float32Array {
  return Float32Array.from(arrayOf(place, value, length), (float, i) => checkFloat(`${place}[${i}]`, float));
}

export function checkGenerator(state: unknown): RandomState {
  const words = Array.from(arrayOf('generator', state, 4), (word, i) =>
    checkInteger(`generator[${i}]`, word, 0, 2 ** 32 - 1),
  );
  if (words.every((word) => word === 0))
    throw new RangeError('generator: expected four words that are not all 0');
  return words as [number, number, number, number];
}
