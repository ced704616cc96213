import { describeFault, RangeFault, TypeFault, type Fault } from '../errors.js';
import { checkInteger, checkName, checkType, findMeant, show } from '../base/check.js';
import type { BrainEngine } from './kernels.js';

export type BrainActivation = 'sigmoid' | 'relu' | 'leaky-relu' | 'tanh';

/** The progress of training. */
export interface TrainingStatus {
  /** The mean over the last epoch's samples of the mean squared error before each sample's update. */
  error: number;
  /** The number of epochs. */
  iterations: number;
}

/** Options of training. Names, defaults and bounds are those of brain.js. */
export interface TrainOptions {
  /** σ of all layers: 'sigmoid' (default), 'relu', 'leaky-relu' or 'tanh'. */
  activation: BrainActivation;
  /** The maximum number of epochs; above 0. Default 20000. */
  iterations: number;
  /** Training ends when the error is at most this; between 0 and 1. Default 0.005. */
  errorThresh: number;
  /** If true, logs a line to the console; a function gets the status instead. Default false. */
  log: boolean | ((status: TrainingStatus) => void);
  /** Epochs between logs; above 0. Default 10. */
  logPeriod: number;
  /** The slope of 'leaky-relu' below 0; between 0 and 1. Default 0.01. */
  leakyReluAlpha: number;
  /** η; between 0 and 1. Default 0.3. */
  learningRate: number;
  /** The fraction of a weight's last change that is added to its next; between 0 and 1. Default 0.1. */
  momentum: number;
  /** Called with the status every `callbackPeriod` epochs. No default. */
  callback?: ((status: TrainingStatus) => void) | null | undefined;
  /** Epochs between calls of `callback`; above 0. Default 10. */
  callbackPeriod: number;
  /** Milliseconds after which training ends, once the epoch in progress is over; above 0. Default Infinity. */
  timeout: number;
  /** 'adam' (Kingma and Ba 2015) replaces momentum. No default. */
  praxis?: 'adam' | null | undefined;
  /** β₁ of Adam; between 0 and 1. Default 0.9. */
  beta1: number;
  /** β₂ of Adam; between 0 and 1. Default 0.999. */
  beta2: number;
  /** ε of Adam; between 0 and 1. Default 1e-8. */
  epsilon: number;
}

/** Options of a network. */
export interface NeuralNetworkOptions {
  /** The numbers of inputs and outputs. Default 0, which takes them from the data. */
  inputSize: number;
  outputSize: number;
  /** A single output above this counts as 1 in `test`. Default 0.5. */
  binaryThresh: number;
  /** The units of each hidden layer. Default one layer of half the number of inputs, but at least 3. */
  hiddenLayers?: number[] | null | undefined;
  /**
   * The seed of the initial weights; a safe integer. By default the first network of a program has seed 1, the next 2,
   * and so on, so networks differ, and each run of a program gets the same ones. Not in brain.js.
   */
  seed?: number | undefined;
  /** 'auto' (default), 'wasm' or 'reference'; all compute identical results. Not in brain.js. */
  engine?: BrainEngine | undefined;
  /**
   * If true, what brain.js 1 accepts is an error: rows of another length, strings and null as numbers, targets out of reach, unknown
   * options. Default false: it counts as in brain.js 1, after one warning of each kind. Not in brain.js.
   */
  strict?: boolean | undefined;
}

/** Options as programs write them: `activation` may be any string for the compiler, and is checked. */
export type GivenOptions = Partial<NeuralNetworkOptions & Omit<TrainOptions, 'activation' | 'praxis'>> & {
  activation?: BrainActivation | (string & {}) | undefined;
  praxis?: 'adam' | (string & {}) | null | undefined;
};

/** Options of training as programs write them. */
export type GivenTrainOptions = Omit<GivenOptions, keyof NeuralNetworkOptions>;

/** Takes what brain.js 1 accepts: throws, or warns once and goes on. `effect` says how the value counts. */
export type Tolerate = (fault: Fault, effect: string) => void;

