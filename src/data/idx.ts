import { bytesOf, type Bytes } from '../base/bytes.js';
import { beginningOf, gunzip, isGzip } from '../formats/inflate.js';
import { checkKeys, checkPositive } from '../base/check.js';
import { classesOf, checkLabels } from './labels.js';
import type { Parts } from './table.js';

/** Unsigned bytes, the third byte of the magic number. */
const UNSIGNED_BYTES = 8;

/** The two files of a set such as MNIST, as they are or in gzip (.gz). */
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
  let bytes = bytesOf(place, file, 'an IDX file');
  if (isGzip(bytes)) {
    // Unpacked only where it becomes what its header says.
    const { sizes, at } = headerOf(place, beginningOf(place, bytes), fewest);
    bytes = gunzip(place, bytes, at + productOf(sizes));
  }
  const { sizes, at } = headerOf(place, bytes, fewest);
  const expected = productOf(sizes);
  if (expected === 0 || expected !== bytes.length - at) {
    throw new RangeError(
      `${place}: expected ${shown(sizes)} bytes after the header, and at least one, got ${bytes.length - at}`,
    );
  }
  return { sizes, values: bytes.subarray(at) };
}

const shown = (sizes: readonly number[]): string =>
  `${sizes.slice(0, 8).join(' × ')}${sizes.length > 8 ? ' × …' : ''}`;

const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/**
 * @param bytes the beginning of a file, unpacked
 * @param fewest dimensions that it may have
 * @returns its sizes, and where its values begin
 * @throws RangeError naming what is wrong
 */
export function headerOf(place: string, bytes: Uint8Array, fewest: number): { sizes: number[]; at: number } {
  const dimensions = bytes.length < 4 ? 0 : bytes[3]!;
  const at = 4 + 4 * dimensions;
  if (bytes.length < at || bytes[0] !== 0 || bytes[1] !== 0) {
    throw new RangeError(`${place}: expected an IDX file, which begins with two zeros and a whole header`);
  }
  if (bytes[2] !== UNSIGNED_BYTES || dimensions < fewest) {
    throw new RangeError(
      `${place}: expected an IDX file of unsigned bytes (type 8) with ${fewest} dimensions or more, ` +
        `got type ${bytes[2]} with ${dimensions}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  return { sizes, at };
}
