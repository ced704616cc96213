import type { Work } from '../base/work.js';
import type { Training } from './epochs.js';
import { isSound } from './hooks/divergence.js';
import type { Window } from './window.js';

// Loaded only after a divergence.

/** Steps that a rate must take well to be advised, and rates to try. */
const TRIAL_STEPS = 20;
const MOST_TRIALS = 40;

/**
 * Finds a rate that works: halves it until some steps on the mini-batch drawn last, from the weights at the start of the
 * training, lower its loss.
 * @returns undefined if none does
 */
export function* findRate(
  { model, snapshot }: Training,
  window: Window,
  rate: number,
): Work<number | undefined> {
  const { kernels, layout, tally } = model;
  for (let trial = 1; trial <= MOST_TRIALS; trial++) {
    // Two digits, so that the message gives the very number that was tried.
    rate = Number((rate / 2).toPrecision(2));
    snapshot.restore(true);
    const rows = window.gather();
    const losses: number[] = [];
    while (losses.length < TRIAL_STEPS && kernels.descend(layout.net, 0, 0, rows, rows, rate) === rows) {
      losses.push(tally.batchLoss);
      if (tally.batchLoss > losses[0]! * 2) break;
    }
    const works = losses.length === TRIAL_STEPS && losses.at(-1)! <= losses[0]! && isSound(model);
    snapshot.restore();
    if (works) return rate;
    yield kernels.team?.isLate && kernels.team.recover(); // the network is as it was
  }
  return undefined;
}

/** Describes the loss with which a training ends. */
export function describeLoss(loss: number, hasGrown: boolean): string {
  if (!Number.isFinite(loss)) return `the loss is ${loss}`;
  return hasGrown
    ? `the loss is ${loss.toPrecision(3)}, over a million times that of the start`
    : 'a weight or an optimizer slot became infinite';
}
