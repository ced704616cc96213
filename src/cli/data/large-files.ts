import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { TextSource } from '../../data/chunks.js';
import type { AsyncBuffer } from '../../data/parquet/file.js';
import { inFile } from '../errors.js';

/** Files that are larger are read anew in each epoch, a batch at a time. */
const MOST_IN_MEMORY = 2 ** 28;

/** @throws Failure where it cannot be found */
export const isLarge = async (path: string): Promise<boolean> =>
  (await inFile(path, () => stat(path))).size > MOST_IN_MEMORY;

/** Opens a text from its beginning, unpacked. */
export const textSource =
  (path: string): TextSource =>
  () => {
    const file = createReadStream(path, { highWaterMark: 2 ** 20 });
    // An error of the file comes out of what is read at its end.
    return /\.gz$/i.test(path) ? pipeline(file, createGunzip(), () => undefined) : file;
  };

/**
 * Reads any bytes of a file. It is opened for each part: nothing is left open.
 * @throws Failure where it cannot be found
 */
export async function fileBuffer(path: string): Promise<AsyncBuffer> {
  const { size } = await inFile(path, () => stat(path));
  return {
    byteLength: size,
    slice: async (from, to) => {
      const file = await open(path);
      try {
        const bytes = new Uint8Array(to - from);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
        return bytes.buffer.slice(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}
