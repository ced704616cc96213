import { damaged } from './faults.js';

/** The best ratio: a copy of 64 bytes takes at least 3. */
const MOST_PER_BYTE = 22;

/**
 * Decompresses Snappy (https://github.com/google/snappy/blob/main/format_description.txt): the length, then literals
 * and copies of earlier output.
 * @param length the expected number of bytes after decompression
 * @throws FormatError if the data are damaged or have another length
 */
export function unpackSnappy(packed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const fail = (): never => {
    throw damaged('its Snappy data cannot be decompressed');
  };
  if (length > MOST_PER_BYTE * packed.length) fail();
  const bytes = new Uint8Array(length);
  let at = 0;
  let to = 0;
  while ((packed[at++] ?? fail()) >= 128); // skips the length, which is known
  while (at < packed.length) {
    const tag = packed[at++]!;
    const kind = tag & 3;
    const size = kind === 0 ? Math.max((tag >> 2) - 59, 0) : kind === 3 ? 4 : kind;
    const number = readNumber(packed, at, size);
    at += size;
    if (kind === 0) {
      const count = 1 + (size === 0 ? tag >> 2 : number);
      if (!(count <= packed.length - at && count <= length - to)) fail();
      // Most literals are short, and `set` takes longer for them.
      for (const end = to + count; to < end; to++) bytes[to] = packed[at++]!;
    } else {
      const count = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
      const back = (kind === 1 ? (tag >> 5) * 256 : 0) + number;
      if (!(back > 0 && back <= to && count <= length - to)) fail();
      for (const end = to + count; to < end; to++) bytes[to] = bytes[to - back]!; // ranges may overlap
    }
  }
  if (to !== length) fail();
  return bytes;
}

/** Reads a little-endian number; NaN beyond the end. */
function readNumber(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = at + size - 1; i >= at; i--) value = value * 256 + bytes[i]!;
  return value;
}
