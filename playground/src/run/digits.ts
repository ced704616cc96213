import { PIXELS } from '../protocol.js';
import type { Lesson, Samples } from './samples.js';

/**
 * The sample of MNIST, as `digits-file.mjs` packs it: how many images there are to learn from and for the test, two
 * 32-bit numbers (little-endian); the labels of all; the pixels of all.
 * @param file gzip, or already unpacked by a server that sent it as such
 */
export async function digitsLesson(file: Uint8Array<ArrayBuffer>): Promise<Lesson> {
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? await unpacked(file) : file;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [training, test] = [view.getUint32(0, true), view.getUint32(4, true)];
  const all = training + test;
  if (bytes.length !== 8 + all * (1 + PIXELS))
    throw new RangeError('digits: the file is not whole; load the page again');
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
    outputNames: Array.from('0123456789'),
    isRegression: false,
  };
}

async function unpacked(file: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([file]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
