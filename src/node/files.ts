import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FormatError, within } from '../errors.js';
import { Network, type EngineOptions } from '../network.js';
import { nameForeign } from '../formats/foreign.js';
import { FileError } from './file-error.js';
import { writeWhole } from './whole-file.js';

/**
 * Saves the network's state at the time of the call. The file is replaced atomically: it holds either the old or the
 * new network. The new one is on disk when the promise resolves, unless the host refuses to flush files, as Node does under
 * `--permission`. The file keeps its permissions.
 * @throws RangeError if a weight is NaN or infinite
 * @throws FileError if the file cannot be written; the old file remains
 */
export async function saveFile(net: Network, path: string): Promise<void> {
  await write(path, net.save(), true);
}

/**
 * Loads a network that `saveFile` or `checkpointFile` saved.
 * @throws FileError if the file cannot be read
 * @throws FormatError naming the file and the place, if the file does not hold a network
 * @throws EngineError if `engine` is 'wasm' and the host refuses it
 */
export async function loadFile(path: string, options: EngineOptions = {}): Promise<Network> {
  const bytes = await read(path);
  try {
    return await Network.load(bytes, options);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const named = nameForeign('', bytes, 'a network of bp4', error);
    throw new FormatError(within(path, named), { cause: error });
  }
}

/**
 * Writes checkpoints to a file during training: `checkpoint: { everyEpochs: 1, ...checkpointFile('run.bp4') }`. Each
 * replaces the file atomically, as `saveFile` does. If the process is killed, the file holds the last checkpoint whose
 * write completed, or a later one.
 */
export function checkpointFile(path: string): { write: (this: void, bytes: Uint8Array) => Promise<void> } {
  let isFirst = true;
  return {
    write: async (bytes) => {
      const sweeps = isFirst;
      isFirst = false;
      await write(path, bytes, sweeps);
    },
  };
}

/**
 * Creates a folder and those above it, unless they exist. Node's recursive mkdir never returns where folders can't be created,
 * as in /proc.
 * @throws FileError if it cannot be created
 */
export async function createFolder(path: string): Promise<void> {
  const folder = resolve(path);
  if (folder !== dirname(folder) && !existsSync(dirname(folder))) await createFolder(dirname(folder));
  await mkdir(folder).catch((error: unknown) => {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new FileError('could not be created', path, error);
  });
}

/** @throws FileError if the file cannot be read */
export async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return await readFile(path).catch((error: unknown) => {
    throw new FileError('could not be read', path, error);
  });
}

/** @throws FileError if the file cannot be written; the old file remains */
export async function write(path: string, bytes: Uint8Array, isFirst: boolean): Promise<void> {
  try {
    await writeWhole(path, bytes, isFirst);
  } catch (error) {
    throw new FileError('could not be written', path, error);
  }
}
