import type { Model } from './model.js';
import type { Random, RandomState } from '../base/random.js';
import { defaultAlphas, type ActivationName, type CheckedSpec, type LossSpec } from './spec.js';
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
export function shortest(float: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Object.is(Math.fround(short), float)) return short;
  }
  return float;
}
