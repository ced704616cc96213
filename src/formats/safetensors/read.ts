import { FormatError, RangeFault, TypeFault, within } from '../../errors.js';
import { checkKeys, checkName, show } from '../../base/check.js';
import type { SpecJSON } from '../../model/json.js';
import type { Parameters } from '../../model/state.js';
import { withFormulas } from '../../model/check-transforms.js';
import { specFromJSON } from '../../model/json.js';
import { parseJSON } from '../../model/read-safetensors.js';
import type { Tensor } from '../../model/safetensors.js';
import { activationCodes, type ActivationName, type LossSpec, type OwnLoss } from '../../model/spec.js';
import type { EngineOptions, Network } from '../../network.js';
import { checkBytes, type Bytes } from '../../base/bytes.js';
import { nameForeign } from '../foreign.js';
import { importNetwork } from '../portable.js';
import { tensorName, orderPrefixes } from './order.js';
import { readTensors, unwrapName } from './tensors.js';

/** The activation of a layer: its name, or an object with alpha and dropout. */
export type LayerActivation =
  | ActivationName
  | { readonly activation: ActivationName; readonly alpha?: number; readonly dropout?: number };

export interface SafetensorsOptions extends EngineOptions {
  /** The activation of each layer. Required for files that `toSafetensors` didn't write, and forbidden for others. */
  readonly activations?: readonly LayerActivation[];
  /** Default: the loss in the file, else 'crossEntropy' if the last activation is softmax, else 'quadratic'. */
  readonly loss?: LossSpec | OwnLoss;
  /**
   * The layers in order, as the prefixes of their tensor names before '.weight' and '.bias'. Default: ordered by their
   * numbers.
   */
  readonly layers?: readonly string[];
}

/**
 * Creates a network from a safetensors file. A file of `toSafetensors` is restored exactly, with transforms, loss, seed
 * and dropout. Other files hold the state_dict of PyTorch's Linear layers in 16, 32 or 64 bits, rounded to 32. Each layer
 * has a tensor 'NAME.weight' [units][fanIn] and usually 'NAME.bias' [units]; without it, biases are zeros. If names
 * differ only in their numbers, these determine the order: '0', '2', '4'; 'fc1', 'fc2'; 'model.layers.0',
 * 'model.layers.1'. Otherwise `layers` determines it. The names that torch.compile and DataParallel put before others,
 * '_orig_mod.' and 'module.', are left out.
 * @throws FormatError naming the tensor or the place that bp4 doesn't support, or that disagrees with the metadata;
 * also if neither the file nor the options hold one activation per layer
 * @throws TypeError or RangeError if an option is unknown or invalid
 * @throws EngineError if `engine` is 'wasm' and the host refuses it
 */
export async function fromSafetensors(bytes: Bytes, options: SafetensorsOptions = {}): Promise<Network> {
  checkKeys('options', options, ['activations', 'loss', 'layers', 'engine', 'threads']);
  const file = checkBytes('bytes', bytes, 'a safetensors file');
  const { activations, loss, layers, ...engine } = options;
  if (activations !== undefined) checkActivations(activations);
  if (layers !== undefined) checkLayers(layers);
  const { spec: stored, parameters } = await withFormulas(() =>
    asFormatError(file, () => read(file, layers)),
  );
  if (stored && activations) {
    throw new FormatError({
      place: 'bytes',
      problem: 'the file already holds activations',
      cure: 'leave out options.activations',
      option: { name: 'activations' },
    });
  }
  const spec = stored ?? buildSpec(parameters, activations);
  return await importNetwork(
    'bytes',
    { spec: loss === undefined ? spec : { ...spec, loss }, parameters },
    engine,
  );
}

function checkActivations(activations: readonly LayerActivation[]): void {
  if (!Array.isArray(activations)) {
    throw new TypeFault({
      place: 'activations',
      problem: `expected an array, one for each layer, got ${show(activations)}`,
    });
  }
  for (const [l, given] of (activations as readonly LayerActivation[]).entries()) {
    const place = `activations[${l}]`;
    if (typeof given !== 'string') checkKeys(place, given, ['activation', 'alpha', 'dropout']);
    const name = typeof given === 'string' ? given : given.activation;
    checkName(place, name, Object.keys(activationCodes) as ActivationName[]);
  }
}

function checkLayers(layers: readonly string[]): void {
  const isList = Array.isArray(layers) && layers.every((name) => typeof name === 'string');
  if (!isList || new Set(layers).size < layers.length) {
    throw new TypeFault({
      place: 'layers',
      problem: `expected an array of names, each once, got ${show(layers)}`,
    });
  }
}

/** Converts errors of `read` to FormatErrors, which name a header that other writers leave, and files of other kinds. */
function asFormatError<Result>(bytes: Uint8Array, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    const header = describeHeader(bytes);
    const fault = within('bytes: expected a safetensors file', cause);
    const error = new FormatError(header ? { ...fault, ...header } : fault, { cause });
    throw header || hasHeader(bytes) ? error : nameForeign('bytes', bytes, 'a safetensors file', error);
  }
}

