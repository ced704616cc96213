import { RangeFault, TypeFault } from '../errors.js';
import { canonicalJSON, type JSONValue } from './canonical-json.js';
import { checkArray, checkInteger, checkKeys, checkOptional, checkType, show } from '../base/check.js';
import { log as ln } from '../base/log.js';
import { exp } from '../base/exp.js';

// Domains are plain data: a space survives JSON. checkSpace turns them into dimensions, which samplers compute with.

/**
 * The values that earlier hyperparameters must have: one value, or an array that lists several. Put a value that is
 * itself an array into such a list: `{ hidden: [[64, 32]] }`.
 */
export type Condition = Readonly<Record<string, JSONValue>>;

/** A number from `low` to `high`, both included. */
export interface FloatDomain extends Conditional {
  readonly kind: 'float';
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number;
}

/** A whole number from `low` to `high`, both included. */
export interface IntDomain extends Conditional {
  readonly kind: 'int';
  readonly low: number;
  readonly high: number;
  readonly log?: boolean;
  readonly step?: number;
}

/** One of a list of JSON values. */
export interface ChoiceDomain<V = unknown> extends Conditional {
  readonly kind: 'choice';
  readonly values: readonly V[];
}

interface Conditional {
  /** The hyperparameter exists only under this condition. */
  readonly when?: Condition;
}

export type Domain = FloatDomain | IntDomain | ChoiceDomain;

/** The domain of each hyperparameter, by name. An array is short for a choice of its entries. */
export type Space = Readonly<Record<string, Domain | readonly unknown[]>>;

/** The domain for which an array of values is short; any other domain unchanged. */
export type Choices<D> = D extends readonly (infer V)[] ? ChoiceDomain<V> : D;
/** The values of a domain. */
export type ValueOf<D> = D extends readonly (infer V)[] ? V : D extends ChoiceDomain<infer V> ? V : number;
/** The name, if its hyperparameter has a condition. */
export type ConditionalName<S, Name extends keyof S> = S[Name] extends { readonly when: Condition }
  ? Name
  : never;

/** One value for each hyperparameter. Those under a condition may be absent. */
export type Values<S extends Space> = {
  readonly [Name in keyof S as Exclude<Name, ConditionalName<S, Name>>]: ValueOf<S[Name]>;
} & { readonly [Name in keyof S as ConditionalName<S, Name>]?: ValueOf<S[Name]> };

export interface FloatOptions {
  /** Draws the logarithm uniformly; needs `low` > 0. */
  readonly log?: boolean;
  /** Allows only `low`, `low + step`, …; not with `log`. */
  readonly step?: number;
}

export interface IntOptions {
  /** Draws the logarithm uniformly; needs `low` ≥ 1. */
  readonly log?: boolean;
  /** Allows only `low`, `low + step`, …; not with `log`. Default 1. */
  readonly step?: number;
}

/**
 * A number from `low` to `high`, both included. Proposals are rounded. With `log`, they have 3 significant digits
 * (0.00317). With `step`, they have 12. Otherwise, their last decimal is a thousandth of the leading digit's place in
 * `high − low`: 0.001 for a width of 1 to 9.99, 0.0001 for 0.5, and integers from 1,000 on.
 */
export const float = (low: number, high: number, options: FloatOptions = {}): FloatDomain => ({
  kind: 'float',
  low,
  high,
  ...options,
});

/** A whole number from `low` to `high`, both included. */
export const int = (low: number, high: number, options: IntOptions = {}): IntDomain => ({
  kind: 'int',
  low,
  high,
  ...options,
});

/** One of these JSON values: numbers, strings, booleans, null, arrays or objects. */
export const choice = <const V extends readonly JSONValue[]>(...values: V): ChoiceDomain<V[number]> => ({
  kind: 'choice',
  values,
});

/**
 * A hyperparameter that exists only if each hyperparameter in the condition exists and has one of the given values:
 * `{ optimizer: ['sgd', 'adam'], momentum: when({ optimizer: 'sgd' }, float(0, 0.99)) }`. These must come earlier in the
 * space, and their domains must have finitely many values.
 * @throws TypeError if the domain has a condition already
 */
export function when<const D extends Domain | readonly unknown[]>(
  condition: Condition,
  domain: D,
): Choices<D> & { readonly when: Condition } {
  const plain: Domain = isArray(domain) ? { kind: 'choice', values: domain } : domain;
  if (plain.when !== undefined) {
    throw new TypeFault({
      place: 'when',
      problem: 'the domain has a condition already',
      cure: 'join them: { optimizer: …, layers: … }',
    });
  }
  return { ...plain, when: condition } as Choices<D> & { readonly when: Condition };
}

/**
 * A checked hyperparameter. Samplers compute with coordinates: the natural logarithm of the value for `log`, the value of
 * a float, otherwise its index in the list of values, from 0.
 */
