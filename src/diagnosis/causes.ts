import type { Work } from '../base/work.js';
import type { Model } from '../model/model.js';
import type { Finding } from '../training/reports.js';
import { findNoSignal } from './no-signal.js';
import {
  blameRate,
  describeRate,
  percent,
  STUCK,
  suspectOptions,
  suspectScales,
  suspectShape,
  suspectSize,
  suspectTraining,
  type Evidence,
  type PastTraining,
  type Suspect,
} from './suspects.js';
import type { Trials } from './trials.js';

// Why a network that was trained hasn't learned: every cause that its options and weights suggest is tried on a new network.

/** A network that leaves less of the baseline's loss has learned well. */
export const WELL = 0.2;
/** A network that leaves more has hardly begun to learn. */
export const LEARNING = 0.8;
/** A trial confirms a cure if it beats the network by this share of its loss, and by this share of the baseline's. */
const BETTER = 0.3;
const LEAST_GAIN = 0.1;
/** Factors of the learning rate to try, the likelier ones first. */
const RATE_FACTORS = [0.1, 10, 0.01, 100, 0.001, 1000];
/** Whether a network with a change learns much more than the network did. */
const isCured = (left: number, leftAfter: number): boolean =>
  leftAfter < 0.9 && leftAfter < left - Math.max(LEAST_GAIN, BETTER * left);

/**
 * Tries the causes, from the most to the least obvious, until some are confirmed.
 * @returns the confirmed causes, the most effective first
 */
export function* findCauses(
  trials: Trials,
  model: Model,
  training: PastTraining,
  evidence: Evidence,
): Work<Finding[]> {
  const left = yield* trials.measureNetwork();
  const same = yield* trials.try({});
  const weights = blameRate(trials, training, evidence.weights);
  // A cure must be better than a new start alone.
  const bar = Math.min(left, same);
  const confirm = function* (suspects: readonly Suspect[]): Work<Finding[]> {
    const cured: { finding: Finding; leftAfter: number }[] = [];
    for (const { finding, change } of suspects) {
      const leftAfter = yield* trials.try(change);
      if (isCured(bar, leftAfter)) cured.push({ finding, leftAfter });
    }
    return cured
      .sort((a, b) => a.leftAfter - b.leftAfter)
      .map(({ finding, leftAfter }) => withTrial(finding, left, leftAfter, trials.steps));
  };
  const findRate = function* (): Work<Finding[]> {
    const rate = yield* tryRates(trials, training, bar);
    return rate ? [withTrial(rate.finding, left, rate.leftAfter, trials.steps)] : [];
  };

  const suspects = [...suspectScales(evidence), ...suspectOptions(trials, model)];
  const ofOptions = yield* confirm(suspects);
  if (ofOptions.length > 0) return ofOptions;
  const certain = suspects.filter(({ isCertain }) => isCertain).map(({ finding }) => finding);
  if (certain.length > 0 && left > LEARNING) return certain;

  if (isCured(left, same)) {
    // A rate that is far too small or ruins weights may still learn something at first.
    if (same > STUCK || weights.length > 0) {
      const rate = yield* findRate();
      if (rate.length > 0 && (same > STUCK || rate[0]!.code === 'rateTooLarge')) return rate;
    }
    const causes = weights.length > 0 ? weights : suspectTraining(training, evidence, left);
    return causes.map((finding) => withTrial(finding, left, same, trials.steps));
  }

  const others = [...(yield* findRate()), ...(yield* confirm(suspectShape(weights)))];
  if (others.length > 0)
    return others.sort((a, b) => a.numbers['leftAfter']! - b.numbers['leftAfter']!).slice(0, 1);
  const ofSize = yield* confirm([suspectSize(model)]);
  if (ofSize.length > 0) return ofSize;
  const ofData = yield* findNoSignal(trials, evidence.table, same);
  if (ofData.length > 0) return ofData;
  return left > LEARNING ? [...weights] : [];
}

function withTrial(finding: Finding, left: number, leftAfter: number, steps: number): Finding {
  const outcome = `after ${steps} steps, a new network with the cure has ${percent(leftAfter)} of the loss of constant outputs, and this network has ${percent(left)}`;
  return {
    ...finding,
    problem: `${finding.problem} (${outcome})`,
    numbers: { ...finding.numbers, left, leftAfter, steps },
  };
}

/** The learning rate, if a new network learns much better with another one. @param bar what it must beat */
function* tryRates(
  trials: Trials,
  { usualRate }: PastTraining,
  bar: number,
): Work<{ readonly finding: Finding; readonly leftAfter: number } | undefined> {
  const { rate } = trials.settings;
  let best: { readonly rate: number; readonly leftAfter: number } | undefined;
  for (const tried of [...RATE_FACTORS.map((factor) => rate * factor), usualRate]) {
    const rounded = Number(tried.toPrecision(2)); // the exact number that the cure names
    if (rounded === rate) continue;
    const leftAfter = yield* trials.try({ rate: rounded });
    if (isCured(bar, leftAfter) && !(best && best.leftAfter <= leftAfter))
      best = { rate: rounded, leftAfter };
    if (best && best.leftAfter < WELL) break;
  }
  return best && { finding: describeRate(rate, best.rate), leftAfter: best.leftAfter };
}
