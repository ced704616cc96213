import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import type { TextSource } from '../../data/chunks.js';
import type { AsyncBuffer } from '../../data/parquet/file.js';
import { DataError, inFile } from '../errors.js';
import { STDIN } from './file-formats.js';
import { isGzip, MOST_UNPACKED } from '../../base/inflate.js';

/** No string is longer in V8. */
const LONGEST_TEXT = 2 ** 29 - 24;

const unpack = promisify(gunzip);

/**
 * The bytes of a file, unpacked where they are in gzip.
 * @throws DataError naming the file
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await inFile(path, () => (path === STDIN ? readStdin() : readFile(path)));
  if (bytes.length === 0) throw new DataError(displayPath(path), 'it is empty', 'expected rows of data');
  if (!isGzip(bytes)) return bytes;
  // The size that the file declares, modulo 2 ** 32: it refuses most bombs before they are unpacked.
  if (bytes.length > 4 && readUint32(bytes, bytes.length - 4) > MOST_UNPACKED) throw tooLarge(path);
  try {
    return await unpack(bytes, { maxOutputLength: MOST_UNPACKED });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path);
    throw new DataError(
      path,
      `it could not be decompressed by gzip: ${(error as Error).message}`,
      undefined,
      {
        cause: error,
      },
    );
  }
}

const readUint32 = ({ buffer, byteOffset }: Uint8Array, at: number): number =>
  new DataView(buffer, byteOffset).getUint32(at, true);

const tooLarge = (path: string): DataError =>
  new DataError(displayPath(path), 'it unpacks to more than 1 GiB', 'unpack it beforehand, with gunzip');

async function readStdin(): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/**
 * @throws DataError where it is not UTF-8
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes.length > LONGEST_TEXT) {
    throw new DataError(
      displayPath(path),
      'text over 512 MiB cannot be read at once',
      'convert it to CSV or JSON Lines',
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DataError(displayPath(path), 'not valid UTF-8', 'save it as UTF-8', { cause: error });
  }
}

/** A file as messages call it. */
export const displayPath = (path: string): string => (path === STDIN ? 'stdin' : path);

/** Larger files are read again in each epoch, a batch at a time. */
const MOST_IN_MEMORY = 2 ** 28;

/** @throws DataError where it cannot be found */
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
 * @throws DataError where it cannot be found
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
