/**
 * bp4/brain: in place of brain.js, for its dense `NeuralNetwork`.
 *
 * @module
 */
export { CrossValidate, type CrossValidateJSON, type PartitionResult } from './cross-validate.js';
export type { BrainData, Datum, NumberObject } from './data.js';
export type { JSONLayer, LegacyJSON, NeuralNetworkJSON } from './json.js';
export type { BrainEngine } from './kernels.js';
export { likely } from './likely.js';
export { lookup } from './lookup.js';
export { NeuralNetwork } from './neural-network.js';
export type { BrainActivation, NeuralNetworkOptions, TrainingStatus, TrainOptions } from './options.js';
export type { BinaryTestResult, Misclass, TestResult } from './test-result.js';
export { TrainStream, type TrainStreamOptions } from './train-stream.js';
export { DivergenceError, EngineError, FormatError, StateError } from '../errors.js';
import { max, mse, ones, ones2D, random, randomWeight, randos, range, toArray, zeros } from './utilities.js';

/** What of brain.js's `utilities` concerns NeuralNetwork. */
export const utilities = { max, mse, ones, ones2D, random, randomWeight, randos, range, toArray, zeros };
