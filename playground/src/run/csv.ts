import type { Transforms } from 'bp4';
import type { Csv } from '../protocol.js';
import { csvRows, isNumber, type CsvRows } from './csv-rows.js';
import type { Lesson, Samples } from './samples.js';

/** A text column with more different values than this is no category, but a name or a remark. */
const MOST_CATEGORIES = 50;
/** Whole numbers with at most so many different values are classes. */
const MOST_NUMBERED_CLASSES = 10;
/** What stands in a column of numbers for none. */
const missingMarks = ['', 'na', 'n/a', 'nan', 'null', 'none', '?', '-'];

/** A column, and what it seems to hold. */
interface Column {
  readonly name: string;
  readonly isNumeric: boolean;
  readonly areWhole: boolean;
  /** Different values; missing ones not among them. */
  readonly values: number;
}

/**
 * Makes a lesson of a CSV text: what is to be learnt is the last column, unless one is named. Words, and whole numbers
 * of few different values, are classes; other numbers a regression. Text columns become one-hot, numbers are
 * standardised; rows in which something is missing are left out. A fifth of the rows are for the test.
 * @throws Error saying what is wrong with the text, in which row and column
 */
export async function csvLesson({ text, target }: Csv, seed: number): Promise<Lesson> {
  const { names, hasHeader, rows, delimiter } = await csvRows(text);
  const columns = names.map((name, k) => columnOf(name, rows, k));

  const learnt = columns.find(({ name }) => name === (target ?? names.at(-1)));
  if (!learnt) throw new RangeError(`CSV: there is no column "${target}"; there are ${names.join(', ')}`);
  const isRegression = isToBeRegressed(learnt);
  const inputs = columns.filter(
    (column) => column !== learnt && (column.isNumeric || column.values <= MOST_CATEGORIES),
  );
  if (inputs.length === 0)
    throw new RangeError(
      `CSV: beside "${learnt.name}" there is no column of numbers, or of at most ${MOST_CATEGORIES} different words`,
    );
  // with papaparse, which no other task needs
  const { Dataset, transformedWidth } = await import('bp4/data');
  const all = Dataset.fromCSV(text, {
    delimiter,
    header: hasHeader || names,
    inputs: inputs.map(({ name }) => name),
    categorical: inputs.filter(({ isNumeric }) => !isNumeric).map(({ name }) => name),
    missing: 'drop',
    ...(isRegression ? { targets: learnt.name } : { label: learnt.name }),
  });
  const { train, test } = all.split({ test: 0.2, seed });
  const transforms = train.fitTransforms(isRegression ? { targets: 'standardise' } : {});
  return {
    train: samplesOf(train),
    test: samplesOf(test),
    inputs: transformedWidth(transforms),
    inputNames: namesAfter(transforms),
    outputNames: isRegression ? [learnt.name] : all.classes!.map(String),
    isRegression,
    transforms,
  };
}

const isMissing = (cell: string): boolean => missingMarks.includes(cell.trim().toLowerCase());

function columnOf(name: string, rows: CsvRows['rows'], k: number): Column {
  const values = new Set(rows.map((row) => row[k] ?? ''));
  const present = [...values].filter((value) => !isMissing(value));
  return {
    name,
    isNumeric: present.length > 0 && present.every(isNumber),
    areWhole: present.every((value) => Number.isInteger(Number(value))),
    values: present.length,
  };
}

/** @throws RangeError where it cannot be learnt at all */
function isToBeRegressed({ name, isNumeric, areWhole, values }: Column): boolean {
  if (values < 2)
    throw new RangeError(`CSV: the column "${name}" has the same value in all rows; choose another to learn`);
  if (isNumeric) return !areWhole || values > MOST_NUMBERED_CLASSES;
  if (values > MOST_CATEGORIES)
    throw new RangeError(
      `CSV: the column "${name}" has ${values} different words, too many for classes; choose another to learn`,
    );
  return false;
}

const samplesOf = ({ count, inputs, labels, targets }: Samples): Samples => ({
  count,
  inputs,
  ...(labels && { labels }),
  ...(targets && { targets }),
});

/** The names of the inputs as the network sees them. */
function namesAfter({ inputs = [] }: Transforms): string[] {
  return inputs.flatMap((transform) =>
    transform.kind === 'oneHot'
      ? transform.categories.map((category) => `${transform.name!} ${String(category)}`)
      : [transform.name!],
  );
}
