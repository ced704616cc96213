import { RangeFault, TypeFault } from '../errors.js';
import { argmax } from '../base/argmax.js';
import { checkInteger, checkNumber, show } from '../base/check.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import { readLabels, readMatrix, type Rows } from '../training/matrix.js';
import { finish } from '../base/work.js';

/**
 * What is right: the data of a `train` or an `evaluate` (whose inputs are not looked at), or what a training gives to
 * its metrics. Either `targets` or `labels`.
 */
export interface Truth {
  /** [n][outputs] */
  readonly targets?: Rows | undefined;
  /** [n] class indices; with a single output 0 or 1 */
  readonly labels?: NumericArray | readonly number[] | undefined;
  /** How many outputs a sample has. Needed only where `targets` are numbers, not rows. */
  readonly outputs?: number | undefined;
  /** A single output of at least this is class 1. Default 0.5; 0 for a network with the hinge loss. */
  readonly threshold?: number | undefined;
}

/** A metric that takes the truth also as `train` takes its data. */
export type Measure = (outputs: Float32Array, truth: Truth) => number;

/** Outputs and answers, checked; one of `targets` and `labels` is there. */
interface Predictions {
  readonly outputs: Float32Array;
  /** Samples. */
  readonly count: number;
  /** Outputs of a sample. */
  readonly width: number;
  readonly targets?: Float32Array;
  readonly labels?: NumericArray;
}

/**
 * Reads what a metric is given.
 * @throws TypeError, RangeError where lengths do not fit, where a number is not finite, where a label is no class
 */
export function read(outputs: Float32Array, truth: Truth): Predictions {
  const { labels, targets } = truth;
  if ((targets === undefined) === (labels === undefined)) {
    const got = targets === undefined ? 'neither' : 'both';
    throw new TypeFault({
      place: 'targets',
      problem: `expected either targets or labels beside the outputs, got ${got}`,
    });
  }
  if (!ArrayBuffer.isView(outputs)) {
    throw new TypeFault({
      place: 'outputs',
      problem: `expected a Float32Array, as predict returns it, got ${show(outputs)}`,
    });
  }
  const width = countOutputs(outputs, truth);
  const { values, count } = finish(readMatrix('outputs', outputs, width));
  const predictions = { outputs: inSinglePrecision(values), count, width };
  if (labels !== undefined) {
    return { ...predictions, labels: finish(readLabels('labels', labels, count, width)) };
  }
  const right = finish(readMatrix('targets', targets, width));
  if (right.count !== count) {
    throw new RangeFault({
      place: 'targets',
      problem: `expected ${count} rows, as many as outputs, got ${right.count}`,
    });
  }
  return { ...predictions, targets: inSinglePrecision(right.values) };
}

/** How many outputs a sample has, where that is not said. */
function countOutputs(outputs: Float32Array, { labels, targets, outputs: width }: Truth): number {
  if (width !== undefined) return checkInteger('the number of outputs', width);
  if (labels !== undefined) {
    const rows = (labels as Partial<typeof labels> | null)?.length;
    if (!rows)
      throw new TypeFault({
        place: 'labels',
        problem: 'expected an array of class indices, one for each sample',
      });
    if (outputs.length % rows === 0) return outputs.length / rows;
    throw new RangeFault({
      place: 'outputs',
      problem: `expected a multiple of ${rows} values, a row for each label, got ${outputs.length}`,
    });
  }
  const row = (targets as ArrayLike<unknown> | null)?.[0];
  if (Array.isArray(row) || ArrayBuffer.isView(row)) return (row as unknown[] | NumericArray).length;
  throw new TypeFault({
    place: 'targets',
    problem: 'expected rows',
    cure: 'or give the number of outputs of a sample: { targets, outputs: 1 }',
  });
}

/** As a network holds them, whatever they were given in. */
const inSinglePrecision = (values: NumericArray): Float32Array =>
  values instanceof Float32Array ? values : new Float32Array(values);

/** Which class each sample is, and which it is taken for. */
export interface Classes {
  readonly count: number;
  readonly actual: NumericArray;
  readonly predicted: NumericArray;
  /** How many there are: as many as outputs; two where there is a single output. */
  readonly classes: number;
}

/**
 * Reads outputs as classes, as the accuracy of the core does: the class of a row is that of its first largest number;
 * a single output is class 1 if it is at least the threshold, and class 0 otherwise.
 * @throws as `read`
 */
export function readClasses(outputs: Float32Array, truth: Truth): Classes {
  const { width, count, labels, targets, outputs: answers } = read(outputs, truth);
  const threshold = checkNumber('threshold', truth.threshold ?? 0.5, -Infinity);
  return {
    count,
    classes: Math.max(width, 2),
    actual: labels ?? toClasses(targets!, count, width, threshold),
    predicted: toClasses(answers, count, width, threshold),
  };
}

const toClasses = (rows: Float32Array, count: number, width: number, threshold: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, n) =>
    width > 1 ? argmax(rows, n * width, width) : Number(rows[n]! >= threshold),
  );
