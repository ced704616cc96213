import { readFile } from 'node:fs/promises';
import { FormatError, within } from '../errors.js';
import { Network, type EngineOptions } from '../network.js';
import { FileError } from './file-error.js';
import { writeWhole } from './whole-file.js';

/**
 * Saves a network as it stands at the call. The file is whole at any moment: the old one, then the new one, which is on
 * the disk when the promise resolves.
 * @throws RangeError where a weight is NaN or infinite
 * @throws FileError where the file cannot be written; it is as it was then
 */
export async function saveFile(net: Network, path: string): Promise<void> {
  await write(path, net.save(), true);
}

/**
 * Loads a network that `saveFile`, or a training with `checkpointFile`, has saved.
 * @throws FileError where the file cannot be read
 * @throws FormatError naming the file and the place, where it holds no network
 * @throws EngineError where engine 'wasm' is refused
 */
export async function loadFile(path: string, options: EngineOptions = {}): Promise<Network> {
  const bytes = await read(path);
  try {
    return await Network.load(bytes, options);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(within(path, error), { cause: error });
  }
}

/**
 * Where a training's checkpoints go: `checkpoint: { everyEpochs: 1, ...checkpointFile('run.bp4') }`. Each is written as
 * `saveFile` writes; when a process is killed, the file holds the last checkpoint that was acknowledged, or a later one.
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

/** @throws FileError where the file cannot be read */
export async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return await readFile(path).catch((error: unknown) => {
    throw new FileError('could not be read', path, error);
  });
}

/** @throws FileError where the file cannot be written; it is as it was then */
export async function write(path: string, bytes: Uint8Array, isFirst: boolean): Promise<void> {
  try {
    await writeWhole(path, bytes, isFirst);
  } catch (error) {
    throw new FileError('could not be written', path, error);
  }
}
