import type { Settings, TaskName } from '../protocol.js';
import { activationNames, initializerNames, lossNames, optimizerNames, ranges } from './choices.js';
import { featureNames } from './features.js';
import { taskNames, tasks } from './tasks.js';
import { type Language, languages, say } from '../words/say.js';

// A link holds every setting of a run after its '#', in a form that people can read:
// #task=spiral&noise=0.1&hidden=16,16&activation=tanh&…&seed=1&steps=1234

/** Parses a value of a link. @returns undefined if it's invalid */
type Reader<Value> = (text: string) => Value | undefined;

const nameIn =
  <Name extends string>(names: readonly Name[]): Reader<Name> =>
  (text) =>
    names.find((name) => name === text);

/** Different names, at least one. */
const namesIn =
  <Name extends string>(names: readonly Name[]): Reader<readonly Name[]> =>
  (text) => {
    const chosen = names.filter((name) => text.split(',').includes(name));
    return chosen.length > 0 && chosen.join() === text ? chosen : undefined;
  };

const number =
  ([least, most]: readonly [number, number]): Reader<number> =>
  (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    return value >= least && value <= most ? value + 0 : undefined;
  };

const wholeNumber =
  (range: readonly [number, number]): Reader<number> =>
  (text) => {
    const value = number(range)(text);
    return Number.isInteger(value) ? value : undefined;
  };

const layers: Reader<readonly number[]> = (text) => {
  const units = text === '' ? [] : text.split(',').map(wholeNumber(ranges.units));
  return units.length <= ranges.hiddenLayers[1] && !units.includes(undefined)
    ? (units as number[])
    : undefined;
};

/** The most weights and biases in a link. */
export const MOST_PARAMETERS = 2000;

const numbers: Reader<readonly number[]> = (text) => {
  const values = text.split(',').map(number([-3e38, 3e38]));
  return values.length <= MOST_PARAMETERS && !values.includes(undefined) ? (values as number[]) : undefined;
};

const readers: { readonly [Key in keyof Settings]: Reader<Settings[Key]> } = {
  task: nameIn(taskNames),
  noise: number(ranges.noise),
  pointCount: wholeNumber(ranges.pointCount),
  trainingShare: number(ranges.trainingShare),
  features: namesIn(featureNames),
  hidden: layers,
  activation: nameIn(activationNames),
  loss: nameIn(lossNames),
  optimizer: nameIn(optimizerNames),
  learningRate: number(ranges.learningRate),
  miniBatchSize: wholeNumber(ranges.miniBatchSize),
  l1: number(ranges.l1),
  l2: number(ranges.l2),
  dropout: number(ranges.dropout),
  initializer: nameIn(initializerNames),
  seed: wholeNumber(ranges.seed),
};

const FIRST_TASK: TaskName = 'first';

/** The contents of a link. */
export interface Link {
  readonly settings: Settings;
  /** The weights and biases at the start, in the order of `net.parameters`. */
  readonly parameters?: readonly number[];
  /** The number of steps trained. */
  readonly steps?: number;
  readonly language?: Language;
  /** Reports on the parts of the link that are invalid and ignored. */
  readonly messages: readonly string[];
}

/** Parses a link. Missing and invalid settings take the task's defaults. @param hash with or without '#' */
export function parseLink(hash: string): Link {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const messages: string[] = [];
  const read = <Value>(name: string, reader: Reader<Value>): Value | undefined => {
    const text = given.get(name);
    if (text === null) return undefined;
    const value = reader(text);
    if (value === undefined) messages.push(say('link.invalid', { setting: `${name}=${text.slice(0, 40)}` }));
    return value;
  };
  const { defaults } = tasks[read('task', readers.task) ?? FIRST_TASK];
  const entries = Object.entries(readers)
    .filter(([name]) => name !== 'task')
    .map(([name, reader]) => [name, read<unknown>(name, reader) ?? defaults[name as keyof Settings]]);
  const steps = read('steps', wholeNumber(ranges.steps));
  const parameters = read('parameters', numbers);
  const language = read('lang', nameIn(languages));
  for (const name of given.keys()) {
    if (!(name in readers) && !['steps', 'parameters', 'lang'].includes(name))
      messages.push(say('link.unknown', { setting: name.slice(0, 40) }));
  }
  return {
    settings: { task: defaults.task, ...Object.fromEntries(entries) } as Settings,
    ...(parameters !== undefined && { parameters }),
    ...(steps !== undefined && { steps }),
    ...(language !== undefined && { language }),
    messages,
  };
}

/** Formats a link, from its '#' on. */
export function formatLink(
  settings: Settings,
  steps?: number,
  language?: Language,
  parameters?: readonly number[],
): string {
  const entries = Object.keys(readers).map((name) => [name, settings[name as keyof Settings]]);
  if (parameters !== undefined) entries.push(['parameters', parameters.map(shortest).join()]);
  if (steps !== undefined) entries.push(['steps', steps]);
  if (language !== undefined) entries.push(['lang', language]);
  return `#${entries.map(([name, value]) => `${String(name)}=${String(value)}`).join('&')}`;
}

/** The fewest digits that give the same number in single precision; nine always do. A link's '+' would be read as a space. */
function shortest(x: number): string {
  let text = '';
  for (let digits = 1; digits <= 9; digits++) {
    text = String(Number(x.toPrecision(digits)));
    if (Math.fround(Number(text)) === Math.fround(x)) break;
  }
  return text.replace('+', '');
}
