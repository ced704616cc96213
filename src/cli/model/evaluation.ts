import {
  balancedAccuracy,
  brierScore,
  calibrationError,
  confusionMatrix,
  coverage,
  formatConfusionMatrix,
  logLoss,
  meanAbsoluteError,
  pinballLoss,
  precisionRecallCurve,
  reliability,
  rocAUC,
  rootMeanSquaredError,
  rSquared,
  scoresByClass,
  type ClassScores,
  type ReliabilityBin,
  type Truth,
} from '../../metrics/index.js';
import { shortest } from '../../base/shortest.js';
import type { Ensemble } from '../../ensemble/ensemble.js';
import { checkSpec, crossEntropies } from '../../model/spec.js';
import type { NetworkState } from '../../model/state.js';
import type { NumberTransform } from '../../model/transforms.js';
import type { Network } from '../../network.js';
import type { Fault } from '../../errors.js';
import {
  formatCount,
  formatPercent,
  formatPrecise,
  formatScore,
  formatSignificant,
} from '../terminal/format.js';
import { textTable } from '../terminal/text-table.js';
import type { Dataset } from '../../data/index.js';
import { chooseThreshold, expectedTargets } from '../../metrics/predictions.js';

/** Anything that predicts: a network, or an ensemble. */
export type Predictor = Network | Ensemble;

/** How good a network is on labeled samples. */
export interface Evaluation {
  readonly count: number;
  /**
   * By name: loss, accuracy, balancedAccuracy, and if they mean something rocAUC, logLoss, brierScore and calibrationError;
   * or loss, rSquared, meanAbsoluteError and rootMeanSquaredError; or for quantiles loss, pinballLoss and coverage.
   */
  readonly figures: Readonly<Record<string, number>>;
  /** For a classification: [actual][predicted]. */
  readonly confusion?: readonly (readonly number[])[];
  readonly scores?: readonly ClassScores[];
  readonly classes?: readonly string[];
  /** For a classification: the largest class, and the accuracy of always predicting it. */
  readonly baseline?: { readonly class: string; readonly accuracy: number };
  /** For a classification by probabilities: what they promise, and what came true. */
  readonly reliability?: readonly ReliabilityBin[];
  /** For two classes by probabilities: the scores of the second, where the threshold isn't 0.5. */
  readonly thresholds?: ThresholdTable;
  /** For a regression: the scores of each target. */
  readonly targets?: readonly TargetFigures[];
}

/** The scores of a class that counts as predicted from a probability on. */
interface ThresholdScores {
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ThresholdTable {
  readonly class: string;
  /** The threshold with the largest F1 on these samples. */
  readonly best: ThresholdScores;
  /** 0.1, 0.2, … 0.9. */
  readonly table: readonly ThresholdScores[];
}

/** For a regression: the R² of predictions without a network. */
export interface Baselines {
  /** Of always predicting the mean of the training targets. */
  readonly mean: number;
  /** Of a linear model; undefined if there are too many inputs for one, or without the training data. */
  readonly linear?: number;
}

export interface TargetFigures {
  readonly name: string;
  /** Only if the outputs are quantiles. */
  readonly quantile?: QuantileFigures;
  readonly baselines?: Baselines;
  readonly rSquared: number;
  readonly meanAbsoluteError: number;
  readonly rootMeanSquaredError: number;
  /** By sample. */
  readonly predicted: Float32Array;
  readonly actual: Float32Array;
}

/** How good predicted quantiles of a target are. */
interface QuantileFigures {
  readonly q: number;
  readonly pinballLoss: number;
  /** The share of targets that are at most the prediction: about q. */
  readonly coverage: number;
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
    const answers = { labels, outputs: net.outputs, threshold };
    const { reliability, ...probable } = judgeProbabilities(net, outputs, answers);
    return {
      count,
      figures: {
        loss,
        accuracy,
        balancedAccuracy: balancedAccuracy(outputs, answers),
        // undefined unless every class occurs, and others too
        ...(supports.every((support) => support > 0) && { rocAUC: rocAUC(outputs, answers) }),
        ...probable,
      },
      ...{ confusion, scores, classes, baseline },
      ...(reliability && { reliability }),
      ...(reliability &&
        classes.length === 2 &&
        supports[1]! > 0 && { thresholds: { class: classes[1]!, ...scoreThresholds(outputs, answers) } }),
    };
  }
  const width = net.outputs;
  const names = data.targetColumns ?? Array.from({ length: width }, (_, j) => String(j));
  const quantiles = quantilesOf(net);
  const scales = specOf(net).transforms?.targets;
  const all = names.map((name, j): TargetFigures => ({
    name,
    ...computeFigures(
      column(outputs, width, j),
      column(targets!, width, j),
      quantiles?.[j] ?? quantiles?.[0],
      scales?.[j],
    ),
  }));
  const meanOf = (pick: (figures: TargetFigures) => number): number => mean(all.map(pick));
  if (quantiles) {
    const pinballLoss = meanOf(({ quantile }) => quantile!.pinballLoss);
    // the mean of several shares would say nothing
    const { coverage } = all[0]!.quantile!;
    return { count, figures: { loss, pinballLoss, ...(width === 1 && { coverage }) }, targets: all };
  }
  return {
    count,
    figures: {
      loss,
      rSquared: meanOf((figures) => figures.rSquared),
      meanAbsoluteError: meanOf((figures) => figures.meanAbsoluteError),
      rootMeanSquaredError: meanOf((figures) => figures.rootMeanSquaredError),
    },
    targets: all,
  };
}

