import type { Transforms } from 'bp4';
import type { Table } from 'bp4/data';
import type { Csv } from '../protocol.js';
import { loaded, PageError } from './failure.js';
import type { TaskData, Samples } from './samples.js';

// bp4/data loads with the first table, because no other task needs it.

/** A text column with more distinct values than this holds names or remarks, not classes. */
const MOST_CLASSES = 50;

/**
 * Parses CSV text and detects its delimiter. Without a header the columns are called 'column 1', 'column 2', …
 * @throws PageError if there are no rows, RangeError if a row is malformed
 */
export async function parseTable(text: string): Promise<Table> {
  const { Table, detectDialect } = await loaded(import('bp4/data'));
  if (text.split('\n').filter((line) => line.trim() !== '').length < 2) throw new PageError('csv.noRows');
  const dialect = detectDialect(text);
  const table = Table.fromCSV(text, dialect);
  if (dialect.header) return table;
  return Table.fromCSV(text, { ...dialect, header: table.names.map((_, k) => `column ${k + 1}`) });
}

/**
 * Suggests the column to predict.
 * @throws PageError if there's a single column, RangeError if no column qualifies
 */
export async function suggestTarget(table: Table): Promise<string> {
  const { profileTable, suggestColumns } = await loaded(import('bp4/data'));
  if (table.names.length < 2) throw new PageError('csv.oneColumn');
  const { label, targets } = suggestColumns(profileTable(table)).columns;
  return label ?? targets![0]!;
}

/**
 * Prepares CSV text. The target column decides between classification and regression. Text columns become one-hot,
 * numbers are standardized, and rows with missing values are dropped. A fifth of the rows is the test set.
 * @throws PageError, RangeError naming the row or column that is invalid
 */
export async function csvData({ text, target }: Csv, seed: number): Promise<TaskData> {
  const { Dataset, profileTable, suggestColumns, transformedWidth } = await loaded(import('bp4/data'));
  const table = await parseTable(text);
  const profile = profileTable(table);
  const answer = target ?? (await suggestTarget(table));
  const found = profile.columns.find(({ name }) => name === answer);
  if (found?.distinct === 1) throw new PageError('csv.oneAnswer', { column: answer });
  const { task, columns } = suggestColumns(profile, { answer });
  const { kind, distinct } = found!;
  if (kind !== 'number' && distinct > MOST_CLASSES)
    throw new PageError('csv.tooManyClasses', { column: answer, distinct });
  const all = Dataset.fromTable(table, { ...columns, missing: 'drop' });
  const { train, test } = all.split({ test: 0.2, seed });
  const isRegression = task === 'regression';
  const classNames = isRegression ? [] : all.classes!.map(String);
  const transforms = train.fitTransforms(isRegression ? { targets: 'standardize' } : {});
  return {
    train: toSamples(train),
    test: toSamples(test),
    inputs: transformedWidth(transforms),
    inputNames: nameInputs(transforms),
    outputNames: isRegression ? [answer] : classNames,
    classNames,
    isRegression,
    transforms,
  };
}

const toSamples = ({ count, inputs, labels, targets }: Samples): Samples => ({
  count,
  inputs,
  ...(labels && { labels }),
  ...(targets && { targets }),
});

/** The names of the inputs after the transforms. */
function nameInputs({ inputs = [] }: Transforms): string[] {
  return inputs.flatMap((transform) =>
    transform.kind === 'oneHot'
      ? transform.categories.map((category) => `${transform.name!} ${String(category)}`)
      : [transform.name!],
  );
}
