import { FormatError, RangeFault, TypeFault, within } from '../errors.js';
import { fits, show } from '../base/check.js';
import type { Parameters } from '../model/state.js';
import { INSTEAD } from './absent.js';
import { copyNumbers, keyed, Keys, type Lookup } from './data.js';
import type { Written } from './json.js';
import {
  checkSizes,
  mergeNetworkOptions,
  mergeTrainOptions,
  networkDefaults,
  trainDefaults,
  type TrainOptions,
} from './options.js';

/**
 * Reads the JSON of brain.js 1 or 2. Allocates nothing larger than the JSON itself, which is untrusted.
 * @throws FormatError that names the place
 */
export function readJSON(json: unknown): Written {
  try {
    checkText(json);
    const written = objectAt('json', json);
    checkType(written);
    const layers = arrayAt('json.layers', written['layers']);
    // The inputs of brain.js 2, too, are a layer of weights, which is empty.
    const { weights } = objectAt('json.layers', layers[1] ?? layers[0] ?? { weights: [] });
    return Array.isArray(weights) ? readNew(written, layers) : readLegacy(written, layers);
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(within('', error), { cause: error });
  }
}

type Unknowns = Readonly<Record<string, unknown>>;

/** @throws TypeError if the JSON is still text, or never was JSON */
function checkText(json: unknown): void {
  if (typeof json !== 'string') return;
  throw new TypeFault({
    place: 'json',
    problem: `expected an object, got ${show(json)}`,
    cure: json.startsWith('[object ')
      ? 'write it with JSON.stringify(net.toJSON())'
      : 'parse a string with JSON.parse',
  });
}

/** @throws TypeError naming a network of another kind */
function checkType(json: Unknowns): void {
  const type = String(own(json, 'type'));
  const isRecurrent = /^(RNN|LSTM|GRU|Recurrent)/.test(type) || Object.hasOwn(json, 'outputConnector');
  if (isRecurrent || /^(FeedForward|AE$)/.test(type)) {
    const problem = `a${isRecurrent ? ' recurrent' : ''} network of type ${show(type)} is not read`;
    throw new TypeFault({ place: 'json', problem, cure: INSTEAD });
  }
}

/** An own property, never one of a prototype. */
const own = (object: Unknowns, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

function objectAt(place: string, value: unknown): Unknowns {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeFault({ place, problem: `expected an object, got ${show(value)}` });
  }
  return value as Unknowns;
}

function arrayAt(place: string, value: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeFault({ place, problem: `expected an array, got ${show(value)}` });
  if (length !== undefined && value.length !== length) {
    throw new RangeFault({ place, problem: `expected ${length} of them, got ${value.length}` });
  }
  return value;
}

/** @param place a function, because there are many numbers and few errors */
function numberAt(place: () => string, value: unknown): number {
  if (!fits(value))
    throw new RangeFault({ place: place(), problem: `expected a finite 32-bit float, got ${show(value)}` });
  return value;
}

/** Copies an array of numbers to a matrix, from `at` on. @throws RangeError naming the place of what isn't a finite number */
function copyRow(place: () => string, row: readonly unknown[], matrix: Float32Array, at: number): void {
  if (copyNumbers(row, undefined, row.length, matrix, at)) return;
  for (const [k, value] of row.entries()) numberAt(() => `${place()}[${k}]`, value);
}

// brain.js 2: layers of matrices.

function readNew(json: Unknowns, layers: readonly unknown[]): Written {
  const sizes = checkSizes('json.sizes', own(json, 'sizes'), 0);
  arrayAt('json.layers', layers, sizes.length);
  const parameters = sizes.slice(1).map((units, l) => {
    const place = `json.layers[${l + 1}]`;
    const layer = objectAt(place, layers[l + 1]);
    const fanIn = sizes[l]!;
    const rows = arrayAt(`${place}.weights`, own(layer, 'weights'), units);
    // The place of a wrong row is spelled only where there is one.
    rows.forEach((row, j) => {
      if (!Array.isArray(row) || row.length !== fanIn) arrayAt(`${place}.weights[${j}]`, row, fanIn);
    });
    const given = arrayAt(`${place}.biases`, own(layer, 'biases'), units);
    const weights = new Float32Array(units * fanIn);
    rows.forEach((row, j) => {
      copyRow(() => `${place}.weights[${j}]`, row as readonly unknown[], weights, j * fanIn);
    });
    const biases = new Float32Array(units);
    copyRow(() => `${place}.biases`, given, biases, 0);
    return { weights, biases };
  });
  const trainOpts = objectAt('json.trainOpts', own(json, 'trainOpts') ?? {});
  return {
    sizes,
    parameters,
    inputLookup: lookupAt('json.inputLookup', own(json, 'inputLookup'), sizes[0]!),
    outputLookup: lookupAt('json.outputLookup', own(json, 'outputLookup'), sizes.at(-1)!),
    options: mergeNetworkOptions(networkDefaults(), objectAt('json.options', own(json, 'options') ?? {})),
    trainOpts: trainOptsAt(trainOpts, {}),
  };
}

