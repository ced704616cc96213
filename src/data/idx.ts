import { RangeFault } from '../errors.js';
import { checkBytes, type Bytes } from '../base/bytes.js';
import { inflateBeginning, gunzip, isGzip } from '../base/inflate.js';
import { checkKeys, checkPositive } from '../base/check.js';
import { openArraySamples, type ReadStart } from './array-stream.js';
import type { ByteSource } from './chunks.js';
import type { SampleSource } from './sample-source.js';
import { checkLabels, findLargest, listClasses } from './samples.js';
import type { SampleArrays } from './schema.js';

/** The type code of unsigned bytes, in the third byte of the magic number. */
const UNSIGNED_BYTES = 8;

/** The two files of a dataset such as MNIST, plain or gzipped (.gz). */
export interface IDXFiles {
  /** [n][…]: images, or samples of any other shape. */
  readonly images: Bytes;
  /** [n] */
  readonly labels?: Bytes;
}

/**
 * Reads IDX files (http://yann.lecun.com/exdb/mnist/): two zero bytes, the type, the number of dimensions; the size of
 * each, 32 bits, big-endian; then the values. Values are not copied.
 * @throws TypeError or RangeError naming the file and the problem
 */
export function readIDX(files: IDXFiles, options: { readonly inputScale?: number }): SampleArrays {
  checkKeys('files', files, ['images', 'labels']);
  checkKeys('options', options, ['inputScale']);
  const { inputScale = 1 / 255 } = options;
  checkPositive('inputScale', inputScale);
  const images = readFile('images', files.images, 2);
  const [count] = images.sizes as [number];
  const width = images.values.length / count;
  if (files.labels === undefined)
    return { inputs: images.values, inputScale, schema: { width, targetWidth: 0 } };
  const labels = readFile('labels', files.labels, 1);
  if (labels.sizes.length > 1)
    throw new RangeFault({ place: 'labels', problem: `expected 1 dimension, got ${labels.sizes.length}` });
  checkLabels('labels', labels.values, count);
  const schema = { width, targetWidth: 0, ...listClasses(findLargest(labels.values), labels.values.length) };
  return { inputs: images.values, labels: labels.values, inputScale, schema };
}

function readFile(place: string, file: unknown, fewest: number): { sizes: number[]; values: Uint8Array } {
  let bytes = checkBytes(place, file, 'an IDX file');
  if (isGzip(bytes)) {
    // The header bounds the size before the file is decompressed as a whole.
    const { sizes, at } = readHeader(place, inflateBeginning(place, bytes), fewest);
    bytes = gunzip(place, bytes, at + multiply(sizes));
  }
  const { sizes, at } = readHeader(place, bytes, fewest);
  const expected = multiply(sizes);
  if (expected === 0 || expected !== bytes.length - at) {
    throw new RangeFault({
      place,
      problem: `expected ${shown(sizes)} bytes after the header, and at least one, got ${bytes.length - at}`,
    });
  }
  return { sizes, values: bytes.subarray(at) };
}

const shown = (sizes: readonly number[]): string =>
  `${sizes.slice(0, 8).join(' × ')}${sizes.length > 8 ? ' × …' : ''}`;

const multiply = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/**
 * @param bytes the beginning of a file, decompressed
 * @param fewest the smallest number of dimensions allowed
 * @returns the sizes, and the offset of the values
 * @throws RangeError naming the problem
 */
function readHeader(place: string, bytes: Uint8Array, fewest: number): { sizes: number[]; at: number } {
  const dimensions = bytes.length < 4 ? 0 : bytes[3]!;
  const at = 4 + 4 * dimensions;
  if (bytes.length < at || bytes[0] !== 0 || bytes[1] !== 0) {
    throw new RangeFault({
      place,
      problem: 'expected an IDX file, which begins with two zeros and a whole header',
    });
  }
  if (bytes[2] !== UNSIGNED_BYTES || dimensions < fewest) {
    throw new RangeFault({
      place,
      problem: `expected an IDX file of unsigned bytes (type 8) with ${fewest} dimensions or more, got type ${bytes[2]} with ${dimensions}`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  return { sizes, at };
}

/** The two files of a dataset such as MNIST, uncompressed. Each function opens its file from the beginning. */
export interface IDXSources {
  /** [n][…]: images, or samples of any other shape. */
  readonly images: ByteSource;
  /** [n] */
  readonly labels?: ByteSource;
}

const unsignedBytes = {
  dtype: 'uint8',
  size: 1,
  unit: 1,
  decode: (bytes: Uint8Array) => bytes,
  isBigEndian: false,
} as const;

/** @throws TypeError or RangeError naming the file and the problem */
export async function openIDX(
  files: IDXSources,
  options: { readonly inputScale?: number },
): Promise<SampleSource> {
  checkKeys('files', files, ['images', 'labels']);
  checkKeys('options', options, ['inputScale']);
  const start: ReadStart = (place, beginning) => {
    const { sizes, at } = readHeader(place, beginning, place === 'labels' ? 1 : 2);
    return { layout: unsignedBytes, shape: sizes, at };
  };
  const { images, labels } = files;
  const sources = { inputs: images, ...(labels && { labels }) };
  const namePlace = (role: string): string => (role === 'inputs' ? 'images' : role);
  return openArraySamples(sources, start, { inputScale: 1 / 255, ...options }, namePlace);
}
