import {
  suggestColumns,
  type ColumnChoice,
  type ColumnSuggestion,
  type TableProfile,
} from '../../data/index.js';
import { inFile, UsageError } from '../errors.js';
import { findNearest } from '../options/values.js';
import { joinNames, quoteOption } from '../terminal/format.js';

/**
 * Guesses what a table is about. Each guess is printed, with the option that overrides it.
 * @param path of the table, for messages
 * @param choice what was given on the command line
 * @throws UsageError if a column that was named is not there or does not fit, DataError if nothing is left to learn
 */
export function guessColumns(
  path: string,
  profile: TableProfile,
  choice: ColumnChoice,
): Promise<ColumnSuggestion> {
  checkChoice(path, profile, choice);
  return inFile(path, () => suggestColumns(profile, choice));
}

function checkChoice(path: string, { columns }: TableProfile, choice: ColumnChoice): void {
  const names = columns.map(({ name }) => name);
  const known = new Set(names);
  const { label, targets = [], ignore = [], categorical = [] } = choice;
  const groups = { label: label === undefined ? [] : [label], target: targets, ignore, categorical };
  for (const [option, wished] of Object.entries(groups)) {
    for (const name of wished) {
      if (known.has(name)) continue;
      const nearest = findNearest(name, names);
      const cure = nearest === undefined ? `they are ${joinNames(names)}` : `did you mean '${nearest}'?`;
      throw new UsageError(`--${option}`, `${path} has no column '${name}'`, cure);
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
