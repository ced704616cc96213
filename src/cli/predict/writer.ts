import Papa from 'papaparse';
import { argmax } from '../../base/argmax.js';
import { predictsProbabilities, type Predictor } from '../model/evaluation.js';
import { chooseThreshold } from '../../metrics/predictions.js';
import { UsageError } from '../errors.js';
import { toJSONLine } from '../terminal/control-characters.js';
import type { Outputs } from '../model/signature.js';

/** A prediction, and the cells before it. */
export interface Prediction {
  /** [outputs]; undefined for a sample without a prediction. */
  readonly outputs: Float32Array | undefined;
  /** The cells of the columns to keep, in their order. */
  readonly kept: readonly unknown[];
}

/** Writes predictions as text, one line per sample. */
export interface PredictionWriter {
  /** The first line; empty if the format has none. */
  readonly head: string;
  readonly writeLines: (predictions: readonly Prediction[]) => string;
}

interface WriterOptions {
  /** Names of the columns before the predictions. */
  readonly keep: readonly string[];
  /** The probability from which the second of two classes is predicted; undefined for the most likely class. */
  readonly threshold: number | undefined;
}

/** @throws UsageError if a column to keep is also the name of an output, or a threshold is for other outputs */
export type CreateWriter = (net: Predictor, outputs: Outputs, options: WriterOptions) => PredictionWriter;

/** Single precision holds seven digits. */
const roundToSingle = (x: number): number => Number(x.toPrecision(7));

/** Text that a spreadsheet would run as a formula gets an apostrophe in front, but not numbers such as -1.5. */
const formula = /^(?![+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$)[=+\-@\t\r]/i;

const toCSV = (rows: unknown[][]): string =>
  `${Papa.unparse(rows, { newline: '\n', escapeFormulae: formula })}\n`;

/**
 * CSV: the most likely class and the probability of each class, or the numbers. NA stands for a missing number, so that
 * no line is blank.
 */
export const createCSVWriter: CreateWriter = (net, outputs, { keep, threshold }) => {
  const isRegression = outputs.task === 'regression';
  const names = isRegression ? outputs.targets : ['class', ...outputs.classes];
  checkApart(keep, names);
  if (threshold !== undefined) checkThreshold(net, outputs);
  const nothing = names.map(() => (isRegression ? 'NA' : ''));
  const toRow = (values: Float32Array): unknown[] =>
    isRegression
      ? Array.from(values, roundToSingle)
      : [outputs.classes[chooseClass(net, values, threshold)]!, ...toShares(net, values).map(roundToSingle)];
  return {
    head: toCSV([[...keep, ...names]]),
    writeLines: (predictions) =>
      toCSV(
        predictions.map(({ outputs, kept }) => [
          ...kept.map(toField),
          ...(outputs ? toRow(outputs) : nothing),
        ]),
      ),
  };
};

/**
 * JSON Lines: { class, outputs: { name: share, … } }, or { name: number, … }. A sample without a prediction is null; with
 * kept columns, its fields are null.
 */
export const createJSONWriter: CreateWriter = (net, outputs, { keep, threshold }) => {
  const names = outputs.task === 'regression' ? outputs.targets : ['class', 'outputs'];
  checkApart(keep, names);
  if (threshold !== undefined) checkThreshold(net, outputs);
  const nothing = keep.length > 0 ? Object.fromEntries(names.map((name) => [name, null])) : null;
  const toObject = (names: readonly string[], values: readonly number[]): object =>
    Object.fromEntries(names.map((name, k) => [name, roundToSingle(values[k]!)]));
  const toPrediction = (values: Float32Array): object => {
    if (outputs.task === 'regression') return toObject(outputs.targets, Array.from(values));
    const { classes } = outputs;
    return {
      class: classes[chooseClass(net, values, threshold)],
      outputs: toObject(classes, toShares(net, values)),
    };
  };
  const beside = (kept: readonly unknown[], answer: object | null): object | null =>
    answer && { ...Object.fromEntries(keep.map((name, k) => [name, kept[k] ?? null])), ...answer };
  return {
    head: '',
    writeLines: (predictions) =>
      predictions
        .map(({ outputs, kept }) => toJSONLine(beside(kept, outputs ? toPrediction(outputs) : nothing)))
        .join(''),
  };
};

/** Two columns with the same name would be ambiguous. */
function checkApart(keep: readonly string[], answers: readonly string[]): void {
  const same = keep.find((name) => answers.includes(name));
  if (same === undefined) return;
  throw new UsageError('--keep', `an answer is also called '${same}'`, 'rename the column of the data');
}

function checkThreshold(net: Predictor, outputs: Outputs): void {
  const refuse = (problem: string): UsageError => new UsageError('--threshold', problem, 'leave it out');
  if (outputs.task === 'regression') throw refuse('the model predicts numbers, not classes');
  const { length } = outputs.classes;
  if (length !== 2) throw refuse(`it is for two classes, and the model has ${length}`);
  if (!predictsProbabilities(net)) throw refuse("the outputs of the model aren't probabilities");
}

/** A cell as text of CSV; empty if it is missing. */
function toField(cell: unknown): unknown {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : cell;
}

/** One number per class: a single output p stands for 1 − p and p. */
function toShares({ loss, outputs }: Predictor, values: Float32Array): number[] {
  if (outputs > 1) return Array.from(values);
  const [one] = values as unknown as [number];
  return loss === 'hinge' ? [-one, one] : [1 - one, one];
}

/**
 * The predicted class; for a single output, or with a threshold, the second class from the threshold on. A threshold is compared with
 * the probability as it is written: 0.7 in single precision is less than 0.7.
 */
function chooseClass(
  { loss, outputs }: Predictor,
  values: Float32Array,
  threshold: number | undefined,
): number {
  if (outputs > 1 && threshold === undefined) return argmax(values, 0, outputs);
  const last = values.at(-1)!;
  return Number(threshold === undefined ? last >= chooseThreshold(loss) : roundToSingle(last) >= threshold);
}
