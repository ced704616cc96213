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
  /** Reads a little-endian number. */
  const number = (size: number): number => {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (packed[at + i] ?? fail());
    at += size;
    return value;
  };
  while ((packed[at++] ?? fail()) >= 128); // skips the length, which is known
  while (at < packed.length) {
    const tag = packed[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const count = 1 + (short < 60 ? short : number(short - 59));
      if (count > packed.length - at || count > length - to) fail();
      bytes.set(packed.subarray(at, at + count), to);
      at += count;
      to += count;
    } else {
      const count = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
      const back = kind === 1 ? (tag >> 5) * 256 + number(1) : number(kind === 2 ? 2 : 4);
      if (back === 0 || back > to || count > length - to) fail();
      for (const end = to + count; to < end; to++) bytes[to] = bytes[to - back]!; // ranges may overlap
    }
  }
  if (to !== length) fail();
  return bytes;
}
