/**
 * Cross-validation and hyperparameter search. All randomness is seeded: the same call returns the same result.
 *
 * @module bp4/search
 */
export { crossValidate } from './cross-validate.js';
export type { CrossValidation, CrossValidationOptions, FoldResult, Scores } from './cross-validate.js';
export { formatTrial, gridSearch, randomSearch } from './search.js';
export type { RandomSearchOptions, SearchOptions, Space, Trial, TrialResult, Values } from './search.js';
