import { RangeFault } from '../../errors.js';
import { canonicalJSON } from '../canonical-json.js';
import { type CheckedSpace, decide, type Dimension, exists } from '../domains.js';
import type { Sampler } from './sampler.js';

/**
 * All combinations, the last name varying fastest. A hyperparameter that does not exist multiplies nothing.
 * @throws RangeError if a float has no step
 */
export function createGridSampler(space: CheckedSpace): Sampler {
  for (const { name, levels } of space) {
    if (levels === Infinity) {
      throw new RangeFault({
        place: `space.${name}`,
        problem: 'a grid needs finitely many values',
        cure: `set the step of ${name}, or choose another sampler`,
      });
    }
  }
  const countFrom = createCounter(space);
  const count = countFrom(0, new Map());
  return {
    count,
    propose: (trial) => {
      checkTrial(trial, count);
      let rest = trial;
      return decide(space, (dimension, position, keys) => {
        // Without conditions on this dimension, as many combinations follow each of its values.
        const size = (level: number): number =>
          countFrom(position + 1, new Map(keys).set(dimension.name, keyAt(dimension, level)));
        let level = 0;
        if (!isNamed(space, dimension)) {
          level = Math.floor(rest / size(0));
          rest -= level * size(0);
        } else for (; rest >= size(level); level++) rest -= size(level);
        return dimension.valueAt(level);
      });
    },
  };
}

/** The number of combinations; Infinity if a float without step exists in one. */
export const countCombinations = (space: CheckedSpace): number => createCounter(space)(0, new Map());

/** @throws RangeError unless there is a combination for the trial */
export function checkTrial(trial: number, count: number): void {
  if (trial >= count) {
    throw new RangeFault({
      place: 'trials',
      problem: `expected at most ${count}, the number of combinations, got ${trial + 1}`,
    });
  }
}

const keyAt = ({ name, valueAt }: Dimension, level: number): string => canonicalJSON(name, valueAt(level));

/** Whether the condition of another dimension names this one. */
const isNamed = (space: CheckedSpace, { name }: Dimension): boolean =>
  space.some(({ conditions }) => conditions.some((condition) => condition.name === name));

/** Returns a function that counts the combinations from a position on, beside earlier values with these canonical texts. */
function createCounter(space: CheckedSpace): (position: number, keys: ReadonlyMap<string, string>) => number {
  const known = new Map<string, number>();
  /** The conditions at each position and after it: all that a count depends on. */
  const conditions = space.map((_, position) => space.slice(position).flatMap((one) => one.conditions));
  return function countFrom(position, keys): number {
    const dimension = space[position];
    if (dimension === undefined) return 1;
    const holds = conditions[position]!.map(({ name, keys: wanted }) =>
      Number(wanted.has(keys.get(name) ?? '')),
    );
    const state = `${position} ${holds.join('')}`;
    const before = known.get(state);
    if (before !== undefined) return before;
    const follow = (key: string): number => countFrom(position + 1, new Map(keys).set(dimension.name, key));
    let count = 0;
    if (exists(dimension, keys)) {
      const named = new Set(
        conditions[position]!.flatMap((one) => (one.name === dimension.name ? [...one.keys] : [])),
      );
      for (const key of named) count += follow(key);
      // '' is the text of no value: it stands for all that no condition names
      const others = dimension.levels - named.size;
      if (others > 0) count += others * follow('');
    } else count = countFrom(position + 1, keys);
    known.set(state, count);
    return count;
  };
}
