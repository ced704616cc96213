import { exp } from '../base/exp.js';
import { RangeFault, TypeFault } from '../errors.js';
import { argmax } from '../base/argmax.js';
import { checkInteger, checkNumber, show } from '../base/check.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import { checkValues, readLabels, readMatrix, type Rows } from '../training/matrix.js';
import { finish } from '../base/work.js';

/**
 * The correct answers, either `targets` or `labels`: the data that `train` or `evaluate` accept (inputs are ignored),
 * or the answers that `train` passes to metrics.
 */
export interface Truth {
  /** [n][outputs] */
  readonly targets?: Rows | undefined;
  /** [n] class indices; 0 or 1 with a single output */
  readonly labels?: NumericArray | readonly number[] | undefined;
  /** The number of outputs per sample. Needed only if `targets` is flat. */
  readonly outputs?: number | undefined;
  /** A single output at or above this counts as class 1. Default 0.5. Use 0 for a network with the hinge loss. */
  readonly threshold?: number | undefined;
  /**
   * Whether targets may be NaN, as for a network with this option. `accuracy` and the metrics of numbers leave those outputs out; the
   * others throw an error. Default 'error'.
   */
  readonly missingTargets?: 'error' | 'ignore' | undefined;
}

/** The `threshold` for a network with this loss. A training passes it to its metrics in `Answers`. */
export const chooseThreshold = (loss: string): number => (loss === 'hinge' ? 0 : 0.5);

/** Outputs in the units of the targets. Those of poisson are logarithms of the expected counts. */
export const expectedTargets = (outputs: Float32Array, loss: string | undefined): Float32Array =>
  loss === 'poisson' ? outputs.map((a) => exp(a)) : outputs;

/** A metric that also accepts the truth in the forms that `train` accepts. */
export type Measure = (outputs: Float32Array, truth: Truth) => number;

/** Checked outputs and answers; either `targets` or `labels` is set. */
interface Predictions {
  readonly outputs: Float32Array;
  /** The number of samples. */
  readonly count: number;
  /** The number of outputs per sample. */
  readonly width: number;
  readonly targets?: Float32Array;
  readonly labels?: NumericArray;
}

/**
 * Checks the arguments of a metric.
 * @param mayMiss whether the metric can leave out targets of NaN
 * @throws TypeError or RangeError if lengths differ, a number is not finite, or a label is not a class
 */
export function read(outputs: Float32Array, truth: Truth, mayMiss = false): Predictions {
  const { labels, targets, missingTargets } = truth;
  if ((targets === undefined) === (labels === undefined)) {
    const got = targets === undefined ? 'neither' : 'both';
    throw new TypeFault({
      place: 'targets',
      problem: `expected either targets or labels, got ${got}`,
    });
  }
  if (!ArrayBuffer.isView(outputs)) {
    throw new TypeFault({
      place: 'outputs',
      problem: `expected a Float32Array, as returned by predict, got ${show(outputs)}`,
    });
  }
  const width = countOutputs(outputs, truth);
  const { values, count } = finish(readMatrix('outputs', outputs, width));
  const predictions = { outputs: inSinglePrecision(values), count, width };
  if (labels !== undefined) {
    return { ...predictions, labels: finish(readLabels('labels', labels, count, width)) };
  }
  const right = finish(
    readMatrix('targets', targets, width, undefined, mayMiss && missingTargets === 'ignore'),
  );
  if (right.count !== count) {
    throw new RangeFault({
      place: 'targets',
      problem: `expected ${count} rows, one for each row of outputs, got ${right.count}`,
    });
  }
  return { ...predictions, targets: inSinglePrecision(right.values) };
}

/**
 * `read`, for a metric of probabilities.
 * @throws as `read` does, and RangeError if an output or a target is not in [0, 1]
 */
export function readProbabilities(answers: Float32Array, truth: Truth): Predictions {
  const predictions = read(answers, truth);
  const { outputs, targets, width, count } = predictions;
  for (const [place, values] of Object.entries({ outputs, targets })) {
    if (!values) continue;
    const isProbability = (value: number): boolean => value >= 0 && value <= 1;
    const expected = 'a number from 0 to 1 for a probability';
    finish(checkValues({ place, values, width, count }, isProbability, expected));
  }
  return predictions;
}

/** Infers the number of outputs per sample if it is not set. */
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
    cure: 'for a flat array, set the number of outputs per sample: { targets, outputs: 1 }',
  });
}

/** A single output of at least this is class 1. */
export const readThreshold = ({ threshold = 0.5 }: Truth): number =>
  checkNumber('threshold', threshold, -Infinity);

/** Rounds values to the precision of a network. */
const inSinglePrecision = (values: NumericArray): Float32Array =>
  values instanceof Float32Array ? values : new Float32Array(values);

/** The actual and the predicted class of each sample. */
export interface Classes {
  readonly count: number;
  readonly actual: NumericArray;
  readonly predicted: NumericArray;
  /** The number of classes: the number of outputs, or two for a single output. */
  readonly classes: number;
}

/**
 * Converts outputs to classes as the accuracy of the core does. The class of a row is the position of its largest
 * number, the first if several are equal. A single output is class 1 if it is at least the threshold, else class 0.
 * @throws as `read` does, and RangeError for targets with several right answers
 */
export function readClasses(outputs: Float32Array, truth: Truth): Classes {
  const { width, count, labels, targets, outputs: answers } = read(outputs, truth);
  const threshold = readThreshold(truth);
  if (targets && width > 1) assertOneRight(targets, width, threshold);
  return {
    count,
    classes: Math.max(width, 2),
    actual: labels ?? toClasses(targets!, count, width, threshold),
    predicted: toClasses(answers, count, width, threshold),
  };
}

/** @throws RangeError if a sample has several right answers, or none although its targets are 0 and 1 */
function assertOneRight(targets: Float32Array, width: number, threshold: number): void {
  for (let at = 0; at < targets.length; at += width) {
    const row = targets.subarray(at, at + width);
    const right = row.filter((y) => y >= threshold).length;
    if (right > 1 || (right === 0 && row.every((y) => y === 0))) {
      throw new RangeFault({
        place: `targets[${at / width}]`,
        problem: `expected one right answer, got ${right}`,
        cure: 'use scoresByLabel, or accuracy, which counts a sample as right if each output is on the right side of the threshold',
      });
    }
  }
}

const toClasses = (rows: Float32Array, count: number, width: number, threshold: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, n) =>
    width > 1 ? argmax(rows, n * width, width) : Number(rows[n]! >= threshold),
  );
