/**
 * bp4/brain replaces brain.js (1.6.1 and 2.0.0-beta.24) for its dense `NeuralNetwork`: programs only need to change the import, or the
 * address of the script. From the same weights it trains like brain.js, up to single-precision rounding, with identical results
 * on every engine. If the two versions differ, it follows version 2, but takes what version 1 took.
 *
 * What brain.js accepts and can't be right counts as in version 1, after one warning of each kind for a network; with
 * `strict: true` it's an error:
 *
 * - rows of another length: the rest is left out, and what is missing counts as 0. A program that states `inputSize` or
 *   `outputSize` gets an error, as in version 2;
 * - a list for a network with keys, which counts by its indices, and samples of which the network knows no input;
 * - text and null in lists, which count as numbers, and NaN under a key, which counts as 0;
 * - targets that the activation doesn't reach, such as 350 for sigmoid;
 * - `inputSize` and `outputSize` that the data contradict: the data decide;
 * - options whose names are near known ones.
 *
 * Differences from brain.js:
 *
 * - **Other values than numbers** throw a TypeError or RangeError that names the place, before anything changes: NaN in lists,
 *   Infinity, words, holes. brain.js trains on them, or returns NaN. Booleans count as 0 and 1. A key that is missing, undefined or
 *   null counts as 0.
 * - **Training that diverges** throws a DivergenceError and leaves the network unchanged. brain.js returns NaN.
 * - **A new output key** in a later call to `train` throws a RangeError. brain.js ignores it. `test` counts a sample with an unknown output key among the misclasses.
 * - **Adam** corrects the biases with the first moment of the current step. brain.js uses the moment of the previous
 *   step, so its biases don't move in the first step. `praxis` can change between calls to `train`; brain.js reads it
 *   only in the first.
 * - **Options of `train`** stay in effect for later calls, as in version 2. In version 1, options that aren't repeated
 *   return to their defaults. `undefined` means not set, and `callback` and `praxis` may be null. `setActivation` sets
 *   `trainOpts.activation`.
 * - **leaky-relu** is z, or αz below 0, as in version 2. Version 1 computes 0 below 0 and αz above.
 * - **Typed arrays** are lists of numbers, and `run` returns a Float32Array. brain.js treats their indices as keys.
 * - **`run` and `test`** throw a StateError before the network has weights. In version 1, `run` returns null.
 * - **Initial weights** come from a seeded generator (`seed`), so a program gets the same network on every run.
 * - **Changes that are too small to matter** are dropped: those below 2⁻¹⁰⁰, and those that no longer alter a weight whose
 *   input is zero.
 * - **`weights` and `biases`** are the same arrays over the life of a network, until `initialize` or `fromJSON`. What isn't a finite
 *   number in them is an error at the next call.
 * - **`log`** gets the status, as in version 2. As text, it's the line that version 1 passes.
 * - **`fromJSON`** checks everything it reads (FormatError), accepts the files of versions 1 and 2 and of NeuralNetworkGPU, and treats
 *   `__proto__` as a key like any other. `toJSON` writes the form of version 2, which keeps the order of keys;
 *   `toLegacyJSON` writes that of version 1.
 * - **`toFunction`** writes each weight once. In brain.js the source grows with the product of the layer sizes. It handles units
 *   with a bias of 0 and quotes in keys. If a page forbids `new Function`, it returns a closure instead.
 * - **`CrossValidate`** doesn't reorder the caller's data, and tests every sample exactly once, even if k doesn't divide their
 *   number.
 * - **`TrainStream`** can be piped into, and emits `finish`, but isn't an instance of Node.js's `Writable`.
 * - **`trainAsync`** trains for ten milliseconds at a time. A second call waits for the first; `train` during it throws a StateError.
 * - **`NeuralNetworkGPU`** is `NeuralNetwork`.
 * - **At most 65,536 inputs** use the fast path for inputs that are mostly zero. Wider data works too, but trains more
 *   slowly.
 *
 * Recurrent networks, FeedForward with its layers, and AE are not included: their names exist, and throw when they are used. Keep
 * brain.js beside bp4/brain for them. Without a counterpart are `errorCheckInterval`, `deltas`, `changes` and `errors`,
 * `calculateDeltas` and `adjustWeights`, methods whose names begin with `_`, and `DataFormatter.toFunctionString`. `train` doesn't call
 * `trainingTick`, so a network that replaces it trains as others do.
 *
 * @module bp4/brain
 */
