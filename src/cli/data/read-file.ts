import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { dataFailure, inFile } from '../errors.js';
import { STDIN } from './file-formats.js';
import { isGzip } from '../../formats/inflate.js';

/** What a packed file may unpack to; larger ones are to be unpacked first. */
const MOST_UNPACKED = 2 ** 31 - 1;

/** No string is longer in V8. */
const LONGEST_TEXT = 2 ** 29 - 24;

const unpack = promisify(gunzip);

/**
 * The bytes of a file, unpacked where they are in gzip.
 * @throws Failure naming the file
 */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await inFile(path, () => (path === STDIN ? readStdin() : readFile(path)));
  if (bytes.length === 0) throw dataFailure(`${nameOf(path)}: it is empty; expected rows of data`);
  if (!isGzip(bytes)) return bytes;
  try {
    return await unpack(bytes, { maxOutputLength: MOST_UNPACKED });
  } catch (error) {
    throw dataFailure(`${path}: it could not be unpacked by gzip: ${(error as Error).message}`, error);
  }
}

async function readStdin(): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/**
 * @throws Failure where it is not UTF-8
 */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  if (bytes.length > LONGEST_TEXT) {
    throw dataFailure(
      `${nameOf(path)}: a text of more than 512 MiB is not read whole; give CSV or JSON Lines, and --stream`,
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw dataFailure(`${nameOf(path)}: it is no UTF-8 text; save it as UTF-8`, error);
  }
}

/** A file as messages call it. */
export const nameOf = (path: string): string => (path === STDIN ? 'stdin' : path);
