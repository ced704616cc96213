import { show } from '../base/check.js';
import { correlate } from '../base/correlate.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import type { Fault } from '../errors.js';
import type { Categories } from './columns.js';

// What is suspicious in samples, and yet no error: each with its cure.

/** A problem in the samples that makes a model or its scores less useful than they look. */
export interface DataWarning extends Fault {
  /**
   * 'few': fewer than 50 samples. 'imbalance': one class makes up 90% of the samples or more. 'rare': classes with a
   * single sample. 'alike': classes, or categories of an input, that differ only in case, spaces or the like. 'constant':
   * inputs with the same value in every sample. 'leak': an input that alone predicts the answer.
   */
  readonly kind: 'few' | 'imbalance' | 'rare' | 'alike' | 'constant' | 'leak';
}

/** The parts of a Dataset that `findWarnings` reads. */
export interface WarnableSamples {
  /** [count][width] */
  readonly inputs: NumericArray;
  readonly width: number;
  readonly count: number;
  /** [count] class indices. */
  readonly labels?: NumericArray;
  /** [count][outputs] */
  readonly targets?: NumericArray;
  readonly columns?: readonly string[] | undefined;
  readonly targetColumns?: readonly string[] | undefined;
  readonly classes?: Categories | undefined;
  /** By column name. */
  readonly categories?: Readonly<Record<string, Categories>>;
  /** Set for images, whose columns are pixels. Their columns aren't searched. */
  readonly inputScale?: number;
}

const FEWEST_SAMPLES = 50;
const LARGEST_SHARE = 0.9;
/** Samples and cells that the search for leaks looks at. */
const MOST_SEARCHED = 2000;
const MOST_CELLS = 2 ** 22;
/** With fewer samples outside the largest class, a leak may be chance. */
const FEWEST_OTHERS = 5;
const LEAK_CORRELATION = 0.999;
/** The share of the samples outside the largest class that a leak may miss. */
const LEAK_ERRORS = 0.005;
/** A value must occur this often, on average, before its class says something. */
const SAMPLES_PER_VALUE = 10;
/** Names that one message lists. */
const MOST_NAMES = 5;

/**
 * Looks for problems that make a model or its scores misleading: few samples, a class that makes up nearly all of them,
 * classes with a single sample, classes or categories that look alike, constant inputs, and inputs that predict the answer
 * on their own, such as a copy of it. Accepts a Dataset.
 * @returns one warning for each kind that was found, with `place`, `problem` and `cure`
 */
export function findWarnings(samples: WarnableSamples): DataWarning[] {
  const { count, width, inputScale } = samples;
  const warnings: DataWarning[] = [];
  if (count < FEWEST_SAMPLES) {
    const problem = `only ${count === 1 ? '1 sample' : `${count} samples`}, so the scores are noisy`;
    warnings.push({ kind: 'few', place: '', problem, cure: 'collect more samples, or cross-validate' });
  }
  warnings.push(...findUnevenClasses(samples), ...findAlike(samples));
  if (inputScale !== undefined || width * MOST_SEARCHED > MOST_CELLS * SAMPLES_PER_VALUE) return warnings;
  const constant = count > 1 ? findConstantColumns(samples) : [];
  const leaks = width > 1 ? findLeaks(samples) : [];
  const ofColumns = (kind: DataWarning['kind'], found: readonly number[], problem: string): DataWarning[] => {
    if (found.length === 0) return [];
    const names = found.map((k) => samples.columns?.[k] ?? String(k));
    const cure = `leave ${names.length === 1 ? 'it' : 'them'} out`;
    const option = { name: 'ignore', values: names };
    return [{ kind, place: placeOf('column', 'columns', names), problem, cure, option }];
  };
  return [
    ...warnings,
    ...ofColumns('constant', constant, 'the same value in every sample, so it predicts nothing'),
    ...ofColumns(
      'leak',
      leaks,
      leaks.length === 1
        ? "predicts the answer almost perfectly on its own; make sure you'll have it when you predict, or else it leaks the answer"
        : "each predicts the answer almost perfectly on its own; make sure you'll have them when you predict, or else they leak the answer",
    ),
  ];
}

/** `column 'a'`; `columns 'a', 'b', … (12 in all)`. */
function placeOf(one: string, several: string, names: readonly (string | number)[]): string {
  const shown = names.slice(0, MOST_NAMES).map(show).join(', ');
  const rest = names.length > MOST_NAMES ? `, … (${names.length} in all)` : '';
  return `${names.length === 1 ? one : several} ${shown}${rest}`;
}

