import { FormatError } from '../../errors.js';
import { crc32 } from '../../base/crc32.js';
import { inflate, MOST_UNPACKED } from '../../base/inflate.js';

// Zip files, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT: entries, each after a local header; the
// central directory (§4.3.12); the end record (§4.3.16).

const ENTRY = 0x04034b50;
const DIRECTORY = 0x02014b50;
const END = 0x06054b50;
const ENTRY_BYTES = 30;
const DIRECTORY_BYTES = 46;
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

/** The fields that an entry has in its local header, from offset 4, and in the directory, from offset 6. */
function writeFields(view: DataView, at: number, crc: number, size: number, nameBytes: number): void {
  view.setUint16(at, 20, true); // the version that reads it
  view.setUint16(at + 2, UTF8_NAMES, true);
  view.setUint32(at + 6, FIRST_DAY, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, size, true);
  view.setUint32(at + 18, size, true);
  view.setUint16(at + 22, nameBytes, true);
}
const UTF8_NAMES = 0x800;
/** 1980-01-01, so that the same entries give the same bytes. */
const FIRST_DAY = 0x210000;

/** Writes entries uncompressed. fflate's zipSync takes enumerable properties of Object.prototype for entries. */
export function writeZip(entries: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const list = [...entries].map(([name, bytes]) => ({ name: new TextEncoder().encode(name), bytes }));
  const total = list.reduce((sum, { name, bytes }) => sum + 2 * name.length + bytes.length, 0);
  const zip = new Uint8Array(total + list.length * (ENTRY_BYTES + DIRECTORY_BYTES) + END_BYTES);
  const view = new DataView(zip.buffer);
  let at = 0;
  const places = list.map(({ name, bytes }) => {
    const place = { crc: crc32(bytes), at };
    view.setUint32(at, ENTRY, true);
    writeFields(view, at + 4, place.crc, bytes.length, name.length);
    zip.set(name, at + ENTRY_BYTES);
    zip.set(bytes, at + ENTRY_BYTES + name.length);
    at += ENTRY_BYTES + name.length + bytes.length;
    return place;
  });
  const directory = at;
  for (const [i, { name, bytes }] of list.entries()) {
    view.setUint32(at, DIRECTORY, true);
    view.setUint16(at + 4, 20, true); // the version that wrote it
    writeFields(view, at + 6, places[i]!.crc, bytes.length, name.length);
    view.setUint32(at + 42, places[i]!.at, true);
    zip.set(name, at + DIRECTORY_BYTES);
    at += DIRECTORY_BYTES + name.length;
  }
  view.setUint32(at, END, true);
  view.setUint16(at + 8, list.length, true);
  view.setUint16(at + 10, list.length, true);
  view.setUint32(at + 12, at - directory, true);
  view.setUint32(at + 16, directory, true);
  return zip;
}
