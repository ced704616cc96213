import { canonicalJSON } from '../canonical-json.js';
import { Random, type RandomState } from '../../base/random.js';
import { atUnit, type CheckedSpace, decide } from '../domains.js';
import { checkTrial, countCombinations } from './grid.js';
import type { Sampler } from './sampler.js';

/** Mixes 32 bits. Source: splitmix32 with the constants of T. Ettinger's search for hash functions (2020), as in base/random. */
export function hash(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}

/** The generator of one trial. Each word of the seed's state starts a splitmix32 sequence; the trial is a place in all four. */
export function createTrialRandom(seed: number, trial: number): Random {
  const state = Random.fromSeed(seed).state.map((word) => hash(word + Math.imul(trial + 1, 0x9e3779b9)));
  return new Random(state as unknown as RandomState);
}

/** Independent uniform draws; from a space of finitely many combinations, each at most once. */
export function createRandomSampler(space: CheckedSpace, seed: number): Sampler {
  const count = countCombinations(space);
  const draw = (random: Random): Record<string, unknown> =>
    decide(space, (dimension) => atUnit(dimension, random.uniform(0, 1)));
  if (count === Infinity) {
    return { propose: (trial) => draw(createTrialRandom(seed, trial)) };
  }
  // What a trial may not repeat are the proposals before it, which need no history to be drawn again.
  const drawn: Record<string, unknown>[] = [];
  const texts = new Set<string>();
  return {
    count,
    propose: (trial) => {
      checkTrial(trial, count);
      while (drawn.length <= trial) {
        const random = createTrialRandom(seed, drawn.length);
        let values = draw(random);
        while (texts.has(canonicalJSON('values', values))) values = draw(random);
        texts.add(canonicalJSON('values', values));
        drawn.push(values);
      }
      return { ...drawn[trial]! };
    },
  };
}
