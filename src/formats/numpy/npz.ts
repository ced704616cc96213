import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import { checkBytes, isMap, type Bytes } from '../../base/bytes.js';
import { nameForeign } from '../foreign.js';
import { decodeNPY, encodeNPY, type NPYArray, type WritableValues } from './npy.js';
import { writeZip, Zip } from './zip.js';

/** An array to write: one-dimensional, or with a shape. */
export type WritableArray =
  WritableValues | { readonly values: WritableValues; readonly shape?: readonly number[] };

const SUFFIX = '.npy';

/** Reads the arrays of an `.npz` file on demand. */
export class NPZ {
  readonly #place: string;
  readonly #zip: Zip;

  /** @throws TypeError or FormatError */
  constructor(place: string, bytes: Bytes) {
    this.#place = place;
    const given = checkBytes(place, bytes, 'an .npz file');
    try {
      this.#zip = new Zip(place, given);
    } catch (error) {
      throw nameForeign(place, given, 'an .npz file', error);
    }
    const foreign = nameForeign(place, given, 'an .npz file', undefined);
    if (foreign instanceof Error) throw foreign;
  }

  /** The names of the arrays. */
  get names(): string[] {
    return this.#zip.names
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => name.slice(0, -SUFFIX.length));
  }

  /** @throws FormatError if no array has the name, or it cannot be read */
  array(name: string): NPYArray {
    const bytes = this.#zip.read(name + SUFFIX);
    if (!bytes) {
      const names = this.names.slice(0, 20).map(show).join(', ');
      throw new FormatError({
        place: this.#place,
        problem: `has no array ${show(name)}`,
        cure: `it has ${names || 'no arrays'}`,
      });
    }
    return decodeNPY(`${this.#place}: array ${show(name)}`, bytes);
  }

  /** Reads a text entry; returns undefined if it does not exist. @throws FormatError if it cannot be read */
  text(name: string): string | undefined {
    const bytes = this.#zip.read(name);
    return bytes && new TextDecoder().decode(bytes);
  }
}

/**
 * Reads all arrays of a file that np.savez or np.savez_compressed wrote.
 * @returns the arrays by name
 * @throws TypeError if `bytes` is not bytes
 * @throws FormatError if the bytes are not an `.npz` file, are damaged, hold an array that `readNPY` refuses, or
 * decompress to more than 1 GiB
 */
export function readNPZ(bytes: Bytes): Map<string, NPYArray> {
  const npz = new NPZ('npz', bytes);
  return new Map(npz.names.map((name) => [name, npz.array(name)]));
}

/**
 * Writes arrays as np.savez does. np.load reads them by name. The same arrays produce the same bytes.
 * @param arrays by name
 * @throws TypeError or RangeError naming the array
 */
export function writeNPZ(
  arrays: ReadonlyMap<string, WritableArray> | Readonly<Record<string, WritableArray>>,
): Uint8Array {
  return encodeNPZ(isMap(arrays) ? arrays : new Map(Object.entries(arrays)));
}

/** @param texts additional text entries, by entry name */
export function encodeNPZ(
  arrays: ReadonlyMap<string, WritableArray>,
  texts: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries = new Map<string, Uint8Array>();
  for (const [name, array] of arrays) {
    const { values, shape } = ArrayBuffer.isView(array) ? { values: array } : array;
    entries.set(name + SUFFIX, encodeNPY(`array ${show(name)}`, values, shape));
  }
  for (const [name, text] of Object.entries(texts)) entries.set(name, new TextEncoder().encode(text));
  return writeZip(entries);
}
