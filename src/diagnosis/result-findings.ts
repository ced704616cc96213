import type { Work } from '../base/work.js';
import type { Model } from '../model/model.js';
import type { Metrics } from '../training/evaluate.js';
import type { EpochReport, Finding } from '../training/reports.js';
import type { Samples } from '../training/samples.js';
import { describeColumns, hashRows, hasManyValues } from './data-findings.js';
import { allRows, measure, measureBaseline, readTable, type Table } from './table.js';

// What makes a score misleading.

/** One class with this share of the samples is too many, unless the others are found, too. */
const LARGEST_SHARE = 0.9;
const LEAST_RECALL = 0.5;
const FEWEST_ROWS = 20;

const percent = (share: number): string => `${Math.round(100 * share)}%`;

/** How well a network does: the share of the baseline's loss that it leaves, and its accuracy. */
interface Result extends Metrics {
  readonly left: number;
  readonly count?: number;
  /** The accuracy of constant outputs. */
  readonly baseAccuracy?: number;
}

/**
 * A class that makes up nearly all samples, while the others are hardly found.
 * @param isTrained of a network that isn't, only the data are judged
 */
export function findImbalance(
  labels: Uint32Array | undefined,
  predicted: Uint32Array,
  isTrained: boolean,
): Finding[] {
  if (!labels || labels.length < FEWEST_ROWS) return [];
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [largest, members] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  const share = members / labels.length;
  if (share < LARGEST_SHARE || counts.size < 2) return [];
  const others = Array.from(labels.keys()).filter((n) => labels[n] !== largest);
  const recall = others.filter((n) => predicted[n] === labels[n]).length / others.length;
  if (isTrained && recall > LEAST_RECALL) return [];
  return [
    {
      code: 'imbalance',
      place: `class ${largest}`,
      problem: `${Math.floor(1000 * share) / 10}% of the samples; of the other samples, ${percent(recall)} are recognized`,
      cure: 'use larger classWeights for the other classes, and judge by their recall',
      option: { name: 'classWeights', values: ['balanced'] },
      numbers: { share, recall },
    },
  ];
}

/** Samples that were learned class by class, each time in the same order. */
export function findOrder(labels: Uint32Array | undefined, isShuffled: boolean): Finding[] {
  if (isShuffled || !labels || labels.length < FEWEST_ROWS) return [];
  let changes = 0;
  for (let n = 1; n < labels.length; n++) if (labels[n] !== labels[n - 1]) changes++;
  if (changes === 0 || changes >= 2 * new Set(labels).size) return [];
  return [
    {
      code: 'notShuffled',
      place: 'shuffle',
      problem: 'false, and the samples are sorted by answer, so the network forgets the earlier ones',
      cure: 'use shuffle: true',
      numbers: { samples: labels.length, changes },
    },
  ];
}

/**
 * The result on validation data, and whether these data differ from those of the training, or repeat them.
 * @param range of the training data: the loss of constant outputs, above the least possible
 */
export function* findValidationProblems(
  model: Model,
  training: Table,
  trainingCount: number,
  range: number,
  samples: Samples,
): Work<{ readonly result: Result; readonly findings: Finding[] }> {
  const table = yield* readTable(model, samples);
  const rows = allRows(table);
  const { perfect, loss, accuracy } = yield* measureBaseline(model, table, rows);
  const metrics = yield* measure(model, table, rows);
  const ownRange = loss - perfect; // 0 if all answers are the same
  const result = {
    ...metrics,
    left: (metrics.loss - perfect) / (ownRange > 0 ? ownRange : range),
    count: table.count,
    baseAccuracy: accuracy,
  };
  const findings = [...findDifference(training, table), ...findCopies(training, trainingCount, table)];
  return { result, findings };
}

