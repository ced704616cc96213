import { checkInteger, checkKeys, checkName } from '../base/check.js';
import { compare, insert } from './statistics.js';

/** Ends trials that don't look promising. */
export type Pruner =
  | {
      /**
       * Successive halving (Jamieson and Talwalkar 2016): all trials train for a share of their epochs, 1/factor^(rungs − 1);
       * the best 1/factor of them go on to the next rung, and the last rung trains to the end.
       */
      readonly kind: 'halving';
      /** The share of trials that continue is 1/factor. Default 3. */
      readonly factor?: number;
      /** Default 3. */
      readonly rungs?: number;
    }
  | {
      /** Several rounds of halving, from many trials with few epochs to few trials with all epochs (Li et al. 2018). */
      readonly kind: 'hyperband';
      readonly factor?: number;
      readonly rungs?: number;
    }
  | {
      /**
       * Ends a trial whose best score so far is worse than the median of the complete trials at the same epoch. Only trials that are
       * outside the window count.
       */
      readonly kind: 'median';
      /** The number of complete trials before the first may be pruned. Default 5. */
      readonly startup?: number;
      /** Epochs before a trial may be pruned. Default 0. */
      readonly warmUp?: number;
    };

/** Trials that compete with each other. */
export interface Bracket {
  readonly trials: number;
  /** By rung: a trial of n epochs trains for ⌈n/divisor⌉. The last is 1. */
  readonly divisors: readonly number[];
  /** One of so many goes on to the next rung. */
  readonly factor: number;
}

/** @throws TypeError, RangeError that name the option */
export function checkPruner(pruner: Pruner): Required<Pruner> {
  const isMedian = (pruner as Pruner | null)?.kind === 'median';
  checkKeys('pruner', pruner, ['kind', ...(isMedian ? ['startup', 'warmUp'] : ['factor', 'rungs'])]);
  if (pruner.kind === 'median') {
    const { kind, startup = 5, warmUp = 0 } = pruner;
    checkInteger('pruner.startup', startup);
    return { kind, startup, warmUp: checkInteger('pruner.warmUp', warmUp, 0) };
  }
  const { kind, factor = 3, rungs = 3 } = pruner;
  checkName('pruner.kind', kind, ['halving', 'hyperband', 'median']);
  checkInteger('pruner.factor', factor, 2, 16);
  return { kind, factor, rungs: checkInteger('pruner.rungs', rungs, 2, 8) };
}

/** Divides the trials of a study into brackets, in the order in which they run. */
export function planBrackets(pruner: Required<Pruner> | undefined, trials: number): Bracket[] {
  if (!pruner || pruner.kind === 'median') return [{ trials, divisors: [1], factor: 1 }];
  const { kind, factor, rungs } = pruner;
  const divisors = [1];
  while (divisors.length < rungs) divisors.unshift(divisors[0]! * factor);
  if (kind === 'halving') return [{ trials, divisors, factor }];
  // Each bracket costs about the same: one with s + 1 rungs gets a share of factorˢ/(s + 1).
  const shares = divisors.map((divisor, dropped) => divisor / (rungs - dropped));
  const sum = shares.reduce((total, share) => total + share, 0);
  let left = trials;
  return shares
    .map((share, dropped) => {
      const count = dropped === rungs - 1 ? left : Math.min(left, Math.ceil((trials * share) / sum));
      left -= count;
      return { trials: count, divisors: divisors.slice(dropped), factor };
    })
    .filter(({ trials }) => trials > 0);
}

/** The losses of the complete trials, epoch by epoch. */
export class LossCurves {
  /** In ascending order. */
  readonly #byEpoch: number[][] = [];

  /** @param losses of a complete trial after each epoch */
  add(losses: readonly number[]): void {
    for (const [e, loss] of losses.entries()) insert((this.#byEpoch[e] ??= []), loss, compare);
  }

  /** By epoch: the loss above which the median pruner ends a trial; null for none. */
  medians({ startup, warmUp }: Required<Extract<Pruner, { kind: 'median' }>>): (number | null)[] {
    if ((this.#byEpoch[0]?.length ?? 0) < startup) return [];
    return this.#byEpoch.map((losses, e) => {
      if (e < warmUp || losses.length < startup) return null;
      const middle = losses.length >> 1;
      return losses.length % 2 === 1 ? losses[middle]! : (losses[middle - 1]! + losses[middle]!) / 2;
    });
  }
}
