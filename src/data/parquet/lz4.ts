import { damaged } from './faults.js';
import { viewOf } from './thrift.js';

const fail = (): never => {
  throw damaged('its LZ4 data cannot be decompressed');
};

/**
 * Decompresses an LZ4 block (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): literals and copies of
 * earlier output in turn.
 * @param length the expected number of bytes after decompression
 * @throws FormatError if the data are damaged or have another length
 */
export function unpackLZ4(packed: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  let to = 0;
  /** Reads a length of which the token holds the first 4 bits. */
  const number = (token: number): number => {
    let value = token;
    for (let byte = token === 15 ? 255 : 0; byte === 255;) value += byte = packed[at++] ?? fail();
    return value;
  };
  while (at < packed.length) {
    const token = packed[at++]!;
    const literals = number(token >> 4);
    if (literals > packed.length - at || literals > length - to) fail();
    bytes.set(packed.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    if (at === packed.length) break; // the last literals have no copy
    const back = packed[at]! + 256 * (packed[at + 1] ?? fail());
    at += 2;
    const count = number(token & 15) + 4;
    if (back === 0 || back > to || count > length - to) fail();
    for (const end = to + count; to < end; to++) bytes[to] = bytes[to - back]!; // ranges may overlap
  }
  if (to !== length) fail();
  return bytes;
}

/** The sizes before a block, as Hadoop writes them: after and before decompression. */
const HADOOP_SIZES = 8;

/**
 * Decompresses what the codec LZ4 stands for: blocks as Hadoop writes them, or one block.
 * @throws FormatError if the data are damaged or have another length
 */
export function unpackHadoopLZ4(packed: Uint8Array, length: number): Uint8Array {
  const blocks = splitBlocks(packed, length);
  if (!blocks) return unpackLZ4(packed, length);
  const bytes = new Uint8Array(length);
  let to = 0;
  for (const [block, size] of blocks) {
    bytes.set(unpackLZ4(block, size), to);
    to += size;
  }
  return bytes;
}

/** @returns undefined unless the sizes of all blocks add up */
function splitBlocks(packed: Uint8Array, length: number): [block: Uint8Array, size: number][] | undefined {
  const view = viewOf(packed);
  const blocks: [Uint8Array, number][] = [];
  let left = length;
  for (let at = 0; at < packed.length;) {
    if (packed.length - at < HADOOP_SIZES) return undefined;
    const size = view.getUint32(at);
    const from = at + HADOOP_SIZES;
    at = from + view.getUint32(at + 4);
    left -= size;
    if (at > packed.length || left < 0) return undefined;
    blocks.push([packed.subarray(from, at), size]);
  }
  return left === 0 ? blocks : undefined;
}
