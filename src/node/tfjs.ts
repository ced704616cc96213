import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FormatError, within } from '../errors.js';
import { listFiles, fromTFJS, toTFJS, type TFJSOptions } from '../formats/tfjs/index.js';
import { nameForeign } from '../formats/foreign.js';
import { parseJSON } from '../model/read-safetensors.js';
import type { Network } from '../network.js';
import { readCompanions, unreadable } from './files-beside.js';
import { createFolder, read, write } from './files.js';

/** The size limit of model.json; 2,000 layers need less. */
const MOST_MODEL_BYTES = 2 ** 22;

/**
 * Saves the network's state at the time of the call for TensorFlow.js, as model.json and weights.bin in a folder.
 * Creates the folder if necessary. `tf.loadLayersModel` opens the URL of model.json. Both files are replaced
 * atomically, and weights.bin is on disk before model.json is written.
 * @throws the errors of `toTFJS`
 * @throws FileError if a file cannot be written
 */
export async function saveTFJS(net: Network, folder: string): Promise<void> {
  const { model, weights } = toTFJS(net);
  await createFolder(folder);
  await write(join(folder, 'weights.bin'), weights, true);
  await write(join(folder, 'model.json'), new TextEncoder().encode(JSON.stringify(model)), true);
}

/**
 * Loads a TensorFlow.js LayersModel from files that `fromTFJS` can read. Weights are read only from the folder of
 * model.json, because the paths that it names are untrusted.
 * @param path a folder that contains model.json, or the path of the JSON file
 * @throws FileError if a file cannot be read
 * @throws FormatError naming the file and the unsupported place, or a path outside the folder
 * @throws EngineError if `engine` is 'wasm' and the host refuses it
 */
export async function loadTFJS(path: string, options: TFJSOptions = {}): Promise<Network> {
  const isFolder = await stat(path).then((stats) => stats.isDirectory(), unreadable(path));
  const file = isFolder ? join(path, 'model.json') : path;
  try {
    return await readTFJS(file, options);
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(within(file, error), { cause: error });
    throw error;
  }
}

/**
 * Reads a model.json and the weights beside it.
 * @throws FormatError naming the place within the file
 * @throws FileError, EngineError as `loadTFJS` does
 */
export async function readTFJS(file: string, options: TFJSOptions): Promise<Network> {
  const { size } = await stat(file).catch(unreadable(file));
  if (size > MOST_MODEL_BYTES) {
    throw new FormatError({
      place: '',
      problem: `expected at most ${MOST_MODEL_BYTES} bytes of JSON, got ${size}`,
    });
  }
  const bytes = await read(file);
  const model = parse(bytes, new TextDecoder().decode(bytes)) as object;
  const weights = await readCompanions('weightsManifest: path', dirname(file), listFiles(model));
  return await fromTFJS(model, weights, options);
}

function parse(bytes: Uint8Array, text: string): unknown {
  try {
    return parseJSON('model.json', text);
  } catch (cause) {
    const error = new FormatError(within('', cause), { cause });
    throw nameForeign('', bytes, 'model.json', error);
  }
}
