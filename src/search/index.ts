/**
 * Cross-validation, hyperparameter search, and training divided among threads and machines. All randomness is seeded: the
 * same call returns the same result.
 *
 * @module bp4/search
 */
export { crossValidate } from './cross-validate.js';
export type { CrossValidation, CrossValidationOptions, FoldResult, Scores } from './cross-validate.js';
export { formatTrial, gridSearch, randomSearch } from './search.js';
export type { RandomSearchOptions, SearchOptions, Trial, TrialResult } from './search.js';
export { choice, float, int, when } from './domains.js';
export type {
  ChoiceDomain,
  Choices,
  ConditionalName,
  Condition,
  Domain,
  FloatDomain,
  FloatOptions,
  IntDomain,
  IntOptions,
  Space,
  ValueOf,
  Values,
} from './domains.js';
export type { JSONValue } from './canonical-json.js';
export { inline, runTask } from './executor.js';
export type { Executor, RunOptions } from './executor.js';
export type { Journal } from './journal.js';
export type { Pruner } from './pruners.js';
export type { Observation, Sampler } from './samplers/sampler.js';
export type { SamplerName } from './samplers/create-sampler.js';
export type { MetricName } from './scores.js';
export { study } from './study.js';
export { trainInShards } from './train-in-shards.js';
export type { ShardedTrainOptions } from './train-in-shards.js';
export type { StudyOptions, StudyResult } from './study.js';
export type { NetworkShape, StudyTrial } from './coordinator.js';
export type { Shard } from './shard.js';
export type { Division, PlainTrainOptions, Progress, Task, TaskResult, TrialSpec } from './task.js';
