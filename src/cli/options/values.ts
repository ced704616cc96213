import { InvalidArgumentError } from 'commander';
import { closestMatch } from 'leven';

// How the values of options are read. Each parser throws what commander reports together with the option.

/** The name that was probably meant: one that begins so, or one with at most a letter in three wrong. */
export function findNearest(name: string, names: readonly string[]): string | undefined {
  const begun = name.length < 3 ? undefined : names.find((candidate) => candidate.startsWith(name));
  return begun ?? closestMatch(name, names, { maxDistance: Math.max(1, Math.floor(name.length / 3)) });
}

/** `; did you mean 'train'?`, or nothing. */
function suggestName(name: string, names: readonly string[]): string {
  const nearest = findNearest(name, names);
  return nearest === undefined ? '' : `; did you mean '${nearest}'?`;
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
    throw new InvalidArgumentError(`Expected a number${describeBounds(bounds)}.`);
  };

export function positiveNumber(text: string): number {
  const value = toNumber(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number above 0.');
}

export const wholeNumber =
  (bounds: Bounds = {}) =>
  (text: string): number => {
    const value = toNumber(text);
    if (Number.isSafeInteger(value) && isWithin(value, bounds)) return value;
    throw new InvalidArgumentError(`Expected a whole number${describeBounds(bounds)}.`);
  };

const split = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** `a,b,c`. */
export const list = (text: string): string[] => split(text);

/** `a,b`, of an option that may be given several times. */
export const collectList = (text: string, before: readonly string[] | undefined): string[] => [
  ...(before ?? []),
  ...split(text),
];

export const wholeNumbers = (bounds: Bounds): ((text: string) => number[]) => {
  const parse = wholeNumber(bounds);
  return (text) => split(text).map(parse);
};

export const nameIn =
  <Name extends string>(names: readonly Name[]) =>
  (text: string): Name => {
    if (names.includes(text as Name)) return text as Name;
    throw new InvalidArgumentError(`Expected ${names.join(', ')}${suggestName(text, names)}`);
  };

export const engineName = nameIn(['auto', 'wasm', 'reference']);

/** A name with numbers of its own: `adam:beta2=0.99`. */
export interface NamedValue {
  readonly name: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** The numbers that each name takes. */
export type NumbersByName<Name extends string = string> = Readonly<Record<Name, readonly string[]>>;

export const namedValue =
  (names: NumbersByName) =>
  (text: string): NamedValue => {
    const [name, rest] = cut(text, ':');
    if (!Object.hasOwn(names, name)) {
      const all = Object.keys(names);
      throw new InvalidArgumentError(`Expected ${all.join(', ')}${suggestName(name, all)}`);
    }
    const known = names[name]!;
    const numbers: Record<string, number> = {};
    for (const item of rest === undefined ? [] : rest.split(',')) {
      const [key, value] = cut(item, '=');
      if (!known.includes(key)) {
        const cure = known.length === 0 ? 'no numbers' : known.join(', ');
        throw new InvalidArgumentError(`Unknown '${key}': ${name} takes ${cure}.`);
      }
      numbers[key] = toNumber(value ?? '');
      if (!Number.isFinite(numbers[key])) throw new InvalidArgumentError(`Expected ${key}=NUMBER.`);
    }
    return { name, numbers };
  };

function cut(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
