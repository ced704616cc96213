import { correlate } from '../base/correlate.js';
import type { Model } from '../model/model.js';
import type { Finding } from '../training/reports.js';
import { outputRanges, type Samples } from '../training/samples.js';
import type { Table } from './table.js';

// Problems that the samples have whatever the network does with them.

/** With fewer samples, what looks like a problem may be chance. */
const FEWEST_ROWS = 20;
/** The sizes of inputs and targets with which the default learning rates and initial weights work. */
const LARGEST_SIZE = 30;
const SMALLEST_SIZE = 0.02;
/** Sizes with which they never do. */
const FAR_TOO_LARGE = 1000;
const FAR_TOO_SMALL = 0.001;
/** The largest ratio between the spread of a column and that of the median column. */
const LARGEST_RATIO = 50;
/** A column whose mean is this many times its spread looks constant to the network. */
const LARGEST_OFFSET = 20;
/** Samples per class with which a class is not missing by chance. */
const SAMPLES_PER_CLASS = 20;
/** The share of distinct samples below which the others are called repeated. */
const DISTINCT_SHARE = 0.6;
/** A column with fewer values holds categories, whose rows repeat by chance. */
const FEWEST_VALUES = 10;

/** Mean and spread of a column. */
export interface Column {
  readonly mean: number;
  /** The standard deviation. */
  readonly spread: number;
  /** The root mean square. */
  readonly size: number;
}

/** Means and spreads of the columns of a matrix [count][width]. */
export function describeColumns(values: Float32Array, width: number): Column[] {
  const count = values.length / width;
  const means = new Float64Array(width);
  const squares = new Float64Array(width);
  const isConstant = new Uint8Array(width).fill(1);
  for (let i = 0; i < values.length; i++) means[i % width]! += values[i]! / count;
  for (let i = 0; i < values.length; i++) {
    const k = i % width;
    const distance = values[i]! - means[k]!;
    squares[k]! += (distance * distance) / count;
    if (values[i] !== values[k]) isConstant[k] = 0;
  }
  return Array.from(means, (mean, k) => ({
    mean,
    spread: isConstant[k] ? 0 : Math.sqrt(squares[k]!),
    size: Math.sqrt(mean * mean + (isConstant[k] ? 0 : squares[k]!)),
  }));
}

/** A number as words show it. */
const show = (x: number): string => String(Number(x.toPrecision(2)));

/** `input 3`, or `inputs 1, 4, 7, … (12 in all)`. */
function nameColumns(one: string, columns: readonly number[]): string {
  const shown = columns.slice(0, 5).join(', ');
  const rest = columns.length > 5 ? `, … (${columns.length} in all)` : '';
  return `${one}${columns.length === 1 ? '' : 's'} ${shown}${rest}`;
}

/** Inputs that never change. Zeros among others are common: pixels at the border, categories that don't occur. */
export function findConstantInputs({ count, width }: Table, columns: readonly Column[]): Finding[] {
  if (count < FEWEST_ROWS) return [];
  const constant = Array.from(columns.keys()).filter((k) => columns[k]!.spread === 0);
  const others = constant.filter((k) => columns[k]!.mean !== 0);
  if (constant.length < width && others.length === 0) return [];
  const found = constant.length === width ? constant : others;
  const isAll = found.length === width;
  return [
    {
      code: 'constantInputs',
      place: isAll ? 'inputs' : nameColumns('input', found),
      problem: isAll
        ? `the same in all ${count} samples, so the network can't tell the samples apart`
        : `the same value in all ${count} samples, which says nothing about the answer`,
      cure: isAll ? 'check how they are read' : 'leave them out, and check how they are read',
      numbers: { constant: found.length, inputs: width },
    },
  ];
}

/** A problem of scale, and whether it's one that no training survives. */
export interface ScaleFinding {
  readonly finding: Finding;
  readonly isSevere: boolean;
}

