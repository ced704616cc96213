import { mkdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { FormatError, within } from '../errors.js';
import { listFiles, fromTFJS, toTFJS, type TFJSOptions } from '../formats/tfjs/index.js';
import { show } from '../base/check.js';
import { parseJSON } from '../model/read-safetensors.js';
import type { Network } from '../network.js';
import { FileError } from './file-error.js';
import { read, write } from './files.js';

/** Of a model.json: that of 2,000 layers has less. */
const MOST_MODEL_BYTES = 2 ** 22;

/**
 * Saves a network for TensorFlow.js, as it stands at the call: model.json and weights.bin in a folder, which is made where
 * it is not there. `tf.loadLayersModel` opens it by the address of model.json. Each of the two files is whole at any
 * moment, and weights.bin is on the disk before model.json is written.
 * @throws what `toTFJS` throws
 * @throws FileError where a file cannot be written
 */
export async function saveTFJS(net: Network, folder: string): Promise<void> {
  const { model, weights } = toTFJS(net);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new FileError('could not be made', folder, error);
  });
  await write(join(folder, 'weights.bin'), weights, true);
  await write(join(folder, 'model.json'), new TextEncoder().encode(JSON.stringify(model)), true);
}

/**
 * Loads a LayersModel of TensorFlow.js from files, as `fromTFJS` reads it. Weights are read from the folder of model.json
 * alone, whatever paths it names.
 * @param path a folder with a model.json, or the path of that
 * @throws FileError where a file cannot be read
 * @throws FormatError naming the file and the place for which bp4 has nothing, or a path that leads out of the folder
 * @throws EngineError where engine 'wasm' is refused
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
 * @param name a path in a manifest, which nobody vouches for
 * @throws FormatError where it is the address of something else, or leads out of the folder, be it by a link
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
