import { Gunzip, gunzipSync, inflateSync } from 'fflate';
import { FormatError } from '../errors.js';
import { crc32 } from './crc32.js';

/** The most bytes to which a file may unpack: 1 GiB. Larger ones must be unpacked beforehand. */
export const MOST_UNPACKED = 2 ** 30;

/** The best ratio of deflate (RFC 1951): a length of 258 in two bits. */
const MOST_PER_BYTE = 1032;

/**
 * Decompresses deflate data. It allocates the declared size, and only if the compressed bytes can reach it.
 * @param place names the data in error messages
 * @param size the declared size after decompression
 * @throws FormatError if the size differs, or the data are damaged
 */
export function inflate(place: string, packed: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  return unpack(place, packed, size, inflateSync);
}

/** Compressed bytes are read in pieces of this size until a header can be decompressed. */
const PIECE = 2 ** 12;
/** A block of deflate that isn't compressed ends within so many bytes. */
const LONGEST_BEGINNING = 2 ** 17;

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Decompresses the beginning of a gzip file.
 * @param place names the data in error messages
 * @throws FormatError if the bytes cannot be decompressed
 */
export function inflateBeginning(place: string, packed: Uint8Array): Uint8Array {
  let beginning = new Uint8Array(0);
  const gunzip = new Gunzip((bytes) => {
    if (beginning.length === 0) beginning = bytes;
  });
  try {
    const end = Math.min(packed.length, LONGEST_BEGINNING);
    for (let at = 0; at < end && beginning.length === 0; at += PIECE)
      gunzip.push(packed.subarray(at, at + PIECE));
  } catch (cause) {
    throw new FormatError(
      { place, problem: `cannot be decompressed (${(cause as Error).message})` },
      { cause },
    );
  }
  return beginning;
}

/**
 * Decompresses a gzip file (RFC 1952) with one member.
 * @param place names the data in error messages
 * @param most the largest size allowed after decompression
 * @throws FormatError if the file is larger, or damaged
 */
export function gunzip(place: string, packed: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const { length } = packed;
  if (length < 18)
    throw new FormatError({ place, problem: 'expected a whole gzip file, got only part of one' });
  const view = new DataView(packed.buffer, packed.byteOffset, length);
  const size = view.getUint32(length - 4, true);
  if (size > most) throw tooLarge(place, most, size);
  const bytes = unpack(place, packed, size, gunzipSync);
  if (crc32(bytes) !== view.getUint32(length - 8, true))
    throw new FormatError({ place, problem: 'has the wrong checksum' });
  return bytes;
}

const tooLarge = (place: string, most: number, size: number): FormatError =>
  new FormatError({
    place,
    problem: `expected at most ${most} bytes unpacked, got ${size}`,
    cure: most === MOST_UNPACKED ? 'unpack it beforehand' : undefined,
  });

function unpack(
  place: string,
  packed: Uint8Array,
  size: number,
  by: (packed: Uint8Array, to: { out: Uint8Array<ArrayBuffer> }) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  if (size > MOST_UNPACKED) throw tooLarge(place, MOST_UNPACKED, size);
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
