import { createReadStream, existsSync, statSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, gunzip } from 'node:zlib';
import { readText as readTextChunks, type TextSource } from '../../data/chunks.js';
import { decodeText } from '../../data/decode-text.js';
import { recognizeForeign } from '../../data/foreign-files.js';
import type { AsyncBuffer } from '../../data/parquet/file.js';
import { DataError, inFile } from '../errors.js';
import { detectFileKind, kindOfName, STDIN, type FileKind } from './file-formats.js';
import { isGzip, MOST_UNPACKED } from '../../base/inflate.js';
import type { OnRead } from '../terminal/reading.js';

/** The longest string of V8. */
const LONGEST_TEXT = 2 ** 29 - 24;

const unpack = promisify(gunzip);

/** Reading a larger file is shown. */
const SHOWN_FROM = 2 ** 24;

/** @returns the size of a file that takes a while to read; undefined for other files, and if nobody is watching */
async function sizeToShow(path: string, onRead: OnRead | undefined): Promise<number | undefined> {
  if (!onRead || path === STDIN) return undefined;
  const { size } = await inFile(path, () => stat(path));
  return size >= SHOWN_FROM ? size : undefined;
}

/**
 * The bytes of a file, unpacked if they are gzipped.
 * @throws DataError naming the file
 */
export async function readBytes(path: string, onRead?: OnRead): Promise<Uint8Array<ArrayBuffer>> {
  if ((await sizeToShow(path, onRead)) !== undefined) onRead!(path);
  const bytes = await inFile(path, () => (path === STDIN ? readStdin() : readFile(path)));
  if (bytes.length === 0) throw new DataError(displayPath(path), 'it is empty', 'expected rows of data');
  if (!isGzip(bytes)) return bytes;
  // The size that the file declares, modulo 2 ** 32, refuses most bombs before they are unpacked. A file that is cut off
  // ends with any bytes: no file unpacks to more than 1,032 times its size.
  const declared = bytes.length > 4 ? readUint32(bytes, bytes.length - 4) : 0;
  if (declared > MOST_UNPACKED && declared <= 1032 * bytes.length) throw tooLarge(path);
  try {
    return await unpack(bytes, { maxOutputLength: MOST_UNPACKED });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path);
    throw refuseGzip(path, error);
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
 * @param encoding default: UTF-8 or UTF-16, inferred
 * @throws DataError if its bytes aren't text
 */
export async function readText(path: string, encoding?: string, onRead?: OnRead): Promise<string> {
  const bytes = await readBytes(path, onRead);
  if (bytes.length > LONGEST_TEXT) {
    throw new DataError(
      displayPath(path),
      'text over 512 MiB cannot be read at once',
      'convert it to CSV or JSON Lines',
    );
  }
  return await inFile(displayPath(path), () => decodeText('', bytes, encoding));
}

/** The name of a file in messages. */
export const displayPath = (path: string): string => (path === STDIN ? 'stdin' : path);

/** Larger files are read a batch at a time. */
const MOST_IN_MEMORY = 2 ** 28;

/** @throws DataError where it cannot be found */
export const isLarge = async (path: string): Promise<boolean> =>
  (await inFile(path, () => stat(path))).size > MOST_IN_MEMORY;

/** Opens a text from its beginning, unpacked and decoded. */
export const textSource =
  (path: string, encoding?: string, onRead?: OnRead): TextSource =>
  () =>
    readTextInChunks(path, encoding, onRead);

/** @throws DataError if it can't be read, or its bytes aren't text */
export async function* readTextInChunks(
  path: string,
  encoding?: string,
  onRead?: OnRead,
): AsyncGenerator<string, void, undefined> {
  const name = displayPath(path);
  const texts = readTextChunks(() => unpacked(name, openFile(path, onRead)), encoding, '');
  for (;;) {
    const { value, done } = await inFile(name, () => texts.next());
    if (done) return;
    yield value;
  }
}

async function* openFile(path: string, onRead?: OnRead): AsyncGenerator<Uint8Array, void, undefined> {
  const size = await sizeToShow(path, onRead);
  let read = 0;
  const chunks = path === STDIN ? process.stdin : createReadStream(path, { highWaterMark: 2 ** 20 });
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
    read += chunk.length;
    if (size !== undefined) onRead!(path, Math.min(read / size, 1));
    yield chunk;
  }
}

/** Gzipped bytes are unpacked on the way. */
async function* unpacked(
  name: string,
  chunks: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, undefined> {
  const { value: first } = await chunks.next();
  if (first === undefined) return;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield first!;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }
  if (!isGzip(first)) yield* all();
  else {
    try {
      yield* pipeline(all, createGunzip(), () => undefined) as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw refuseGzip(name, error);
    }
  }
}

const refuseGzip = (name: string, cause: unknown): DataError =>
  new DataError(name, `it could not be decompressed by gzip: ${(cause as Error).message}`, undefined, {
    cause,
  });

/** The first bytes of a file, which show what it is. */
const BEGINNING = 4096;

/**
 * Detects the kind of a file by its name, and checks that its first bytes agree.
 * @throws UsageError if the name isn't recognized, DataError naming what the file is instead
 */
export async function detectKind(path: string): Promise<FileKind> {
  const format = kindOfName(path)?.format;
  const isFile = path !== STDIN && existsSync(path) && statSync(path).isFile();
  const found = isFile ? recognizeForeign(await readBeginning(path)) : undefined;
  // Parts of a Parquet file are read at their offsets.
  const isPacked = found?.format === 'gzip' && format !== 'parquet';
  const isFormat = format !== undefined && (found?.format === format || isPacked);
  // The .npz reader checks what is in a zip file.
  const isZip = format === 'npz' && found?.format === undefined;
  if (found && !isFormat && !isZip) throw new DataError(path, found.problem, found.cure);
  return detectFileKind(path);
}

async function readBeginning(path: string): Promise<Uint8Array> {
  const file = await inFile(path, () => open(path));
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(BEGINNING), 0, BEGINNING, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Reads any bytes of a file. It's opened for each part, so nothing stays open.
 * @throws DataError where it cannot be found
 */
export async function fileBuffer(path: string, onRead?: OnRead): Promise<AsyncBuffer> {
  const { size } = await inFile(path, () => stat(path));
  if ((await sizeToShow(path, onRead)) !== undefined) onRead!(path);
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
