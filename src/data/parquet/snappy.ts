import { damaged } from './thrift.js';

/** A copy of 64 bytes takes 3 at least. */
const MOST_PER_BYTE = 22;

/**
 * Unpacks what Snappy packed (https://github.com/google/snappy/blob/main/format_description.txt): its length, then
 * literals, and copies of what is there already.
 * @param length how many bytes it must have, unpacked
 * @throws FormatError where it has not
 */
export function unpackSnappy(packed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const fail = (): never => {
    throw damaged('what Snappy packed cannot be decompressed');
  };
  if (length > MOST_PER_BYTE * packed.length) fail();
  const bytes = new Uint8Array(length);
  let at = 0;
  let to = 0;
  /** Little-endian. */
  const number = (size: number): number => {
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (packed[at + i] ?? fail());
    at += size;
    return value;
  };
  while ((packed[at++] ?? fail()) >= 128); // the length, which is known
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
      for (const end = to + count; to < end; to++) bytes[to] = bytes[to - back]!; // they may overlap
    }
  }
  if (to !== length) fail();
  return bytes;
}