/** Inputs that are far too large, too small, too far from 0 or too uneven. */
export function findUnscaledInputs(columns: readonly Column[]): ScaleFinding | undefined {
  const varying = Array.from(columns.entries()).filter(([, { spread }]) => spread > 0);
  if (varying.length === 0) return undefined;
  const [largestColumn, { size: largest }] = varying.reduce((a, b) => (b[1].size > a[1].size ? b : a));
  const spreads = varying.map(([, { spread }]) => spread).sort((a, b) => a - b);
  const usual = spreads[Math.floor((spreads.length - 1) / 2)]!;
  const [widestColumn, { spread: widest }] = varying.reduce((a, b) => (b[1].spread > a[1].spread ? b : a));
  const ratio = widest / usual;
  const [farColumn, far] = varying.reduce((a, b) => (offset(b[1]) > offset(a[1]) ? b : a));
  const numbers = { largest, spread: usual, ratio, offset: offset(far) };
  const found = (place: string, problem: string, isSevere: boolean): ScaleFinding => ({
    finding: {
      code: 'unscaledInputs',
      place,
      problem,
      cure: "scale them to about 1: transforms: dataset.fitTransforms({ inputs: 'standardize' }), or inputScale",
      numbers,
    },
    isSevere,
  });
  const unevenness = `input ${widestColumn} varies ${show(ratio)} times as much as the others, which hardly count`;
  if (ratio > LARGEST_RATIO && widest > 1) return found('inputs', unevenness, ratio > FAR_TOO_LARGE / 2);
  if (offset(far) > LARGEST_OFFSET && Math.abs(far.mean) > 3) {
    const problem = `about ${show(far.mean)}, and varies by only ${show(far.spread)}`;
    return found(`input ${farColumn}`, problem, far.size > FAR_TOO_LARGE);
  }
  if (largest > LARGEST_SIZE) {
    return found(
      'inputs',
      `as large as ${show(largest)} (input ${largestColumn})`,
      largest > FAR_TOO_LARGE || usual > LARGEST_SIZE,
    );
  }
  if (largest < SMALLEST_SIZE)
    return found('inputs', `at most about ${show(largest)}`, largest < FAR_TOO_SMALL);
  return undefined;
}

const offset = ({ mean, spread }: Column): number => Math.abs(mean) / spread;

/** Targets that never change. */
export function findConstantTargets({ count, outputs }: Table, columns: readonly Column[]): Finding[] {
  const constant = Array.from(columns.keys()).filter((j) => columns[j]!.spread === 0);
  if (count < FEWEST_ROWS || constant.length < outputs) return [];
  return [
    {
      code: 'constantTargets',
      place: 'targets',
      problem: `the same answer in all ${count} samples, so there is nothing to learn`,
      cure: 'add samples with other answers, and check how the answers are read',
      numbers: { samples: count },
    },
  ];
}

/** Targets of a regression that are far from the size of 1. */
export function findUnscaledTargets(
  { isClassified }: Table,
  columns: readonly Column[],
  { spec }: Model,
): ScaleFinding | undefined {
  if (isClassified || spec.loss === 'poisson' || spec.ignoresMissing) return undefined;
  const sizes = columns.map(({ size }) => size);
  const largest = Math.max(...sizes);
  const isLarge = largest > LARGEST_SIZE;
  if (largest === 0 || (!isLarge && largest >= SMALLEST_SIZE)) return undefined;
  const finding: Finding = {
    code: 'unscaledTargets',
    place: 'targets',
    problem: `${isLarge ? 'as large as' : 'at most about'} ${show(largest)}, where outputs begin at about 1`,
    cure: "scale them to about 1: transforms: dataset.fitTransforms({ targets: 'standardize' })",
    numbers: { largest },
  };
  return { finding, isSevere: isLarge ? largest > FAR_TOO_LARGE : largest < FAR_TOO_SMALL };
}

/** Targets that the activation of the last layer can't reach. */
export function findUnreachableTargets({ targets }: Table, { spec: { layers, loss } }: Model): Finding[] {
  const { activation, alpha } = layers.at(-1)!;
  if (activation === 'softmax' || loss === 'hinge' || loss === 'own') return [];
  const lowest: Partial<Record<string, number>> = {
    elu: -alpha,
    swish: -0.28,
    gelu: -0.17,
    geluExact: -0.17,
    selu: -1.76,
    mish: -0.31,
  };
  const [from, to] = outputRanges[activation] ?? [lowest[activation] ?? -Infinity, Infinity];
  const slack = 0.05;
  let [outside, least, most] = [0, Infinity, -Infinity];
  for (const y of targets) {
    if (Number.isNaN(y)) continue; // missing
    if (y < from - slack || y > to + slack) outside++;
    least = Math.min(least, y);
    most = Math.max(most, y);
  }
  if (outside === 0) return [];
  const share = outside / targets.length;
  const limits = to === Infinity ? `of at least ${from}` : `from ${from} to ${to}`;
  return [
    {
      code: 'targetsOutOfRange',
      layer: layers.length - 1,
      place: 'targets',
      problem: `from ${show(least)} to ${show(most)}, where ${activation} outputs are ${limits}`,
      cure: "use 'linear' outputs, or transform the targets, for example with 'minMax'",
      numbers: { outside: share, least, most, from, to },
    },
  ];
}

