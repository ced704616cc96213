import { checkKeys, checkPositive, show } from '../model/check.js';
import { classesOf, checkLabels } from './labels.js';
import type { Parts } from './table.js';

/** Unsigned bytes, the third byte of the magic number. */
const UNSIGNED_BYTES = 8;

/** The bytes of a file. */
export type Bytes = Uint8Array | ArrayBuffer;

/** The two files of a set such as MNIST, unpacked. */
export interface IDXFiles {
  /** Images, or samples of any other shape: [n][…]. */
  readonly images: Bytes;
  /** [n] */
  readonly labels?: Bytes;
}

/**
 * Reads IDX files (http://yann.lecun.com/exdb/mnist/): two zeros, the type, how many dimensions; their sizes, 32 bits
 * each, big-endian; then the values. Nothing is copied.
 * @throws TypeError, RangeError naming what is wrong in which file
 */
export function partsOfIDX(files: IDXFiles, options: { readonly inputScale?: number }): Parts {
  checkKeys('files', files, ['images', 'labels']);
  checkKeys('options', options, ['inputScale']);
  const { inputScale = 1 / 255 } = options;
  checkPositive('inputScale', inputScale);
  const images = read('images', files.images, 2);
  const [count] = images.sizes as [number];
  const width = images.values.length / count;
  if (files.labels === undefined)
    return { inputs: images.values, inputScale, about: { width, targetWidth: 0 } };
  const labels = read('labels', files.labels, 1);
  if (labels.sizes.length > 1)
    throw new RangeError(`labels: expected 1 dimension, got ${labels.sizes.length}`);
  checkLabels('labels', labels.values, count);
  const about = { width, targetWidth: 0, classes: classesOf(labels.values) };
  return { inputs: images.values, labels: labels.values, inputScale, about };
}

function read(place: string, file: unknown, fewest: number): { sizes: number[]; values: Uint8Array } {
  const bytes = bytesOf(place, file);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = bytes.length < 4 ? 0 : bytes[3]!;
  const header = 4 + 4 * dimensions;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    throw new RangeError(`${place}: the file is packed by gzip; unpack it first`);
  if (bytes.length < header || bytes[0] !== 0 || bytes[1] !== 0) {
    throw new RangeError(`${place}: expected an IDX file, which begins with two zeros and a whole header`);
  }
  if (bytes[2] !== UNSIGNED_BYTES || dimensions < fewest) {
    throw new RangeError(
      `${place}: expected an IDX file of unsigned bytes (type 8) with ${fewest} dimensions or more, ` +
        `got type ${bytes[2]} with ${dimensions}`,
    );
  }
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = sizes.reduce((product, size) => product * size, 1);
  if (expected === 0 || bytes.length - header !== expected) {
    throw new RangeError(
      `${place}: expected ${sizes.join(' × ')} bytes after the header, and at least one, got ${bytes.length - header}`,
    );
  }
  return { sizes, values: bytes.subarray(header) };
}

/** A view without what a subclass (Buffer, say) makes of `subarray`. */
function bytesOf(place: string, file: unknown): Uint8Array {
  if (ArrayBuffer.isView(file)) return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  if (Object.prototype.toString.call(file) === '[object ArrayBuffer]')
    return new Uint8Array(file as ArrayBuffer);
  throw new TypeError(`${place}: expected the bytes of an IDX file, got ${show(file)}`);
}
