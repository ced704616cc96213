import type { Parameter, Settings, TaskName } from '../protocol.js';
import {
  activationNames,
  initializerNames,
  type LessonName,
  lessonNames,
  lossNames,
  optimizerNames,
  phaseNames,
  ranges,
  type Region,
  regionNames,
} from './choices.js';
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

/** Different names, at least one, in the order of `names`. */
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

/** A place in the walk of one mini-batch. */
export interface Stop {
  readonly phase?: (typeof phaseNames)[number] | undefined;
  /** Of the phase, counted from 0 after the inputs; by default the first that the phase computes. */
  readonly layer?: number | undefined;
  /** In the mini-batch, counted from 0. */
  readonly sample?: number | undefined;
  /** The unit or weight that the page explains. */
  readonly at?: Parameter | undefined;
}

/** What a link shows of a run. Links count samples, layers and units from 1, as the page does; layer 0 holds the inputs. */
export interface Shown extends Stop {
  readonly lesson?: LessonName | undefined;
  /** For the page in a frame of another page: without header, tasks, settings and more. */
  readonly isEmbedded?: boolean | undefined;
  readonly hide?: readonly Region[] | undefined;
}

/** 'BP2' or, with a layer, 'BP2,1'. */
const phase: Reader<Stop> = (text) => {
  const [first, second, ...rest] = text.split(',');
  const name = nameIn(phaseNames)(first!);
  const layer = second === undefined ? 1 : wholeNumber([1, ranges.hiddenLayers[1] + 1])(second);
  if (name === undefined || layer === undefined || rest.length > 0) return undefined;
  return { phase: name, ...(second !== undefined && { layer: layer - 1 }) };
};

/** Whole numbers that place a unit ('1,3': layer, unit) or a weight ('2,1,3': with the unit at its start). */
const place =
  (count: 2 | 3): Reader<Parameter> =>
  (text) => {
    const parts = text.split(',').map(wholeNumber([0, 1000]));
    const [layer, unit, from] = parts;
    if (parts.length !== count || layer === undefined || !unit || from === 0) return undefined;
    if (count === 3 && (layer === 0 || from === undefined)) return undefined;
    return { layer: layer - 1, unit: unit - 1, ...(from !== undefined && { from: from - 1 }) };
  };

/** What a link can hold apart from settings. */
const others = [
  'steps',
  'parameters',
  'lang',
  'lesson',
  'phase',
  'sample',
  'unit',
  'weight',
  'embed',
  'hide',
];

/** The contents of a link. */
export interface Link {
  readonly settings: Settings;
  readonly shown?: Shown;
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
  const shown: Shown = {
    ...read('phase', phase),
    lesson: read('lesson', nameIn(lessonNames)),
    sample: read('sample', (text) => {
      const n = wholeNumber([1, ranges.miniBatchSize[1]])(text);
      return n === undefined ? undefined : n - 1;
    }),
    at: read('weight', place(3)) ?? read('unit', place(2)),
    isEmbedded: read('embed', (text) => (text === '1' ? true : undefined)),
    hide: read('hide', (text) => {
      const names = text.split(',').map(nameIn(regionNames));
      return names.includes(undefined) ? undefined : (names as Region[]);
    }),
  };
  for (const name of given.keys()) {
    if (!(name in readers) && !others.includes(name))
      messages.push(say('link.unknown', { setting: name.slice(0, 40) }));
  }
  return {
    settings: { task: defaults.task, ...Object.fromEntries(entries) } as Settings,
    ...(parameters !== undefined && { parameters }),
    ...(steps !== undefined && { steps }),
    ...(language !== undefined && { language }),
    ...(Object.values(shown).some((value) => value !== undefined) && { shown }),
    messages,
  };
}

/** Formats a link, from its '#' on. A lesson brings its own settings. */
export function formatLink({
  settings,
  steps,
  language,
  parameters,
  shown = {},
}: Omit<Link, 'messages'>): string {
  const { lesson, phase, layer, sample, at, isEmbedded, hide } = shown;
  const run = [
    ...Object.keys(readers).map((name) => [name, settings[name as keyof Settings]]),
    ['parameters', parameters?.map(shortest).join()],
    ['steps', steps],
    ['phase', phase && [phase, ...(layer === undefined ? [] : [layer + 1])]],
    ['sample', sample !== undefined && sample + 1],
    [at?.from === undefined ? 'unit' : 'weight', at && formatPlace(at)],
  ];
  const entries = [
    ...(lesson === undefined ? run : [['lesson', lesson]]),
    ['embed', isEmbedded && 1],
    ['hide', hide],
    ['lang', language],
  ].filter(([, value]) => value !== undefined && value !== false);
  return `#${entries.map(([name, value]) => `${String(name)}=${String(value)}`).join('&')}`;
}

function formatPlace({ layer, unit, from }: Parameter): string {
  return [layer, unit, ...(from === undefined ? [] : [from])].map((index) => index + 1).join();
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
