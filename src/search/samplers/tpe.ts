import type { Random } from '../../base/random.js';
import { type CheckedSpace, decide, type Dimension } from '../domains.js';
import { compare, insert } from '../statistics.js';
import { ParzenEstimator } from './parzen.js';
import { createTrialRandom } from './random.js';
import type { Observation, Sampler } from './sampler.js';
import { createSobolSampler } from './sobol.js';

/** The first trials are Sobol points, until so many have a score. */
const STARTUP_TRIALS = 10;
const CANDIDATES = 24;
/** The good trials are a tenth of all, and at most this many. */
const MOST_GOOD = 25;
/** The latest of the others suffice, and bound the time of a proposal. */
const MOST_OTHERS = 2000;

/**
 * Multivariate tree-structured Parzen estimators, with Optuna's defaults: draws candidates where good trials are dense, and
 * proposes the one with the largest ratio of the densities of good and other trials. Pending trials count as bad. Unlike Optuna, it
 * forgets bad trials that are older than the latest 2,000.
 * Hyperparameters under the same condition are drawn together (Optuna's `group`).
 */
export function createTPESampler(space: CheckedSpace, seed: number): Sampler {
  const startup = createSobolSampler(space, seed);
  const groups = groupByCondition(space);
  /** By the values of a trial: they return in each history. */
  const known = new WeakMap<object, Float64Array>();
  const coordinatesOf = ({ values }: Observation): Float64Array => {
    const row =
      known.get(values) ??
      Float64Array.from(space, (dimension) =>
        Object.hasOwn(values, dimension.name) ? toCoordinate(dimension, values[dimension.name]) : NaN,
      );
    known.set(values, row);
    return row;
  };
  /** The density of the trials in which the group exists. */
  const estimate = (group: readonly Dimension[], trials: readonly Observation[]): ParzenEstimator => {
    const places = group.map((dimension) => space.indexOf(dimension));
    const present = trials.map(coordinatesOf).filter((row) => !Number.isNaN(row[places[0]!]));
    return new ParzenEstimator(
      group,
      places.map((d) => present.map((row) => row[d]!)),
    );
  };
  return {
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
  const most = Math.min(Math.ceil(countTold(history) / 10), MOST_GOOD);
  const best: Observation[] = [];
  for (const one of history)
    insert(best, one, (a, b) => compare(steps(b), steps(a)) || compare(a.score, b.score), most);
  const isBest = new Set(best);
  const others = history.filter((one) => !isBest.has(one));
  return [history.filter((one) => isBest.has(one)), others.slice(-MOST_OTHERS)];
}

/** The number of trials that have a score. */
const countTold = (history: readonly Observation[]): number =>
  history.filter(({ isPending }) => isPending !== true).length;

const toCoordinate = (dimension: Dimension, value: unknown): number =>
  dimension.toCoordinate(value, `values.${dimension.name}`);
