import { RangeFault, TypeFault } from '../errors.js';
import { show } from '../base/check.js';

export type JSONValue =
  null | boolean | number | string | readonly JSONValue[] | { readonly [name: string]: JSONValue };

/** A value nested this deeply is a mistake or an attack; each level takes room on the stack. */
const MOST_LEVELS = 100;

/**
 * The JSON text of a value, with the names of objects in the order of their code units and without spaces: equal values have
 * equal texts, whatever order their names stand in.
 * @throws TypeError naming the place unless the value is null, a boolean, a number, a string, or a plain array or object of
 * such; RangeError if a number is not finite, or the value is nested deeper than 100 levels
 */
export function canonicalJSON(place: string, value: unknown, levels = MOST_LEVELS): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return JSON.stringify(value);
    throw new RangeFault({ place, problem: `is ${value}; expected a finite number` });
  }
  if (levels === 0)
    throw new RangeFault({ place, problem: `expected at most ${MOST_LEVELS} levels of nesting` });
  if (Array.isArray(value)) {
    const entries = Array.from(value, (entry, i) => canonicalJSON(`${place}[${i}]`, entry, levels - 1));
    return `[${entries.join()}]`;
  }
  if (!isPlain(value))
    throw new TypeFault({ place, problem: `expected a value that JSON can hold, got ${show(value)}` });
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJSON(`${place}.${name}`, value[name], levels - 1)}`);
  return `{${members.join()}}`;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
