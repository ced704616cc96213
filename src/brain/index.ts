/**
 * bp4/brain: in place of brain.js (1.6.1 and 2.0.0-beta.24), for its dense `NeuralNetwork`, with `CrossValidate`,
 * `TrainStream`, `likely`, `lookup` and `utilities`. From the same weights it trains as brain.js does, but for the rounding
 * of single precision, and to the same bits on every engine. Where the two versions differ it does as 2 does.
 *
 * What is otherwise than in brain.js:
 *
 * - **Numbers that are none are refused**: NaN, Infinity, strings, holes and ragged rows, by a TypeError or RangeError that
 *   names the place, before anything changes. brain.js trains on them, or answers NaN. Booleans count as 0 and 1; a key
 *   that is missing, undefined or null is 0.
 * - **A training that diverges** throws a DivergenceError, and leaves the network as it was. brain.js returns NaN.
 * - **Adam** corrects the biases' first moment of this step; brain.js takes that of the step before, so that biases do not
 *   move in the first. `praxis` can be changed from training to training; brain.js heeds it at the first only.
 * - **Options of `train`** hold from then on, as in 2; in 1 those that are not given again fall back to defaults. `undefined`
 *   is as if not given, and `callback` and `praxis` may be null.
 * - **leaky-relu** is z, or αz below 0, as in 2; 1 computes 0 below 0 and αz above.
 * - **Typed arrays** are lists of numbers: `run` answers with a Float32Array. brain.js takes their indices for keys.
 * - **`inputSize` and `outputSize`** are checked against the data; brain.js replaces them.
 * - **`run` and `test`** before there are weights throw a StateError; `run` in 1 returns null.
 * - **The weights of a beginning** come from a generator with a seed (`seed`), and so programs repeat themselves.
 * - **Changes that are too small to matter**, below 2⁻¹⁰⁰, or which no longer alter a weight whose input is zero, are dropped.
 * - **`fromJSON`** checks all that it reads (FormatError), takes the files of 1 and 2, and takes `__proto__` for a key like
 *   any other. `toJSON` writes the form of 2, which keeps keys in their order; `toLegacyJSON` that of 1.
 * - **`toFunction`** writes each weight once; in brain.js the source grows with the product of the layers. Units with a bias
 *   of 0, and quotes in keys, do no harm. Where a page forbids `new Function` there is a closure in its place.
 * - **`CrossValidate`** does not reorder the data it is given, and tests every sample once, also where k does not divide them.
 * - **`TrainStream`** is no stream of Node.js: there is `write` and `endInputs`, and neither `pipe` nor events.
 * - **`trainAsync`** trains for ten milliseconds at a time, and a network that is being trained refuses another training.
 * - **`errorCheckInterval`** and methods whose names begin with `_`, or that are steps of training (`runInput`,
 *   `calculateDeltas`, `adjustWeights`), are left out; `weights` and `biases` are copies.
 * - **At most 65,536 inputs** take the way for inputs that are mostly zero; more are trained, but slower.
 *
 * Left out: NeuralNetworkGPU, recurrent networks, FeedForward and its layers, AE, `toSVG`, DataFormatter, and what of
 * `lookup` is for lists of objects.
 *
 * @module bp4/brain
 */
import { CrossValidate } from './cross-validate.js';
import { likely } from './likely.js';
import { lookup } from './lookup.js';
import { NeuralNetwork } from './neural-network.js';
import { TrainStream } from './train-stream.js';
import { max, mse, ones, ones2D, random, randomWeight, randos, range, toArray, zeros } from './utilities.js';

export { CrossValidate, likely, lookup, NeuralNetwork, TrainStream };
export type { Classifier, CrossValidateJSON, PartitionResult } from './cross-validate.js';
export type { BrainData, Datum, NumberObject } from './data.js';
export type { JSONLayer, LegacyJSON, LegacyUnit, NeuralNetworkJSON } from './json.js';
export type { BrainEngine } from './kernels.js';
export type { BrainActivation, NeuralNetworkOptions, TrainingStatus, TrainOptions } from './options.js';
export type { BinaryTestResult, Misclass, TestResult } from './test-result.js';
export type { TrainStreamOptions } from './train-stream.js';
export { DivergenceError, EngineError, FormatError, StateError } from '../errors.js';

/** What of brain.js's `utilities` concerns NeuralNetwork. */
export const utilities = { max, mse, ones, ones2D, random, randomWeight, randos, range, toArray, zeros };

/** For programs that `import brain from 'brain.js'`. */
export default { CrossValidate, likely, lookup, NeuralNetwork, TrainStream, utilities };