export const predictsProbabilities = ({ loss }: Predictor): boolean =>
  (crossEntropies as readonly string[]).includes(loss);

/** Log loss, Brier score and calibration, if the outputs are probabilities. */
function judgeProbabilities(
  net: Predictor,
  outputs: Float32Array,
  answers: Truth,
): {
  readonly logLoss?: number;
  readonly brierScore?: number;
  readonly reliability?: readonly ReliabilityBin[];
} {
  if (!predictsProbabilities(net)) return {};
  const figures = { logLoss, brierScore, calibrationError };
  return {
    ...Object.fromEntries(
      Object.entries(figures).map(([name, measure]) => [name, measure(outputs, answers)]),
    ),
    reliability: reliability(outputs, answers),
  };
}

/** The scores of the second of two classes. */
function scoreThresholds(outputs: Float32Array, answers: Truth): Omit<ThresholdTable, 'class'> {
  const { thresholds, precision, recall } = precisionRecallCurve(outputs, answers, 1);
  const at = (i: number, threshold: number): ThresholdScores => {
    const [p, r] = [precision[i]!, recall[i]!];
    return { threshold, precision: p, recall: r, f1: p + r > 0 ? (2 * p * r) / (p + r) : 0 };
  };
  const all = thresholds.map((threshold, i) => at(i, threshold));
  return {
    best: all.reduce((best, one) => (one.f1 > best.f1 ? one : best)),
    table: Array.from({ length: 9 }, (_, k) => {
      const threshold = (k + 1) / 10;
      const i = thresholds.findIndex((one) => one >= threshold);
      // 0/0 counts as 0, as in the scores
      return i < 0 ? { threshold, precision: 0, recall: 0, f1: 0 } : at(i, threshold);
    }),
  };
}

/** Of an ensemble, that of the first network. */
const specOf = (net: Predictor): NetworkState['spec'] =>
  ('members' in net ? net.members[0]!.state : net.state).spec;

/** The q of each output, or one for all, if the outputs are quantiles. */
function quantilesOf(net: Predictor): readonly number[] | undefined {
  if (net.loss !== 'quantile') return undefined;
  return checkSpec(specOf(net)).lossParameters.map(shortest);
}

/** @param scale of the target; the one of 'standardize' holds the mean of the training data */
function computeFigures(
  predicted: Float32Array,
  actual: Float32Array,
  q: number | undefined,
  scale: NumberTransform | undefined,
): Omit<TargetFigures, 'name'> {
  const truth = { targets: actual, outputs: 1 };
  const hasMean = q === undefined && scale?.kind === 'standardize' && actual.length > 1;
  return {
    ...(q !== undefined && {
      quantile: { q, pinballLoss: pinballLoss(q)(predicted, truth), coverage: coverage(predicted, truth) },
    }),
    ...(hasMean && { baselines: { mean: rSquaredOfMean(scale.mean, truth.targets) } }),
    rSquared: actual.length > 1 ? rSquared(predicted, truth) : 0,
    meanAbsoluteError: meanAbsoluteError(predicted, truth),
    rootMeanSquaredError: rootMeanSquaredError(predicted, truth),
    ...{ predicted, actual },
  };
}

/** The R² of always predicting the mean of the training targets. */
export const rSquaredOfMean = (mean: number, targets: Float32Array): number =>
  rSquared(
    targets.map(() => mean),
    { targets, outputs: 1 },
  );

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What a model file says of an evaluation. The baselines of several targets are averaged, as their R² is. */
export function pickResults({
  figures,
  baseline,
  targets = [],
}: Evaluation): Pick<Evaluation, 'figures' | 'baseline'> & { readonly baselines?: Baselines } {
  const each = targets.flatMap(({ baselines }) => baselines ?? []);
  const linear = each.flatMap((one) => one.linear ?? []);
  return {
    figures,
    ...(baseline && { baseline }),
    ...(each.length > 0 && {
      baselines: {
        mean: mean(each.map((one) => one.mean)),
        ...(linear.length > 0 && { linear: mean(linear) }),
      },
    }),
  };
}

