import type { Option } from 'commander';
import {
  checkSpace,
  choice,
  float,
  int,
  when,
  type Condition,
  type Domain,
  type Space,
} from '../../search/domains.js';
import { DataError, isInputFault, UsageError } from '../errors.js';
import { dataGroup } from '../options/data.js';
import { earlyStoppingGroup } from '../options/early-stopping.js';
import type { GivenOptions } from '../options/command.js';
import { networkGroup } from '../options/network.js';
import type { SearchFlags } from '../options/search.js';
import { trainingGroup } from '../options/training.js';
import { findNearest } from '../options/values.js';

// A space is written with the names and values of the options of `bp4 train`: `learning-rate=1e-4..1e-1:log hidden=32|64,32`.
// `momentum=0.5..0.99@optimizer=momentum` is searched only where the optimizer is momentum. A trial is what these options would
// train.

type Kind = 'float' | 'int' | 'choice';

/** The options that can be searched, and the kind of their values. */
const kinds: Readonly<Record<string, Kind>> = {
  'learning-rate': 'float',
  hidden: 'int',
  activation: 'choice',
  initializer: 'choice',
  dropout: 'float',
  epochs: 'int',
  batch: 'int',
  optimizer: 'choice',
  schedule: 'choice',
  momentum: 'float',
  l1: 'float',
  l2: 'float',
  'max-norm': 'float',
  'clip-norm': 'float',
  'clip-value': 'float',
  'class-weights': 'choice',
  patience: 'int',
  'min-delta': 'float',
  scale: 'choice',
};

const options = new Map<string, Option>(
  [networkGroup, trainingGroup, earlyStoppingGroup, dataGroup]
    .flatMap((group) => group.options)
    .filter((option) => option.name() in kinds)
    .map((option) => [option.name(), option]),
);

/** The values of a trial, by the names of the options. */
export type SpaceValues = Readonly<Record<string, unknown>>;

/**
 * The flags of a trial: those of the command, and its values, parsed as if they had been typed.
 * @throws UsageError under `--space NAME`
 */
export function joinFlags(flags: SearchFlags, values: SpaceValues): SearchFlags {
  const read = Object.entries(values).map(([name, value]): [string, unknown] => {
    const option = options.get(name)!;
    const text = String(value);
    const { parseArg } = option as { readonly parseArg?: (text: string, before: undefined) => unknown };
    return [option.attributeName(), parseArg ? inSpace(name, () => parseArg(text, undefined)) : text];
  });
  return { ...flags, ...Object.fromEntries(read) };
}

/** Runs a function that takes a value of the space. @throws UsageError under `--space NAME` */
export function inSpace<Result>(name: string, take: () => Result): Result {
  try {
    return take();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof DataError || isInputFault(error))) throw error;
    throw new UsageError(`--space ${name}`, error.problem, error.cure, { cause: error });
  }
}

/** What the default space depends on. */
interface Extent {
  readonly inputs: number;
  readonly count: number;
}

/** The default space, as it would be typed. */
function listDefaults({ inputs, count }: Extent): string[] {
  const sizes = [16, 32, 64, 128, 256].filter((units) => units <= Math.max(64, 2 * inputs) && units <= count);
  const deep = sizes.slice(-3).flatMap((units) => [`${units},${units}`]);
  return [
    'learning-rate=0.0005..0.05:log',
    `hidden=${[...(sizes.length > 0 ? sizes : [16]), ...deep].join('|')}`,
    'activation=relu|tanh|swish',
    'dropout=0..0.5',
    'l2=1e-6..0.03:log',
    'batch=16|32|64',
  ];
}

/** Adds the default space, except what an option fixes. */
const DEFAULT = 'default';

/**
 * Reads `--space`.
 * @param given the options that were typed
 * @throws UsageError naming the word
 */
export function readSpace(texts: readonly string[], given: GivenOptions, extent: Extent): Space {
  const words = texts.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '');
  if (texts.length > 0 && words.length === 0)
    throw new UsageError('--space', 'it is empty', `${examples.float('learning-rate')}, or leave it out`);
  const typed = words.filter((word) => word !== DEFAULT).map(readWord);
  const names = new Set(typed.map(([name]) => name));
  for (const [i, [name]] of typed.entries()) {
    if (typed.findIndex(([other]) => other === name) < i)
      throw new UsageError(`--space ${name}`, 'listed twice', 'leave one out');
    if (name in given)
      throw new UsageError(
        `--space ${name}`,
        `--${name} has one value for all trials`,
        'leave one of them out',
      );
  }
  const hasDefaults = typed.length === 0 || words.includes(DEFAULT);
  const defaults = hasDefaults ? listDefaults(extent).map(readWord) : [];
  const space = Object.fromEntries([
    ...defaults.filter(([name]) => !names.has(name) && !(name in given)),
    ...typed,
  ]);
  if (Object.keys(space).length === 0)
    throw new UsageError('--space', 'nothing is left to search', 'leave out an option, or use bp4 train');
  for (const [name, domain] of Object.entries(space)) checkWord(name, domain, space);
  return space;
}

