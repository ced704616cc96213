import { DivergenceError, RangeFault, TypeFault } from '../errors.js';
import { checkInteger, checkKeys, checkOptional, checkType, show } from '../base/check.js';
import { Random } from '../base/random.js';
import { checkSignal } from '../training/options.js';

/** The candidate values of each hyperparameter, by name. */
export type ValueLists = Readonly<Record<string, readonly unknown[]>>;

/** One value for each hyperparameter. */
export type Combination<S extends ValueLists> = { readonly [Name in keyof S]: S[Name][number] };

/**
 * Evaluates one combination of values.
 * @returns a score, of which lower is better (a loss, or 1 − accuracy): a number, or an object with `score` and anything
 * else you want to keep
 */
export type Trial<S extends ValueLists, Outcome extends number | { readonly score: number }> = (
  values: Combination<S>,
  signal?: AbortSignal,
) => Promise<Outcome>;

export interface TrialResult<S extends ValueLists = ValueLists, Outcome = unknown> {
  /** From 1, in order of execution. */
  readonly trial: number;
  readonly values: Combination<S>;
  /** Lower is better; Infinity if the training diverged. */
  readonly score: number;
  /** The result of the trial, unless it diverged. */
  readonly outcome?: Outcome;
  /** The message of the DivergenceError, if the training diverged. */
  readonly error?: string;
}

export interface SearchOptions<S extends ValueLists = ValueLists, Outcome = unknown> {
  /** Called after each trial. A returned promise is awaited. */
  readonly onTrial?: (result: TrialResult<S, Outcome>) => unknown;
  /** Passed to each trial, and checked before each; the search rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface RandomSearchOptions<
  S extends ValueLists = ValueLists,
  Outcome = unknown,
> extends SearchOptions<S, Outcome> {
  /** The number of combinations to try, at most the number of all combinations. */
  readonly trials: number;
  /** The seed of the draw, a safe integer. Default 0. */
  readonly seed?: number;
}

/**
 * Tries all combinations of values, one after the other. The last name varies fastest.
 * @returns the results, lowest score first; equal scores in order of execution
 * @throws TypeError or RangeError naming the problem in the space, the options or a score
 * @throws the errors of a trial, except DivergenceError, which becomes a result with the score Infinity
 */
export async function gridSearch<
  const S extends ValueLists,
  Outcome extends number | { readonly score: number },
>(
  space: S,
  trial: Trial<S, Outcome>,
  options: SearchOptions<S, Outcome> = {},
): Promise<TrialResult<S, Outcome>[]> {
  const sizes = countValues(space);
  checkKeys('options', options, ['onTrial', 'signal']);
  return await search(space, trial, enumerateAll(sizes), options);
}

/**
 * Tries random combinations of values, each at most once.
 * @returns as `gridSearch` does
 * @throws as `gridSearch` does; RangeError if `trials` exceeds the number of combinations
 */
export async function randomSearch<
  const S extends ValueLists,
  Outcome extends number | { readonly score: number },
>(
  space: S,
  trial: Trial<S, Outcome>,
  options: RandomSearchOptions<S, Outcome>,
): Promise<TrialResult<S, Outcome>[]> {
  const sizes = countValues(space);
  checkKeys('options', options, ['trials', 'seed', 'onTrial', 'signal']);
  const combinations = sizes.reduce((product, size) => product * size, 1);
  const trials = checkInteger('trials', options.trials);
  if (trials > combinations) {
    throw new RangeFault({
      place: 'trials',
      problem: `expected at most ${combinations}, the number of combinations, got ${trials}`,
    });
  }
  const seed = checkInteger('seed', options.seed ?? 0, Number.MIN_SAFE_INTEGER);
  return await search(space, trial, drawSome(sizes, trials, Random.fromSeed(seed)), options);
}

/**
 * Formats a trial on one line: its number, score and values, or the error. Useful in `onTrial`.
 */