/** Inputs of validation data with other means or spreads than those of the training. */
function findDifference(training: Table, validation: Table): Finding[] {
  if (validation.count < FEWEST_ROWS || training.count < FEWEST_ROWS) return [];
  const ours = describeColumns(training.inputs, training.width);
  const theirs = describeColumns(validation.inputs, validation.width);
  const varying = Array.from(ours.keys()).filter((k) => ours[k]!.spread > 0);
  const different = varying.filter((k) => {
    const [a, b] = [ours[k]!, theirs[k]!];
    const ratio = b.spread / a.spread;
    return Math.abs(b.mean - a.mean) > 5 * a.spread || ratio > 5 || ratio < 0.02;
  });
  if (different.length === 0 || different.length < varying.length / 2) return [];
  const first = different[0]!;
  const [a, b] = [ours[first]!, theirs[first]!];
  const show = (x: number): string => String(Number(x.toPrecision(2)));
  return [
    {
      code: 'validationDiffers',
      place: 'validation',
      problem: `its inputs differ from those of the training data: input ${first} is ${show(b.mean)} ± ${show(b.spread)}, instead of ${show(a.mean)} ± ${show(a.spread)}`,
      cure: 'scale and encode both in the same way',
      numbers: { different: different.length, input: first, mean: b.mean, meanInTraining: a.mean },
    },
  ];
}

/** Validation samples that the network has learned. */
function findCopies(training: Table, trainingCount: number, validation: Table): Finding[] {
  if (validation.count < FEWEST_ROWS || !hasManyValues(validation)) return [];
  const learned = new Set(hashRows(training.inputs, training.width));
  const copies = hashRows(validation.inputs, validation.width).filter((key) => learned.has(key)).length;
  // The table holds only a part of the training data.
  const share = Math.min(1, (copies / validation.count) * (trainingCount / training.count));
  if (share < 0.5) return [];
  return [
    {
      code: 'validationRepeats',
      place: 'validation',
      problem: `${percent(share)} of its samples are also in the training data, so its score is misleading`,
      cure: 'use other samples: validationSplit sets some aside',
      option: { name: 'validationSplit', values: [0.2] },
      numbers: { share },
    },
  ];
}

/** Whether a network does better than constant outputs on samples that it hasn't learned. */
export const hasLearned = ({ accuracy, baseAccuracy = 1, left, count = 1 }: Result): boolean =>
  left < 0.9 || accuracy > baseAccuracy + 1 / Math.sqrt(count);

/** The gap between training and validation that isn't chance. */
const GAP = 0.1;
/** The samples of a validation whose number isn't known. */
const USUAL_COUNT = 100;

/** A network that does much better on what it has learned. @param range the loss of constant outputs, above the least possible */
export function findOverfitting(
  training: Result,
  { isClassified }: Table,
  validation: Result | undefined,
  history: readonly EpochReport[] | undefined,
  range: number,
  perfect: number,
): Finding[] {
  const reported = history?.at(-1)?.validation;
  const result =
    validation ?? (reported && { ...reported, left: (reported.loss - perfect) / range, count: USUAL_COUNT });
  if (!result) return [];
  const { accuracy, left, count = USUAL_COUNT } = result;
  const chance = 2 * Math.sqrt((accuracy * (1 - accuracy)) / count);
  const isWorse = isClassified
    ? training.accuracy - accuracy > GAP + chance
    : left - training.left > 2 * GAP + 1 / Math.sqrt(count);
  const isMuchWorse = left > 2 * training.left && training.left < 0.7;
  if (!(isMuchWorse && (isWorse || left > 1.2))) return [];
  const best = history?.reduce<EpochReport | undefined>(
    (a, b) => (b.validation && !(a?.validation && a.validation.loss <= b.validation.loss) ? b : a),
    undefined,
  );
  const last = history?.at(-1);
  const hint = best && last && best.epoch < 0.7 * last.epoch ? `; epoch ${best.epoch} was best` : '';
  return [
    {
      code: 'overfitting',
      place: '',
      problem: `overfitting: the loss is ${training.loss.toPrecision(2)} on the training data, and ${result.loss.toPrecision(2)} on validation data${hint}`,
      cure: 'use earlyStopping with validation, fewer units, l2 or dropout, or more samples',
      option: { name: 'earlyStopping', values: [20] },
      numbers: {
        loss: training.loss,
        validationLoss: result.loss,
        accuracy: training.accuracy,
        validationAccuracy: accuracy,
        ...(best && { bestEpoch: best.epoch }),
      },
    },
  ];
}
