/**
 * Ways to choose: how good a network is on data that it did not learn from, and which values do best. All is seeded: the
 * same call gives the same answer.
 *
 * @module bp4/search
 */
export { crossValidate } from './cross-validate.js';
export type { CrossValidation, CrossValidationOptions, FoldResult, Scores } from './cross-validate.js';
export { formatTrial, gridSearch, randomSearch } from './search.js';
export type { RandomSearchOptions, SearchOptions, Space, Trial, TrialResult, Values } from './search.js';
