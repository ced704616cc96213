import { checkArray, checkKeys, show } from '../base/check.js';
import { shortest } from '../base/shortest.js';
import { FormatError, RangeFault, within } from '../errors.js';
import { listSizes } from '../model/check-state.js';
import { checkEmpty, nameTensors, takeFrom, takeParameters } from '../model/file.js';
import { specFromJSON, specToJSON, type SpecJSON } from '../model/json.js';
import { decode, parseJSON } from '../model/read-safetensors.js';
import { encode } from '../model/safetensors.js';
import { checkAgreement, checkWeight, type Member } from './members.js';

// An ensemble in one binary: a safetensors file like that of a network. The tensors of member i are 'member0.0.weight',
// 'member0.0.bias' and so on, and 'bp4' in the metadata is the JSON of `ensembleToJSON`.

/** An ensemble without the weights and biases of its networks. */
export interface EnsembleJSON {
  readonly format: typeof FORMAT;
  readonly version: 1;
  readonly members: readonly { readonly weight: number; readonly network: SpecJSON }[];
}

const FORMAT = 'bp4-ensemble';

export const ensembleToJSON = (members: readonly Member[]): EnsembleJSON => ({
  format: FORMAT,
  version: 1,
  members: members.map(({ weight, state }) => ({ weight: shortest(weight), network: specToJSON(state) })),
});

/** Put before the names of the tensors of a member. */
export const memberPrefix = (i: number): string => `member${i}.`;

/**
 * Writes an ensemble.
 * @param metadata other texts to keep in the file, by name
 * @throws RangeError if the header is longer than `decodeEnsemble` accepts
 */
export function encodeEnsemble(
  members: readonly Member[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const tensors = members.flatMap(({ state }, i) => [...nameTensors(memberPrefix(i), state.parameters)]);
  return encode(new Map(tensors), { bp4: JSON.stringify(ensembleToJSON(members)), ...metadata });
}

/** An ensemble, with the other texts of its file. */
export interface DecodedEnsemble {
  readonly members: readonly Member[];
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the bytes of `encodeEnsemble`. It executes nothing in them, and checks everything.
 * @throws FormatError that names the place; its `cause` is the error of the check
 */
export function decodeEnsemble(bytes: Uint8Array): DecodedEnsemble {
  try {
    return readEnsemble(bytes);
  } catch (cause) {
    throw new FormatError(within('expected an ensemble from save', cause), { cause });
  }
}

function readEnsemble(bytes: Uint8Array): DecodedEnsemble {
  const { metadata, tensors } = decode(bytes);
  const json = parseJSON('bp4', metadata.get('bp4') ?? '{}') as Readonly<Record<string, unknown>> | null;
  const { format, version } = json ?? {};
  if (format !== FORMAT || version !== 1) {
    throw new RangeFault({
      place: 'bp4',
      problem: `expected format '${FORMAT}', version 1, got format ${show(format)}, version ${show(version)}`,
      cure: format === 'bp4' ? 'it is a network: use Network.load' : undefined,
    });
  }
  const take = takeFrom(tensors);
  const members = checkMembers(json!['members']).map((given, i): Member => {
    const place = `members[${i}]`;
    checkKeys(place, given, ['weight', 'network']);
    const { weight, network } = given as EnsembleJSON['members'][number];
    const { spec, generator } = readSpec(`${place}.network`, network);
    const parameters = takeParameters(memberPrefix(i), take, listSizes(spec));
    return { state: { spec, parameters, generator }, weight: checkWeight(i, weight) };
  });
  checkAgreement(members.map(({ state }) => state.spec));
  checkEmpty(tensors);
  metadata.delete('bp4');
  return { members, metadata };
}

function readSpec(place: string, json: SpecJSON): ReturnType<typeof specFromJSON> {
  try {
    return specFromJSON(json);
  } catch (cause) {
    throw new RangeFault(within(place, cause), { cause });
  }
}

/** @throws TypeError or RangeError unless it is an array with at least one entry */
export function checkMembers(given: unknown): readonly unknown[] {
  // Array.from visits the holes of an array; map skips them.
  const members = Array.from(checkArray('members', given));
  if (members.length === 0) throw new RangeFault({ place: 'members', problem: 'expected at least one' });
  return members;
}
