import { checkKeys } from '../base/check.js';
import { sourceOf, type ReadStart } from './array-stream.js';
import type { ByteSource } from './chunks.js';
import { headerOf } from './idx.js';
import type { Source } from './scan.js';

/** The two files of a set such as MNIST, unpacked: opens each from its beginning. */
export interface IDXSources {
  /** Images, or samples of any other shape: [n][…]. */
  readonly images: ByteSource;
  /** [n] */
  readonly labels?: ByteSource;
}

const bytes = {
  dtype: 'uint8',
  size: 1,
  unit: 1,
  decode: (bytes: Uint8Array) => bytes,
  isBigEndian: false,
} as const;

/** @throws TypeError, RangeError naming what is wrong in which file */
export async function openIDX(files: IDXSources, options: { readonly inputScale?: number }): Promise<Source> {
  checkKeys('files', files, ['images', 'labels']);
  checkKeys('options', options, ['inputScale']);
  const start: ReadStart = (place, beginning) => {
    const { sizes, at } = headerOf(place, beginning, place === 'labels' ? 1 : 2);
    return { layout: bytes, shape: sizes, at };
  };
  const { images, labels } = files;
  const sources = { inputs: images, ...(labels && { labels }) };
  const placeOf = (role: string): string => (role === 'inputs' ? 'images' : role);
  return sourceOf(sources, start, { inputScale: 1 / 255, ...options }, placeOf);
}