function findUnevenClasses({ labels, classes, count }: WarnableSamples): DataWarning[] {
  if (!labels) return [];
  const counts = countClasses(labels);
  const nameOf = (label: number): string | number => classes?.[label] ?? label;
  const warnings: DataWarning[] = [];
  const [largest, members] = findLargest(counts);
  if (members >= LARGEST_SHARE * count && members < count) {
    const share = formatShare(members / count);
    warnings.push({
      ...{ kind: 'imbalance', place: `class ${show(nameOf(largest))}` },
      problem: `${share} of the samples, so always predicting it is right ${share} of the time`,
      cure: 'use larger classWeights for the other classes',
      option: { name: 'classWeights', values: ['balanced'] },
    });
  }
  const rare = [...counts].filter(([, members]) => members === 1).map(([label]) => nameOf(label));
  if (rare.length > 0 && rare.length < count) {
    warnings.push({
      ...{ kind: 'rare', place: placeOf('class', 'classes', rare) },
      problem: `a single sample${rare.length > 1 ? ' each' : ''}, which can't be used both for training and for testing`,
      cure: 'add samples, or merge rare classes',
    });
  }
  return warnings;
}

/** Names of one thing that was spelled in several ways. */
function findAlike({ classes, categories = {} }: WarnableSamples): DataWarning[] {
  const groups = Object.entries(categories).flatMap(([column, names]) =>
    groupAlike(names).map((group) => ({ group, place: `column ${show(column)}, categories` })),
  );
  const all = [...groupAlike(classes ?? []).map((group) => ({ group, place: 'classes' })), ...groups];
  return all.slice(0, MOST_NAMES).map(({ group, place }) => ({
    kind: 'alike',
    place: `${place} ${group.map(show).join(', ')}`,
    problem: 'differ only in case, spaces or the like',
    cure: 'write them alike if they mean the same',
  }));
}

/** The names that look like another one. */
function groupAlike(names: Categories): string[][] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    if (typeof name !== 'string' || name.length < 2) continue;
    const plain = name.normalize('NFKC').toLowerCase();
    const look = plain
      .replace(/\p{Cf}/gu, '')
      .replace(/\s+/g, ' ')
      .trim();
    const group = groups.get(look);
    if (group) group.push(name);
    else groups.set(look, [name]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** How often each class occurs. */
function countClasses(labels: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function findLargest(counts: ReadonlyMap<number, number>): readonly [label: number, members: number] {
  let largest: readonly [number, number] = [NaN, 0];
  for (const entry of counts) if (entry[1] > largest[1]) largest = entry;
  return largest;
}

/** 0.99 → '99%'; never rounded to 100%. */
const formatShare = (share: number): string => `${Math.floor(1000 * share) / 10}%`;

function findConstantColumns({ inputs, width }: WarnableSamples): number[] {
  let constant = Array.from({ length: width }, (_, k) => k);
  for (let at = width; at < inputs.length && constant.length > 0; at += width)
    constant = constant.filter((k) => inputs[at + k] === inputs[k]);
  return constant;
}

/** The columns that alone predict the answer, among samples from all over. */
function findLeaks({ inputs, width, count, labels, targets }: WarnableSamples): number[] {
  const searched = Math.min(count, MOST_SEARCHED, Math.floor(MOST_CELLS / width));
  if (searched < FEWEST_SAMPLES) return []; // it may be chance
  const rows = Float64Array.from({ length: searched }, (_, i) => Math.floor((i * count) / searched));
  const outputs = targets ? targets.length / count : 0;
  const answers = Array.from({ length: outputs }, (_, j) => rows.map((n) => targets![n * outputs + j]!));
  const classes = labels && rows.map((n) => labels[n]!);
  const others = classes ? searched - findLargest(countClasses(classes))[1] : 0;
  const isLeak = (values: Float64Array): boolean =>
    classes
      ? others >= FEWEST_OTHERS && separatesClasses(values, classes, others * LEAK_ERRORS)
      : answers.some((answer) => Math.abs(correlate(values, answer)) >= LEAK_CORRELATION);
  return Array.from({ length: width }, (_, k) => k).filter((k) =>
    isLeak(rows.map((n) => inputs[n * width + k]!)),
  );
}

/** Whether each value, or each range of values between thresholds, one fewer than classes, stands for one class. */
function separatesClasses(values: Float64Array, classes: Float64Array, mostErrors: number): boolean {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const seen = new Set<number>();
  let [errors, groups, runs, last] = [0, 0, 0, NaN];
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    const same = order.slice(from, to).map((i) => classes[i]!);
    const [majority, members] = findLargest(countClasses(same));
    errors += to - from - members;
    groups++;
    if (majority !== last) runs++;
    last = majority;
    seen.add(majority);
    if (errors > mostErrors) return false;
  }
  return runs === seen.size ? seen.size > 1 : groups <= order.length / SAMPLES_PER_VALUE;
}
