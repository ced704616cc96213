import { FormatError, TypeFault, within } from '../errors.js';
import { tensorsOf } from '../model/file.js';
import type { SpecJSON } from '../model/json.js';
import type { Parameters } from '../model/model.js';
import { takeParameters } from '../model/read-file.js';
import { decode } from '../model/read-safetensors.js';
import { encode } from '../model/safetensors.js';
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
export function portableOf(net: Network): Portable {
  if (!(net instanceof Network)) throw new TypeFault({ place: 'net', problem: 'expected a Network of bp4' });
  const { metadata, tensors } = decode(net.save());
  const spec = JSON.parse(metadata.get('bp4')!) as SpecJSON & { training?: unknown };
  delete spec.training; // how far a training has come is no part of the network
  const sizes = [spec.inputs, ...spec.layers.map(({ units }) => units)];
  return { spec, parameters: takeParameters('', (name) => tensors.get(name)!.values, sizes) };
}

/**
 * Makes a network of what a format has read; all is checked as if a file of bp4 held it.
 * @param place what was read, for error messages
 * @throws FormatError naming what bp4 cannot take
 * @throws EngineError where engine 'wasm' is refused
 */
export async function networkOf(
  place: string,
  { spec, parameters }: { spec: Omit<SpecJSON, 'format' | 'version'>; parameters: readonly Parameters[] },
  options: EngineOptions = {},
): Promise<Network> {
  const bp4 = JSON.stringify({ ...spec, format: 'bp4', version: 1 } satisfies SpecJSON);
  let bytes;
  try {
    bytes = encode(new Map(tensorsOf('', parameters)), { bp4 });
  } catch (cause) {
    throw new FormatError(within(place, cause), { cause });
  }
  try {
    return await Network.load(bytes, options);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(within(place, error.cause), { cause: error.cause });
  }
}
