import { Gunzip, gunzipSync, inflateSync } from 'fflate';
import { FormatError } from '../errors.js';
import { crc32 } from './crc32.js';

/** No byte of deflate (RFC 1951) stands for more: a length of 258 in two bits. */
const MOST_PER_BYTE = 1032;

/**
 * Unpacks what deflate packed. Memory is taken for what is declared, and only where so few bytes can stand for it.
 * @param place what it is, for error messages
 * @param size how many bytes it is said to have, unpacked
 * @throws FormatError where it has not, or is not whole
 */
export function inflate(place: string, packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  return unpack(place, packed, size, inflateSync);
}

/** Of a file so many bytes tell how it begins, unpacked. */
const BEGINNING = 2 ** 12;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * The first bytes of a file of gzip, unpacked: as many as the first 4 KiB give.
 * @param place what it is, for error messages
 * @throws FormatError where they cannot be decompressed
 */
export function inflateBeginning(place: string, packed: Uint8Array): Uint8Array {
  let beginning: Uint8Array | undefined;
  try {
    new Gunzip((bytes) => (beginning ??= bytes)).push(packed.subarray(0, BEGINNING));
  } catch (cause) {
    throw new FormatError(
      { place, problem: `cannot be decompressed (${(cause as Error).message})` },
      { cause },
    );
  }
  return beginning ?? new Uint8Array(0);
}

/**
 * Unpacks a file of gzip (RFC 1952) of one member.
 * @param place what it is, for error messages
 * @param most bytes that it may have, unpacked
 * @throws FormatError where it has more, or is not whole
 */
export function gunzip(place: string, packed: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const { length } = packed;
  if (length < 18)
    throw new FormatError({ place, problem: 'expected a whole gzip file, got only part of one' });
  const view = new DataView(packed.buffer, packed.byteOffset, length);
  const size = view.getUint32(length - 4, true);
  if (size > most)
    throw new FormatError({
      place,
      problem: `expected at most ${most} bytes unpacked, got ${size}`,
    });
  const bytes = unpack(place, packed, size, gunzipSync);
  if (crc32(bytes) !== view.getUint32(length - 8, true))
    throw new FormatError({ place, problem: 'has the wrong checksum' });
  return bytes;
}

function unpack(
  place: string,
  packed: Uint8Array,
  size: number,
  by: (packed: Uint8Array, to: { out: Uint8Array<ArrayBuffer> }) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (size > packed.length * MOST_PER_BYTE) {
    throw new FormatError({
      place,
      problem: `expected ${size} bytes unpacked, more than ${packed.length} packed bytes can hold`,
    });
  }
  let bytes;
  try {
    bytes = by(packed, { out: new Uint8Array(size) }) as Uint8Array<ArrayBuffer>;
  } catch (cause) {
    throw new FormatError(
      { place, problem: `cannot be decompressed (${(cause as Error).message})` },
      { cause },
    );
  }
  if (bytes.length !== size)
    throw new FormatError({ place, problem: `expected ${size} bytes unpacked, got ${bytes.length}` });
  return bytes;
}
