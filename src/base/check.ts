import { RangeFault, TypeFault } from '../errors.js';

// Checks of user input. Each error names the place and the cure. Checks come before any change.

/** A value as error messages show it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 50 ? `'${value.slice(0, 50)}…'` : `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return value.length > 0 ? 'an array' : 'an empty array';
  if (ArrayBuffer.isView(value)) return `a ${(value as Uint8Array)[Symbol.toStringTag]}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The least number of letters to insert, delete or replace (Wagner and Fischer 1974). */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const letter of from) {
    const above = row;
    row = [above[0]! + 1];
    for (let j = 0; j < to.length; j++) {
      row.push(Math.min(above[j]! + Number(letter !== to[j]), above[j + 1]! + 1, row[j]! + 1));
    }
  }
  return row[to.length]!;
}

/**
 * The name that was meant, if one is near: another spelling (`learning_rate`), its initials (`lr`), a part of it (`batchSize` for
 * `miniBatchSize`), or two typing errors at most.
 */
export function findMeant(name: string, known: readonly string[]): string | undefined {
  const simplify = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const given = simplify(name);
  const isNear = [
    (one: string) => simplify(one) === given,
    (one: string) => given.length > 1 && simplify(one.charAt(0) + one.replace(/[a-z]/g, '')) === given,
    (one: string) => given.length > 3 && (simplify(one).includes(given) || given.includes(simplify(one))),
    (one: string) => given.length > 3 && countEdits(simplify(one), given) < 3,
  ];
  return isNear.map((test) => known.find(test)).find((one) => one !== undefined);
}

/**
 * @throws TypeError unless `value` is an object with no keys but `known`
 */
export function checkKeys(place: string, value: unknown, known: readonly string[]): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeFault({ place, problem: `expected an object { ${known.join(', ')} }, got ${show(value)}` });
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      const meant = findMeant(key.slice(0, 50), known);
      throw new TypeFault({
        place,
        problem: `unknown ${show(key)}`,
        cure: meant === undefined ? `the names are ${known.join(', ')}` : `did you mean ${show(meant)}?`,
      });
    }
  }
}

/**
 * @throws RangeError unless `value` is one of the names in `valid`
 */
export function checkName<Name extends string>(place: string, value: unknown, valid: readonly Name[]): Name {
  if (!valid.includes(value as Name)) {
    throw new RangeFault({
      place,
      problem: `expected one of ${valid.map(show).join(', ')}, got ${show(value)}`,
    });
  }
  return value as Name;
}

/**
 * @throws TypeError unless `value` is a number; RangeError unless it is whole and in [least, most]
 */
export function checkInteger(
  place: string,
  value: unknown,
  least = 1,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number')
    throw new TypeFault({ place, problem: `expected a whole number, got ${show(value)}` });
  if (!Number.isInteger(value) || value < least || value > most) {
    const range =
      most < Number.MAX_SAFE_INTEGER
        ? `from ${least} to ${most}`
        : least >= 0
          ? `of at least ${least}`
          : 'below 2^53 in size';
    throw new RangeFault({ place, problem: `expected a whole number ${range}, got ${show(value)}` });
  }
  return value;
}

/**
 * Checks that a number is above zero in single precision.
 * @throws TypeError unless `value` is a number; RangeError if single precision rounds it to zero or infinity
 */
export function checkPositive(place: string, value: unknown): number {
  const float = Math.fround(checkType(place, value, 'number'));
  if (!(float > 0 && float < Infinity)) {
    throw new RangeFault({ place, problem: `expected a 32-bit float above 0, got ${show(value)}` });
  }
  return float;
}

/**
 * Checks that a number in single precision is at least `least` and below `end`.
 * @throws TypeError unless `value` is a number; RangeError if it is NaN or outside
 */
export function checkNumber(place: string, value: unknown, least: number, end = Infinity): number {
  const float = Math.fround(checkType(place, value, 'number'));
  if (!(float >= least && float < end)) {
    const range = end === Infinity ? `of at least ${least}` : `from ${least} to below ${end}`;
    throw new RangeFault({ place, problem: `expected a number ${range}, got ${show(value)}` });
  }
  return float;
}

/** Values by the names that `typeof` has for them. */
interface Types {
  boolean: boolean;
  function: (...args: never[]) => unknown;
  number: number;
  string: string;
}

/**
 * @throws TypeError unless `value` is of this type
 */
export function checkType<Name extends keyof Types>(place: string, value: unknown, type: Name): Types[Name] {
  if (typeof value !== type) {
    throw new TypeFault({ place, problem: `expected a ${type}, got ${show(value)}` });
  }
  return value as Types[Name];
}

/**
 * @throws TypeError unless `value` is undefined or of this type
 */
export function checkOptional<T>(place: string, value: T, type: keyof Types): T {
  if (value !== undefined) checkType(place, value, type);
  return value;
}

/** @throws TypeError unless the value is an array; RangeError unless it has the given length, if any */
export function checkArray(place: string, value: unknown, length?: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeFault({ place, problem: `expected an array, got ${show(value)}` });
  if (length !== undefined && value.length !== length) {
    throw new RangeFault({ place, problem: `expected ${length} entries, got ${value.length}` });
  }
  return value;
}

/**
 * Checks the entries of an array, holes among them.
 * @returns what `check` returns for each
 * @throws TypeError unless the value is an array; RangeError if it does not have the given length, if any
 */
export const checkEach = <Checked>(
  place: string,
  value: unknown,
  check: (place: string, entry: unknown, index: number) => Checked,
  length?: number,
): Checked[] => Array.from(checkArray(place, value, length), (entry, i) => check(`${place}[${i}]`, entry, i));

/**
 * Whether a value is a number whose product with `scale` is finite in single precision. Infinity − Infinity is NaN.
 * @param mayMiss whether the value may also be NaN
 */
export function fits(value: unknown, scale = 1, mayMiss = false): value is number {
  if (typeof value !== 'number') return false;
  const float = Math.fround(Math.fround(value) * scale);
  return float - float === 0 || (mayMiss && value !== value);
}

/** The error for a value that doesn't fit. */
export function misfit(place: string, value: unknown): TypeFault | RangeFault {
  if (typeof value !== 'number')
    return new TypeFault({ place, problem: `expected a number, got ${show(value)}` });
  if (!Number.isFinite(value))
    return new RangeFault({ place, problem: `is ${value}; expected a finite number` });
  return new RangeFault({
    place,
    problem: `is ${value}, too large for a 32-bit float`,
    cure: 'scale the data',
  });
}

/**
 * Checks that a number is finite in single precision.
 * @throws TypeError unless `value` is a number; RangeError if it is NaN, infinite, or too large for 32 bits
 */
export function checkFloat(place: string, value: unknown): number {
  if (!fits(value)) throw misfit(place, value);
  return Math.fround(value);
}
