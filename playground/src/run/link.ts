import type { Settings, TaskName } from '../protocol.js';
import { activationNames, initializerNames, lossNames, optimizerNames, ranges } from './choices.js';
import { taskNames, tasks } from './tasks.js';

// All that decides a run, in the part of a link after '#', to be read by people too:
// #task=spiral&noise=0.1&hidden=16,16&activation=tanh&…&seed=1&steps=1234

/** Reads a value as it is written in a link; undefined where it is not one. */
type Reader<Value> = (text: string) => Value | undefined;

const nameIn =
  <Name extends string>(names: readonly Name[]): Reader<Name> =>
  (text) =>
    names.find((name) => name === text);

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

const readers: { readonly [Key in keyof Settings]: Reader<Settings[Key]> } = {
  task: nameIn(taskNames),
  noise: number(ranges.noise),
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

const FIRST_TASK: TaskName = 'spiral';

/** What a link says. */
export interface Link {
  readonly settings: Settings;
  /** How far the run had come. */
  readonly steps?: number;
  /** What in the link was not understood, and what is taken in its place. */
  readonly messages: readonly string[];
}

/** Reads a link. What is missing, or cannot be, is as the task begins with. @param hash with or without its '#' */
export function parseLink(hash: string): Link {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const messages: string[] = [];
  const read = <Value>(name: string, reader: Reader<Value>): Value | undefined => {
    const text = given.get(name);
    if (text === null) return undefined;
    const value = reader(text);
    if (value === undefined)
      messages.push(`The link has ${name}=${text.slice(0, 40)}, which is not valid; it is ignored`);
    return value;
  };
  const { defaults } = tasks[read('task', readers.task) ?? FIRST_TASK];
  const entries = Object.entries(readers)
    .filter(([name]) => name !== 'task')
    .map(([name, reader]) => [name, read<unknown>(name, reader) ?? defaults[name as keyof Settings]]);
  const steps = read('steps', wholeNumber(ranges.steps));
  for (const name of given.keys()) {
    if (!(name in readers) && name !== 'steps')
      messages.push(`The link has ${name.slice(0, 40)}, which is not known here`);
  }
  return {
    settings: { task: defaults.task, ...Object.fromEntries(entries) } as Settings,
    ...(steps !== undefined && { steps }),
    messages,
  };
}

/** Writes a link, its '#' included. */
export function formatLink(settings: Settings, steps?: number): string {
  const entries = Object.keys(readers).map((name) => [name, settings[name as keyof Settings]]);
  if (steps !== undefined) entries.push(['steps', steps]);
  return `#${entries.map(([name, value]) => `${String(name)}=${String(value)}`).join('&')}`;
}
