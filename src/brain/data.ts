import { RangeFault, TypeFault } from '../errors.js';
import { fits, misfit, show } from '../base/check.js';
import { areFinite } from '../base/numeric-arrays.js';
import type { Tolerate } from './options.js';
import type { EncodedSamples } from './training.js';

/** Numbers by key. A missing key counts as 0. */
export type NumberObject = Readonly<Record<string, number>>;

/** The inputs of a network, or its outputs. */
export type BrainData = readonly number[] | Float32Array | Float64Array | Uint8Array | NumberObject;

export interface Datum<Input, Output> {
  readonly input: Input;
  readonly output: Output;
}

/** Keys → numbers of units. */
export class Keys extends Map<string, number> {
  /** @param list in the order of the units; kept, because an iterator takes longer than a small network */
  constructor(readonly list: readonly string[]) {
    super(list.map((key, k) => [key, k]));
  }
}

/** The keys of inputs or outputs, in the order of first appearance; undefined if the data are lists. */
export type Lookup = Keys | undefined;

/** The form of inputs or outputs: lists of this length, or objects with these keys. */
export interface Format {
  readonly lookup: Lookup;
  readonly size: number;
  /** Whether the program has stated the size too. Then another length is an error. */
  readonly isStated: boolean;
}

/** Arrays and typed arrays. */
const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);

/**
 * Detects whether the data are lists or objects.
 * @param known  a lookup to keep: keys that it lacks are ignored, as in brain.js
 * @param stated the size that the program has stated, or 0
 * @throws TypeError if the first value is neither
 */
export function detectFormat(
  data: readonly Datum<unknown, unknown>[],
  side: 'input' | 'output',
  known: Lookup,
  stated: number,
): Format {
  const first = data[0]![side];
  const lookup = isRow(first, known)
    ? known
    : isList(first)
      ? undefined
      : (known ?? addKeys(undefined, data, side));
  const size = lookup?.size ?? (first as ArrayLike<unknown>).length;
  return { lookup, size, isStated: size === stated };
}

/** Whether the values are those of all keys, as `formatData` orders them. */
const isRow = (values: unknown, lookup: Lookup): values is Float32Array =>
  values instanceof Float32Array && values.length === lookup?.size;

/** A copy of the lookup with the keys of the data added. @throws TypeError if a value isn't an object */
export function addKeys(
  lookup: Lookup,
  data: readonly Datum<unknown, unknown>[],
  side: 'input' | 'output',
): Keys {
  const keys = new Set(lookup?.list);
  for (const [i, datum] of data.entries()) {
    const values = datum[side];
    if (typeof values !== 'object' || values === null || isList(values)) {
      throw notNumbers(
        `data[${i}].${side}`,
        i === 0 ? EITHER : 'an object of numbers, as the first is',
        values,
      );
    }
    for (const key of Object.keys(values)) keys.add(key);
  }
  return new Keys([...keys]);
}

const EITHER = 'an array or an object of numbers';

/** Numbers are missing: of text or of a single number, the cure shows the form that it takes. */
function notNumbers(place: string, expected: string, values: unknown): TypeFault {
  const problem = `expected ${expected}, got ${show(values)}`;
  if (typeof values === 'number' || typeof values === 'boolean')
    return new TypeFault({ place, problem, cure: `put it in an array, [${values}]` });
  if (typeof values !== 'string') return new TypeFault({ place, problem });
  const words = values.match(/[\p{L}\p{N}]+/gu) ?? ['word'];
  const shown = words.slice(0, 3).map((word) => `${word.slice(0, 20)}: 1`);
  const form = `{ ${shown.join(', ')}${words.length > 3 ? ', …' : ''} }`;
  return new TypeFault({
    place,
    problem,
    cure: `write text as an object with a number for each word or class, ${form}`,
  });
}

/**
 * The samples as a list: a single sample is a list of one, as in brain.js 1.
 * @throws TypeError, RangeError unless they are objects with `input` and `output`, at least one
 */
export function listData(given: unknown): readonly Datum<unknown, unknown>[] {
  const data: unknown = isDatum(given) ? [given] : given;
  if (!Array.isArray(data)) {
    throw new TypeFault({
      place: 'data',
      problem: `expected an array of { input, output }, got ${show(data)}`,
    });
  }
  if (data.length === 0)
    throw new RangeFault({ place: 'data', problem: 'expected at least one { input, output }' });
  for (let i = 0; i < data.length; i++) {
    if (!isDatum(data[i])) checkDatum(`data[${i}]`, data[i]);
  }
  return data as Datum<unknown, unknown>[];
}

/** The keys with numbers that the network doesn't have. */
function findUnknown(values: unknown, lookup: Keys): [key: string, value: number][] {
  const unknown: [string, number][] = [];
  if (isList(values)) return unknown;
  const numbers = values as NumberObject;
  for (const key in numbers) {
    if (!lookup.has(key) && numbers[key] && Object.hasOwn(numbers, key)) unknown.push([key, numbers[key]]);
  }
  return unknown;
}

