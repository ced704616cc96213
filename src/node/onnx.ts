import { dirname } from 'node:path';
import { FormatError, within } from '../errors.js';
import { fromONNX, listFiles, type ONNXOptions } from '../formats/onnx/index.js';
import type { Network } from '../network.js';
import { readCompanions } from './files-beside.js';
import { read } from './files.js';

/**
 * Loads an ONNX model that `fromONNX` can read, with the files that hold its weights, such as model.onnx.data of PyTorch.
 * These are read only from the folder of the model, because the paths that it names are untrusted.
 * @param path of the .onnx file
 * @throws FileError if a file cannot be read
 * @throws FormatError naming the file and the unsupported place, or a path outside the folder
 * @throws TypeError or RangeError naming the option
 * @throws EngineError if `engine` is 'wasm' and the host refuses it
 */
export async function loadONNX(path: string, options: Omit<ONNXOptions, 'files'> = {}): Promise<Network> {
  const bytes = await read(path);
  try {
    return await readONNX(bytes, dirname(path), options);
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(within(path, error), { cause: error });
    throw error;
  }
}

/**
 * Reads a model, and the files that it names from its folder.
 * @throws the errors of `loadONNX`, without the path of the model
 */
export async function readONNX(
  bytes: Uint8Array,
  folder: string,
  options: Omit<ONNXOptions, 'files'>,
): Promise<Network> {
  const names = await listFiles(bytes);
  const files = await readCompanions('external data', folder, names);
  return await fromONNX(bytes, { ...options, ...(names.length > 0 && { files }) });
}
