import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { FormatError, within } from '../errors.js';
import { listFiles, fromTFJS, toTFJS, type TFJSOptions } from '../formats/tfjs/index.js';
import { show } from '../base/check.js';
import { parseJSON } from '../model/read-safetensors.js';
import type { Network } from '../network.js';
import { FileError } from './file-error.js';
import { read, write } from './files.js';

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
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new FileError('could not be created', folder, error);
  });
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
  const { size } = await stat(file).catch(unreadable(file));
  if (size > MOST_MODEL_BYTES) {
    throw new FormatError({
      place: file,
      problem: `expected at most ${MOST_MODEL_BYTES} bytes of JSON, got ${size}`,
    });
  }
  const text = new TextDecoder().decode(await read(file));
  try {
    const model = parse(() => parseJSON('model.json', text)) as object;
    const weights = new Map<string, Uint8Array>();
    for (const name of listFiles(model)) weights.set(name, await readInside(dirname(file), name));
    return await fromTFJS(model, weights, options);
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(within(file, error), { cause: error });
    throw error;
  }
}

const unreadable =
  (path: string) =>
  (error: unknown): never => {
    throw new FileError('could not be read', path, error);
  };

function parse(json: () => unknown): unknown {
  try {
    return json();
  } catch (cause) {
    throw new FormatError(within('', cause), { cause });
  }
}

/**
 * @param name an untrusted path from a manifest
 * @throws FormatError if the path is absolute, or leads out of the folder, also through a link
 */
async function readInside(folder: string, name: string): Promise<Uint8Array> {
  const isPlain = /^[^\\:\0]+$/.test(name) && !isAbsolute(name) && !name.split('/').includes('..');
  if (!isPlain)
    throw new FormatError({
      place: `weightsManifest: path ${show(name)}`,
      problem: 'expected a file in the folder',
    });
  const path = join(folder, name);
  const [real, realFolder] = await Promise.all([realpath(path), realpath(folder)]).catch(unreadable(path));
  const inside = relative(realFolder, real);
  if (inside === '..' || /^\.\.[\\/]/.test(inside) || isAbsolute(inside)) {
    throw new FormatError({
      place: `weightsManifest: path ${show(name)}`,
      problem: 'a link leads out of the folder',
    });
  }
  const stats = await stat(real).catch(unreadable(path));
  if (!stats.isFile())
    throw new FormatError({ place: `weightsManifest: path ${show(name)}`, problem: 'expected a file' });
  return await read(real);
}
