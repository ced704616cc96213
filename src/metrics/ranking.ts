import { checkInteger } from '../base/check.js';
import { RangeFault } from '../errors.js';
import { read, readThreshold, type Truth } from './predictions.js';

// Metrics of the order of the outputs: they need no threshold, and outputs needn't be probabilities.

/** The samples of one class against all others, in descending order of their outputs; equal outputs are one step. */
interface Ranking {
  /** The outputs of the steps. */
  readonly thresholds: readonly number[];
  /** The samples with at least this output: those that belong to the class, and the others. */
  readonly right: readonly number[];
  readonly wrong: readonly number[];
}

/**
 * Ranks the samples for each output, or for one.
 * @throws RangeError for an output to which no sample belongs, or every sample if `needsOthers`
 */
function rank(answers: Float32Array, truth: Truth, needsOthers: boolean, only?: number): Ranking[] {
  const { outputs, count, width, labels, targets } = read(answers, truth);
  const threshold = readThreshold(truth);
  const rankings: Ranking[] = [];
  for (let j = only ?? 0; j < (only === undefined ? width : only + 1); j++) {
    const isRight = (n: number): boolean =>
      labels ? labels[n] === (width === 1 ? 1 : j) : targets![n * width + j]! >= threshold;
    const scores = Float32Array.from({ length: count }, (_, n) => outputs[n * width + j]!);
    const ranking = rankOne(scores, isRight);
    const [right, wrong] = [ranking.right.at(-1)!, ranking.wrong.at(-1)!];
    if (right === 0 || (needsOthers && wrong === 0)) {
      throw new RangeFault({
        place: labels ? 'labels' : 'targets',
        problem: `${right === 0 ? 'no' : 'every'} sample belongs to class ${width === 1 ? 1 : j}, so this metric is undefined`,
        cure: 'use samples of every class',
      });
    }
    rankings.push(ranking);
  }
  return rankings;
}

function rankOne(scores: Float32Array, isRight: (n: number) => boolean): Ranking {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
  const thresholds: number[] = [];
  const right: number[] = [];
  const wrong: number[] = [];
  let [belong, others] = [0, 0];
  for (const [i, n] of order.entries()) {
    if (isRight(n)) belong++;
    else others++;
    if (i + 1 < order.length && scores[order[i + 1]!] === scores[n]) continue;
    thresholds.push(scores[n]!);
    right.push(belong);
    wrong.push(others);
  }
  return { thresholds, right, wrong };
}

/** The share of pairs, one sample of the class and one other, that are in the right order; equal outputs count half. */
function areaOf({ right, wrong }: Ranking): number {
  let pairs = 0;
  for (const [i, all] of right.entries()) {
    const before = i > 0 ? right[i - 1]! : 0;
    pairs += ((wrong[i]! - (i > 0 ? wrong[i - 1]! : 0)) * (before + all)) / 2;
  }
  return pairs / (right.at(-1)! * wrong.at(-1)!);
}

const mean = (values: readonly number[], weights: readonly number[] = values.map(() => 1)): number =>
  values.reduce((sum, value, j) => sum + value * weights[j]!, 0) /
  weights.reduce((sum, weight) => sum + weight, 0);

/**
 * The area under the ROC curve: the probability that a sample of the class has a larger output than another sample. 1 is
 * best, and 0.5 is chance. With several outputs, it is the mean over the classes, each against all others
 * (multi_class='ovr' in scikit-learn), or over the labels of targets with several right answers.
 * @throws TypeError or RangeError if outputs and answers differ in shape, if a number is not finite, or if a class has no
 * samples or all of them
 */
export const rocAUC = (outputs: Float32Array, truth: Truth): number =>
  mean(rank(outputs, truth, true).map(areaOf));

/**
 * `rocAUC`, weighted by the number of samples of each class (average='weighted' in scikit-learn).
 * @throws as `rocAUC` does
 */
export function weightedROCAUC(outputs: Float32Array, truth: Truth): number {
  const rankings = rank(outputs, truth, true);
  return mean(
    rankings.map(areaOf),
    rankings.map(({ right }) => right.at(-1)!),
  );
}

/**
 * The average precision: the sum over the thresholds of precision × the increase of recall, which summarizes the
 * precision-recall curve. For rare classes it says more than `rocAUC`. With several outputs, it is the mean over the
 * classes.
 * @throws as `rocAUC` does, but a class may have all samples
 */
export const averagePrecision = (outputs: Float32Array, truth: Truth): number =>
  mean(
    rank(outputs, truth, false).map(({ right, wrong }) => {
      let sum = 0;
      for (const [i, all] of right.entries())
        sum += ((all - (i > 0 ? right[i - 1]! : 0)) * all) / (all + wrong[i]!);
      return sum / right.at(-1)!;
    }),
  );

/** The points of a ROC curve, from (0, 0) to (1, 1). */
export interface ROCCurve {
  /** The share of the other samples with at least the threshold. */
  readonly falsePositiveRates: readonly number[];
  /** The share of the samples of the class with at least the threshold. */
  readonly truePositiveRates: readonly number[];
  /** In descending order; the first is Infinity. */
  readonly thresholds: readonly number[];
}

/**
 * The ROC curve of a class, with a point for each distinct output (drop_intermediate=False in scikit-learn).
 * @param label the class. Default 1 for one or two outputs; otherwise required
 * @throws as `rocAUC` does, and RangeError if the label is not a class
 */
export function rocCurve(outputs: Float32Array, truth: Truth, label?: number): ROCCurve {
  const [{ thresholds, right, wrong }] = rankLabel(outputs, truth, true, label);
  return {
    falsePositiveRates: [0, ...wrong.map((count) => count / wrong.at(-1)!)],
    truePositiveRates: [0, ...right.map((count) => count / right.at(-1)!)],
    thresholds: [Infinity, ...thresholds],
  };
}

/** The points of a precision-recall curve, from the lowest threshold, where recall is 1, to precision 1 and recall 0. */
export interface PrecisionRecallCurve {
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  /** In ascending order, one fewer than points: the last point has none. */
  readonly thresholds: readonly number[];
}

/**
 * The precision-recall curve of a class, with a point for each distinct output.
 * @param label as for `rocCurve`
 * @throws as `averagePrecision` does, and RangeError if the label is not a class
 */
export function precisionRecallCurve(
  outputs: Float32Array,
  truth: Truth,
  label?: number,
): PrecisionRecallCurve {
  const [{ thresholds, right, wrong }] = rankLabel(outputs, truth, false, label);
  return {
    precision: [...right.map((count, i) => count / (count + wrong[i]!)).reverse(), 1],
    recall: [...right.map((count) => count / right.at(-1)!).reverse(), 0],
    thresholds: [...thresholds].reverse(),
  };
}

function rankLabel(answers: Float32Array, truth: Truth, needsOthers: boolean, label?: number): [Ranking] {
  const { width } = read(answers, truth);
  const chosen = label ?? (width <= 2 ? 1 : undefined);
  const output = checkInteger('label', chosen, width === 1 ? 1 : 0, Math.max(1, width - 1));
  return rank(answers, truth, needsOthers, width === 1 ? 0 : output) as [Ranking];
}
