import { FormatError, TypeFault } from '../../errors.js';
import { show } from '../../base/check.js';
import type { Tensor } from '../../model/safetensors.js';
import { viewBytes } from '../../base/bytes.js';
import { collectFiles, DECODE_BASE64, listNames, type FilesByName } from '../files-by-name.js';
import { decodeHalf } from '../half.js';
import { readObject, readFloat, readArray, readSizes, readString, type Fields } from './fields.js';

/** The bytes of all weights, in one piece or in several; or of each file by its name in the manifest. */
export type TFJSWeights = Uint8Array | ArrayBuffer | readonly (Uint8Array | ArrayBuffer)[] | FilesByName;

const MOST_DIMENSIONS = 8;

/** The encoding of a value: its size, and how to read it. */
interface Coding {
  readonly bytes: number;
  /** Missing for encodings that bp4 doesn't support. */
  readonly read?: (view: DataView, at: number) => number;
}

const float32: Coding = { bytes: 4, read: (view, at) => view.getFloat32(at, true) };

/** Types of tensors that are skipped, unless they are floats. */
const passedOver: ReadonlyMap<unknown, Coding> = new Map([
  ['int32', { bytes: 4 }],
  ['bool', { bytes: 1 }],
]);

/** A group of weight files, and the tensors stored in them, one after the other. */
interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly unknown[];
}

/** @throws FormatError if it is the JSON that Keras itself writes, which has no weights */
export function refuseKerasJSON(model: Fields): void {
  if (model['modelTopology'] === undefined && model['class_name'] !== undefined) {
    throw new FormatError({
      place: 'model',
      problem: 'is the JSON of a Keras model, which model.to_json() writes, without its weights',
      cure: 'save the model as .h5 or .keras, and convert that with tensorflowjs_converter --output_format=tfjs_layers_model',
    });
  }
}

/**
 * The groups in a model's manifest, or one group without files for artifacts in memory.
 * @throws FormatError naming the place, for example of a repeated file, which would let few bytes declare many weights
 */
export function readManifest(model: Fields): readonly Group[] {
  if (model['weightsManifest'] === undefined && model['weightSpecs'] !== undefined) {
    return [{ paths: [], weights: readArray('weightSpecs', model['weightSpecs']) }];
  }
  const seen = new Set<string>();
  return readArray('weightsManifest', model['weightsManifest']).map((value, g) => {
    const place = `weightsManifest[${g}]`;
    const group = readObject(place, value);
    const paths = readArray(`${place}.paths`, group['paths']).map((path, i) => {
      const name = readString(`${place}.paths[${i}]`, path);
      if (seen.has(name))
        throw new FormatError({ place: `${place}.paths[${i}]`, problem: `repeats ${show(name)}` });
      seen.add(name);
      return name;
    });
    return { paths, weights: readArray(`${place}.weights`, group['weights']) };
  });
}

/**
 * Lists the weight files that model.json names, which `fromTFJS` takes by name. The paths are untrusted: check that
 * each is in an allowed folder before you read it.
 * @param model the parsed content of model.json
 * @throws FormatError if the manifest cannot be read
 */
export function listFiles(model: object): string[] {
  const fields = readObject('model', model);
  refuseKerasJSON(fields);
  return readManifest(fields).flatMap(({ paths }) => paths);
}

/** The tensors that no layer has taken yet. */
export class Weights {
  /** By the last two parts of their names (layer and weight), then by full name. */
  readonly #waiting = new Map<string, Map<string, Tensor>>();

  /** @throws FormatError if the name exists already */
  add(name: string, tensor: Tensor): void {
    const key = shortenName(name);
    const alike = this.#waiting.get(key) ?? new Map<string, Tensor>();
    if (alike.has(name))
      throw new FormatError({ place: `weight ${show(name)}`, problem: 'is in the manifest twice' });
    this.#waiting.set(key, alike.set(name, tensor));
  }

  /**
   * Removes and returns the tensor of a layer: 'dense/kernel', or the only one with this suffix, such as
   * 'sequential/dense/kernel:0'.
   * @param index of the weight in its layer, which Keras 3 writes in place of its name: 'dense/0'
   * @returns undefined if there is no such tensor
   * @throws FormatError if several match
   */
  take(layer: string, part: string, index: number): Tensor | undefined {
    return this.#take(`${layer}/${part}`) ?? this.#take(`${layer}/${index}`);
  }

  #take(name: string): Tensor | undefined {
    const alike = this.#waiting.get(shortenName(name));
    if (!alike) return undefined;
    const [first, second] = alike.keys();
    const found = second === undefined ? first! : name;
    const tensor = alike.get(found);
    if (!tensor)
      throw new FormatError({
        place: `weight ${show(name)}`,
        problem: `could be ${show(first)} or ${show(second)}`,
      });
    alike.delete(found);
    if (alike.size === 0) this.#waiting.delete(shortenName(name));
    return tensor;
  }

  /** The name of a tensor that no layer has taken. */
  get left(): string | undefined {
    const [alike] = this.#waiting.values();
    return alike?.keys().next().value;
  }
}

/** The last two parts; Keras 3 puts 'vars' between them. */
const shortenName = (name: string): string =>
  name
    .replace(/:0$/, '')
    .replace(/\/vars(?=\/\d+$)/, '')
    .split('/')
    .slice(-2)
    .join('/');

