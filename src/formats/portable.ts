import { checkFloat, show } from '../base/check.js';
import type { Ensemble } from '../ensemble/ensemble.js';
import { FormatError, TypeFault, within } from '../errors.js';
import { withFormulas } from '../model/check-transforms.js';
import { checkState } from '../model/check-state.js';
import { nameTensors } from '../model/file.js';
import { specFromJSON, specToJSON, type SpecJSON } from '../model/json.js';
import type { OwnLoss } from '../model/spec.js';
import type { NetworkState, Parameters } from '../model/state.js';
import { Network, type EngineOptions } from '../network.js';

/** A network as plain data, the exchange type between `Network` and all formats. */
export interface Portable {
  /** The spec as `toJSON` returns it, without weights and biases. */
  readonly spec: SpecJSON;
  /** Weights [units][fanIn] and biases [units] of each layer. */
  readonly parameters: readonly Parameters[];
}

/**
 * Returns the data that a format writes.
 * @throws TypeError if `net` is not a Network; RangeError if a weight is NaN or infinite
 * @throws StateError after `dispose`
 */
export function exportNetwork(net: Network): Portable {
  checkNetwork(net);
  const { state } = net;
  checkFinite(state.parameters);
  return { spec: specToJSON(state), parameters: state.parameters };
}

/** @throws TypeError if `net` is not a Network */
export function checkNetwork(net: unknown): asserts net is Network {
  if (net instanceof Network) return;
  if (isEnsemble(net)) {
    throw new TypeFault({
      place: 'net',
      problem: 'an ensemble has several networks, and this format holds one',
      cure: 'write it with save, toONNX or toModule',
    });
  }
  throw new TypeFault({ place: 'net', problem: `expected a Network of bp4, got ${show(net)}` });
}

/** Whether a value is an ensemble: by its tag, so that formats needn't load bp4/ensemble. */
export const isEnsemble = (value: unknown): value is Ensemble =>
  Object.prototype.toString.call(value) === '[object Ensemble]';

/** A network as a format has read it, perhaps with a loss of the user's own. */
export interface ForeignNetwork {
  readonly spec: Omit<SpecJSON, 'format' | 'version' | 'loss'> & {
    readonly loss: SpecJSON['loss'] | OwnLoss;
  };
  readonly parameters: readonly Parameters[];
}

/**
 * Creates a network from the data that a format has read. The data are checked like a file of bp4.
 * @param place names the source in error messages
 * @throws FormatError naming the value that bp4 doesn't support
 * @throws EngineError if `engine` is 'wasm' and the host refuses it
 */
export async function importNetwork(
  place: string,
  { spec, parameters }: ForeignNetwork,
  options: EngineOptions = {},
): Promise<Network> {
  let state: NetworkState;
  try {
    checkFinite(parameters);
    const read = await withFormulas(() => specFromJSON({ ...(spec as SpecJSON), format: 'bp4', version: 1 }));
    // Drops the other properties that readers keep with them.
    const plain = parameters.map(({ weights, biases }) => ({ weights, biases }));
    state = { spec: read.spec, parameters: plain, generator: read.generator };
    checkState(state);
  } catch (cause) {
    throw new FormatError(within(place, cause), { cause });
  }
  const { loss } = spec;
  const isOwn = typeof loss === 'object' && 'cost' in loss;
  return await Network.fromState(state, { ...options, ...(isOwn && { loss }) });
}

/** @throws RangeError naming the tensor that holds NaN or an infinite number */
function checkFinite(parameters: readonly Parameters[]): void {
  for (const [name, { values }] of nameTensors('', parameters)) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) checkFloat(`${name}[${i}]`, values[i]);
    }
  }
}
