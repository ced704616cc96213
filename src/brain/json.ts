import type { Parameters } from '../model/state.js';
import type { Lookup } from './data.js';
import type { BrainActivation, NeuralNetworkOptions, TrainOptions } from './options.js';
import { shortestOf } from '../base/shortest.js';
import type { NetworkJSON } from '../model/json.js';
import { toSpec } from './machine.js';

/** A layer of brain.js 2. Both arrays of the input layer are empty. */
export interface JSONLayer {
  /** [units][fanIn] */
  weights: number[][];
  biases: number[];
}

/** The JSON of a network in brain.js 2. */
export interface NeuralNetworkJSON {
  type: 'NeuralNetwork';
  sizes: number[];
  layers: JSONLayer[];
  inputLookup: Record<string, number> | null;
  inputLookupLength: number;
  outputLookup: Record<string, number> | null;
  outputLookupLength: number;
  options: NeuralNetworkOptions;
  trainOpts: Omit<TrainOptions, 'log' | 'timeout' | 'callback'> & {
    log: boolean;
    timeout: number | 'Infinity';
  };
}

/** A unit of brain.js 1: its weights, by the names of the units they come from. */
export interface LegacyUnit {
  bias: number;
  weights: Record<string, number>;
}

/** The JSON of a network in brain.js 1. A layer maps names to units; a name is a key of the data, or a number. */
export interface LegacyJSON {
  sizes: number[];
  layers: Record<string, LegacyUnit | Record<string, never>>[];
  inputLookup: boolean;
  outputLookup: boolean;
  activation: BrainActivation;
  leakyReluAlpha: number;
  trainOpts: Partial<Omit<TrainOptions, 'callback' | 'log'>> & { log: boolean };
}

/** The content of either JSON. */
export interface Written {
  readonly sizes: readonly number[];
  readonly parameters: readonly Parameters[];
  readonly inputLookup: Lookup;
  readonly outputLookup: Lookup;
  readonly options: NeuralNetworkOptions;
  readonly trainOpts: TrainOptions;
}

const toObject = (lookup: Lookup): Record<string, number> | null =>
  lookup ? Object.fromEntries(lookup) : null;

/** Writes the JSON of brain.js 2. */
export function writeJSON({
  sizes,
  parameters,
  inputLookup,
  outputLookup,
  options,
  trainOpts,
}: Written): NeuralNetworkJSON {
  return {
    type: 'NeuralNetwork',
    sizes: [...sizes],
    layers: [
      { weights: [], biases: [] },
      ...parameters.map(({ weights, biases }) => ({
        weights: splitRows(weights, biases.length),
        biases: Array.from(biases),
      })),
    ],
    inputLookup: toObject(inputLookup),
    inputLookupLength: inputLookup?.size ?? 0,
    outputLookup: toObject(outputLookup),
    outputLookupLength: outputLookup?.size ?? 0,
    options: withoutFunctions(options),
    trainOpts: writeTrainOpts(trainOpts),
  };
}

/** A copy without what JSON can't hold. A `callback` of null isn't written either, because brain.js 2 rejects it. */
function withoutFunctions(options: NeuralNetworkOptions): NeuralNetworkOptions {
  const entries = Object.entries(options).filter(
    ([name, value]) => name !== 'callback' && typeof value !== 'function',
  );
  return Object.fromEntries(entries) as unknown as NeuralNetworkOptions;
}

/** The options of training in the JSON of brain.js 2. Written out, because V8 takes a hundred times longer to copy them by name. */
export function writeTrainOpts(trainOpts: TrainOptions): NeuralNetworkJSON['trainOpts'] {
  const { timeout, praxis } = trainOpts;
  const written: NeuralNetworkJSON['trainOpts'] = {
    activation: trainOpts.activation,
    iterations: trainOpts.iterations,
    errorThresh: trainOpts.errorThresh,
    log: trainOpts.log !== false,
    logPeriod: trainOpts.logPeriod,
    leakyReluAlpha: trainOpts.leakyReluAlpha,
    learningRate: trainOpts.learningRate,
    momentum: trainOpts.momentum,
    callbackPeriod: trainOpts.callbackPeriod,
    timeout: timeout === Infinity ? 'Infinity' : timeout,
    beta1: trainOpts.beta1,
    beta2: trainOpts.beta2,
    epsilon: trainOpts.epsilon,
  };
  if (praxis) written.praxis = praxis;
  return written;
}

/** The rows of a matrix as arrays of numbers. */
export function splitRows(matrix: Float32Array, rows: number): number[][] {
  const columns = matrix.length / rows;
  const split: number[][] = [];
  for (let j = 0, at = 0; j < rows; j++) {
    const row: number[] = [];
    for (let k = 0; k < columns; k++) row.push(matrix[at++]!);
    split.push(row);
  }
  return split;
}

/** Writes the JSON of brain.js 1.6. */
export function writeLegacyJSON({
  sizes,
  parameters,
  inputLookup,
  outputLookup,
  trainOpts,
}: Written): LegacyJSON {
  const { activation, leakyReluAlpha, timeout, praxis, ...others } = writeTrainOpts(trainOpts);
  const names = sizes.map((size, l) => {
    const lookup = l === 0 ? inputLookup : l === sizes.length - 1 ? outputLookup : undefined;
    return listNames(lookup, size);
  });
  const layers = names.map((units, l) => {
    if (l === 0) return Object.fromEntries(units.map(([name]) => [name, {}]));
    const { weights, biases } = parameters[l - 1]!;
    const fanIn = sizes[l - 1]!;
    return Object.fromEntries(
      units.map(([name, j]) => [
        name,
        {
          bias: biases[j]!,
          weights: Object.fromEntries(names[l - 1]!.map(([from, k]) => [from, weights[j * fanIn + k]!])),
        },
      ]),
    );
  });
  return {
    sizes: [...sizes],
    layers,
    inputLookup: inputLookup !== undefined,
    outputLookup: outputLookup !== undefined,
    activation,
    leakyReluAlpha,
    trainOpts: {
      ...others,
      ...(timeout !== 'Infinity' && { timeout }),
      ...(praxis && { praxis }),
    },
  };
}

/** The units of a layer, with their names. */
const listNames = (lookup: Lookup, size: number): (readonly [name: string, unit: number])[] =>
  lookup ? [...lookup] : Array.from({ length: size }, (_, k) => [String(k), k] as const);

/** The network for `Network.fromJSON` of bp4. */
export function toNetworkJSON({ sizes, parameters, trainOpts }: Written): NetworkJSON {
  const { activation, leakyReluAlpha: alpha } = trainOpts;
  const { inputs, layers } = toSpec({ sizes, activation, alpha });
  return {
    format: 'bp4',
    version: 1,
    inputs,
    loss: 'quadratic',
    layers: layers.map(({ units, activation }, l) => {
      const { weights, biases } = parameters[l]!;
      return {
        units,
        activation,
        ...(activation === 'leakyRelu' && { alpha }),
        weights: splitRows(weights, units).map(shortestOf),
        biases: shortestOf(biases),
      };
    }),
  };
}
