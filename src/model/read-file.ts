import { FormatError, within } from '../errors.js';
import { show } from '../base/check.js';
import type { SpecJSON } from './json.js';
import type { Model, Parameters } from './model.js';
import type { Random } from '../base/random.js';
import { specFromJSON } from './read-json.js';
import { decode, parseJSON } from './read-safetensors.js';
import type { CheckedSpec } from './spec.js';

// Reads what file.ts writes.

/** Takes a tensor of the name and shape; throws a RangeError where there is none. */
export type Take = (name: string, ...shape: number[]) => Float32Array;

/** Takes what `tensorsOf` has named. @param sizes the inputs, and the units of each layer */
export const takeParameters = (prefix: string, take: Take, sizes: readonly number[]): Parameters[] =>
  sizes.slice(1).map((units, l) => ({
    weights: take(`${prefix}${l}.weight`, units, sizes[l]!),
    biases: take(`${prefix}${l}.bias`, units),
  }));

/** Checks a training: its JSON, and the tensors that it takes; `sizes` are the inputs, and the units of each layer. */
type ReadTraining<Training> = (json: unknown, take: Take, sizes: readonly number[]) => Training;

/** What a file holds: as `fromJSON` gives it, and a training where there is one. */
export interface Loaded<Training> {
  readonly spec: CheckedSpec;
  readonly random: Random;
  readonly place: (model: Model) => void;
  readonly training: Training | undefined;
}

/**
 * @throws FormatError naming the place that is wrong; its `cause` is the error of the check
 */
export function load<Training>(bytes: Uint8Array, readTraining: ReadTraining<Training>): Loaded<Training> {
  try {
    return read(bytes, readTraining);
  } catch (cause) {
    throw new FormatError(within('bytes: expected a network as save gives', cause), { cause });
  }
}

function read<Training>(bytes: Uint8Array, readTraining: ReadTraining<Training>): Loaded<Training> {
  const { metadata, tensors } = decode(bytes);
  const json = parseJSON('bp4', metadata.get('bp4') ?? 'null') as SpecJSON & { readonly training?: unknown };
  const { spec, random } = specFromJSON(json);
  const take: Take = (name, ...shape) => {
    const tensor = tensors.get(name);
    if (String(tensor?.shape) !== String(shape)) {
      throw new RangeError(
        `'${name}.shape': expected [${shape.join()}], got [${tensor?.shape.join() ?? 'no such tensor'}]`,
      );
    }
    tensors.delete(name);
    return tensor!.values;
  };
  const sizes = [spec.inputs, ...spec.layers.map(({ units }) => units)];
  const parameters = takeParameters('', take, sizes);
  const training = json.training === undefined ? undefined : readTraining(json.training, take, sizes);
  if (tensors.size > 0) throw new RangeError(`${show([...tensors.keys()][0])}: expected no more tensors`);
  return { spec, random, place: (model) => model.setParameters(parameters), training };
}
