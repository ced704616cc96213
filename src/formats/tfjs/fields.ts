import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';

// Checks fields of untrusted JSON.

export type Fields = Readonly<Record<string, unknown>>;

/** @throws FormatError unless it is an object */
export function readObject(place: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const cure = typeof value === 'string' ? { cure: 'parse the text with JSON.parse' } : {};
    throw new FormatError({ place, problem: `expected an object, got ${show(value)}`, ...cure });
  }
  return value as Fields;
}

/** @throws FormatError unless it is an array */
export function readArray(place: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value))
    throw new FormatError({ place, problem: `expected an array, got ${show(value)}` });
  return value;
}

/** @throws FormatError unless it is a string */
export function readString(place: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new FormatError({ place, problem: `expected a string, got ${show(value)}` });
  return value;
}

/** @throws FormatError unless it is a number that is finite in single precision. @returns the number, rounded */
export function readFloat(place: string, value: unknown): number {
  const float = typeof value === 'number' ? Math.fround(value) : NaN;
  if (!Number.isFinite(float))
    throw new FormatError({ place, problem: `expected a 32-bit float, got ${show(value)}` });
  return float;
}

/** @throws FormatError unless it is a list of whole numbers of at least 0 */
export function readSizes(place: string, value: unknown): readonly number[] {
  return readArray(place, value).map((size, i) => {
    if (!Number.isSafeInteger(size) || (size as number) < 0) {
      throw new FormatError({
        place: `${place}[${i}]`,
        problem: `expected a whole number of at least 0, got ${show(size)}`,
      });
    }
    return size as number;
  });
}

/** Whether `given` equals `expected`; its objects may have more properties. */
export function holds(given: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return given === expected;
  if (typeof given !== 'object' || given === null || Array.isArray(given) !== Array.isArray(expected))
    return false;
  if (Array.isArray(expected) && (given as unknown[]).length !== expected.length) return false;
  return Object.entries(expected).every(([key, value]) => holds((given as Fields)[key], value));
}
