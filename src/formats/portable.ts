import { checkFloat } from '../base/check.js';
import { FormatError, TypeFault, within } from '../errors.js';
import { checkState } from '../model/check-state.js';
import { nameTensors } from '../model/file.js';
import { specFromJSON, specToJSON, type SpecJSON } from '../model/json.js';
import type { NetworkState, Parameters } from '../model/state.js';
import { Network, type EngineOptions } from '../network.js';

/** A network in plain data, between `Network` and every format. */
export interface Portable {
  /** What it is: as `toJSON` gives it, without the numbers of the layers. */
  readonly spec: SpecJSON;
  /** Weights [units][fanIn] and biases [units] of each layer. */
  readonly parameters: readonly Parameters[];
}

/**
 * What a format writes of a network.
 * @throws TypeError where it is no network; RangeError where a weight is NaN or infinite
 * @throws StateError after `dispose`
 */
export function exportNetwork(net: Network): Portable {
  if (!(net instanceof Network)) throw new TypeFault({ place: 'net', problem: 'expected a Network of bp4' });
  const { state } = net;
  checkFinite(state.parameters);
  return { spec: specToJSON(state), parameters: state.parameters };
}

/**
 * Makes a network of what a format has read; all is checked as if a file of bp4 held it.
 * @param place what was read, for error messages
 * @throws FormatError naming what bp4 cannot take
 * @throws EngineError where engine 'wasm' is refused
 */
export async function importNetwork(
  place: string,
  { spec, parameters }: { spec: Omit<SpecJSON, 'format' | 'version'>; parameters: readonly Parameters[] },
  options: EngineOptions = {},
): Promise<Network> {
  let state: NetworkState;
  try {
    checkFinite(parameters);
    const read = specFromJSON({ ...spec, format: 'bp4', version: 1 });
    // What a reader keeps beside them is no part of a network.
    const plain = parameters.map(({ weights, biases }) => ({ weights, biases }));
    state = { spec: read.spec, parameters: plain, generator: read.generator };
    checkState(state);
  } catch (cause) {
    throw new FormatError(within(place, cause), { cause });
  }
  return await Network.fromState(state, options);
}

/** @throws RangeError naming the tensor that holds NaN or an infinite number */
function checkFinite(parameters: readonly Parameters[]): void {
  for (const [name, { values }] of nameTensors('', parameters)) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) checkFloat(`${name}[${i}]`, values[i]);
    }
  }
}