/** The state of a Dropout in Keras 3. */
const SEED = /(^|\/)seed_generator(_state)?(\/|$)/;

/**
 * Reads all tensors except counts and the state of an optimizer or of Dropout.
 * @throws FormatError naming the tensor, or the file
 * @throws TypeError if `weights` is not bytes
 */
export function readWeights(groups: readonly Group[], weights: TFJSWeights): Weights {
  const tensors = new Weights();
  const all = viewWhole(weights);
  const files = all ? new Map<string, Uint8Array>() : collectFiles('weights', weights as FilesByName);
  let at = 0;
  for (const { paths, weights: entries } of groups) {
    const bytes = all ?? joinFiles(paths, files);
    const end = readGroup(entries, bytes, all ? at : 0, tensors);
    if (!all) checkEnd(bytes, end);
    at = end;
  }
  if (all) checkEnd(all, at);
  return tensors;
}

function checkEnd(bytes: Uint8Array, end: number): void {
  if (end !== bytes.length)
    throw new FormatError({ place: 'weights', problem: `expected ${end} bytes, got ${bytes.length}` });
}

/** The bytes of all weights; undefined if they are in separate files. */
function viewWhole(weights: TFJSWeights): Uint8Array | undefined {
  const all = Array.isArray(weights) ? joinParts(weights) : viewBytes(weights);
  if (!all && (typeof weights !== 'object' || (weights as unknown) === null)) {
    throw new TypeFault({
      place: 'weights',
      problem: `expected bytes, or an object of files by name, got ${show(weights)}`,
      ...(typeof weights === 'string' && { cure: DECODE_BASE64 }),
    });
  }
  return all;
}

function joinFiles(paths: readonly string[], files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts = paths.map((path) => {
    const bytes = files.get(path);
    if (bytes) return bytes;
    throw new FormatError({
      place: 'weights',
      problem: `expected file ${show(path)} of the manifest, got ${listNames([...files.keys()])}`,
      cure: 'pass its bytes under the name in the manifest',
    });
  });
  return join(parts);
}

/** The parts that TensorFlow.js loads, where all are bytes. */
function joinParts(given: readonly unknown[]): Uint8Array | undefined {
  const parts = given.map((part) => viewBytes(part));
  return parts.every((part) => part !== undefined) ? join(parts) : undefined;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @returns the end of the last tensor of the group */
function readGroup(entries: readonly unknown[], bytes: Uint8Array, start: number, tensors: Weights): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const [i, value] of entries.entries()) {
    const entry = readObject(`weights[${i}]`, value);
    const name = readString(`weights[${i}].name`, entry['name']);
    const place = `weight ${show(name)}`;
    const shape = readSizes(`${place}: shape`, entry['shape']);
    if (shape.length > MOST_DIMENSIONS) {
      throw new FormatError({
        place: `${place}: shape`,
        problem: `expected at most ${MOST_DIMENSIONS} sizes, got ${shape.length}`,
      });
    }
    // A Normalization counts what it has seen.
    const isCount = entry['dtype'] === 'int32' && shape.length === 0;
    const isOfTraining = entry['group'] === 'optimizer' || SEED.test(name) || isCount;
    const coding = chooseCoding(place, entry, isOfTraining);
    const count = shape.reduce((product, size) => product * size, 1);
    const end = at + count * coding.bytes;
    if (!(end <= bytes.length)) {
      throw new FormatError({
        place,
        problem: `[${shape.join()}] takes bytes ${at} to ${end}, but there are ${bytes.length}`,
      });
    }
    if (!isOfTraining) {
      const values = new Float32Array(count);
      for (let n = 0; n < count; n++) values[n] = coding.read!(view, at + n * coding.bytes);
      tensors.add(name, { shape, values });
    }
    at = end;
  }
  return at;
}

function chooseCoding(place: string, entry: Fields, isOfTraining: boolean): Coding {
  const { dtype, quantization } = entry;
  const skipped = isOfTraining ? passedOver.get(dtype) : undefined;
  if (skipped) return skipped;
  if (dtype !== 'float32') {
    throw new FormatError({
      place: `${place}: dtype`,
      problem: `expected 'float32', got ${show(dtype)}`,
      cure: 'cast the weights before you save them',
    });
  }
  return quantization == null
    ? float32
    : readQuantization(place, readObject(`${place}: quantization`, quantization));
}

/** Weights of the converter's --quantize_uint8, --quantize_uint16 and --quantize_float16. */
function readQuantization(place: string, { dtype, scale, min }: Fields): Coding {
  if (dtype === 'float16') return { bytes: 2, read: (view, at) => decodeHalf(view.getUint16(at, true)) };
  if (dtype !== 'uint8' && dtype !== 'uint16') {
    throw new FormatError({
      place: `${place}: quantization.dtype`,
      problem: `expected 'uint8', 'uint16' or 'float16', got ${show(dtype)}`,
    });
  }
  readFloat(`${place}: quantization.scale`, scale);
  readFloat(`${place}: quantization.min`, min);
  const dequantize = (code: number): number => code * (scale as number) + (min as number);
  return dtype === 'uint8'
    ? { bytes: 1, read: (view, at) => dequantize(view.getUint8(at)) }
    : { bytes: 2, read: (view, at) => dequantize(view.getUint16(at, true)) };
}
