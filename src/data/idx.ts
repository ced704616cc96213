import { RangeFault } from '../errors.js';
import { checkBytes, type Bytes } from '../base/bytes.js';
import { inflateBeginning, gunzip, isGzip } from '../base/inflate.js';
import { checkKeys, checkPositive } from '../base/check.js';
import { openArraySamples, type ReadStart } from './array-stream.js';
import type { ByteSource } from './chunks.js';
import type { SampleSource } from './sample-source.js';
import { checkLabels, listClasses, type SampleArrays } from './samples.js';

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
  const schema = { width, targetWidth: 0, classes: listClasses(labels.values) };
  return { inputs: images.values, labels: labels.values, inputScale, schema };
}

function readFile(place: string, file: unknown, fewest: number): { sizes: number[]; values: Uint8Array } {
  let bytes = checkBytes(place, file, 'an IDX file');
  if (isGzip(bytes)) {
    // Unpacked only where it becomes what its header says.
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
 * @param bytes the beginning of a file, unpacked
 * @param fewest dimensions that it may have
 * @returns its sizes, and where its values begin
 * @throws RangeError naming what is wrong
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

/** The two files of a set such as MNIST, unpacked: opens each from its beginning. */
export interface IDXSources {
  /** Images, or samples of any other shape: [n][…]. */
  readonly images: ByteSource;
  /** [n] */
  readonly labels?: ByteSource;
}

/** How an IDX file holds its values. */
const unsignedBytes = {
  dtype: 'uint8',
  size: 1,
  unit: 1,
  decode: (bytes: Uint8Array) => bytes,
  isBigEndian: false,
} as const;

/** @throws TypeError, RangeError naming what is wrong in which file */
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