/** Whether the network has the key of the largest number in an output. */
export function isKnown(output: unknown, lookup: Lookup): boolean {
  if (!lookup) return true;
  const unknown = findUnknown(output, lookup).map(([, value]) => value);
  return unknown.length === 0 || Math.max(...unknown) < Math.max(...Object.values(output as NumberObject));
}

const NEW_KEYS = 'train a new network on all samples, or call addFormat before the first training';

/** @throws RangeError naming the first output key with a number that the network doesn't have */
export function checkKeys(data: readonly Datum<unknown, unknown>[], lookup: Lookup): void {
  if (!lookup) return;
  for (const [i, { output }] of data.entries()) {
    for (const [key] of findUnknown(output, lookup)) {
      throw new RangeFault({
        place: `data[${i}].output${keyed(key)}`,
        problem: `the network has no such output; it has ${lookup.list.slice(0, 8).map(show).join(', ')}`,
        cure: NEW_KEYS,
      });
    }
  }
}

/** Reports the first input of which the network has no key: all it learns from is zeros. */
export function checkInputKeys(
  data: readonly Datum<unknown, unknown>[],
  lookup: Lookup,
  tolerate: Tolerate,
): void {
  if (!lookup) return;
  for (const [i, { input }] of data.entries()) {
    const unknown = findUnknown(input, lookup);
    if (unknown.length === 0 || Object.keys(input as NumberObject).some((key) => lookup.has(key))) continue;
    const fault = {
      place: `data[${i}].input${keyed(unknown[0]![0])}`,
      problem: `the network has none of these inputs; it has ${lookup.list.slice(0, 8).map(show).join(', ')}`,
      cure: NEW_KEYS,
    };
    tolerate(fault, 'all inputs count as 0');
    return;
  }
}

/** The targets that an activation reaches. */
const reach = {
  sigmoid: [0, 1],
  tanh: [-1, 1],
  relu: [0, Infinity],
  'leaky-relu': [-Infinity, Infinity],
} as const;

/** Reports the first target that no output of this activation reaches. */
export function checkReach(
  { count, targets }: EncodedSamples,
  activation: keyof typeof reach,
  lookup: Lookup,
  tolerate: Tolerate,
): void {
  const [least, most] = reach[activation];
  let k = 0;
  while (k < targets.length && targets[k]! >= least && targets[k]! <= most) k++;
  if (k === targets.length) return;
  const units = targets.length / count;
  const key = lookup ? keyed(lookup.list[k % units]!) : `[${k % units}]`;
  const fault = {
    place: `data[${Math.floor(k / units)}].output${key}`,
    problem: `is ${targets[k]}, but ${activation} reaches only ${least} to ${most}`,
    cure: "scale the outputs, or set activation: 'leaky-relu'",
  };
  tolerate(fault, 'the network never learns it');
}

const isDatum = (datum: unknown): datum is Datum<unknown, unknown> =>
  typeof datum === 'object' && datum !== null && 'input' in datum && 'output' in datum;

/** @throws TypeError */
export function checkDatum(place: string, datum: unknown): asserts datum is Datum<unknown, unknown> {
  if (!isDatum(datum)) {
    throw new TypeFault({ place, problem: `expected { input, output }, got ${show(datum)}` });
  }
}

/**
 * Packs all samples into two arrays of numbers.
 * @throws TypeError or RangeError that names the sample and the index or key in it
 */
export function packSamples(
  data: readonly Datum<unknown, unknown>[],
  input: Format,
  output: Format,
  tolerate: Tolerate,
): EncodedSamples {
  const inputs = new Float32Array(data.length * input.size);
  const targets = new Float32Array(data.length * output.size);
  for (let i = 0; i < data.length; i++) {
    const datum = data[i]!;
    const [x, y] = [i * input.size, i * output.size];
    // The place of a wrong number is spelled only where there is one.
    if (!copyNumbers(datum.input, input.lookup, input.size, inputs, x))
      fillRow(`data[${i}].input`, datum.input, input, inputs, x, tolerate);
    if (!copyNumbers(datum.output, output.lookup, output.size, targets, y))
      fillRow(`data[${i}].output`, datum.output, output, targets, y, tolerate);
  }
  return { count: data.length, inputs, targets };
}

/**
 * Writes the numbers of one input or output into a row.
 * @param row overwritten from `at` on
 * @throws TypeError or RangeError that names the index or key
 */
export function fillRow(
  place: string,
  values: unknown,
  format: Format,
  row: Float32Array,
  at: number,
  tolerate: Tolerate,
): void {
  row.fill(0, at, at + format.size);
  if (format.lookup) fillByKeys(place, values, format.lookup, row, at, tolerate);
  else fillInOrder(place, values, format, row, at, tolerate);
}

/**
 * Writes a row from a list or object of finite numbers, as most are. `fillRow` says what is wrong with others.
 * @returns whether the row is filled
 */
