import { zipSync } from 'fflate';
import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import { checkBytes, type Bytes } from '../../base/bytes.js';
import { decodeNPY, encodeNPY, type NPYArray, type WritableValues } from './npy.js';
import { Zip } from './zip.js';

/** An array to be written: with its shape, or of one dimension. */
export type WritableArray =
  WritableValues | { readonly values: WritableValues; readonly shape?: readonly number[] };

const SUFFIX = '.npy';

/** The arrays of a file that np.savez wrote; each is read when it is asked for. */
export class NPZ {
  readonly #place: string;
  readonly #zip: Zip;

  /** @throws TypeError, FormatError */
  constructor(place: string, bytes: Bytes) {
    this.#place = place;
    this.#zip = new Zip(place, checkBytes(place, bytes, 'a file of np.savez'));
  }

  /** The names of the arrays. */
  get names(): string[] {
    return this.#zip.names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length));
  }

  /** @throws FormatError where there is none of that name, or it cannot be read */
  array(name: string): NPYArray {
    const bytes = this.#zip.read(name + SUFFIX);
    if (!bytes) {
      const names = this.names.slice(0, 20).map(show).join(', ');
      throw new FormatError({
        place: this.#place,
        problem: `has no array ${show(name)}`,
        cure: `it has ${names || 'no arrays at all'}`,
      });
    }
    return decodeNPY(`${this.#place}: array ${show(name)}`, bytes);
  }

  /** A text that lies beside the arrays. @throws FormatError where it cannot be read */
  text(name: string): string | undefined {
    const bytes = this.#zip.read(name);
    return bytes && new TextDecoder().decode(bytes);
  }
}

/**
 * Reads all arrays of a file that np.savez or np.savez_compressed wrote, by name.
 * @throws TypeError where they are no bytes
 * @throws FormatError where they are no such file, or not whole, or an array has what `readNPY` refuses; of what is
 * packed at most 1 GiB is unpacked
 */
export function readNPZ(bytes: Bytes): Map<string, NPYArray> {
  const npz = new NPZ('npz', bytes);
  return new Map(npz.names.map((name) => [name, npz.array(name)]));
}

/**
 * Writes arrays as np.savez does: np.load reads them by name. The same arrays give the same bytes.
 * @param arrays by name
 * @throws TypeError, RangeError naming the array
 */
export function writeNPZ(
  arrays: ReadonlyMap<string, WritableArray> | Readonly<Record<string, WritableArray>>,
): Uint8Array {
  return encodeNPZ(arrays instanceof Map ? arrays : new Map(Object.entries(arrays)));
}

/** @param texts that lie beside the arrays, by the names of their entries */
export function encodeNPZ(
  arrays: ReadonlyMap<string, WritableArray>,
  texts: Readonly<Record<string, string>> = {},
): Uint8Array {
  // Without a prototype, so that any name is one.
  const entries = Object.create(null) as Record<string, Uint8Array>;
  for (const [name, array] of arrays) {
    const { values, shape } = ArrayBuffer.isView(array) ? { values: array } : array;
    entries[name + SUFFIX] = encodeNPY(`array ${show(name)}`, values, shape);
  }
  for (const [name, text] of Object.entries(texts)) entries[name] = new TextEncoder().encode(text);
  return zipSync(entries, { level: 0, mtime: '1980-01-01T00:00:00' });
}
