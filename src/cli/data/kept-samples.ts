import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RangeFault } from '../../errors.js';
import type { NumericArray } from '../../base/numeric-arrays.js';
import type { SampleSource } from '../../data/sample-source.js';
import type { SampleArrays, Schema } from '../../data/schema.js';

const readBytes = promisify(fs.read);

/** The file takes at most this share of the free space. */
const MOST_OF_FREE_SPACE = 0.5;

/**
 * Keeps the samples of a text in a temporary file during the first pass, so that later passes needn't parse it again. Without
 * room for them, each pass parses it.
 */
export function keepSamples(source: SampleSource): SampleSource {
  let kept: { readonly rows: number; readonly file: SampleFile } | undefined;

  async function* firstPass(rows: number): AsyncGenerator<SampleArrays, void, undefined> {
    let file = SampleFile.open();
    try {
      for await (const batch of source.batches(rows)) {
        if (file?.add(batch) === false) {
          file.close();
          file = undefined;
        }
        yield batch;
      }
      if (file && !kept) {
        kept = { rows, file };
        file = undefined;
      }
    } finally {
      file?.close();
    }
  }

  return { ...source, batches: (rows) => (kept?.rows === rows ? kept.file.read() : firstPass(rows)) };
}

/** A file without a name: nothing is left of it, however the process ends. */
class SampleFile {
  readonly #file: number;
  #free: number;
  #length = 0;
  readonly #batches: { readonly schema: Schema; readonly pieces: readonly Piece[] }[] = [];

  private constructor(file: number, free: number) {
    this.#file = file;
    this.#free = free;
  }

  /** @returns undefined if the system allows no temporary file */
  static open(): SampleFile | undefined {
    try {
      const { bavail, bsize } = fs.statfsSync(tmpdir());
      const path = join(tmpdir(), `bp4-${randomUUID()}`);
      const file = fs.openSync(path, 'wx+', 0o600);
      fs.unlinkSync(path);
      return new SampleFile(file, MOST_OF_FREE_SPACE * bavail * bsize);
    } catch {
      return undefined;
    }
  }

  /** @returns whether there was room for it */
  add(batch: SampleArrays): boolean {
    const pieces: Piece[] = [];
    try {
      for (const key of ['inputs', 'targets', 'labels'] as const) {
        const array = batch[key];
        if (!array) continue;
        if (this.#length + array.byteLength > this.#free) return false;
        pieces.push({
          key,
          type: array.constructor as Piece['type'],
          at: this.#length,
          length: array.length,
        });
        this.#write(array);
      }
    } catch {
      return false; // the disk is full
    }
    this.#batches.push({ schema: batch.schema, pieces });
    return true;
  }

  #write(array: NumericArray): void {
    for (let done = 0; done < array.byteLength;) {
      const written = fs.writeSync(this.#file, array, done, array.byteLength - done, this.#length);
      done += written;
      this.#length += written;
    }
  }

  async *read(): AsyncGenerator<SampleArrays, void, undefined> {
    for (const { schema, pieces } of this.#batches) {
      const arrays: { -readonly [Key in Piece['key']]?: NumericArray } = {};
      for (const piece of pieces) arrays[piece.key] = await this.#readArray(piece);
      yield { ...(arrays as typeof arrays & Pick<SampleArrays, 'inputs'>), schema };
    }
  }

  async #readArray({ type, at, length }: Piece): Promise<NumericArray> {
    const array = new type(length);
    for (let done = 0; done < array.byteLength;) {
      const { bytesRead } = await readBytes(this.#file, array, done, array.byteLength - done, at + done);
      if (bytesRead === 0)
        throw new RangeFault({ place: 'temporary file', problem: 'it has become shorter' });
      done += bytesRead;
    }
    return array;
  }

  close(): void {
    fs.closeSync(this.#file);
  }
}

/** Where the file holds an array of a batch. */
interface Piece {
  readonly key: 'inputs' | 'targets' | 'labels';
  readonly type: new (length: number) => NumericArray;
  readonly at: number;
  readonly length: number;
}