/** @throws UsageError under `--space NAME` */
function checkWord(name: string, domain: Domain, space: Space): void {
  const { when, ...alone } = domain;
  inSpace(name, () => checkSpace({ [name]: alone }));
  if (!when) return;
  const names = Object.keys(space);
  for (const [other, value] of Object.entries(when)) {
    const place = `--space ${name}@${other}=${listValues(value).join('|')}`;
    if (names.indexOf(other) < 0)
      throw new UsageError(place, `the space has no ${other}`, examples[kinds[other]!](other));
    if (names.indexOf(other) >= names.indexOf(name))
      throw new UsageError(place, `${other} comes after it`, `write ${other}=… before ${name}=…`);
    try {
      const { [other]: given } = space as Record<string, Domain>;
      checkSpace({ [other]: { ...given, when: undefined }, [name]: { ...alone, when: { [other]: value } } });
    } catch (error) {
      if (!isInputFault(error)) throw error;
      throw new UsageError(place, `${other} never has that value`, `it has ${formatDomain(space[other]!)}`, {
        cause: error,
      });
    }
  }
}

const range = /^([^|]+?)\.\.([^|:]+)((?::[a-z]+(?:=[^:]*)?)*)$/;

/** Before the name of a condition. Elsewhere @ is a letter like others. */
const conditionMark = new RegExp(`@(?=(?:${Object.keys(kinds).join('|')})=)`);

function readWord(word: string): [name: string, domain: Domain] {
  const [whole, ...conditions] = word.split(conditionMark) as [string, ...string[]];
  const [name, domain] = readDomain(whole);
  if (conditions.length === 0) return [name, domain];
  const entries = conditions.map((text) => {
    const at = text.indexOf('=');
    return [
      text.slice(0, at),
      text
        .slice(at + 1)
        .split('|')
        .map(toPlain),
    ] as const;
  });
  return [name, when(Object.fromEntries(entries) satisfies Condition, domain)];
}

function readDomain(word: string): [name: string, domain: Domain] {
  const [, name = word, text = ''] = /^([^=]*)=(.*)$/.exec(word) ?? [];
  const kind = kinds[name];
  if (!kind || !Object.hasOwn(kinds, name)) {
    const nearest = findNearest(name, Object.keys(kinds));
    const cure =
      nearest === undefined ? `names are ${Object.keys(kinds).join(', ')}` : `did you mean '${nearest}'?`;
    throw new UsageError(`--space ${word}`, `'${name}' can't be searched`, cure);
  }
  if (text === '') throw new UsageError(`--space ${name}`, 'expected values', examples[kind](name));
  const found = range.exec(text);
  if (!found) return [name, choice(...text.split('|').map(toPlain))];
  if (kind === 'choice') throw new UsageError(`--space ${name}`, 'it has no numbers', examples.choice(name));
  const [low, high] = found.slice(1, 3).map(Number) as [number, number];
  if (Number.isNaN(low) || Number.isNaN(high))
    throw new UsageError(`--space ${name}`, `expected numbers, got ${text}`, examples[kind](name));
  if (low >= high) {
    const cure = low > high ? `write ${name}=${found[2]!}..${found[1]!}${found[3]!}` : `write ${name}=${low}`;
    throw new UsageError(`--space ${name}`, `expected the smaller number first, got ${text}`, cure);
  }
  const marks = readMarks(name, kind, found[3]!);
  if (marks.step !== undefined && marks.step > high - low)
    throw new UsageError(`--space ${name}`, `:step=${marks.step} is wider than the range, ${text}`);
  return [name, { float, int }[kind](low, high, marks)];
}

const examples: Readonly<Record<Kind, (name: string) => string>> = {
  float: (name) => `write ${name}=0.001..0.1:log, or ${name}=0.01|0.1`,
  int: (name) => `write ${name}=16..64, or ${name}=16|32`,
  choice: (name) => `write ${name}=A|B`,
};

/** `:log`, `:step=0.1`. */
function readMarks(name: string, kind: Kind, text: string): { log?: boolean; step?: number } {
  const marks: { log?: boolean; step?: number } = {};
  for (const mark of text.split(':').slice(1)) {
    const [word, value] = mark.split('=');
    if (word === 'log' && value === undefined) marks.log = true;
    else if (word === 'step' && Number(value) > 0) marks.step = Number(value);
    else
      throw new UsageError(
        `--space ${name}`,
        `expected :log or :step=NUMBER, got ':${mark}'`,
        examples[kind](name),
      );
  }
  return marks;
}

/** A number if it has the same text, so that it's compared and shown as a number. */
const toPlain = (text: string): string | number =>
  text !== '' && String(Number(text)) === text ? Number(text) : text;

/** The values of a condition. */
const listValues = (value: unknown): readonly string[] => [value].flat().map(String);

/** A domain as it is typed. */
export function formatDomain(domain: Domain | readonly unknown[]): string {
  if (!('kind' in domain)) return domain.join(' | ');
  const conditions = Object.entries(domain.when ?? {}).map(
    ([name, values]) => `${name} is ${listValues(values).join(' or ')}`,
  );
  const condition = conditions.length === 0 ? '' : `, if ${conditions.join(' and ')}`;
  if (domain.kind === 'choice') return `${domain.values.join(' | ')}${condition}`;
  const { low, high, log, step } = domain;
  const scale = `${log ? ', logarithmic' : ''}${step === undefined ? '' : `, in steps of ${step}`}`;
  return `${low} to ${high}${scale}${condition}`;
}
