import { checkInteger, checkKeys, checkName } from '../base/check.js';

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
  checkKeys('pruner', pruner, ['kind', 'factor', 'rungs', 'startup', 'warmUp']);
  const kind = checkName('pruner.kind', pruner.kind, ['halving', 'hyperband', 'median']);
  if (pruner.kind === 'median') {
    checkKeys('pruner', pruner, ['kind', 'startup', 'warmUp']);
    const { startup = 5, warmUp = 0 } = pruner;
    return {
      kind: pruner.kind,
      startup: checkInteger('pruner.startup', startup),
      warmUp: checkInteger('pruner.warmUp', warmUp, 0),
    };
  }
  checkKeys('pruner', pruner, ['kind', 'factor', 'rungs']);
  const { factor = 3, rungs = 3 } = pruner;
  return {
    kind: kind as 'halving' | 'hyperband',
    factor: checkInteger('pruner.factor', factor, 2, 16),
    rungs: checkInteger('pruner.rungs', rungs, 2, 8),
  };
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

/** The scores of a complete trial after each epoch, as losses. */
export type Curve = readonly number[];

/**
 * By epoch: the loss above which the median pruner ends a trial; null for none.
 * @param curves of the complete trials
 */
export function medianThresholds(
  { startup, warmUp }: Required<Extract<Pruner, { kind: 'median' }>>,
  curves: readonly Curve[],
): (number | null)[] {
  if (curves.length < startup) return [];
  const longest = Math.max(...curves.map(({ length }) => length));
  return Array.from({ length: longest }, (_, e) => {
    if (e < warmUp) return null;
    const losses = curves.flatMap((curve) => curve[e] ?? []).sort((a, b) => a - b);
    if (losses.length < startup) return null;
    const middle = losses.length >> 1;
    return losses.length % 2 === 1 ? losses[middle]! : (losses[middle - 1]! + losses[middle]!) / 2;
  });
}