/** Whether JSON follows the length of a header, whose first bytes may be those of another format. */
const hasHeader = (bytes: Uint8Array): boolean => bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0x7b;

/** What is wrong with a header around its JSON, if it is what some writers do. */
function describeHeader(bytes: Uint8Array): { problem: string; cure: string } | undefined {
  if (bytes.length < 9) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(8, 8 + length));
  const cure = 'the tensors are intact: write the header again, with { first and spaces at its end';
  if (/^\s*\{[^]*\}\s*\0[\s\0]*$/.test(text))
    return { problem: 'the header is padded with NULs, not with spaces', cure };
  if (/^\s+\{/.test(text))
    return { problem: 'the header begins with a space or a byte order mark, not with {', cure };
  return undefined;
}

function read(
  bytes: Uint8Array,
  layers: readonly string[] | undefined,
): { spec: SpecJSON | undefined; parameters: readonly Parameters[] } {
  const { metadata, tensors } = readTensors(bytes);
  const spec = readStoredSpec(metadata.get('bp4'));
  const prefixes = orderPrefixes(tensors.keys(), layers?.map(unwrapPrefix));
  let fanIn: number | undefined;
  const parameters = prefixes.map((prefix) => {
    const read = readParameters(prefix, tensors, fanIn);
    fanIn = read.biases.length;
    return read;
  });
  if (spec) checkSizes(spec, parameters);
  return { spec, parameters };
}

const unwrapPrefix = (prefix: string): string => unwrapName(`${prefix}.`).slice(0, -1);

/** @param fanIn the units of the previous layer, if there is one */
function readParameters(
  prefix: string,
  tensors: ReadonlyMap<string, Tensor>,
  fanIn: number | undefined,
): Parameters {
  const name = tensorName(prefix, 'weight');
  const weight = tensors.get(name);
  const [units = 0, width = 0] = weight?.shape ?? [];
  if (weight?.shape.length !== 2 || units === 0 || width === 0 || width !== (fanIn ?? width)) {
    const got = weight ? `[${weight.shape.join()}]` : 'no such tensor';
    throw new RangeFault({
      place: show(name),
      problem: `expected [units,${fanIn ?? 'inputs'}], got ${got}`,
      ...(units === fanIn && { cure: TRANSPOSE }),
    });
  }
  const bias = tensors.get(tensorName(prefix, 'bias'));
  if (bias && String(bias.shape) !== String(units)) {
    throw new RangeFault({
      place: show(tensorName(prefix, 'bias')),
      problem: `expected [${units}], got [${bias.shape.join()}]`,
      ...(bias.shape[0] === width && { cure: TRANSPOSE }),
    });
  }
  return { weights: weight.values, biases: bias?.values ?? new Float32Array(units) };
}

const TRANSPOSE = 'transpose the weights: a Linear has [units][inputs]';

/** Reads the spec that `toSafetensors` wrote. */
function readStoredSpec(text: string | undefined): SpecJSON | undefined {
  if (text === undefined) return undefined;
  const json = parseJSON('bp4', text) as SpecJSON & { training?: unknown };
  specFromJSON(json);
  if (json.training !== undefined) {
    throw new RangeFault({
      place: 'it',
      problem: 'was written by net.save and holds the state of a training run',
      cure: 'pass it to Network.load',
    });
  }
  return json;
}

function checkSizes(spec: SpecJSON, parameters: readonly Parameters[]): void {
  const expected = [spec.inputs, ...spec.layers.map(({ units }) => units)].join();
  const sizes = countUnits(parameters).join();
  if (sizes !== expected)
    throw new RangeFault({
      place: "'bp4' in its metadata",
      problem: `is of [${expected}], but its tensors are of [${sizes}]`,
    });
}

const countUnits = (parameters: readonly Parameters[]): number[] => [
  parameters[0]!.weights.length / parameters[0]!.biases.length,
  ...parameters.map(({ biases }) => biases.length),
];

function buildSpec(
  parameters: readonly Parameters[],
  activations: readonly LayerActivation[] | undefined,
): Omit<SpecJSON, 'format' | 'version'> {
  const [inputs, ...sizes] = countUnits(parameters);
  if (!activations) {
    throw new FormatError({
      place: 'bytes',
      problem: 'the file holds no activations',
      cure: `set options.activations, one for each of its ${sizes.length} layers`,
      option: { name: 'activations', values: [sizes.length] },
    });
  }
  if (activations.length !== sizes.length) {
    throw new FormatError({
      place: 'bytes',
      problem: `the file has ${sizes.length} layers, but the options have ${activations.length} activations`,
    });
  }
  const layers = sizes.map((units, l) => {
    const given = activations[l]!;
    return { units, ...(typeof given === 'string' ? { activation: given } : given) };
  });
  return {
    inputs: inputs!,
    layers,
    loss: layers.at(-1)!.activation === 'softmax' ? 'crossEntropy' : 'quadratic',
  };
}
