import { Option } from 'commander';
import { closestMatch } from 'leven';
import { show } from '../../base/check.js';
import { RangeFault } from '../../errors.js';
import { underFlag } from '../errors.js';

// Parsers of option values. A parser throws a fault without a place; the option adds its flag.

/**
 * An option whose value is parsed. What the parser rejects is reported under the flag.
 * @param flags as commander has them: '-o, --out <file>'
 */
export function valueOption<Value>(
  flags: string,
  description: string,
  parse: (text: string, before: Value | undefined) => Value,
): Option {
  const option = new Option(flags, description);
  return option.argParser<Value>((text, before) => underFlag(option.long!, () => parse(text, before)));
}

/** What a parser throws. */
export const refusal = (problem: string, cure?: string): RangeFault =>
  new RangeFault({ place: '', problem, cure });

/** The same, for an unexpected value. */
export const misread = (expected: string, text: string, cure?: string): RangeFault =>
  refusal(`expected ${expected}, got ${show(text)}`, cure);

/**
 * Finds the name that was probably meant: the same in another case, one that begins with it, or one with up to a third of
 * its letters wrong.
 */
export function findNearest(name: string, names: readonly string[]): string | undefined {
  const lowerCase = name.toLowerCase();
  const same = names.find((candidate) => candidate.toLowerCase() === lowerCase);
  const begun = name.length < 3 ? undefined : names.find((candidate) => candidate.startsWith(name));
  return same ?? begun ?? closestMatch(name, names, { maxDistance: Math.ceil(name.length / 3) });
}

/** Common abbreviations. */
const abbreviations: Readonly<Record<string, string>> = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  bce: 'binaryCrossEntropy',
  ce: 'crossEntropy',
};

/** `did you mean 'adam'?`, or nothing. */
function suggestName(name: string, names: readonly string[]): string | undefined {
  const meant = abbreviations[name.toLowerCase()];
  const nearest = names.find((each) => each === meant) ?? findNearest(name, names);
  return nearest === undefined ? undefined : `did you mean '${nearest}'?`;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

function describeBounds({ min, max }: Bounds): string {
  if (min === undefined) return '';
  return max === undefined ? ` of at least ${min}` : ` from ${min} to ${max}`;
}

function isWithin(value: number, { min = -Infinity, max = Infinity }: Bounds): boolean {
  return value >= min && value <= max;
}

const toNumber = (text: string): number => (text.trim() === '' ? NaN : Number(text));

export const number =
  (bounds: Bounds = {}) =>
  (text: string): number => {
    const value = toNumber(text);
    if (Number.isFinite(value) && isWithin(value, bounds)) return value;
    throw misread(`a number${describeBounds(bounds)}`, text);
  };

export function positiveNumber(text: string): number {
  const value = toNumber(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw misread('a number above 0', text);
}

export const wholeNumber =
  (bounds: Bounds = {}) =>
  (text: string): number => {
    const value = toNumber(text);
    if (Number.isSafeInteger(value) && isWithin(value, bounds)) return value;
    throw misread(`a whole number${describeBounds(bounds)}`, text);
  };

const split = (text: string): string[] =>
  text
    .normalize('NFC')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** `a,b,c`. */
export const list = (text: string): string[] => split(text);

/** `a,b`, for an option that may be given several times. */
export const collectList = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  ...split(text),
];

export const wholeNumbers = (bounds: Bounds): ((text: string) => number[]) => {
  const parse = wholeNumber(bounds);
  return (text) => text.split(',').map((item) => parse(item.trim()));
};

export const nameIn =
  <Name extends string>(names: readonly Name[]) =>
  (text: string): Name => {
    if (names.includes(text as Name)) return text as Name;
    throw misread(`one of ${names.join(', ')}`, text, suggestName(text, names));
  };

export const engineName = nameIn(['auto', 'wasm', 'reference']);

/** A name with parameters: `adam:beta2=0.99`. */
export interface NamedValue {
  readonly name: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** The parameters of each name. */
export type NumbersByName<Name extends string = string> = Readonly<Record<Name, readonly string[]>>;

export const namedValue =
  (names: NumbersByName) =>
  (text: string): NamedValue => {
    const [name, rest] = cut(text, ':');
    if (!Object.hasOwn(names, name)) {
      const all = Object.keys(names);
      throw misread(`one of ${all.join(', ')}`, name, suggestName(name, all));
    }
    const known = names[name]!;
    const numbers: Record<string, number> = {};
    for (const item of rest === undefined ? [] : rest.split(',')) {
      const [key, value] = cut(item, '=');
      if (!known.includes(key)) {
        const taken = known.length === 0 ? 'no numbers' : known.join(', ');
        throw refusal(`unknown '${key}'`, `${name} takes ${taken}`);
      }
      numbers[key] = toNumber(value ?? '');
      if (!Number.isFinite(numbers[key])) throw misread(`${key}=NUMBER`, item);
    }
    return { name, numbers };
  };

function cut(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
