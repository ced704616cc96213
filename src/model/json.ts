import { checkFloat, checkInteger, checkName, show } from './check.js';
import type { Model } from './model.js';
import { Random, type RandomState } from './random.js';
import {
  checkSpec,
  defaultAlphas,
  lossNames,
  type ActivationName,
  type CheckedSpec,
  type LossSpec,
  type NetworkSpec,
} from './spec.js';
import type { Transforms } from './transforms.js';

/** A network in plain data, as `toJSON` gives it; `seed`, `generator` and `transforms` may be missing. */
export interface NetworkJSON {
  readonly format: 'bp4';
  readonly version: 1;
  readonly inputs: number;
  /** A name where it has no parameter. */
  readonly loss: LossSpec;
  readonly layers: readonly LayerJSON[];
  readonly seed?: number;
  /** The state of the random generator: four unsigned 32-bit words. */
  readonly generator?: RandomState;
  readonly transforms?: Transforms;
}

export interface LayerJSON {
  readonly units: number;
  readonly activation: ActivationName;
  /** Of training; 0 where it is missing. */
  readonly dropout?: number;
  /** Of leakyRelu and elu. */
  readonly alpha?: number;
  /** [units][fanIn] */
  readonly weights: readonly (readonly number[])[];
  /** [units] */
  readonly biases: readonly number[];
}

/** All of it but the weights and biases, which a file holds in binary. */
export interface SpecJSON extends Omit<NetworkJSON, 'layers'> {
  readonly layers: readonly Omit<LayerJSON, 'weights' | 'biases'>[];
}

export function specToJSON({ spec }: Model, random: Random): SpecJSON {
  const { inputs, seed, layers, transforms } = spec;
  return {
    format: 'bp4',
    version: 1,
    inputs,
    loss: lossOf(spec),
    seed,
    generator: random.state,
    ...(transforms.given && { transforms: structuredClone(transforms.given) }),
    layers: layers.map(({ units, activation, alpha, dropout }) => ({
      units,
      activation,
      ...(activation in defaultAlphas && { alpha: shortest(alpha) }),
      ...(dropout > 0 && { dropout: shortest(dropout) }),
    })),
  };
}

export function toJSON(model: Model, random: Random): NetworkJSON {
  const json = specToJSON(model, random);
  return {
    ...json,
    layers: model.parameters().map(({ weights, biases }, l) => {
      const units = biases.length;
      const fanIn = weights.length / units;
      const numbers = Array.from(weights, shortest);
      return {
        ...json.layers[l]!,
        weights: Array.from({ length: units }, (_, j) => numbers.slice(j * fanIn, (j + 1) * fanIn)),
        biases: Array.from(biases, shortest),
      };
    }),
  };
}

function lossOf({ loss, delta, labelSmoothing }: CheckedSpec): LossSpec {
  if (loss === 'huber') return { name: loss, delta: shortest(delta) };
  return labelSmoothing ? { name: loss, labelSmoothing: shortest(labelSmoothing) } : loss;
}

/** The double with the fewest decimal digits that single precision rounds to this float: 0.1, not 0.10000000149…. */
function shortest(float: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Object.is(Math.fround(short), float)) return short;
  }
  return float;
}

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
  const spec = checkSpec({
    inputs,
    loss,
    layers,
    ...(seed !== undefined && { seed }),
    ...(transforms !== undefined && { transforms }),
  } satisfies NetworkSpec);
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
