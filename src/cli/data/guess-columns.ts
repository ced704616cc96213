import { basename } from 'node:path';
import {
  suggestColumns,
  type ColumnChoice,
  type ColumnNote,
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
 * @param choice the options of the command line
 * @param choose asks the user if the guess is in doubt; undefined if there's nobody to ask
 * @throws UsageError if a named column doesn't exist or doesn't fit, DataError if nothing is left to learn
 */
export async function guessColumns(
  path: string,
  profile: TableProfile,
  choice: ColumnChoice,
  choose: Choose | undefined,
): Promise<ColumnSuggestion> {
  checkChoice(path, profile, choice);
  const suggest = (made: ColumnChoice): Promise<ColumnSuggestion> =>
    inFile(path, () => suggestColumns(profile, { ...made, table: nameTable(path) }));
  const guess = await suggest(choice);
  if (!choose) return guess;
  const answer = guess.isInDoubt ? await askForAnswer(path, profile, guess, choose) : undefined;
  const made = answer === undefined ? choice : { ...choice, answer };
  const known = answer === undefined ? guess : await suggest(made);
  if (!known.notes.some(isOfWords)) return known;
  // If a column is left out, another column may be the one to predict.
  const fixed = known.reason === undefined ? made : { ...made, answer: nameAnswer(known) };
  const { reason, alternatives } = known;
  return { ...(await suggest(await askAboutWords(path, known, fixed, choose))), reason, alternatives };
}

/** The name of a file without its endings. */
const nameTable = (path: string): string => basename(path).replace(/\..*$/, '');

const nameAnswer = ({ columns }: ColumnSuggestion): string => columns.label ?? columns.targets![0]!;

const askForAnswer = (
  path: string,
  { columns }: TableProfile,
  guess: ColumnSuggestion,
  choose: Choose,
): Promise<string> =>
  choose(
    `${path}: which column should be predicted?`,
    [{ name: nameAnswer(guess), reason: guess.reason ?? '' }, ...guess.alternatives],
    columns.map(({ name }) => name),
  );

const isOfWords = ({ kind }: ColumnNote): boolean => kind === 'words';

const wordChoices = [
  { name: 'missing', reason: 'the texts count as missing' },
  { name: 'categories', reason: 'every value is a category' },
  { name: 'ignore', reason: 'the column is left out' },
];

/** Asks about each column of numbers with texts among them. */
async function askAboutWords(
  path: string,
  { notes }: ColumnSuggestion,
  choice: ColumnChoice,
  choose: Choose,
): Promise<ColumnChoice> {
  const categorical = [...(choice.categorical ?? [])];
  const ignore = [...(choice.ignore ?? [])];
  const names = wordChoices.map(({ name }) => name);
  for (const { name, option } of notes.filter(isOfWords)) {
    const words = joinNames((option.values ?? []).map((text) => `'${text}'`));
    const question = `${path}: the numbers of column '${name}' have ${words} among them; how should it be read?`;
    const answer = await choose(question, wordChoices, names);
    if (answer === 'categories') categorical.push(name);
    if (answer === 'ignore') ignore.push(name);
  }
  return { ...choice, categorical, ignore };
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
