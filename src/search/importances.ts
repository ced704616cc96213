import { canonicalJSON } from './canonical-json.js';
import { average, rank } from './statistics.js';

/** A trial with its loss. */
export interface Scored {
  readonly values: Readonly<Record<string, unknown>>;
  readonly loss: number;
}

const MOST_GROUPS = 6;

/**
 * How much each hyperparameter matters: the share of the variance of the losses that lies between the values of this
 * hyperparameter (the correlation ratio η²), scaled so that all shares add up to 1. Numbers are grouped by rank into up to six
 * groups of equal size, and losses are replaced by their ranks, so that a few terrible trials don't decide everything. It
 * regards each hyperparameter alone; with fewer than 10 trials it means little.
 * @returns shares from 0 to 1 by name; all 0 if no loss differs
 */
export function measureImportances(
  names: readonly string[],
  trials: readonly Scored[],
): Record<string, number> {
  const ranks = rank(trials.map(({ loss }) => loss));
  const shares = names.map((name) => correlationRatio(groupBy(name, trials), ranks));
  const sum = shares.reduce((total, share) => total + share, 0);
  return Object.fromEntries(names.map((name, n) => [name, sum > 0 ? shares[n]! / sum : 0]));
}

/** The group of each trial by its value of a hyperparameter. Trials without it form a group of their own. */
function groupBy(name: string, trials: readonly Scored[]): string[] {
  const values = trials.map(({ values }) => values[name]);
  const numbers = values.filter((value) => typeof value === 'number');
  const distinct = new Set(values.map((value) => keyOf(value)));
  if (numbers.length === 0 || distinct.size <= MOST_GROUPS) return values.map(keyOf);
  const places = rank(numbers);
  let n = 0;
  return values.map((value) =>
    typeof value === 'number'
      ? String(Math.floor((places[n++]! * MOST_GROUPS) / numbers.length))
      : keyOf(value),
  );
}

const keyOf = (value: unknown): string => (value === undefined ? '' : canonicalJSON('value', value));

/** η²: the sum of squares between the groups, divided by the total sum of squares; 0 if that is 0. */
function correlationRatio(groups: readonly string[], values: readonly number[]): number {
  const mean = average(values);
  const members = new Map<string, number[]>();
  for (const [n, group] of groups.entries()) {
    if (!members.has(group)) members.set(group, []);
    members.get(group)!.push(values[n]!);
  }
  let between = 0;
  for (const group of members.values())
    between += group.length * (average(group) - mean) * (average(group) - mean);
  const total = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return total > 0 ? between / total : 0;
}