/** @param isStrict asked at each call, because options are live */
export function createTolerate(isStrict: () => boolean | undefined): Tolerate {
  const said = new Set<string>();
  return (fault, effect) => {
    if (isStrict()) throw new RangeFault(fault);
    if (said.has(effect)) return;
    said.add(effect);
    const { place, problem, cure } = fault;
    const text = describeFault({ place, problem: `${problem}; ${effect}`, cure });
    console.warn(`bp4/brain: ${text}. strict: true makes this an error.`);
  };
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

export const activations = ['sigmoid', 'relu', 'leaky-relu', 'tanh'] as const;

const above0: Rule = { what: 'a number above 0', holds: (v) => typeof v === 'number' && v > 0 };
const between: Rule = {
  what: 'a number between 0 and 1, both excluded',
  // Rounded as the kernels use it: in single precision.
  holds: (v) => typeof v === 'number' && Math.fround(v) > 0 && v < 1,
};
const between64: Rule = {
  what: 'a number between 0 and 1, both excluded',
  holds: (v) => typeof v === 'number' && v > 0 && Math.fround(v) < 1,
};

/** The bounds of brain.js 2 for training options. */
const rules: Record<keyof TrainOptions, Rule> = {
  activation: {
    what: "'sigmoid', 'relu', 'leaky-relu' or 'tanh'",
    holds: (v) => activations.includes(v as BrainActivation),
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

/** The two sets of options that were checked last: most networks have the defaults, and then those of each call of `train`. */
let checked: readonly [TrainOptions, TrainOptions] = [trainDefaults(), trainDefaults()];

/**
 * Merges training options. Unknown names and undefined values are ignored, and so is null in place of options.
 * @returns `before` if nothing changes
 * @throws RangeError if an option is outside the bounds of brain.js; TypeError if `given` isn't an object
 */
export function mergeTrainOptions(before: TrainOptions, given: object | null): TrainOptions {
  checkObject('options', given);
  let merged = before;
  const values = given as Partial<Record<string, unknown>> | null;
  for (const name in values) {
    const value = values[name];
    if (value === undefined || !Object.hasOwn(values, name) || !Object.hasOwn(rules, name)) continue;
    if (value === before[name as keyof TrainOptions]) continue;
    if (merged === before) merged = { ...before };
    (merged[name as keyof TrainOptions] as unknown) = value;
  }
  // A program may have written to them since the last check.
  const [last, other] = checked;
  if (!isSame(merged, last) && !isSame(merged, other)) checked = [{ ...checkTrainOptions(merged) }, last];
  return merged;
}

/** Written out, because V8 reads a property by a fixed name several times faster. */
const isSame = (one: TrainOptions, other: TrainOptions): boolean =>
  one.activation === other.activation &&
  one.iterations === other.iterations &&
  one.errorThresh === other.errorThresh &&
  one.log === other.log &&
  one.logPeriod === other.logPeriod &&
  one.leakyReluAlpha === other.leakyReluAlpha &&
  one.learningRate === other.learningRate &&
  one.momentum === other.momentum &&
  one.callback === other.callback &&
  one.callbackPeriod === other.callbackPeriod &&
  one.timeout === other.timeout &&
  one.praxis === other.praxis &&
  one.beta1 === other.beta1 &&
  one.beta2 === other.beta2 &&
  one.epsilon === other.epsilon;

function checkTrainOptions(options: TrainOptions): TrainOptions {
  for (const name of names) {
    const value = options[name];
    const { what, holds } = rules[name];
    if (holds(value)) continue;
    throw new RangeFault({
      place: `[${name}, ${typeof value === 'string' ? value.slice(0, 50) : show(value)}]`,
      problem: `is out of normal training range, your network will probably not train: expected ${what}`,
    });
  }
  return options;
}

/** Options of networks: bp4's, and those of brain.js that have no effect here. */
const others = [
  ...['inputSize', 'outputSize', 'hiddenLayers', 'binaryThresh', 'seed', 'engine', 'strict'],
  ...['errorCheckInterval', 'mode', 'gpu', 'inputRange', 'decayRate', 'invalidTrainOptsShouldThrow'],
  ...['neuralNetwork', 'floodCallback', 'doneTrainingCallback'], // of TrainStream
];

const known: ReadonlySet<string> = new Set([...names, ...others]);

/** Reports the options whose names are near known ones. Others have no effect, as in brain.js. */
export function checkOptionNames(given: object | null, tolerate: Tolerate): void {
  for (const name of Object.keys(given ?? {})) {
    if (known.has(name)) continue;
    const meant = findMeant(name.slice(0, 50), [...known]);
    if (meant === undefined) continue;
    const fault = {
      place: 'options',
      problem: `unknown ${show(name)}`,
      cure: `did you mean ${show(meant)}?`,
    };
    tolerate(fault, `${show(name)} has no effect`);
  }
}

/**
 * Merges the options of the network among those of a constructor, and keeps others, as brain.js 2 does.
 * @throws TypeError or RangeError that names the option
 */
export function mergeNetworkOptions(
  before: NeuralNetworkOptions,
  given: object | null,
): NeuralNetworkOptions {
  checkObject('options', given);
  // Not { ...before }, because V8 takes ten times longer to add a property to what a spread has created.
  const merged = Object.assign({} as Partial<Record<string, unknown>>, before);
  for (const [name, value] of Object.entries(given ?? {})) if (!(name in merged)) merged[name] = value;
  const { inputSize, outputSize, binaryThresh, hiddenLayers, seed, engine, strict } = (given ??
    {}) as Partial<NeuralNetworkOptions>;
  if (strict !== undefined) merged.strict = checkType('options.strict', strict, 'boolean');
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

/** A copy of a list of at least `least` layer sizes. @throws TypeError, RangeError */
export function checkSizes(place: string, sizes: unknown, least: number): number[] {
  if (!Array.isArray(sizes))
    throw new TypeFault({ place, problem: `expected an array of numbers, got ${show(sizes)}` });
  if (sizes.length < least) {
    throw new RangeFault({ place, problem: `expected at least ${least} numbers, got ${sizes.length}` });
  }
  // Forms hold numbers as text, which brain.js takes.
  const toNumber = (size: unknown): unknown =>
    typeof size === 'string' && size.trim() ? Number(size) : size;
  return Array.from(sizes, (size, i) => checkInteger(`${place}[${i}]`, toNumber(size), 1, MOST_UNITS));
}

function checkObject(place: string, value: unknown): void {
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TypeFault({ place, problem: `expected an object, got ${show(value)}` });
  }
}