/** Reads keys → the numbers from 0 to size − 1, each once. */
function lookupAt(place: string, value: unknown, size: number): Lookup {
  if (value === null || value === undefined || value === false) return undefined;
  const entries = Object.entries(objectAt(place, value));
  if (entries.length !== size) {
    throw new RangeFault({
      place,
      problem: `expected ${size} keys, one for each unit, got ${entries.length}`,
    });
  }
  const keys = new Array<string | undefined>(size).fill(undefined);
  for (const [key, k] of entries) {
    if (typeof k !== 'number' || !(k in keys) || keys[k] !== undefined) {
      throw new RangeFault({
        place: `${place}${keyed(key)}`,
        problem: `expected a unit from 0 to ${size - 1} that no other key has, got ${show(k)}`,
      });
    }
    keys[k] = key;
  }
  return new Keys(keys as string[]);
}

/** Infinity isn't valid JSON: brain.js 2 writes it as a string, JSON.stringify as null, and brain.js 1 leaves it out. */
function trainOptsAt(json: Unknowns, overrides: Partial<TrainOptions>): TrainOptions {
  const { timeout, ...given } = json;
  const isInfinite = timeout === undefined || timeout === null || timeout === 'Infinity';
  return mergeTrainOptions(trainDefaults(), {
    ...given,
    callback: undefined,
    ...overrides,
    ...(!isInfinite && { timeout }),
  });
}

// brain.js 1: layers of units by name.

function readLegacy(json: Unknowns, written: readonly unknown[]): Written {
  if (written.length < 2)
    throw new RangeFault({ place: 'json.layers', problem: `expected at least 2, got ${written.length}` });
  const layers = written.map((layer, l) => objectAt(`json.layers[${l}]`, layer));
  const names = layers.map((layer, l) => {
    const keys = Object.keys(layer);
    if (keys.length === 0)
      throw new RangeFault({ place: `json.layers[${l}]`, problem: 'expected at least one unit, got none' });
    return keys;
  });
  const parameters = layers
    .slice(1)
    .map((layer, l) => readUnits(`json.layers[${l + 1}]`, layer, names[l]!, names[l + 1]!));
  const { activation, leakyReluAlpha, binaryThresh, hiddenLayers } = json;
  return {
    sizes: names.map(({ length }) => length),
    parameters,
    inputLookup: legacyLookup(layers[0]!, names[0]!, own(json, 'inputLookup')),
    outputLookup: legacyLookup(layers.at(-1)!, names.at(-1)!, own(json, 'outputLookup')),
    options: mergeNetworkOptions(networkDefaults(), { binaryThresh, hiddenLayers }),
    trainOpts: trainOptsAt(objectAt('json.trainOpts', own(json, 'trainOpts') ?? {}), {
      ...(activation !== undefined && { activation: activation as TrainOptions['activation'] }),
      ...(leakyReluAlpha !== undefined && { leakyReluAlpha: leakyReluAlpha as number }),
    }),
  };
}

/** Reads units in the order of their names. A unit lists its weights by the names of the layer before. */
function readUnits(
  place: string,
  layer: Unknowns,
  inputs: readonly string[],
  units: readonly string[],
): Parameters {
  const at = (j: number): string => `${place}${keyed(units[j]!)}`;
  // The whole layer is checked before anything of its size is allocated.
  const given = units.map((name, j) => {
    const { bias, weights } = objectAt(at(j), layer[name]);
    if (typeof weights !== 'object' || weights === null) {
      throw new TypeFault({
        place: `${at(j)}.weights`,
        problem: `expected an object of numbers, got ${show(weights)}`,
      });
    }
    const count = Object.keys(weights).length;
    if (count !== inputs.length) {
      throw new RangeFault({
        place: `${at(j)}.weights`,
        problem: `expected ${inputs.length} of them, got ${count}`,
      });
    }
    return { bias, weights: weights as Unknowns };
  });
  const weights = new Float32Array(units.length * inputs.length);
  for (const [j, unit] of given.entries()) {
    for (const [k, input] of inputs.entries()) {
      weights[j * inputs.length + k] = numberAt(
        () => `${at(j)}.weights${keyed(input)}`,
        own(unit.weights, input),
      );
    }
  }
  return {
    weights,
    biases: Float32Array.from(given, ({ bias }, j) => numberAt(() => `${at(j)}.bias`, bias)),
  };
}

/** A flag says whether names are keys of the data. Older files lack the flag; their numbered units begin at '0'. */
function legacyLookup(layer: Unknowns, names: readonly string[], flag: unknown): Lookup {
  if (!flag && Object.hasOwn(layer, '0')) return undefined;
  return new Keys(names);
}
