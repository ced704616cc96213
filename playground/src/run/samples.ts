import type { Data, NumericArray, Transforms } from 'bp4';

/** Samples with labels, targets or both. With both, the network learns the targets, and the labels count its answers. */
export interface Samples extends Data {
  readonly count: number;
  /** [count][width] */
  readonly inputs: NumericArray;
  /** [count] */
  readonly labels?: NumericArray;
  /** [count][1] */
  readonly targets?: NumericArray;
  /** The points of a two-dimensional task, from which the inputs are computed, [count][2]. */
  readonly points?: Float32Array;
}

/** The training and test data of a task, with names. */
export interface TaskData {
  readonly train: Samples;
  readonly test: Samples;
  /** The names of the inputs after the transforms; empty for pixels. */
  readonly inputNames: readonly string[];
  /** The name of each output: its class, or the target of a regression. */
  readonly outputNames: readonly string[];
  /** Empty for a regression. One output distinguishes two classes. */
  readonly classNames: readonly string[];
  readonly inputs: number;
  readonly isRegression: boolean;
  /** Computes the inputs of points, [n][2], in a two-dimensional task. */
  readonly toInputs?: (points: Float32Array) => Float32Array;
  readonly transforms?: Transforms;
}

/** Selects samples by index, in the order of the indices. */
export function chosen(
  { count, inputs, labels, targets, points, ...rest }: Samples,
  numbers: Uint32Array,
): Samples {
  return {
    ...rest,
    count: numbers.length,
    inputs: rows(inputs, inputs.length / count, numbers),
    ...(labels && { labels: rows(labels, 1, numbers) }),
    ...(targets && { targets: rows(targets, targets.length / count, numbers) }),
    ...(points && { points: rows(points, 2, numbers) }),
  };
}

/** Selects up to `count` samples, starting at index `from`. */
export function slice(samples: Samples, from: number, count: number): Samples {
  const rows = Math.min(count, samples.count - from);
  return chosen(
    samples,
    Uint32Array.from({ length: rows }, (_, n) => from + n),
  );
}

/** Removes `count`, because the library rejects unknown properties. */
export function toData({ inputs, labels, targets, inputScale }: Samples): Data {
  return {
    inputs,
    ...(targets ? { targets } : labels && { labels }),
    ...(inputScale !== undefined && { inputScale }),
  };
}

function rows<Numbers extends NumericArray>(from: Numbers, width: number, numbers: Uint32Array): Numbers {
  const to = new (from.constructor as Float32ArrayConstructor)(numbers.length * width);
  for (const [i, n] of numbers.entries()) {
    to.set((from as Float32Array).subarray(n * width, (n + 1) * width), i * width);
  }
  return to as NumericArray as Numbers;
}
