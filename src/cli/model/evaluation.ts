import {
  confusionMatrix,
  formatConfusionMatrix,
  meanAbsoluteError,
  rootMeanSquaredError,
  rSquared,
  scoresByClass,
  type ClassScores,
} from '../../metrics/index.js';
import type { Ensemble } from '../../ensemble/ensemble.js';
import type { Network } from '../../network.js';
import type { Fault } from '../../errors.js';
import { formatCount, formatPercent, formatPrecise, formatSignificant } from '../terminal/format.js';
import { textTable } from '../terminal/text-table.js';
import type { Dataset } from '../../data/index.js';
import { chooseThreshold, expectedTargets } from '../../metrics/predictions.js';

/** Anything that predicts: a network, or an ensemble. */
export type Predictor = Network | Ensemble;

/** How good a network is on labeled samples. */
export interface Evaluation {
  readonly count: number;
  /** By name: loss and accuracy, or loss, rSquared, meanAbsoluteError and rootMeanSquaredError. */
  readonly figures: Readonly<Record<string, number>>;
  /** For a classification: [actual][predicted]. */
  readonly confusion?: readonly (readonly number[])[];
  readonly scores?: readonly ClassScores[];
  readonly classes?: readonly string[];
  /** For a classification: the largest class, and the accuracy of always predicting it. */
  readonly baseline?: { readonly class: string; readonly accuracy: number };
  /** For a regression: the scores of each target. */
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

/** More classes than this don't fit on a screen. */
const MOST_SHOWN = 20;

/**
 * @param data with labels, or with targets
 * @throws TypeError, RangeError where the data do not fit the network
 */
export function evaluateNetwork(net: Predictor, data: Dataset): Evaluation {
  const { labels, targets, count } = data;
  const { loss, accuracy } = net.evaluate(data);
  const outputs = expectedTargets(net.predict(data), net.loss);
  if (labels) {
    const threshold = chooseThreshold(net.loss);
    const confusion = confusionMatrix(outputs, { labels, outputs: net.outputs, threshold });
    const classes = (data.classes ?? confusion.map((_, label) => label)).map(String);
    const supports = confusion.map((row) => row.reduce((sum, samples) => sum + samples, 0));
    const largest = Math.max(...supports);
    const baseline = { class: classes[supports.indexOf(largest)]!, accuracy: largest / count };
    const scores = scoresByClass(confusion);
    return { count, figures: { loss, accuracy }, confusion, scores, classes, baseline };
  }
  const width = net.outputs;
  const names = data.targetColumns ?? Array.from({ length: width }, (_, j) => String(j));
  const all = names.map((name, j) => ({
    name,
    ...computeFigures(column(outputs, width, j), column(targets!, width, j)),
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

function computeFigures(predicted: Float32Array, actual: Float32Array): Omit<TargetFigures, 'name'> {
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

/** Lines of text for a person. */
export function formatEvaluation({
  count,
  figures,
  confusion,
  scores,
  classes,
  baseline,
  targets = [],
}: Evaluation): string[] {
  if (!confusion || !scores || !classes) {
    return targets.map(
      ({ name, rSquared, meanAbsoluteError, rootMeanSquaredError }) =>
        `${name}: R² ${rSquared.toFixed(3)}, mean absolute error ${formatPrecise(meanAbsoluteError, 3)}, ` +
        `root mean squared error ${formatPrecise(rootMeanSquaredError, 3)}, of ${formatCount(count, 'sample')}`,
    );
  }
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  const summary =
    `accuracy ${formatPercent(figures['accuracy']!)}: ${right} of ${count} right` +
    (baseline ? ` (always predicting ${baseline.class}: ${formatPercent(baseline.accuracy)})` : '');
  if (classes.length > MOST_SHOWN) return [summary];
  const rows = scores.map(({ precision, recall, f1, support }, label) => [
    classes[label]!,
    ...[precision, recall, f1].map(formatPercent),
    String(support),
  ]);
  return [
    summary,
    '',
    ...textTable(['', 'precision', 'recall', 'F1', 'samples'], rows).split('\n'),
    '',
    ...formatConfusionMatrix(confusion, classes).split('\n'),
  ];
}

/** With fewer test samples than this, no warning is justified. */
const FEWEST_TO_JUDGE = 10;

/**
 * Warns if a model is no better than a prediction without inputs: the largest class, or the mean.
 * @param cure what may help
 */
export function findPoorFigures(evaluation: Evaluation, cure: string): Fault[] {
  const { count, figures, scores, baseline, targets = [] } = evaluation;
  if (count < FEWEST_TO_JUDGE) return [];
  if (baseline && scores) {
    const present = scores.filter(({ support }) => support > 0);
    const meanRecall = present.reduce((sum, { recall }) => sum + recall, 0) / present.length;
    const chance = 1 / present.length;
    // with class weights, a model that finds the rare classes may be right less often than the largest class occurs
    const isPoor = figures['accuracy']! <= baseline.accuracy && meanRecall < chance + 0.1 * (1 - chance);
    if (present.length < 2 || !isPoor) return [];
    const share = formatPercent(baseline.accuracy);
    const problem = `the model is no better than always predicting '${baseline.class}', which is right ${share} of the time`;
    return [{ place: '', problem, cure }];
  }
  return targets
    .filter(({ rSquared }) => rSquared < 0.01)
    .map(({ name, rSquared }) => {
      const relation = rSquared < 0 ? 'worse' : 'hardly better';
      const problem = `R² is ${formatSignificant(rSquared)}: ${relation} than always predicting the mean`;
      return { place: name, problem, cure };
    });
}