/** Classes of the network that no sample has. */
export function findMissingClasses({ isClassified, outputs }: Table, samples: Samples): Finding[] {
  if (!isClassified || outputs < 2 || samples.count < SAMPLES_PER_CLASS * outputs) return [];
  const { labels, targets, chosen } = samples.answers;
  const seen = new Uint8Array(outputs);
  for (let i = 0; i < samples.count; i++) {
    const n = chosen?.[i] ?? i;
    if (labels) seen[labels[n]!] = 1;
    else for (let j = 0; j < outputs; j++) if (targets![n * outputs + j]! > 0) seen[j] = 1;
  }
  const missing = Array.from(seen.keys()).filter((j) => !seen[j]);
  if (missing.length === 0 || missing.length >= outputs - 1) return [];
  return [
    {
      code: 'missingClass',
      place: `class${missing.length === 1 ? '' : 'es'} ${missing.join(', ')}`,
      problem: `not in any of the ${samples.count} samples`,
      cure: 'add samples, or leave the output out, because a network never predicts a class that it has not seen',
      numbers: { missing: missing.length, classes: outputs, first: missing[0]! },
    },
  ];
}

/** A number for each row, the same for equal rows: two hashes of its bits (FNV-1a), which rarely collide. */
export function hashRows(values: Float32Array, width: number, seed: readonly string[] = []): string[] {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Array.from({ length: values.length / width }, (_, n) => {
    let [a, b] = [0x811c9dc5, 0x9e3779b9];
    for (let i = n * width; i < (n + 1) * width; i++) {
      const word = bits[i] === 0x80000000 ? 0 : bits[i]!; // −0 equals 0
      a = Math.imul(a ^ word, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ (word + 0x7f4a7c15), 0x85ebca6b);
      b ^= b >>> 13;
    }
    return `${seed[n] ?? ''}${a >>> 0},${b >>> 0};`;
  });
}

/** Whether equal rows can't be a coincidence: some column has many values. */
export function hasManyValues({ inputs, width, count }: Table): boolean {
  for (let k = 0; k < width; k++) {
    const seen = new Set<number>();
    for (let n = 0; n < count; n++) if (seen.add(inputs[n * width + k]!).size >= FEWEST_VALUES) return true;
  }
  return false;
}

/** Samples that occur several times, and equal inputs with different answers. */
export function findRepeatedRows(table: Table): Finding[] {
  const { count, inputs, width, targets, outputs } = table;
  if (count < FEWEST_ROWS || !hasManyValues(table)) return [];
  const ofInputs = hashRows(inputs, width);
  const whole = hashRows(targets, outputs, ofInputs);
  const answers = new Map<string, Set<string>>();
  for (const [n, key] of ofInputs.entries()) answers.set(key, (answers.get(key) ?? new Set()).add(whole[n]!));
  const disputed = ofInputs.filter((key) => answers.get(key)!.size > 1).length;
  const distinct = answers.size;
  const findings: Finding[] = [];
  if (disputed > count / 4) {
    findings.push({
      code: 'contradictions',
      place: 'samples',
      problem: `${disputed} of ${count} have the same inputs as samples with a different answer`,
      cure: 'add inputs that tell them apart, and check that the answers match the rows',
      numbers: { disputed, samples: count },
    });
  }
  if (distinct <= DISTINCT_SHARE * count) {
    findings.push({
      code: 'repeatedRows',
      place: 'samples',
      problem: `only ${distinct} of ${count} are distinct, so there is less to learn than it seems, and copies in validation data test nothing`,
      cure: 'remove the copies before you split the data',
      numbers: { distinct, samples: count },
    });
  }
  return findings;
}

