import {
  confusionMatrix,
  formatConfusionMatrix,
  meanAbsoluteError,
  rootMeanSquaredError,
  rSquared,
  scoresByClass,
  type ClassScores,
} from '../../metrics/index.js';
import type { Network } from '../../network.js';
import { percent, significant } from '../terminal/format-numbers.js';
import { dataIn, type Answered } from '../data/split-stream.js';

/** How good a network is on samples whose answers are known. */
export interface Evaluation {
  readonly count: number;
  /** By name: loss and accuracy, or loss, rSquared, meanAbsoluteError and rootMeanSquaredError. */
  readonly figures: Readonly<Record<string, number>>;
  /** Of a classification: [actual][predicted]. */
  readonly confusion?: readonly (readonly number[])[];
  readonly scores?: readonly ClassScores[];
  readonly classes?: readonly string[];
  /** Of a regression, the figures of each target. */
  readonly targets?: readonly TargetFigures[];
}

export interface TargetFigures {
  readonly name: string;
  readonly rSquared: number;
  readonly meanAbsoluteError: number;
  readonly rootMeanSquaredError: number;
  /** By sample. */
  readonly predicted: Float32Array;
  readonly actual: Float32Array;
}

/** More classes than this do not fit on a screen. */
const MOST_SHOWN = 20;

/**
 * @param data with labels, or with targets
 * @throws TypeError, RangeError where the data do not fit the network
 */
export function evaluationOf(net: Network, data: Answered): Evaluation {
  const { inputs, inputScale = 1, labels, targets, count } = data;
  const { loss, accuracy } = net.evaluate(dataIn(data));
  const outputs = net.predict(inputs, { inputScale });
  if (labels) {
    // hinge has its border at 0, where the metrics have it at ½
    const decided = net.loss === 'hinge' && net.outputs === 1 ? outputs.map((a) => a + 0.5) : outputs;
    const confusion = confusionMatrix(decided, { labels, outputs: net.outputs });
    const classes = (data.classes ?? confusion.map((_, label) => label)).map(String);
    return { count, figures: { loss, accuracy }, confusion, scores: scoresByClass(confusion), classes };
  }
  const width = net.outputs;
  const names = data.targetColumns ?? Array.from({ length: width }, (_, j) => String(j));
  const all = names.map((name, j) => ({
    name,
    ...figuresOf(column(outputs, width, j), column(targets!, width, j)),
  }));
  const mean = (key: 'rSquared' | 'meanAbsoluteError' | 'rootMeanSquaredError'): number =>
    all.reduce((sum, figures) => sum + figures[key], 0) / width;
  return {
    count,
    figures: {
      loss,
      rSquared: mean('rSquared'),
      meanAbsoluteError: mean('meanAbsoluteError'),
      rootMeanSquaredError: mean('rootMeanSquaredError'),
    },
    targets: all,
  };
}

function figuresOf(predicted: Float32Array, actual: Float32Array): Omit<TargetFigures, 'name'> {
  const truth = { targets: actual, outputs: 1 };
  return {
    rSquared: actual.length > 1 ? rSquared(predicted, truth) : 0,
    meanAbsoluteError: meanAbsoluteError(predicted, truth),
    rootMeanSquaredError: rootMeanSquaredError(predicted, truth),
    ...{ predicted, actual },
  };
}

const column = (values: ArrayLike<number>, width: number, j: number): Float32Array =>
  Float32Array.from({ length: values.length / width }, (_, n) => values[n * width + j]!);

/** Lines that tell it to a person. */
export function evaluationLines({
  count,
  figures,
  confusion,
  scores,
  classes,
  targets = [],
}: Evaluation): string[] {
  if (!confusion || !scores || !classes) {
    return targets.map(
      ({ name, rSquared, meanAbsoluteError, rootMeanSquaredError }) =>
        `${name}: R² ${rSquared.toFixed(3)}, mean absolute error ${significant(meanAbsoluteError)}, ` +
        `root mean squared error ${significant(rootMeanSquaredError)}, of ${count} samples`,
    );
  }
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  const summary = `accuracy ${percent(figures['accuracy']!)}: ${right} of ${count} right`;
  if (classes.length > MOST_SHOWN) return [summary];
  const head = Math.max(5, ...classes.map(({ length }) => length));
  return [
    summary,
    '',
    `${''.padEnd(head)}  precision  recall     F1  samples`,
    ...scores.map(
      ({ precision, recall, f1, support }, label) =>
        `${classes[label]!.padEnd(head)}  ${percent(precision).padStart(9)}  ${percent(recall).padStart(6)}` +
        ` ${percent(f1).padStart(6)}  ${String(support).padStart(7)}`,
    ),
    '',
    ...formatConfusionMatrix(confusion, classes).split('\n'),
  ];
}
