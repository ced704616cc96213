import type { Random } from '../../base/random.js';
import { type CheckedSpace, decide, type Dimension } from '../domains.js';
import { ParzenEstimator } from './parzen.js';
import { createTrialRandom } from './random.js';
import type { Observation, Sampler } from './sampler.js';
import { createSobolSampler } from './sobol.js';

/** The first trials are Sobol points, until so many have a score. */
const STARTUP_TRIALS = 10;
const CANDIDATES = 24;
/** The good trials are a tenth of all, and at most this many. */
const MOST_GOOD = 25;

/**
 * Multivariate tree-structured Parzen estimators, with Optuna's defaults: draws candidates where good trials are dense, and
 * proposes the one with the largest ratio of the densities of good and other trials. Pending trials count as bad.
 * Hyperparameters under the same condition are drawn together (Optuna's `group`).
 */
export function createTPESampler(space: CheckedSpace, seed: number): Sampler {
  const startup = createSobolSampler(space, seed);
  const groups = groupByCondition(space);
  return {
    isModelBased: true,
    propose: (trial, history) => {
      if (countTold(history) < STARTUP_TRIALS) return startup.propose(trial, history);
      const [good, others] = split(history);
      const random = createTrialRandom(seed, trial);
      const proposed = new Map<Dimension, unknown>();
      return decide(space, (dimension) => {
        if (dimension.levels === 1) return dimension.valueAt(0);
        if (!proposed.has(dimension)) {
          const group = groups.get(dimension)!;
          const values = proposeGroup(group, estimate(group, good), estimate(group, others), random);
          for (const [d, one] of group.entries()) proposed.set(one, values[d]);
        }
        return proposed.get(dimension);
      });
    },
  };
}

/** The candidate of the largest ratio of the two densities, the first among equals. */
function proposeGroup(
  group: readonly Dimension[],
  good: ParzenEstimator,
  others: ParzenEstimator,
  random: Random,
): readonly unknown[] {
  let best: readonly unknown[] = [];
  let largest = -Infinity;
  for (let candidate = 0; candidate < CANDIDATES; candidate++) {
    const drawn = good.sample(random);
    const values = group.map(({ toValue }, d) => toValue(drawn[d]!));
    // The densities are those of the rounded values.
    const point = group.map((dimension, d) => toCoordinate(dimension, values[d]));
    const ratio = good.logDensity(point) - others.logDensity(point);
    if (ratio > largest) [best, largest] = [values, ratio];
  }
  return best;
}

/** For each dimension of two values or more, those under the same condition, which exist in the same trials. */
function groupByCondition(space: CheckedSpace): Map<Dimension, Dimension[]> {
  const textOf = ({ conditions }: Dimension): string =>
    JSON.stringify(conditions.map(({ name, keys }) => [name, [...keys].sort()]).sort());
  const open = space.filter(({ levels }) => levels > 1);
  return new Map(open.map((one) => [one, open.filter((other) => textOf(other) === textOf(one))]));
}

/**
 * The good trials and the others, each in the order of the trials. Best are complete trials, then pruned ones with many
 * steps, then diverged ones, last pending ones; among equals low scores, then low numbers.
 */
export function split(history: readonly Observation[]): [Observation[], Observation[]] {
  const steps = ({ score, steps, isPending }: Observation): number =>
    isPending === true ? -1 : score === Infinity ? 0 : (steps ?? Infinity);
  const compare = (a: number, b: number): number => Number(a > b) - Number(a < b);
  const order = [...history].sort((a, b) => compare(steps(b), steps(a)) || compare(a.score, b.score));
  const best = new Set(order.slice(0, Math.min(Math.ceil(countTold(history) / 10), MOST_GOOD)));
  return [history.filter((one) => best.has(one)), history.filter((one) => !best.has(one))];
}

/** The number of trials that have a score. */
const countTold = (history: readonly Observation[]): number =>
  history.filter(({ isPending }) => isPending !== true).length;

/** The density of the trials in which the group exists. */
function estimate(group: readonly Dimension[], trials: readonly Observation[]): ParzenEstimator {
  const present = trials.filter(({ values }) => Object.hasOwn(values, group[0]!.name));
  return new ParzenEstimator(
    group,
    group.map((dimension) => present.map(({ values }) => toCoordinate(dimension, values[dimension.name]))),
  );
}

const toCoordinate = (dimension: Dimension, value: unknown): number =>
  dimension.toCoordinate(value, `values.${dimension.name}`);
