import Papa from 'papaparse';
import { argmax } from '../../base/argmax.js';
import type { Predictor } from '../model/evaluation.js';
import { chooseThreshold } from '../../metrics/predictions.js';
import { toJSONLine } from '../terminal/control-characters.js';
import type { Outputs } from '../model/signature.js';

/** Writes predictions as text, a line for each sample. */
export interface PredictionWriter {
  /** The first line; empty if the format has none. */
  readonly head: string;
  /** @param predictions [outputs] of each sample; undefined where it has none */
  readonly writeLines: (predictions: readonly (Float32Array | undefined)[]) => string;
}

/** Seven digits are what single precision holds. */
const roundToSingle = (x: number): number => Number(x.toPrecision(7));

/** What a spreadsheet would run as a formula: it gets an apostrophe in front. Numbers as text, like -1.5, are none. */
const formula = /^(?![+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$)[=+\-@\t\r]/i;

const toCSV = (rows: unknown[][]): string =>
  `${Papa.unparse(rows, { newline: '\n', escapeFormulae: formula })}\n`;

/** The most likely class with the probability of each, or the numbers, as CSV; NA in place of a number, for no line is blank. */
export function createCSVWriter(net: Predictor, outputs: Outputs): PredictionWriter {
  const isRegression = outputs.task === 'regression';
  const names = isRegression ? outputs.targets : ['class', ...outputs.classes];
  const toRow = (values: Float32Array): unknown[] =>
    isRegression
      ? Array.from(values, roundToSingle)
      : [outputs.classes[chooseClass(net, values)]!, ...toShares(net, values).map(roundToSingle)];
  return {
    head: toCSV([[...names]]),
    writeLines: (predictions) =>
      toCSV(
        predictions.map((values) => (values ? toRow(values) : names.map(() => (isRegression ? 'NA' : '')))),
      ),
  };
}

/** The same as JSON Lines: { class, outputs: { name: share, … } }, or { name: number, … }; null for a missing one. */
export function createJSONWriter(net: Predictor, outputs: Outputs): PredictionWriter {
  const toObject = (names: readonly string[], values: readonly number[]): object =>
    Object.fromEntries(names.map((name, k) => [name, roundToSingle(values[k]!)]));
  const toPrediction = (values: Float32Array): object => {
    if (outputs.task === 'regression') return toObject(outputs.targets, Array.from(values));
    const { classes } = outputs;
    return { class: classes[chooseClass(net, values)], outputs: toObject(classes, toShares(net, values)) };
  };
  return {
    head: '',
    writeLines: (predictions) =>
      predictions.map((values) => toJSONLine(values ? toPrediction(values) : null)).join(''),
  };
}

/** One number for each class: a single output speaks for and against. */
function toShares({ loss, outputs }: Predictor, values: Float32Array): number[] {
  if (outputs > 1) return Array.from(values);
  const [one] = values as unknown as [number];
  return loss === 'hinge' ? [-one, one] : [1 - one, one];
}

/** The predicted class; for a single output the second from the threshold on. */
function chooseClass({ loss, outputs }: Predictor, values: Float32Array): number {
  if (outputs > 1) return argmax(values, 0, outputs);
  return Number(values[0]! >= chooseThreshold(loss));
}
