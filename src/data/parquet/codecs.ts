import { Gunzip } from 'fflate';
import { gunzip } from '../../base/inflate.js';
import { loaded } from '../../base/loaded.js';
import { unpackHadoopLZ4, unpackLZ4 } from './lz4.js';
import { unpackSnappy } from './snappy.js';
import { checkLength, damaged, decompress, unreadable } from './faults.js';
import { viewOf } from './thrift.js';

/**
 * Decompresses a page.
 * @param length the number of bytes after decompression
 * @throws FormatError if the bytes are damaged or have another length
 */
export type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

/**
 * Finds the function that decompresses the pages of a column. Zstandard's is loaded when a file needs it.
 * @throws FormatError if there is none
 */
export async function chooseCodec(codec: string): Promise<Unpack> {
  switch (codec) {
    case 'UNCOMPRESSED':
      return (packed, length) => checkLength(packed, length);
    case 'SNAPPY':
      return unpackSnappy;
    case 'GZIP':
      return unpackGzip;
    case 'LZ4':
      return unpackHadoopLZ4;
    case 'LZ4_RAW':
      return unpackLZ4;
    case 'ZSTD':
      return (await loaded('Zstandard', import('./zstd.js'))).unpackZstd;
    case 'BROTLI':
      return findBrotli();
    default:
      throw unsupported(codec);
  }
}

const unsupported = (codec: string): Error =>
  unreadable(
    `values compressed with ${codec}`,
    `it is compressed with ${codec}`,
    "write the file with compression 'zstd', 'snappy' or 'gzip', or none",
  );

/** Decompresses gzip data of one member, or of several after each other. */
function unpackGzip(packed: Uint8Array, length: number): Uint8Array {
  const starts = findMembers(packed, length);
  const bytes = new Uint8Array(length);
  let to = 0;
  for (const [i, start] of starts.entries()) {
    const member = gunzip('', packed.subarray(start, starts[i + 1]), length - to);
    bytes.set(member, to);
    to += member.length;
  }
  return checkLength(bytes.subarray(0, to), length);
}

/** The number of compressed bytes that are decompressed at a time, to look for members. */
const SLICE = 2 ** 14;

/** @returns the offsets of the members of gzip data */
function findMembers(packed: Uint8Array, length: number): number[] {
  const starts = [0];
  // The size at the end is that of the last member.
  if (packed.length < 4 || viewOf(packed).getUint32(packed.length - 4, true) === length) return starts;
  let left = length;
  const stream = new Gunzip((bytes) => {
    left -= bytes.length;
    if (left < 0) throw damaged('the size of a page differs from its header');
  });
  stream.onmember = (offset) => starts.push(offset);
  decompress('gzip', () => {
    for (let at = 0; at < packed.length; at += SLICE)
      stream.push(packed.subarray(at, at + SLICE), at + SLICE >= packed.length);
  });
  return starts;
}

interface Zlib {
  brotliDecompressSync(packed: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
}

/** Node, Deno and Bun decompress Brotli; a decompressor for pages would be larger than all else that reads Parquet. */
function findBrotli(): Unpack {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => Zlib | undefined } };
  const zlib = process?.getBuiltinModule?.('zlib');
  if (!zlib) throw unsupported('BROTLI');
  return (packed, length) =>
    decompress('Brotli', () =>
      checkLength(zlib.brotliDecompressSync(packed, { maxOutputLength: Math.max(length, 1) }), length),
    );
}
