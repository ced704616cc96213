import { gzipSync } from 'node:zlib';

/** Images with their labels, one byte each. */
export interface Digits {
  readonly labels: Uint8Array;
  /** 28 × 28 pixels to an image. */
  readonly inputs: Uint8Array;
}

const PIXELS = 28 * 28;

/**
 * The playground's sample of MNIST: images at regular intervals. `playground/src/run/digits.ts` reads it: the numbers of training
 * and test images (two 32-bit integers, little-endian), all labels, all pixels; gzipped.
 */
export function packDigits(train: Digits, test: Digits, counts = { train: 5000, test: 1000 }): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(counts.train, 0);
  head.writeUInt32LE(counts.test, 4);
  const parts = [takeEvery(train, counts.train), takeEvery(test, counts.test)];
  const labels = parts.flatMap((part) => part.labels);
  const images = parts.flatMap((part) => part.images);
  return new Uint8Array(gzipSync(Buffer.concat([head, ...labels, ...images]), { level: 9 }));
}

function takeEvery(
  { labels, inputs }: Digits,
  count: number,
): Record<'labels' | 'images', readonly Uint8Array[]> {
  const numbers = Array.from({ length: count }, (_, i) => Math.floor((i * labels.length) / count));
  return {
    labels: numbers.map((n) => labels.subarray(n, n + 1)),
    images: numbers.map((n) => inputs.subarray(n * PIXELS, (n + 1) * PIXELS)),
  };
}
