import { PIXELS } from '../protocol.js';
import { PageError } from './failure.js';
import type { TaskData, Samples } from './samples.js';

const digitNames = Array.from('0123456789');

/**
 * Reads the sample of MNIST that `digits-file.mjs` packs: the numbers of training and test images (two 32-bit integers,
 * little-endian), all labels, all pixels.
 * @param file gzipped, or already decompressed because the server declared its encoding
 */
export async function digitsData(file: Uint8Array<ArrayBuffer>): Promise<TaskData> {
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? await unpacked(file) : file;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [training, test] = [view.getUint32(0, true), view.getUint32(4, true)];
  const all = training + test;
  if (bytes.length !== 8 + all * (1 + PIXELS)) throw new PageError('digits.incomplete');
  const part = (from: number, to: number): Samples => ({
    count: to - from,
    labels: bytes.subarray(8 + from, 8 + to),
    inputs: bytes.subarray(8 + all + from * PIXELS, 8 + all + to * PIXELS),
    inputScale: 1 / 255,
  });
  return {
    train: part(0, training),
    test: part(training, all),
    inputs: PIXELS,
    inputNames: [],
    outputNames: digitNames,
    classNames: digitNames,
    isRegression: false,
  };
}

async function unpacked(file: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([file]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
