import { Random } from '../base/random.js';
import { finish, type Work } from '../base/work.js';
import type { Training } from './epochs.js';
import { evaluate } from './evaluate.js';
import { learnSome, stepsOfTrial } from './trials.js';

// Loaded only after a divergence.

/** The number of rates to try. */
const MOST_TRIALS = 40;

/** The loss of this many samples is measured after each step. */
const MEASURED_SAMPLES = 100;

/**
 * Finds a rate that works: halves it until a short training from the weights at the start lowers the loss, and never doubles it on
 * the way, and so does twice the rate: in another order of the samples, the largest rate that works may not.
 * @returns undefined if none does
 */
export function* findRate(
  { model, windows, options, snapshot }: Training,
  rate: number,
): Work<number | undefined> {
  const samples = windows.watched!;
  const size = Math.min(options.miniBatchSize, samples.count);
  const steps = stepsOfTrial(model, size);
  const measured = samples.copySome(MEASURED_SAMPLES);
  const measure = (): number => finish(evaluate(model, measured)).loss;
  let hasWorked = false;
  for (let trial = 1; trial <= MOST_TRIALS; trial++) {
    // Two digits, so that the message gives the exact number that was tried.
    rate = Number((rate / 2).toPrecision(2));
    snapshot.restore(true);
    const start = measure();
    const random = Random.fromSeed(model.spec.seed);
    const isCalm = (): boolean => measure() <= start + Math.abs(start);
    const hasLearned = finish(learnSome(model, samples, { size, steps, random }, () => rate, isCalm));
    const works = hasLearned && measure() <= start;
    snapshot.restore();
    if (works && hasWorked) return rate;
    hasWorked = works;
    yield; // the network is as it was
  }
  return undefined;
}

/** Describes the loss with which a training run ends. */
export function describeLoss(loss: number, hasGrown: boolean): string {
  if (!Number.isFinite(loss)) return `the loss is ${loss}`;
  return hasGrown
    ? `the loss is ${loss.toPrecision(3)}, over a million times that of the start`
    : 'a weight or an optimizer slot became infinite';
}

/** @param rate that works, if there is one */
export const describeCure = (rate: number | undefined): string =>
  (rate ? `use a learningRate below ${rate}, ` : 'use ') +
  'clip: { norm: 1 }, or inputs scaled to about 1, with transforms: dataset.fitTransforms()';
