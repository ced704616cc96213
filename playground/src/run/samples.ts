import type { Data, NumericArray, Transforms } from 'bp4';

/** Samples with labels, or the targets of a regression, as a network takes them. */
export interface Samples extends Data {
  readonly count: number;
  /** [count][width] */
  readonly inputs: NumericArray;
  /** [count] */
  readonly labels?: NumericArray;
  /** [count][1] */
  readonly targets?: NumericArray;
}

/** All that is to be learned, and how it is called. */
export interface Lesson {
  readonly train: Samples;
  readonly test: Samples;
  /** Of the inputs that the network sees, after the transforms; empty for pixels. */
  readonly inputNames: readonly string[];
  /** The classes, or what a regression is to find. */
  readonly outputNames: readonly string[];
  readonly inputs: number;
  readonly isRegression: boolean;
  readonly transforms?: Transforms;
}

/** Some of the samples, in the order of their numbers. */
export function chosen({ count, inputs, labels, targets, ...rest }: Samples, numbers: Uint32Array): Samples {
  return {
    ...rest,
    count: numbers.length,
    inputs: rows(inputs, inputs.length / count, numbers),
    ...(labels && { labels: rows(labels, 1, numbers) }),
    ...(targets && { targets: rows(targets, targets.length / count, numbers) }),
  };
}

/** `count` samples from the n-th on. */
export function slice(samples: Samples, from: number, count: number): Samples {
  const rows = Math.min(count, samples.count - from);
  return chosen(
    samples,
    Uint32Array.from({ length: rows }, (_, n) => from + n),
  );
}

/** What `train` and the like take: they refuse what they do not know. */
export function toData({ inputs, labels, targets, inputScale }: Samples): Data {
  return {
    inputs,
    ...(labels && { labels }),
    ...(targets && { targets }),
    ...(inputScale !== undefined && { inputScale }),
  };
}

function rows(from: NumericArray, width: number, numbers: Uint32Array): NumericArray {
  const to = new (from.constructor as Float32ArrayConstructor)(numbers.length * width);
  for (const [i, n] of numbers.entries()) {
    to.set((from as Float32Array).subarray(n * width, (n + 1) * width), i * width);
  }
  return to;
}
