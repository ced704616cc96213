import { usageFailure } from '../errors.js';
import { suggestion } from './suggestion.js';

/** A name with numbers of its own, as 'huber:delta=2,other=3'. */
export interface Named {
  readonly name: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** Which numbers each name takes. */
export type Numbers = Readonly<Record<string, readonly string[]>>;

/**
 * @param option which was given the text
 * @param names those that there are, and the numbers that each takes
 * @throws Failure naming what is wrong
 */
export function namedOf(option: string, text: string, names: Numbers): Named {
  const [name, rest] = cut(text, ':');
  if (!Object.hasOwn(names, name)) {
    const all = Object.keys(names);
    throw usageFailure(`--${option}: expected ${all.join(', ')}, got '${name}'${suggestion(name, all)}`);
  }
  const known = names[name]!;
  const numbers: Record<string, number> = {};
  for (const item of rest === undefined ? [] : rest.split(',')) {
    const [key, value] = cut(item, '=');
    if (!known.includes(key)) {
      const cure = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`;
      throw usageFailure(`--${option} ${name}: unknown '${key}'; ${cure}`);
    }
    numbers[key] = value === undefined || value.trim() === '' ? NaN : Number(value);
    if (!Number.isFinite(numbers[key])) {
      throw usageFailure(`--${option} ${name}: expected ${key}=NUMBER, got '${item}'`);
    }
  }
  return { name, numbers };
}

function cut(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
