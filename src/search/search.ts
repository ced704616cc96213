import { checkInteger, checkKeys, checkOptional, checkType, show } from '../base/check.js';
import { DivergenceError, TypeFault } from '../errors.js';
import { checkSignal } from '../training/options.js';
import { checkSpace, type Space, type Values } from './domains.js';
import { compare } from './statistics.js';
import { createSampler, type SamplerName } from './samplers/create-sampler.js';
import type { Observation } from './samplers/sampler.js';

// A search tries a function. A study describes networks as plain data, and can therefore train them anywhere.

/**
 * Evaluates one combination of values.
 * @returns a score, of which lower is better (a loss, or 1 − accuracy): a number, or an object with `score` and anything
 * else you want to keep
 */
export type Trial<S extends Space, Outcome extends number | { readonly score: number }> = (
  values: Values<S>,
  signal?: AbortSignal,
) => Promise<Outcome>;

export interface TrialResult<S extends Space = Space, Outcome = unknown> {
  /** From 0, in order of execution. */
  readonly number: number;
  readonly values: Values<S>;
  /** Lower is better; Infinity if the training diverged. */
  readonly score: number;
  /** The result of the trial, unless it diverged. */
  readonly outcome?: Outcome;
  /** The message of the DivergenceError, if the training diverged. */
  readonly error?: string;
}

export interface SearchOptions<S extends Space = Space, Outcome = unknown> {
  /** Called after each trial. A returned promise is awaited. */
  readonly onTrial?: (result: TrialResult<S, Outcome>) => unknown;
  /** Passed to each trial, and checked before each; the search rejects with its reason. */
  readonly signal?: AbortSignal;
}

export interface RandomSearchOptions<S extends Space = Space, Outcome = unknown> extends SearchOptions<
  S,
  Outcome
> {
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
export async function gridSearch<const S extends Space, Outcome extends number | { readonly score: number }>(
  space: S,
  trial: Trial<S, Outcome>,
  options: SearchOptions<S, Outcome> = {},
): Promise<TrialResult<S, Outcome>[]> {
  checkKeys('options', options, ['onTrial', 'signal']);
  return await search('grid', space, trial, options);
}

/**
 * Tries random combinations of values, each at most once.
 * @returns as `gridSearch` does
 * @throws as `gridSearch` does; RangeError if `trials` exceeds the number of combinations
 */
export async function randomSearch<
  const S extends Space,
  Outcome extends number | { readonly score: number },
>(
  space: S,
  trial: Trial<S, Outcome>,
  options: RandomSearchOptions<S, Outcome>,
): Promise<TrialResult<S, Outcome>[]> {
  checkKeys('options', options, ['trials', 'seed', 'onTrial', 'signal']);
  checkInteger('trials', options.trials);
  return await search('random', space, trial, options);
}

/**
 * Formats a trial of a search or a study on one line: its number, score and values, or the error. Useful in `onTrial`.
 */
export function formatTrial(trial: {
  readonly number: number;
  readonly values: object;
  readonly score: number | undefined;
  readonly error?: string;
}): string {
  const { number, values, score, error } = trial;
  const chosen = Object.entries(values).map(([name, value]) => `${name} ${showValue(value)}`);
  const outcome = error === undefined ? `score ${Number(score!.toPrecision(5))}` : 'failed';
  return [`trial ${number}`, outcome, ...chosen, ...(error === undefined ? [] : [error])].join('  ');
}

const showValue = (value: unknown): string =>
  typeof value === 'object' ? JSON.stringify(value) : `${value as string | number}`;

async function search<S extends Space, Outcome extends number | { readonly score: number }>(
  name: SamplerName,
  space: S,
  trial: Trial<S, Outcome>,
  { trials, seed = 0, onTrial, signal }: Partial<RandomSearchOptions<S, Outcome>>,
): Promise<TrialResult<S, Outcome>[]> {
  const sampler = await createSampler(name, checkSpace(space), seed);
  const { count = Infinity } = sampler;
  const most = checkInteger('trials', trials ?? count, 1, count);
  checkType('trial', trial, 'function');
  checkOptional('onTrial', onTrial, 'function');
  checkSignal(signal);
  const results: TrialResult<S, Outcome>[] = [];
  const history: Observation[] = [];
  for (let number = 0; number < most; number++) {
    signal?.throwIfAborted();
    const values = sampler.propose(number, history) as Values<S>;
    const result = { number, values, ...(await attempt(trial, values, signal)) };
    results.push(result);
    history.push(result);
    await onTrial?.(result);
  }
  return results.sort((a, b) => compare(a.score, b.score));
}

async function attempt<S extends Space, Outcome extends number | { readonly score: number }>(
  trial: Trial<S, Outcome>,
  values: Values<S>,
  signal: AbortSignal | undefined,
): Promise<Pick<TrialResult<S, Outcome>, 'score' | 'outcome' | 'error'>> {
  try {
    const outcome = await trial(values, signal);
    const score: unknown =
      typeof outcome === 'object' ? (outcome as { score?: unknown } | null)?.score : outcome;
    if (typeof score === 'number' && !Number.isNaN(score)) return { score, outcome };
    const got = Number.isNaN(score) ? 'NaN, which cannot be ranked' : show(outcome);
    throw new TypeFault({
      place: 'trial',
      problem: `expected it to return a number or { score }, got ${got}`,
    });
  } catch (error) {
    if (error instanceof DivergenceError) return { score: Infinity, error: error.message };
    throw error;
  }
}