// First, so that the compiled kernels open the bundle, as in ../network.ts
import { NeuralNetwork } from './neural-network.js';
import { AE, FeedForward, layer, layerTypes, praxis, Recurrent, recurrent } from './absent.js';
import { CrossValidate } from './cross-validate.js';
import type { BrainData } from './data.js';
import { DataFormatter } from './data-formatter.js';
import { likely } from './likely.js';
import { lookup } from './lookup.js';
import { toSVG } from './to-svg.js';
import { TrainStream } from './train-stream.js';
import {
  activation,
  max,
  mse,
  ones,
  ones2D,
  random,
  randomWeight,
  randos,
  range,
  toArray,
  zeros,
} from './utilities.js';

/** `NeuralNetwork` itself: on the networks that brain.js is used for, WebAssembly is faster than a GPU. */
const NeuralNetworkGPU = NeuralNetwork;
type NeuralNetworkGPU<Input = BrainData, Output = BrainData> = NeuralNetwork<Input, Output>;

/** The utilities of brain.js. */
export const utilities = {
  max,
  mse,
  ones,
  ones2D,
  random,
  randomWeight,
  randos,
  range,
  toArray,
  DataFormatter,
  zeros,
  toSVG,
};

export { activation, CrossValidate, likely, lookup, NeuralNetwork, NeuralNetworkGPU, TrainStream };
export { AE, FeedForward, layer, layerTypes, praxis, Recurrent, recurrent };
export type { Absent } from './absent.js';
export type { Classifier, CrossValidateJSON, PartitionResult } from './cross-validate.js';
export type { BrainData, Datum, NumberObject } from './data.js';
export type { DataFormatter } from './data-formatter.js';
export type { JSONLayer, LegacyJSON, LegacyUnit, NeuralNetworkJSON } from './json.js';
export type { BrainEngine } from './kernels.js';
export type {
  BrainActivation,
  GivenOptions,
  GivenTrainOptions,
  NeuralNetworkOptions,
  TrainingStatus,
  TrainOptions,
} from './options.js';
export type { BinaryTestResult, Misclass, TestResult } from './test-result.js';
export type { Samples } from './neural-network.js';
export type { Drawable, SVGOptions } from './to-svg.js';
export type { TrainStreamOptions } from './train-stream.js';
export { DivergenceError, EngineError, FormatError, StateError } from '../errors.js';

// The names that the types have in brain.js.
export type { CrossValidateJSON as ICrossValidateJSON } from './cross-validate.js';
export type { BrainData as INeuralNetworkData, Datum as INeuralNetworkDatum } from './data.js';
export type { Datum as INeuralNetworkTrainingData, NumberObject as INumberHash } from './data.js';
export type { JSONLayer as IJSONLayer, NeuralNetworkJSON as INeuralNetworkJSON } from './json.js';
export type {
  BrainActivation as NeuralNetworkActivation,
  GivenOptions as INeuralNetworkOptions,
  GivenTrainOptions as INeuralNetworkTrainOptions,
  GivenTrainOptions as INeuralNetworkTrainingOptions,
  TrainingStatus as INeuralNetworkState,
  TrainingStatus as ITrainingStatus,
} from './options.js';
export type {
  BinaryTestResult as INeuralNetworkBinaryTestResult,
  TestResult as INeuralNetworkTestResult,
} from './test-result.js';
export type { TrainStreamOptions as ITrainStreamOptions } from './train-stream.js';

/** For programs that `import brain from 'brain.js'`. */
export default {
  activation,
  AE,
  CrossValidate,
  FeedForward,
  layer,
  layerTypes,
  likely,
  lookup,
  NeuralNetwork,
  NeuralNetworkGPU,
  praxis,
  Recurrent,
  recurrent,
  TrainStream,
  utilities,
};