export function formatTrial({ trial, values, score, error }: TrialResult): string {
  const chosen = Object.entries(values).map(([name, value]) => `${name} ${showCombination(value)}`);
  const outcome = error === undefined ? `score ${Number(score.toPrecision(5))}` : 'failed';
  return [`trial ${trial}`, outcome, ...chosen, ...(error === undefined ? [] : [error])].join('  ');
}

const showCombination = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : `${value as string | number}`;

async function search<S extends ValueLists, Outcome extends number | { readonly score: number }>(
  space: S,
  trial: Trial<S, Outcome>,
  places: Iterable<readonly number[]>,
  { onTrial, signal }: SearchOptions<S, Outcome>,
): Promise<TrialResult<S, Outcome>[]> {
  checkType('trial', trial, 'function');
  checkOptional('onTrial', onTrial, 'function');
  checkSignal(signal);
  const results: TrialResult<S, Outcome>[] = [];
  for (const place of places) {
    signal?.throwIfAborted();
    const values = Object.fromEntries(
      Object.entries(space).map(([name, list], i) => [name, list[place[i]!]]),
    ) as Combination<S>;
    const result = { trial: results.length + 1, values, ...(await attempt(trial, values, signal)) };
    results.push(result);
    await onTrial?.(result);
  }
  // A subtraction would return NaN for two infinite scores.
  return results.sort((a, b) => Number(a.score > b.score) - Number(a.score < b.score));
}

async function attempt<S extends ValueLists, Outcome extends number | { readonly score: number }>(
  trial: Trial<S, Outcome>,
  values: Combination<S>,
  signal: AbortSignal | undefined,
): Promise<Pick<TrialResult<S, Outcome>, 'score' | 'outcome' | 'error'>> {
  try {
    const outcome = await trial(values, signal);
    return { score: readScore(outcome), outcome };
  } catch (error) {
    if (error instanceof DivergenceError) return { score: Infinity, error: error.message };
    throw error;
  }
}

function readScore(outcome: unknown): number {
  const score =
    typeof outcome === 'object' && outcome !== null ? (outcome as { score?: unknown }).score : outcome;
  if (typeof score !== 'number') {
    throw new TypeFault({
      place: 'trial',
      problem: `expected it to return a number or { score }, got ${show(outcome)}`,
    });
  }
  if (Number.isNaN(score))
    throw new RangeFault({
      place: 'trial',
      problem: 'returned NaN, which cannot be ranked',
    });
  return score;
}

/** The number of values of each hyperparameter. */
function countValues(space: unknown): number[] {
  if (typeof space !== 'object' || space === null || Array.isArray(space)) {
    throw new TypeFault({
      place: 'space',
      problem: `expected an object of arrays, { learningRate: [0.1, 1] }, got ${show(space)}`,
    });
  }
  const sizes = Object.entries(space).map(([name, list]: [string, unknown]) => {
    if (!Array.isArray(list))
      throw new TypeFault({ place: `space.${name}`, problem: `expected an array, got ${show(list)}` });
    if (list.length === 0)
      throw new RangeFault({ place: `space.${name}`, problem: 'expected at least one value, got none' });
    return list.length;
  });
  if (sizes.length === 0)
    throw new RangeFault({ place: 'space', problem: 'expected at least one name, got none' });
  return sizes;
}

function* enumerateAll([size, ...others]: readonly number[]): Generator<number[], void> {
  if (size === undefined) yield [];
  else for (let i = 0; i < size; i++) for (const rest of enumerateAll(others)) yield [i, ...rest];
}

/** Draws `count` distinct combinations. */
function* drawSome(sizes: readonly number[], count: number, random: Random): Generator<number[]> {
  const drawn = new Set<string>();
  while (drawn.size < count) {
    const place = sizes.map((size) => random.below(size));
    const key = place.join();
    if (drawn.has(key)) continue;
    drawn.add(key);
    yield place;
  }
}
