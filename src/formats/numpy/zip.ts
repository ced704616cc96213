import { FormatError } from '../../errors.js';
import { crc32 } from '../../base/crc32.js';
import { inflate } from '../../base/inflate.js';

// Zip files, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT: entries, each after a header of its own; the
// directory of all (§4.3.12); how it ends (§4.3.16).

const ENTRY = 0x04034b50;
const DIRECTORY = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** Stands for a size of more than 32 bits, which is elsewhere. */
const ELSEWHERE = 0xffffffff;

/** What is packed may be so long, unpacked, all entries that are read together. */
const MOST_UNPACKED = 2 ** 30;

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its own header begins. */
  readonly at: number;
}

/** The entries of a zip file; each is read when it is asked for. */
export class Zip {
  readonly #place: string;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #entries = new Map<string, Entry>();
  #unpacked = 0;

  /**
   * Reads the directory.
   * @param place the file's name in error messages
   * @throws FormatError where it is no zip file, or not whole
   */
  constructor(place: string, bytes: Uint8Array<ArrayBuffer>) {
    this.#place = place;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = this.#findEnd();
    const count = this.#view.getUint16(end + 10, true);
    let at = this.#view.getUint32(end + 16, true);
    if (at === ELSEWHERE) this.#fail('is larger than 4 GB, which cannot be read');
    for (let i = 0; i < count; i++) at = this.#readDirectory(i, at, end);
    // Or a few bytes could be read as often as there are names for them.
    const packed = [...this.#entries.values()].reduce((sum, { packedSize }) => sum + packedSize, 0);
    if (packed > bytes.length) this.#fail(`its entries have ${packed} bytes, and the file ${bytes.length}`);
  }

  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /**
   * @returns a view of the file where the entry is not packed; undefined where there is none of that name
   * @throws FormatError where it cannot be decompressed, or is not what was written
   */
  read(name: string): Uint8Array<ArrayBuffer> | undefined {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    const { method, crc, packedSize, size, at } = entry;
    const view = this.#view;
    if (at + 30 > this.#bytes.length || view.getUint32(at, true) !== ENTRY)
      this.#fail(`there is no entry '${name}' where the directory has it`);
    const from = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    if (from + packedSize > this.#bytes.length) this.#fail(`the entry '${name}' is not whole`);
    const packed = this.#bytes.subarray(from, from + packedSize);
    if (method === DEFLATED) {
      this.#unpacked += size;
      if (this.#unpacked > MOST_UNPACKED) {
        this.#fail(
          `its entries have more than ${MOST_UNPACKED} bytes unpacked`,
          'write it with np.savez, unpacked',
        );
      }
    } else if (method !== STORED || packedSize !== size) {
      this.#fail(`the entry '${name}' is packed by method ${method}`, 'use method 0 (stored) or 8 (deflate)');
    }
    const place = `${this.#place}: the entry '${name}'`;
    const bytes = method === STORED ? packed : inflate(place, packed, size);
    if (crc32(bytes) !== crc) this.#fail(`the entry '${name}' has another checksum than the directory says`);
    return bytes;
  }

  #findEnd(): number {
    const last = this.#bytes.length - END_BYTES;
    for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) {
      if (this.#view.getUint32(at, true) === END) return at;
    }
    return this.#fail('expected a zip file, with its directory at the end');
  }

  /** @returns where the next begins */
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
