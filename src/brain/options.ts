import { RangeFault, TypeFault } from '../errors.js';
import { checkInteger, checkName, show } from '../base/check.js';
import type { BrainEngine } from './kernels.js';

export type BrainActivation = 'sigmoid' | 'relu' | 'leaky-relu' | 'tanh';

/** How far a training has come. */
export interface TrainingStatus {
  /** The mean, over the samples of the last epoch, of the mean squared error before the sample's update. */
  error: number;
  /** Epochs. */
  iterations: number;
}

/** How to train; what is not given stays as it was. Names, defaults and bounds are those of brain.js. */
export interface TrainOptions {
  /** σ of all layers: 'sigmoid' (default), 'relu', 'leaky-relu' or 'tanh'. */
  activation: BrainActivation;
  /** Epochs at most; above 0. Default 20000. */
  iterations: number;
  /** Training ends when the error is no longer above this; between 0 and 1. Default 0.005. */
  errorThresh: number;
  /** Default false; true logs a line to the console, a function is called with the status. */
  log: boolean | ((status: TrainingStatus) => void);
  /** Epochs from log to log; above 0. Default 10. */
  logPeriod: number;
  /** The slope of 'leaky-relu' below 0; between 0 and 1. Default 0.01. */
  leakyReluAlpha: number;
  /** η; between 0 and 1. Default 0.3. */
  learningRate: number;
  /** How much of its last change is added to the change of a weight; between 0 and 1. Default 0.1. */
  momentum: number;
  /** Called with the status every `callbackPeriod` epochs. Default none. */
  callback?: ((status: TrainingStatus) => void) | null | undefined;
  /** Epochs from call to call; above 0. Default 10. */
  callbackPeriod: number;
  /** Milliseconds after which training ends with the epoch that is under way; above 0. Default Infinity. */
  timeout: number;
  /** 'adam' (Kingma and Ba 2015) in place of momentum. */
  praxis?: 'adam' | null | undefined;
  /** Of Adam; between 0 and 1. Default 0.9. */
  beta1: number;
  /** Of Adam; between 0 and 1. Default 0.999. */
  beta2: number;
  /** Of Adam; between 0 and 1. Default 1e-8. */
  epsilon: number;
}

/** What a network is. */
export interface NeuralNetworkOptions {
  /** How many inputs and outputs there are; 0, the default, for as many as the data have. */
  inputSize: number;
  outputSize: number;
  /** Above this an only output counts as 1 in `test`. Default 0.5. */
  binaryThresh: number;
  /** The units of each hidden layer. Default one layer of half as many as there are inputs, but at least 3. */
  hiddenLayers?: number[] | null | undefined;
  /**
   * From what the first weights are drawn; a safe integer. By default the first network of a program has 1, the next 2,
   * and so on, so that networks differ and programs repeat themselves. Not in brain.js.
   */
  seed?: number | undefined;
  /** 'auto' (default), 'wasm' or 'reference'. Not in brain.js. */
  engine?: BrainEngine | undefined;
}

export const trainDefaults = (): TrainOptions => ({
  activation: 'sigmoid',
  iterations: 20000,
  errorThresh: 0.005,
  log: false,
  logPeriod: 10,
  leakyReluAlpha: 0.01,
  learningRate: 0.3,
  momentum: 0.1,
  callbackPeriod: 10,
  timeout: Infinity,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
});

export const networkDefaults = (): NeuralNetworkOptions => ({
  inputSize: 0,
  outputSize: 0,
  binaryThresh: 0.5,
});

interface Rule {
  readonly what: string;
  readonly holds: (value: unknown) => boolean;
}

const above0: Rule = { what: 'a number above 0', holds: (v) => typeof v === 'number' && v > 0 };
const between: Rule = {
  what: 'a number between 0 and 1, both excluded',
  // As single precision has them, in which they are used.
  holds: (v) => typeof v === 'number' && Math.fround(v) > 0 && v < 1,
};
const between64: Rule = {
  what: 'a number between 0 and 1, both excluded',
  holds: (v) => typeof v === 'number' && v > 0 && Math.fround(v) < 1,
};

