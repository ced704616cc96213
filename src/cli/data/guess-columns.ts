import {
  suggestColumns,
  type ColumnChoice,
  type ColumnSuggestion,
  type TableProfile,
} from '../../data/index.js';
import { inFile, UsageError } from '../errors.js';
import { findNearest } from '../options/values.js';
import type { Choose } from '../terminal/choose.js';
import { joinNames, quoteOption } from '../terminal/format.js';

/**
 * Guesses what a table is about. Each guess is printed, with the option that overrides it.
 * @param path of the table, for messages
 * @param choice what was given on the command line
 * @param choose asks for the answer if the guess is in doubt; undefined where nobody can be asked
 * @throws UsageError if a column that was named is not there or does not fit, DataError if nothing is left to learn
 */
export async function guessColumns(
  path: string,
  profile: TableProfile,
  choice: ColumnChoice,
  choose: Choose | undefined,
): Promise<ColumnSuggestion> {
  checkChoice(path, profile, choice);
  const guess = await inFile(path, () => suggestColumns(profile, choice));
  const { isInDoubt, alternatives, reason = '', columns } = guess;
  if (!isInDoubt || !choose) return guess;
  const name = columns.label ?? columns.targets![0]!;
  const answer = await choose(
    `${path}: which column should be predicted?`,
    [{ name, reason }, ...alternatives],
    profile.columns.map((column) => column.name),
  );
  return inFile(path, () => suggestColumns(profile, { ...choice, answer }));
}

/** The error of an option that names a column which a file doesn't have. @param names those that it has */
export function refuseColumnName(
  option: string,
  path: string,
  name: string,
  names: readonly string[],
): UsageError {
  const nearest = findNearest(name, names);
  const cure = nearest === undefined ? `they are ${joinNames(names)}` : `did you mean '${nearest}'?`;
  return new UsageError(option, `${path} has no column '${name}'`, cure);
}

function checkChoice(path: string, { columns }: TableProfile, choice: ColumnChoice): void {
  const names = columns.map(({ name }) => name);
  const known = new Set(names);
  const { label, targets = [], ignore = [], categorical = [] } = choice;
  const groups = { label: label === undefined ? [] : [label], target: targets, ignore, categorical };
  for (const [option, wished] of Object.entries(groups)) {
    for (const name of wished) {
      if (known.has(name)) continue;
      throw refuseColumnName(`--${option}`, path, name, names);
    }
  }
  const predicted = label === undefined ? targets : [label];
  const both = predicted.find((name) => ignore.includes(name));
  if (both !== undefined)
    throw new UsageError(
      '--ignore',
      `'${both}' is the ${label === undefined ? 'target' : 'label'}`,
      "don't ignore it",
    );
  const numeric = new Set(targets);
  const text = columns.find(({ name, kind }) => numeric.has(name) && kind !== 'number');
  if (text)
    throw new UsageError(
      '--target',
      `'${text.name}' holds text, not numbers`,
      `write ${quoteOption('label', text.name)}`,
    );
  if (label !== undefined && targets.length > 0)
    throw new UsageError('--target', 'give either --label, for classes, or --target, for numbers');
  const numbers = columns.find(({ name, kind }) => name === label && kind === 'number');
  if (numbers && (!numbers.isInteger || numbers.distinct > 1000)) {
    const count = numbers.distinct > 1000 ? 'over 1000' : numbers.distinct;
    throw new UsageError(
      '--label',
      `'${numbers.name}' holds ${count} different numbers, too many for classes`,
      `write ${quoteOption('target', numbers.name)}`,
    );
  }
}