export interface Dimension {
  readonly name: string;
  readonly domain: Domain;
  /** The number of values; Infinity for a float without step. */
  readonly levels: number;
  /** The range of the coordinate. A whole number and an entry of a list lie in the middle of a cell. */
  readonly low: number;
  readonly high: number;
  readonly conditions: readonly CheckedCondition[];
  /** The value at an index in the list of values. */
  readonly valueAt: (level: number) => unknown;
  /** The value nearest to a coordinate. */
  readonly toValue: (coordinate: number) => unknown;
  /** @throws RangeError naming the place unless the domain holds the value */
  readonly toCoordinate: (value: unknown, place: string) => number;
}

interface CheckedCondition {
  readonly name: string;
  /** The canonical texts of the values. */
  readonly keys: ReadonlySet<string>;
}

/** The hyperparameters in the order of their names. */
export type CheckedSpace = readonly Dimension[];

/**
 * Checks a space.
 * @throws TypeError or RangeError naming the place: `space.learningRate.low`
 */
export function checkSpace(space: unknown): CheckedSpace {
  if (typeof space !== 'object' || space === null || Array.isArray(space)) {
    throw new TypeFault({
      place: 'space',
      problem: `expected an object of arrays and domains, { learningRate: float(0.01, 1) }, got ${show(space)}`,
    });
  }
  const dimensions: Dimension[] = [];
  for (const [name, domain] of Object.entries(space as Record<string, unknown>))
    dimensions.push(checkDomain(name, domain, dimensions));
  if (dimensions.length === 0)
    throw new RangeFault({ place: 'space', problem: 'expected at least one name, got none' });
  return dimensions;
}

/**
 * Chooses the hyperparameters in order, and leaves out those whose condition doesn't hold.
 * @param choose returns a value, given the canonical texts of earlier values, by name
 */
export function decide(
  space: CheckedSpace,
  choose: (dimension: Dimension, position: number, keys: ReadonlyMap<string, string>) => unknown,
): Record<string, unknown> {
  const keys = new Map<string, string>();
  const values: [string, unknown][] = [];
  for (const [position, dimension] of space.entries()) {
    if (!exists(dimension, keys)) continue;
    const value = choose(dimension, position, keys);
    values.push([dimension.name, value]);
    keys.set(dimension.name, canonicalJSON(dimension.name, value));
  }
  return Object.fromEntries(values);
}

/** Whether a hyperparameter exists, given the canonical texts of earlier values. */
export const exists = (dimension: Dimension, keys: ReadonlyMap<string, string>): boolean =>
  dimension.conditions.every((condition) => condition.keys.has(keys.get(condition.name) ?? ''));

/** The value of a dimension at 0 ≤ u < 1: equal parts for equal lengths of the coordinate. */
export const atUnit = ({ low, high, toValue }: Dimension, u: number): unknown =>
  toValue(low + u * (high - low));

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function checkDomain(name: string, given: unknown, earlier: readonly Dimension[]): Dimension {
  const place = `space.${name}`;
  const domain = (isArray(given) ? { kind: 'choice', values: given } : given) as Domain;
  const kind: unknown = (domain as Partial<Domain> | null | undefined)?.kind;
  if (typeof domain !== 'object' || (kind !== 'choice' && kind !== 'float' && kind !== 'int')) {
    throw new TypeFault({
      place,
      problem: `expected an array, or a domain made by float, int or choice, got ${show(domain)}`,
    });
  }
  checkKeys(
    place,
    domain,
    kind === 'choice' ? ['kind', 'values', 'when'] : ['kind', 'low', 'high', 'log', 'step', 'when'],
  );
  const conditions = checkCondition(`${place}.when`, domain.when, earlier);
  const scale = domain.kind === 'choice' ? checkChoice(place, domain) : checkNumbers(place, domain);
  return { name, domain, conditions, ...scale };
}

type Scale = Omit<Dimension, 'name' | 'domain' | 'conditions'>;

function checkChoice(place: string, domain: ChoiceDomain): Scale {
  const values = checkArray(`${place}.values`, domain.values);
  if (values.length === 0) throw new RangeFault({ place, problem: 'expected at least one value, got none' });
  const places = new Map<string, number>();
  for (const [i, value] of values.entries()) {
    const key = canonicalJSON(`${place}[${i}]`, value);
    if (places.has(key))
      throw new RangeFault({ place: `${place}[${i}]`, problem: `repeats ${place}[${places.get(key)!}]` });
    places.set(key, i);
  }
  return {
    ...inCells(values.length, (level) => values[level]),
    toCoordinate: (value, at) => places.get(canonicalJSON(at, value)) ?? refuse(at, value),
  };
}