/** What brain.js 2 asks of training options. */
const rules: Record<keyof TrainOptions, Rule> = {
  activation: {
    what: "'sigmoid', 'relu', 'leaky-relu' or 'tanh'",
    holds: (v) => v === 'sigmoid' || v === 'relu' || v === 'leaky-relu' || v === 'tanh',
  },
  iterations: above0,
  errorThresh: { ...between, holds: (v) => typeof v === 'number' && v > 0 && v < 1 },
  log: { what: 'true, false or a function', holds: (v) => typeof v === 'boolean' || typeof v === 'function' },
  logPeriod: above0,
  leakyReluAlpha: between,
  learningRate: between,
  momentum: between,
  callback: {
    what: 'a function, or nothing',
    holds: (v) => v === undefined || v === null || typeof v === 'function',
  },
  callbackPeriod: above0,
  timeout: above0,
  praxis: { what: "'adam', or nothing", holds: (v) => !v || v === 'adam' },
  beta1: between64,
  beta2: between64,
  epsilon: between,
};

const names = Object.keys(rules) as (keyof TrainOptions)[];

/**
 * Training options with those given in the place of what they were; names that are none of training's are passed over,
 * as undefined is.
 * @throws RangeError where one is out of the bounds of brain.js; TypeError where `given` is no object
 */
export function mergeTrainOptions(before: TrainOptions, given: object): TrainOptions {
  checkObject('options', given);
  const merged: Record<string, unknown> = { ...before };
  const values = given as Record<string, unknown>;
  for (const name of names) {
    if (!Object.hasOwn(given, name) || values[name] === undefined) continue;
    const { what, holds } = rules[name];
    if (!holds(values[name])) {
      throw new RangeFault({
        place: `[${name}, ${show(values[name])}]`,
        problem: `is out of normal training range, your network will probably not train: expected ${what}`,
      });
    }
    merged[name] = values[name];
  }
  return merged as unknown as TrainOptions;
}

/**
 * What of constructor options makes the network.
 * @throws TypeError or RangeError naming what is none
 */
export function mergeNetworkOptions(before: NeuralNetworkOptions, given: object): NeuralNetworkOptions {
  checkObject('options', given);
  const merged = { ...before };
  const { inputSize, outputSize, binaryThresh, hiddenLayers, seed, engine } =
    given as Partial<NeuralNetworkOptions>;
  if (inputSize !== undefined) merged.inputSize = checkInteger('options.inputSize', inputSize, 0, MOST_UNITS);
  if (outputSize !== undefined)
    merged.outputSize = checkInteger('options.outputSize', outputSize, 0, MOST_UNITS);
  if (binaryThresh !== undefined) {
    if (typeof binaryThresh !== 'number' || Number.isNaN(binaryThresh)) {
      throw new TypeFault({
        place: 'options.binaryThresh',
        problem: `expected a number, got ${show(binaryThresh)}`,
      });
    }
    merged.binaryThresh = binaryThresh;
  }
  if (hiddenLayers !== undefined && hiddenLayers !== null) {
    merged.hiddenLayers = checkSizes('options.hiddenLayers', hiddenLayers, 0);
  }
  if (seed !== undefined) merged.seed = checkInteger('options.seed', seed, -Number.MAX_SAFE_INTEGER);
  if (engine !== undefined)
    merged.engine = checkName<BrainEngine>('options.engine', engine, ['auto', 'wasm', 'reference']);
  return merged;
}

const MOST_UNITS = 2 ** 30;

/** A copy of a list of at least so many layer sizes. @throws TypeError, RangeError */
export function checkSizes(place: string, sizes: unknown, least: number): number[] {
  if (!Array.isArray(sizes))
    throw new TypeFault({ place, problem: `expected an array of numbers, got ${show(sizes)}` });
  if (sizes.length < least) {
    throw new RangeFault({ place, problem: `expected at least ${least} numbers, got ${sizes.length}` });
  }
  return Array.from(sizes, (size, i) => checkInteger(`${place}[${i}]`, size, 1, MOST_UNITS));
}

function checkObject(place: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeFault({ place, problem: `expected an object, got ${show(value)}` });
  }
}