export function copyNumbers(
  values: unknown,
  lookup: Lookup,
  size: number,
  row: Float32Array,
  at: number,
): boolean {
  const isFilled = lookup ? copyByKeys(values, lookup, row, at) : copyInOrder(values, size, row, at);
  return isFilled && areFinite(row, at, at + size);
}

function copyInOrder(values: unknown, size: number, row: Float32Array, at: number): boolean {
  if (Array.isArray(values)) {
    if (values.length !== size) return false;
    for (let k = 0; k < size; k++) {
      const value: unknown = values[k];
      if (typeof value !== 'number') return false;
      row[at + k] = value;
    }
    return true;
  }
  if (!(values instanceof Float32Array) || values.length !== size) return false;
  row.set(values, at);
  return true;
}

/** So many keys are looked up one by one; of more, an object often has a few. */
const FEW_KEYS = 32;

function copyByKeys(values: unknown, lookup: Keys, row: Float32Array, at: number): boolean {
  if (isRow(values, lookup)) {
    row.set(values, at);
    return true;
  }
  if (typeof values !== 'object' || values === null || isList(values)) return false;
  const { list } = lookup;
  if (list.length <= FEW_KEYS && Object.getPrototypeOf(values) === Object.prototype) {
    for (let k = 0; k < list.length; k++) {
      const value = (values as Record<string, unknown>)[list[k]!];
      if (typeof value === 'number') row[at + k] = value;
      else if (value === undefined) row[at + k] = 0;
      else return false;
    }
    return true;
  }
  for (let k = 0; k < list.length; k++) row[at + k] = 0;
  // for…in takes a fifth of the time of Object.entries.
  for (const key in values) {
    const k = lookup.get(key);
    if (k === undefined || !Object.hasOwn(values, key)) continue;
    const value = (values as Record<string, unknown>)[key];
    if (typeof value !== 'number') return false;
    row[at + k] = value;
  }
  return true;
}

function fillInOrder(
  place: string,
  values: unknown,
  { size, isStated }: Format,
  row: Float32Array,
  at: number,
  tolerate: Tolerate,
): void {
  if (!isList(values)) {
    throw notNumbers(place, `an array of ${size} numbers`, values);
  }
  const { length } = values;
  if (length !== size) {
    const fault = { place, problem: `length ${length} must be ${size}` };
    if (isStated) throw new RangeFault(fault);
    tolerate(fault, length > size ? 'the rest is left out' : 'what is missing counts as 0');
  }
  for (let k = 0; k < Math.min(size, length); k++) {
    const value = values[k];
    row[at + k] = fits(value) ? value : toNumber(`${place}[${k}]`, value, tolerate);
  }
}

/**
 * Booleans count as 0 and 1, as in brain.js.
 * @throws TypeError, RangeError unless the value is a boolean, null, or a number as text
 */
function toNumber(place: string, value: unknown, tolerate: Tolerate): number {
  if (typeof value === 'boolean') return Number(value);
  const number = typeof value === 'string' || value === null ? Number(value) : NaN;
  const fault = misfit(place, value);
  if (!fits(number)) throw fault;
  tolerate(fault, value === null ? 'null counts as 0' : 'text counts as its number');
  return number;
}

function fillByKeys(
  place: string,
  values: unknown,
  lookup: Keys,
  row: Float32Array,
  at: number,
  tolerate: Tolerate,
): void {
  if (typeof values !== 'object' || values === null) throw notNumbers(place, 'an object of numbers', values);
  if (isList(values)) {
    const fault = { place, problem: `expected an object of numbers, got ${show(values)}` };
    tolerate(fault, 'its indices count as keys');
  }
  for (const [key, value] of Object.entries(values)) {
    const k = lookup.get(key);
    if (k === undefined || value === undefined || value === null) continue;
    if (fits(value)) row[at + k] = value;
    else if (Number.isNaN(value)) {
      tolerate(misfit(`${place}${keyed(key)}`, value), 'NaN under a key counts as 0');
    } else row[at + k] = toNumber(`${place}${keyed(key)}`, value, tolerate);
  }
}

/** A key as error messages spell it. */
export const keyed = (key: string): string =>
  `[${JSON.stringify(key.length > 50 ? `${key.slice(0, 50)}…` : key)}]`;

const plain = { writable: true, enumerable: true, configurable: true };

/** An output in the form of the training data. */
export function toAnswer(
  output: Float32Array<ArrayBuffer>,
  lookup: Lookup,
): Float32Array<ArrayBuffer> | NumberObject {
  if (!lookup) return output;
  const answer: Record<string, number> = {};
  const { list } = lookup;
  for (let k = 0; k < list.length; k++) {
    const key = list[k]!;
    // Assignment would set the prototype.
    if (key === '__proto__') Object.defineProperty(answer, key, { value: output[k]!, ...plain });
    else answer[key] = output[k]!;
  }
  return answer;
}
