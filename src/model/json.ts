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

export function toJSON(model: Model, random: Random): NetworkJSON {
  const { inputs, seed, layers, transforms } = model.spec;
  return {
    format: 'bp4',
    version: 1,
    inputs,
    loss: lossOf(model.spec),
    seed,
    generator: random.state,
    ...(transforms.given && { transforms: structuredClone(transforms.given) }),
    layers: model.layers.map((layer, l) => {
      const weights = Array.from(model.unitMajor(layer, layer.weights), shortest);
      const { activation, alpha, dropout } = layers[l]!;
      return {
        units: layer.units,
        activation,
        ...(activation in defaultAlphas && { alpha: shortest(alpha) }),
        ...(dropout > 0 && { dropout: shortest(dropout) }),
        weights: Array.from({ length: layer.units }, (_, j) =>
          weights.slice(j * layer.fanIn, (j + 1) * layer.fanIn),
        ),
        biases: Array.from(model.matrix(layer.biases, layer.stride, 1, layer.units), shortest),
      };
    }),
  };
}

function lossOf({ loss, delta, labelSmoothing }: CheckedSpec): LossSpec {
  if (loss === 'huber') return { name: loss, delta: shortest(delta) };
  return labelSmoothing ? { name: loss, labelSmoothing } : loss;
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
 * Checks a network in JSON.
 * @returns its spec, its generator, and what places its weights into a model of that spec
 * @throws TypeError, RangeError naming the place that is wrong
 */
export function fromJSON(json: NetworkJSON): {
  spec: CheckedSpec;
  random: Random;
  place: (model: Model) => void;
} {
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
  const layers = arrayOf('layers', json.layers, undefined) as NetworkJSON['layers'];
  // Array.from sees the holes of an array, where map passes over them.
  const bare = Array.from(layers, (layer, l) => {
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
    layers: bare,
    ...(seed !== undefined && { seed }),
    ...(transforms !== undefined && { transforms }),
  } satisfies NetworkSpec);
  const random = generator === undefined ? Random.fromSeed(spec.seed) : new Random(checkGenerator(generator));
  const values = layers.map((layer, l) => {
    const fanIn = l === 0 ? inputs : layers[l - 1]!.units;
    return {
      weights: Array.from(arrayOf(`layers[${l}].weights`, layer.weights, layer.units), (row, j) =>
        floatsOf(`layers[${l}].weights[${j}]`, row, fanIn),
      ),
      biases: floatsOf(`layers[${l}].biases`, layer.biases, layer.units),
    };
  });
  return {
    spec,
    random,
    place: ({ layers: places, views }) => {
      const { floats } = views;
      for (const [l, { weights, biases, stride }] of places.entries()) {
        for (const [j, row] of values[l]!.weights.entries()) {
          for (const [k, weight] of row.entries()) floats[views.at(weights) + k * stride + j] = weight;
        }
        floats.set(values[l]!.biases, views.at(biases));
      }
    },
  };
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

function checkGenerator(state: unknown): RandomState {
  const words = Array.from(arrayOf('generator', state, 4), (word, i) =>
    checkInteger(`generator[${i}]`, word, 0, 2 ** 32 - 1),
  );
  if (words.every((word) => word === 0))
    throw new RangeError('generator: expected four words that are not all 0');
  return words as [number, number, number, number];
}
