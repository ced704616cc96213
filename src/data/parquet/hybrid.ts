import { FormatError } from '../../errors.js';

/** Of more bits no dictionary has indices; with 7 left over they fit into 32. */
const WIDEST = 24;

/**
 * Whole numbers in runs, or packed in bits (RLE/bit-packing hybrid of Parquet's encodings).
 * @param width bits of each
 * @param count how many there are
 * @throws FormatError where there are fewer
 */
export function readHybrid(bytes: Uint8Array, width: number, count: number): Uint32Array {
  const fail = (): never => {
    throw new FormatError('numbers in runs end too soon');
  };
  if (width > WIDEST) fail();
  const numbers = new Uint32Array(count);
  const mask = (1 << width) - 1;
  let at = 0;
  let done = 0;
  const varint = (): number => {
    let value = 0;
    for (let unit = 1; unit <= 2 ** 28; unit *= 128) {
      const byte = bytes[at++] ?? fail();
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    return fail();
  };
  while (done < count) {
    const head = varint();
    const size = Math.floor(head / 2);
    if (head % 2 === 0) {
      let value = 0;
      for (let unit = 1, i = 0; i < Math.ceil(width / 8); i++, unit *= 256)
        value += (bytes[at++] ?? fail()) * unit;
      const end = Math.min(done + size, count);
      numbers.fill(value, done, end);
      done = end;
      continue;
    }
    const end = Math.min(done + 8 * size, count);
    if (Math.ceil(((end - done) * width) / 8) > bytes.length - at) fail();
    let held = 0;
    let bits = 0;
    let from = at;
    for (; done < end; done++) {
      for (; bits < width; bits += 8) held |= bytes[from++]! << bits;
      numbers[done] = held & mask;
      held >>>= width;
      bits -= width;
    }
    at += size * width;
  }
  return numbers;
}