function checkNumbers(place: string, domain: FloatDomain | IntDomain): Scale {
  const isInt = domain.kind === 'int';
  const check = isInt ? checkSafeInteger : checkFinite;
  const low = check(`${place}.low`, domain.low);
  const high = check(`${place}.high`, domain.high);
  if (low >= high)
    throw new RangeFault({ place: `${place}.low`, problem: `expected less than high (${high}), got ${low}` });
  const isLog = checkOptional(`${place}.log`, domain.log, 'boolean') === true;
  if (isLog && domain.step !== undefined)
    throw new RangeFault({
      place: `${place}.step`,
      problem: "can't be combined with log",
      cure: 'set one of the two',
    });
  if (isLog && low <= 0)
    throw new RangeFault({ place: `${place}.low`, problem: `expected more than 0 with log, got ${low}` });
  const step = check(`${place}.step`, domain.step ?? 1);
  if (step <= 0 || (domain.step !== undefined && step > high - low)) {
    throw new RangeFault({
      place: `${place}.step`,
      problem: `expected more than 0 and at most ${high - low} (high − low), got ${step}`,
    });
  }
  // The sum turns −0 into 0.
  const clip = (value: number): number => Math.min(Math.max(value, low), high) + 0;
  const read = (value: unknown, at: string): number =>
    typeof value === 'number' && value >= low && value <= high ? value : refuse(at, value);

  if (isLog) {
    const round = isInt ? Math.round : (value: number) => Number(value.toPrecision(3));
    return {
      levels: isInt ? high - low + 1 : Infinity,
      low: ln(isInt ? low - 0.5 : low),
      high: ln(isInt ? high + 0.5 : high),
      valueAt: (level) => low + level,
      toValue: (coordinate) => clip(round(exp(coordinate))),
      toCoordinate: (value, at) => ln(read(value, at)),
    };
  }
  if (isInt || domain.step !== undefined) {
    // Without the tolerance, steps of 0.1 wouldn't lead from 0 to 0.3.
    const levels = Math.floor(((high - low) / step) * (1 + 1e-12)) + 1;
    const round = (value: number): number => (isInt ? value : Number(value.toPrecision(12)));
    return {
      ...inCells(levels, (level) => clip(round(low + level * step))),
      toCoordinate: (value, at) => Math.min(Math.round((read(value, at) - low) / step), levels - 1),
    };
  }
  const decimals = 3 - Number((high - low).toExponential().split('e')[1]);
  const digits = Math.min(Math.max(decimals, 0), 100);
  return {
    levels: Infinity,
    low,
    high,
    valueAt: () => low,
    toValue: (coordinate) => clip(Number(coordinate.toFixed(digits))),
    toCoordinate: read,
  };
}

/** A list of values, each in the middle of a cell of length 1. */
const inCells = (
  levels: number,
  valueAt: (level: number) => unknown,
): Pick<Scale, 'levels' | 'low' | 'high' | 'valueAt' | 'toValue'> => ({
  levels,
  low: -0.5,
  high: levels - 0.5,
  valueAt,
  toValue: (coordinate) => valueAt(Math.min(Math.max(Math.round(coordinate), 0), levels - 1)),
});

function refuse(place: string, value: unknown): never {
  throw new RangeFault({ place, problem: `expected a value of the domain, got ${show(value)}` });
}

const checkSafeInteger = (place: string, value: unknown): number =>
  checkInteger(place, value, Number.MIN_SAFE_INTEGER);

function checkFinite(place: string, value: unknown): number {
  const number = checkType(place, value, 'number');
  if (!Number.isFinite(number))
    throw new RangeFault({ place, problem: `is ${number}; expected a finite number` });
  return number;
}

function checkCondition(
  place: string,
  condition: unknown,
  earlier: readonly Dimension[],
): CheckedCondition[] {
  if (condition === undefined) return [];
  const names = earlier.map(({ name }) => name);
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition))
    throw new TypeFault({ place, problem: `expected an object of values by name, got ${show(condition)}` });
  const entries = Object.entries(condition as Record<string, unknown>);
  if (entries.length === 0) throw new RangeFault({ place, problem: 'expected at least one name, got none' });
  return entries.map(([name, given]) => {
    const here = `${place}.${name}`;
    const dimension = earlier.find((one) => one.name === name);
    if (dimension === undefined) {
      throw new RangeFault({
        place: here,
        problem: `no hyperparameter before this one has the name ${show(name)}`,
        cure: `the names before it are ${names.join(', ') || 'none'}`,
      });
    }
    if (dimension.levels === Infinity) {
      throw new RangeFault({
        place: here,
        problem: 'expected a hyperparameter with finitely many values',
        cure: `set the step of ${name}`,
      });
    }
    const listed = isArray(given) ? given : [given];
    if (listed.length === 0)
      throw new RangeFault({ place: here, problem: 'expected at least one value, got none' });
    return { name, keys: new Set(listed.map((value) => checkedKey(here, dimension, value))) };
  });
}

/** The canonical text of a value that the dimension takes. */
function checkedKey(place: string, { toValue, toCoordinate }: Dimension, value: unknown): string {
  const key = canonicalJSON(place, value);
  // A number between two steps is within the range but never proposed.
  return key === canonicalJSON(place, toValue(toCoordinate(value, place))) ? key : refuse(place, value);
}
