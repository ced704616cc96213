import type { Transforms } from 'bp4';
import type { Table } from 'bp4/data';
import type { Csv } from '../protocol.js';
import type { Lesson, Samples } from './samples.js';

// bp4/data is loaded with the first table: no other task needs it.

/** A text column with more different values than this holds no classes, but names or remarks. */
const MOST_CLASSES = 50;

/**
 * Parses a CSV text, whatever its delimiter. Where the first row holds no names, the columns are 'column 1', ….
 * @throws RangeError naming the row that is wrong, or that there is none
 */
export async function parseTable(text: string): Promise<Table> {
  const { Table, detectDialect } = await import('bp4/data');
  const dialect = detectDialect(text);
  const table = Table.fromCSV(text, dialect);
  if (dialect.header) return table;
  return Table.fromCSV(text, { ...dialect, header: table.names.map((_, k) => `column ${k + 1}`) });
}

/**
 * The column that is most likely to be learned.
 * @throws RangeError where none can be
 */
export async function suggestTarget(table: Table): Promise<string> {
  const { profileTable, suggestColumns } = await import('bp4/data');
  const { label, targets } = suggestColumns(profileTable(table)).columns;
  return label ?? targets![0]!;
}

/**
 * Makes a lesson of a CSV text: a classification or a regression, as the column to learn suggests. Text columns become
 * one-hot, numbers are standardized; rows in which something is missing are left out. A fifth of the rows are for the test.
 * @throws Error saying what is wrong with the text, in which row and column
 */
export async function csvLesson({ text, target }: Csv, seed: number): Promise<Lesson> {
  const { Dataset, profileTable, suggestColumns, transformedWidth } = await import('bp4/data');
  const table = await parseTable(text);
  const profile = profileTable(table);
  const answer = target ?? (await suggestTarget(table));
  const { task, columns } = suggestColumns(profile, { answer });
  const { kind, distinct } = profile.columns.find(({ name }) => name === answer)!;
  if (kind !== 'number' && distinct > MOST_CLASSES)
    throw new RangeError(
      `CSV: the column "${answer}" has ${distinct} different words, too many for classes; choose another to learn`,
    );
  const all = Dataset.fromTable(table, { ...columns, missing: 'drop' });
  const { train, test } = all.split({ test: 0.2, seed });
  const isRegression = task === 'regression';
  const transforms = train.fitTransforms(isRegression ? { targets: 'standardize' } : {});
  return {
    train: toSamples(train),
    test: toSamples(test),
    inputs: transformedWidth(transforms),
    inputNames: nameInputs(transforms),
    outputNames: isRegression ? [answer] : all.classes!.map(String),
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

/** The names of the inputs as the network sees them. */
function nameInputs({ inputs = [] }: Transforms): string[] {
  return inputs.flatMap((transform) =>
    transform.kind === 'oneHot'
      ? transform.categories.map((category) => `${transform.name!} ${String(category)}`)
      : [transform.name!],
  );
}
