import { checkInteger, show } from '../base/check.js';
import { FormatError, RangeFault, within } from '../errors.js';
import { checkRun, listSizes, MOST_SLOTS } from './check-state.js';
import { specFromJSON, specToJSON, type SpecJSON } from './json.js';
import { decode, parseJSON } from './read-safetensors.js';
import { encode, type Tensor } from './safetensors.js';
import type { NetworkState, Parameters, RunState } from './state.js';
import { checkStepUpdate, type UpdateOptions } from './update.js';

// A network in one binary. Weights are tensors '0.weight' [units][fanIn] and '0.bias' [units], named as in PyTorch's
// nn.Sequential. The slots of a training run are 'slot0.0.weight', 'slot0.0.bias' and so on. The rest is the JSON of `toJSON`, as
// 'bp4' in the metadata, with the run as `training`.

/**
 * Writes a network.
 * @param metadata other texts to keep in the file, by name
 * @throws RangeError if a value is NaN or infinite, or the header is longer than `decodeState` accepts
 */
export function encodeState(
  state: NetworkState,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const tensors = new Map(nameTensors('', state.parameters));
  let training: object | undefined;
  if (state.run) {
    const { slots, ...run } = state.run;
    training = { ...run, slots: slots.length };
    for (const [s, slot] of slots.entries()) {
      for (const [name, tensor] of nameTensors(`slot${s}.`, slot)) tensors.set(name, tensor);
    }
  }
  const bp4 = JSON.stringify({ ...specToJSON(state), training, optimizer: state.optimizer });
  return encode(tensors, { bp4, ...metadata });
}

/** Weights and biases, or the content of a slot, as tensors by name. @param prefix of the names */
export function* nameTensors(
  prefix: string,
  parameters: readonly Parameters[],
): Generator<[name: string, Tensor]> {
  for (const [l, { weights, biases }] of parameters.entries()) {
    const units = biases.length;
    yield [`${prefix}${l}.weight`, { shape: [units, weights.length / units], values: weights }];
    yield [`${prefix}${l}.bias`, { shape: [units], values: biases }];
  }
}

/** A network, with the other texts of its file. */
export interface DecodedState {
  readonly state: NetworkState;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the bytes of `encodeState`. It executes nothing in them, and checks everything.
 * @throws FormatError that names the place; its `cause` is the error of the check
 */
export function decodeState(bytes: Uint8Array): DecodedState {
  try {
    return readState(bytes);
  } catch (cause) {
    throw new FormatError(within('expected a network from save', cause), { cause });
  }
}

function readState(bytes: Uint8Array): DecodedState {
  const { metadata, tensors } = decode(bytes);
  const json = parseJSON('bp4', metadata.get('bp4') ?? 'null') as SpecJSON & {
    readonly training?: unknown;
    readonly optimizer?: UpdateOptions;
  };
  const { spec, generator } = specFromJSON(json);
  const take = takeFrom(tensors);
  const sizes = listSizes(spec);
  const parameters = takeParameters('', take, sizes);
  const run = json.training === undefined ? undefined : readRun(json.training, take, sizes);
  const { optimizer } = json;
  if (optimizer !== undefined) checkStepUpdate(optimizer, spec.layers.length);
  checkEmpty(tensors);
  metadata.delete('bp4');
  return {
    state: { spec, parameters, generator, ...(run && { run }), ...(optimizer && { optimizer }) },
    metadata,
  };
}

function readRun(json: unknown, take: TakeTensor, sizes: readonly number[]): RunState {
  const run = checkRun('training', json);
  const length = checkInteger('training.slots', (json as { slots?: unknown }).slots, 0, MOST_SLOTS);
  return { ...run, slots: Array.from({ length }, (_, s) => takeParameters(`slot${s}.`, take, sizes)) };
}

/** Takes the tensor of this name and shape; throws a RangeError if it's missing. */
export type TakeTensor = (name: string, ...shape: number[]) => Float32Array;

/** Takes tensors of a file out of the map. */
export const takeFrom =
  (tensors: Map<string, Tensor>): TakeTensor =>
  (name, ...shape) => {
    const tensor = tensors.get(name);
    if (String(tensor?.shape) !== String(shape)) {
      throw new RangeFault({
        place: `'${name}.shape'`,
        problem: `expected [${shape.join()}], got [${tensor?.shape.join() ?? 'no such tensor'}]`,
      });
    }
    tensors.delete(name);
    return tensor!.values;
  };

/** @throws RangeError if some tensors weren't taken */
export function checkEmpty(tensors: ReadonlyMap<string, Tensor>): void {
  if (tensors.size > 0) {
    throw new RangeFault({ place: show([...tensors.keys()][0]), problem: 'expected no more tensors' });
  }
}

/** Takes the tensors of `nameTensors`. @param sizes the number of inputs, then the units of each layer */
export const takeParameters = (prefix: string, take: TakeTensor, sizes: readonly number[]): Parameters[] =>
  sizes.slice(1).map((units, l) => ({
    weights: take(`${prefix}${l}.weight`, units, sizes[l]!),
    biases: take(`${prefix}${l}.bias`, units),
  }));
