import { checkArray, checkEach, checkFloat, checkName, show } from '../base/check.js';
import { Random, type RandomState } from '../base/random.js';
import { shortestOf } from '../base/shortest.js';
import { RangeFault, TypeFault } from '../errors.js';
import { checkGenerator } from './check-state.js';
import {
  checkSpec,
  describeSpec,
  lossNames,
  type ActivationName,
  type LossSpec,
  type StoredLoss,
} from './spec.js';
import type { CheckedSpec, NetworkSpec } from './spec.js';
import type { NetworkState, Parameters } from './state.js';
import type { Transforms } from './transforms.js';

/** A network as plain data, as `toJSON` returns it. `seed`, `generator` and `transforms` may be missing. */
export interface NetworkJSON {
  readonly format: 'bp4';
  readonly version: 1;
  readonly inputs: number;
  /** The name alone if the loss has no parameter. */
  readonly loss: LossSpec | StoredLoss;
  readonly missingTargets?: 'error' | 'ignore';
  readonly layers: readonly LayerJSON[];
  readonly seed?: number;
  /** The state of the random generator: four unsigned 32-bit words. */
  readonly generator?: RandomState;
  readonly transforms?: Transforms;
}

export interface LayerJSON {
  readonly units: number;
  readonly activation: ActivationName;
  /** Missing for 0. */
  readonly dropout?: number;
  /** α of leakyRelu and elu. */
  readonly alpha?: number;
  /** [units][fanIn] */
  readonly weights: readonly (readonly number[])[];
  /** [units] */
  readonly biases: readonly number[];
}

/** The JSON without the weights and biases, which a file holds in binary. */
export interface SpecJSON extends Omit<NetworkJSON, 'layers'> {
  readonly layers: readonly Omit<LayerJSON, 'weights' | 'biases'>[];
}

/** @param state of a network, as in `net.state` */
export function specToJSON({ spec, generator }: NetworkState): SpecJSON {
  const { inputs, loss, missingTargets, seed, transforms, layers } = spec;
  return {
    format: 'bp4',
    version: 1,
    inputs,
    loss: loss as LossSpec | StoredLoss, // with its default
    ...(missingTargets && { missingTargets }),
    ...(seed !== undefined && { seed }),
    generator,
    ...(transforms && { transforms }),
    layers,
  };
}

/** @param state of a network, as in `net.state` */
export function stateToJSON(state: NetworkState): NetworkJSON {
  const json = specToJSON(state);
  return {
    ...json,
    layers: state.parameters.map(({ weights, biases }, l) => {
      const units = biases.length;
      const fanIn = weights.length / units;
      return {
        ...json.layers[l]!,
        weights: Array.from({ length: units }, (_, j) =>
          shortestOf(weights.subarray(j * fanIn, (j + 1) * fanIn)),
        ),
        biases: shortestOf(biases),
      };
    }),
  };
}

/** A network in JSON, except its weights and biases. */
export interface SpecOfJSON {
  readonly checked: CheckedSpec;
  readonly spec: NetworkSpec;
  readonly generator: RandomState;
}

/**
 * Checks a network in JSON, except its weights and biases.
 * @throws TypeError, RangeError that name the place
 */
export function specFromJSON(json: SpecJSON): SpecOfJSON {
  if (typeof json !== 'object' || (json as unknown) === null) {
    throw new TypeFault({
      place: 'json',
      problem: `expected an object from toJSON, got ${show(json)}`,
      cure: 'parse a string with JSON.parse',
    });
  }
  const { format, version }: { format: unknown; version: unknown } = json;
  if (format !== 'bp4' || version !== 1) {
    throw new RangeFault({
      place: 'json',
      problem: `expected format 'bp4', version 1, got format ${show(format)}, version ${show(version)}`,
    });
  }
  const { inputs, loss, missingTargets, seed, generator, transforms } = json;
  // Unlike in a spec, the loss has no default.
  if ((loss as unknown) === undefined) checkName('loss', loss, lossNames);
  // Array.from visits the holes of an array; map skips them.
  const layers = Array.from(checkArray('layers', json.layers) as SpecJSON['layers'], (layer, l) => {
    if (typeof layer !== 'object' || (layer as unknown) === null) {
      throw new TypeFault({
        place: `layers[${l}]`,
        problem: `expected an object { units, activation, weights, biases }, got ${show(layer)}`,
      });
    }
    const { units, activation, alpha, dropout } = layer;
    return {
      units,
      activation,
      ...(alpha !== undefined && { alpha }),
      ...(dropout !== undefined && { dropout }),
    };
  });
  const checked = checkSpec({
    inputs,
    loss,
    layers,
    missingTargets,
    ...(seed !== undefined && { seed }),
    ...(transforms !== undefined && { transforms }),
  });
  return {
    checked,
    spec: describeSpec(checked),
    generator:
      generator === undefined ? Random.fromSeed(checked.seed).state : checkGenerator('generator', generator),
  };
}

/**
 * Checks a network in JSON.
 * @throws TypeError, RangeError that name the place
 */
export function stateFromJSON(json: NetworkJSON): NetworkState {
  const { spec, generator } = specFromJSON(json);
  const parameters = json.layers.map((layer, l): Parameters => {
    const { units } = spec.layers[l]!;
    const fanIn = l === 0 ? spec.inputs : spec.layers[l - 1]!.units;
    const rows = checkEach(
      `layers[${l}].weights`,
      layer.weights,
      (place, row) => readFloats(place, row, fanIn),
      units,
    );
    const weights = new Float32Array(units * fanIn);
    for (const [j, row] of rows.entries()) weights.set(row, j * fanIn);
    return { weights, biases: readFloats(`layers[${l}].biases`, layer.biases, units) };
  });
  return { spec, parameters, generator };
}

function readFloats(place: string, value: unknown, length: number): Float32Array {
  return Float32Array.from(checkEach(place, value, checkFloat, length));
}