/** Pearson's r with the answer, or with another leak, from which a column is a copy. */
const LEAK_CORRELATION = 0.999;
/** The same with an answer of 0 and 1, where one sample in 200 may differ. */
const INDICATOR_CORRELATION = 0.99;
/** With fewer samples, a match may be chance. */
const FEWEST_FOR_LEAK = 50;
/** Numbers to search for a leak; more of them are pixels or the like. */
const MOST_SEARCHED = 2 ** 18;

/**
 * Inputs that give the answer without the others: a column that's proportional to the targets, apart from a constant; or that has the same
 * few values as there are classes, or ranges of values that are farther apart than they are wide; or columns that are the classes as one-hot
 * code. If many inputs do, each in another way, or all of them, the task is easy, and none is a leak.
 */
export function findLeaks(table: Table, labels: Uint32Array | undefined): Finding[] {
  const { count, width, inputs, targets, outputs } = table;
  if (width < 2 || count < FEWEST_FOR_LEAK || width * count > MOST_SEARCHED) return [];
  const column = (values: Float32Array, stride: number, k: number): Float64Array =>
    Float64Array.from({ length: count }, (_, n) => values[n * stride + k]!);
  const columns = Array.from({ length: width }, (_, k) => column(inputs, width, k));
  const answers = Array.from({ length: outputs }, (_, j) => column(targets, outputs, j));
  const alone = columns.filter((values) =>
    labels ? areApart(values, labels) : answers.some((answer) => areCopies(values, answer, LEAK_CORRELATION)),
  );
  // A pound is a kilogram, and "no" is "not yes".
  const different = alone.filter(
    (values, i) => !alone.slice(0, i).some((other) => areCopies(values, other, LEAK_CORRELATION)),
  );
  if (different.length > Math.max(1, width / 4)) return [];
  const code = labels ? findCode(columns, answers, new Set(labels).size) : [];
  const leaks = Array.from(columns.keys()).filter(
    (k) => alone.includes(columns[k]!) || code.includes(columns[k]!),
  );
  if (leaks.length === 0 || leaks.length === width) return [];
  const several = alone.length > 0 ? 'each give' : 'together give';
  return [
    {
      code: 'leak',
      place: nameColumns('input', leaks),
      problem: `${leaks.length === 1 ? 'gives' : several} the answer almost perfectly, without the other inputs`,
      cure: "make sure that you'll have it when you predict; otherwise leave it out",
      numbers: { leaks: leaks.length, first: leaks[0]! },
    },
  ];
}

const areCopies = (a: Float64Array, b: Float64Array, least: number): boolean =>
  Math.abs(correlate(a, b)) >= least;

/** The columns that each tell one class from the others, if together they tell all classes apart. */
function findCode(
  columns: readonly Float64Array[],
  answers: readonly Float64Array[],
  classes: number,
): Float64Array[] {
  const told = answers.map((answer) =>
    columns.filter((values) => areCopies(values, answer, INDICATOR_CORRELATION)),
  );
  return told.filter(({ length }) => length > 0).length >= Math.max(1, classes - 1) ? told.flat() : [];
}

/** Whether the classes have ranges of values that are farther apart than they are wide. */
function areApart(values: Float64Array, labels: Uint32Array): boolean {
  const ranges = new Map<number, { from: number; to: number }>();
  for (const [n, label] of labels.entries()) {
    const range = ranges.get(label) ?? { from: Infinity, to: -Infinity };
    range.from = Math.min(range.from, values[n]!);
    range.to = Math.max(range.to, values[n]!);
    ranges.set(label, range);
  }
  const sorted = [...ranges.values()].sort((a, b) => a.from - b.from);
  const widest = Math.max(...sorted.map(({ from, to }) => to - from));
  return sorted.length > 1 && sorted.every(({ from }, i) => i === 0 || from - sorted[i - 1]!.to > widest);
}

/** The class of each row of the table; undefined if the targets aren't classes, or several may hold at once. */
export function readLabels({ isClassified, count, outputs, targets }: Table): Uint32Array | undefined {
  if (!isClassified) return undefined;
  const labels = new Uint32Array(count);
  for (let n = 0; n < count; n++) {
    const row = targets.subarray(n * outputs, (n + 1) * outputs);
    if (outputs === 1) labels[n] = Number(row[0]! >= 0.5);
    else {
      const top = row.indexOf(Math.max(...row));
      if (row.some((y, j) => j !== top && y > 0.5)) return undefined;
      labels[n] = top;
    }
  }
  return labels;
}