/** Column j of rows with `width` values. */
export const column = (values: ArrayLike<number>, width: number, j: number): Float32Array =>
  Float32Array.from({ length: values.length / width }, (_, n) => values[n * width + j]!);

const describeBaselines = ({ mean, linear }: Baselines): string =>
  `always the mean: ${formatScore(mean)}${linear === undefined ? '' : `; a linear model: ${formatScore(linear)}`}`;

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
    return targets.map(({ name, quantile, baselines, rSquared, meanAbsoluteError, rootMeanSquaredError }) =>
      quantile
        ? `${name}: pinball loss ${formatPrecise(quantile.pinballLoss, 3)}, ${formatPercent(quantile.coverage)} of the ` +
          `values at or below the prediction (the quantile is ${quantile.q}), of ${formatCount(count, 'sample')}`
        : `${name}: R² ${formatScore(rSquared)}${baselines ? ` (${describeBaselines(baselines)})` : ''}, mean absolute error ${formatPrecise(meanAbsoluteError, 3)}, ` +
          `root mean squared error ${formatPrecise(rootMeanSquaredError, 3)}, of ${formatCount(count, 'sample')}`,
    );
  }
  const right = confusion.reduce((sum, row, label) => sum + row[label]!, 0);
  const summary =
    `accuracy ${formatPercent(figures['accuracy']!)}: ${right} of ${count} right` +
    (baseline ? ` (always predicting ${baseline.class}: ${formatPercent(baseline.accuracy)})` : '');
  const more = listMoreFigures(figures);
  if (classes.length > MOST_SHOWN) return [summary, ...more];
  const rows = scores.map(({ precision, recall, f1, support }, label) => [
    classes[label]!,
    ...[precision, recall, f1].map(formatPercent),
    String(support),
  ]);
  return [
    summary,
    ...more,
    '',
    ...textTable(['', 'precision', 'recall', 'F1', 'samples'], rows).split('\n'),
    '',
    ...formatConfusionMatrix(confusion, classes).split('\n'),
  ];
}

/** The threshold with the largest F1, in a line. */
export const formatThreshold = ({ class: name, best }: ThresholdTable): string =>
  `best F1 of ${name}: ${formatPercent(best.f1)} from a probability of ${formatPrecise(roundDown(best.threshold), 3)} on ` +
  `(precision ${formatPercent(best.precision)}, recall ${formatPercent(best.recall)})`;

/** Rounds to three digits, but never up: `bp4 predict --threshold` would leave out the sample that has this probability. */
function roundDown(probability: number): number {
  const [digits, exponent] = probability.toExponential(9).split('e');
  return Number(`${digits!.slice(0, '1.23'.length)}e${exponent!}`);
}

/** What the probabilities promised, and what came true, as lines of a table. */
export function formatReliability(bins: readonly ReliabilityBin[]): string[] {
  const rows = bins.map(({ from, to, count, probability, frequency }) => [
    `${Math.round(100 * from)}–${Math.round(100 * to)}%`,
    ...[probability, frequency].map(formatPercent),
    String(count),
  ]);
  return textTable(['probability', 'mean', 'came true', 'samples'], rows).split('\n');
}

/** What accuracy leaves unsaid, in a line. */
function listMoreFigures({
  balancedAccuracy,
  rocAUC,
  logLoss,
  calibrationError,
}: Evaluation['figures']): string[] {
  const parts = [
    balancedAccuracy === undefined ? [] : [`balanced accuracy ${formatPercent(balancedAccuracy)}`],
    rocAUC === undefined ? [] : [`ROC-AUC ${rocAUC.toFixed(3)}`],
    logLoss === undefined ? [] : [`log loss ${formatPrecise(logLoss, 3)}`],
    calibrationError === undefined ? [] : [`calibration error ${formatPercent(calibrationError)}`],
  ].flat();
  return parts.length > 0 ? [parts.join(', ')] : [];
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
    .filter(({ quantile, rSquared }) => !quantile && rSquared < 0.01)
    .map(({ name, rSquared }) => {
      const relation = rSquared < 0 ? 'worse' : 'hardly better';
      const problem = `R² is ${formatSignificant(rSquared)}: ${relation} than always predicting the mean`;
      return { place: name, problem, cure };
    });
}
