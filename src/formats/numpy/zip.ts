import { FormatError } from '../../errors.js';
import { crc32 } from '../../base/crc32.js';
import { inflate, MOST_UNPACKED } from '../../base/inflate.js';

// Zip files, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT: entries, each after a local header; the
// central directory (§4.3.12); the end record (§4.3.16).

const ENTRY = 0x04034b50;
const DIRECTORY = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** Marks a size of more than 32 bits, which another record (zip64) holds. */
const ELSEWHERE = 0xffffffff;

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** The offset of the local header. */
  readonly at: number;
}

/** Reads the entries of a zip file on demand. */
export class Zip {
  readonly #place: string;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #entries = new Map<string, Entry>();
  #unpacked = 0;

  /**
   * Reads the directory.
   * @param place the file's name in error messages
   * @throws FormatError if the bytes are not a zip file, or are truncated
   */
  constructor(place: string, bytes: Uint8Array<ArrayBuffer>) {
    this.#place = place;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = this.#findEnd();
    const count = this.#view.getUint16(end + 10, true);
    let at = this.#view.getUint32(end + 16, true);
    if (at === ELSEWHERE) this.#fail('is larger than 4 GB, which is not supported');
    for (let i = 0; i < count; i++) at = this.#readDirectory(i, at, end);
    // Otherwise many names could share the same few bytes.
    const packed = [...this.#entries.values()].reduce((sum, { packedSize }) => sum + packedSize, 0);
    if (packed > bytes.length) this.#fail(`its entries have ${packed} bytes, and the file ${bytes.length}`);
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * @returns the bytes, a view of the file if the entry is stored; undefined if no entry has the name
   * @throws FormatError if the entry cannot be decompressed, or its checksum is wrong
   */
  read(name: string): Uint8Array<ArrayBuffer> | undefined {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    const { method, crc, packedSize, size, at } = entry;
    const view = this.#view;
    if (at + 30 > this.#bytes.length || view.getUint32(at, true) !== ENTRY)
      this.#fail(`the entry '${name}' is not where the directory says`);
    const from = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    if (from + packedSize > this.#bytes.length) this.#fail(`the entry '${name}' is truncated`);
    const packed = this.#bytes.subarray(from, from + packedSize);
    if (method === DEFLATED) {
      this.#unpacked += size;
      if (this.#unpacked > MOST_UNPACKED) {
        this.#fail(
          `its entries decompress to more than ${MOST_UNPACKED} bytes`,
          'write it with np.savez, uncompressed',
        );
      }
    } else if (method !== STORED || packedSize !== size) {
      this.#fail(
        `the entry '${name}' is compressed with method ${method}`,
        'use method 0 (stored) or 8 (deflate)',
      );
    }
    const place = `${this.#place}: the entry '${name}'`;
    const bytes = method === STORED ? packed : inflate(place, packed, size);
    if (crc32(bytes) !== crc) this.#fail(`the checksum of the entry '${name}' differs from the directory`);
    return bytes;
  }

  #findEnd(): number {
    const last = this.#bytes.length - END_BYTES;
    for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
      if (this.#view.getUint32(at, true) === END) return at;
    }
    return this.#fail('expected a zip file, with its directory at the end');
  }

  /** @returns the offset of the next entry */
  #readDirectory(i: number, at: number, end: number): number {
    const view = this.#view;
    if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY)
      this.#fail(`entry ${i} is not in the directory`);
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    const next = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) this.#fail(`entry ${i} is longer than the directory`);
    const name = new TextDecoder().decode(this.#bytes.subarray(at + 46, nameEnd));
    if (view.getUint16(at + 8, true) & 1) this.#fail(`the entry '${name}' is encrypted`);
    if (this.#entries.has(name)) this.#fail(`two entries are named '${name}'`);
    this.#entries.set(name, {
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    return next;
  }

  #fail(problem: string, cure?: string): never {
    throw new FormatError({ place: this.#place, problem, cure });
  }
}
