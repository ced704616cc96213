import { DataError, UsageError } from '../errors.js';
import { joinNames } from '../terminal/format.js';
import type { Reading, Task } from '../model/model-file.js';
import { findNearest } from '../options/values.js';
import type { Profile } from './column-profile.js';

// What a table is about: which column is to be predicted, which are of no use for it, and whether the answer is a class
// or a number. Whatever is guessed is said, with the option that overrules it.

/** What was said on the command line. */
export interface Wishes {
  readonly label?: string | undefined;
  readonly targets?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  readonly categorical?: readonly string[] | undefined;
}

export interface Guess {
  readonly task: Task;
  readonly reading: Pick<Reading, 'inputs' | 'label' | 'targets'> & {
    /** Which of the inputs are categories: all that occur. */
    readonly categorical: readonly string[];
  };
  /** Why the label or target was taken, where it was guessed. */
  readonly reason: string | undefined;
  /** Columns that are no inputs, each with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** What columns that hold the answer are often called; the first of these that is there is taken. */
const answerNames = [
  ...['label', 'labels', 'class', 'target', 'species', 'variety', 'y', 'outcome', 'diagnosis', 'category'],
  ...['survived', 'result', 'quality', 'price', 'mpg', 'medv'],
];

/** So many different whole numbers may be classes, where nothing says so. */
const MOST_CLASSES = 10;

/**
 * @param path of the table, for messages
 * @throws Failure where a column that was named is not there, or nothing is left to learn
 */
export function guessOf(path: string, profiles: readonly Profile[], wishes: Wishes): Guess {
  checkWishes(path, profiles, wishes);
  const { label, targets, ignore = [], categorical = [] } = wishes;
  const named = label === undefined ? targets : [label];
  const leftOut = profiles.flatMap((profile) => {
    const { name } = profile;
    const reason = ignore.includes(name) ? 'ignored' : uselessness(profile);
    return reason === undefined ||
      named?.includes(name) ||
      (categorical.includes(name) && reason !== 'ignored')
      ? []
      : [{ name, reason }];
  });
  const isLeft = (name: string): boolean => !leftOut.some((one) => one.name === name);
  const usable = profiles.filter(({ name }) => isLeft(name));
  const answer = named ? undefined : answerOf(path, usable);
  const answers = named ?? [answer!.profile.name];
  const inputs = usable.filter(({ name }) => !answers.includes(name));
  if (inputs.length === 0) {
    const why = leftOut.map(({ name, reason }) => `; '${name}' is left out: ${reason}`).slice(0, 3);
    throw new DataError(
      '',
      `${path}: no column is left to predict '${answers.join(', ')}' from${why.join('')}`,
    );
  }
  const task = taskOf(path, profiles, wishes, answers[0]!);
  return {
    task,
    reading: {
      inputs: inputs.map(({ name }) => name),
      ...(task === 'classification' ? { label: answers[0]! } : { targets: answers }),
      categorical: inputs
        .filter((profile) => categorical.includes(profile.name) || !profile.isNumeric)
        .map(({ name }) => name),
    },
    reason: answer?.reason,
    leftOut,
  };
}

function checkWishes(path: string, profiles: readonly Profile[], wishes: Wishes): void {
  const names = profiles.map(({ name }) => name);
  const { label, targets = [], ignore = [], categorical = [] } = wishes;
  const groups = { label: label === undefined ? [] : [label], target: targets, ignore, categorical };
  for (const [option, wished] of Object.entries(groups)) {
    for (const name of wished) {
      if (names.includes(name)) continue;
      const meant = findNearest(name, names);
      const cure = meant === undefined ? `they are ${joinNames(names)}` : `did you mean '${meant}'?`;
      throw new UsageError('', `--${option}: ${path} has no column '${name}'; ${cure}`);
    }
  }
  const text = profiles.find((profile) => targets.includes(profile.name) && !profile.isNumeric);
  if (text)
    throw new UsageError(
      '',
      `--target: '${text.name}' holds texts, which are no numbers; write --label ${text.name}`,
    );
  if (label !== undefined && targets.length > 0) {
    throw new UsageError('', '--target: give either --label, for classes, or --target, for numbers');
  }
}

/** Why a column is of no use as an input; undefined where it may be of some. */
function uselessness(profile: Profile): string | undefined {
  const { name, present, missing, count } = profile;
  if (present === 0) return 'empty';
  if (profile.others > 0) return 'neither numbers nor texts';
  if (missing > count / 2) return `missing in ${missing} of ${count} rows`;
  if (profile.isNumeric) return isId(profile) ? 'numbers its rows' : undefined;
  const isIdName = /^id$|[_ -]id$|[a-z]I[dD]$/i.test(name);
  if (isIdName && profile.isUnique) return 'names its rows';
  return profile.hasFew ? undefined : `text with ${manyOf(profile)} different values`;
}

const manyOf = ({ distinct }: Profile): string =>
  distinct.size > 1000 ? 'over 1000' : String(distinct.size);

/** Whole numbers, all different, called so or counting from 0 or 1. */
function isId(profile: Profile): boolean {
  if (!profile.areWhole || !profile.isUnique) return false;
  if (profile.isCounter && profile.count > 10) return true;
  return (
    /^(|id|index|row|unnamed: ?\d+|.*[_ -]id|.*[a-z]I[dD])$/.test(profile.name.trim()) ||
    /^id$/i.test(profile.name)
  );
}

function answerOf(path: string, usable: readonly Profile[]): { profile: Profile; reason: string } {
  for (const name of answerNames) {
    const profile = usable.find((one) => one.name.trim().toLowerCase() === name);
    if (profile) return { profile, reason: 'by its name' };
  }
  const varying = usable.filter(({ distinct }) => distinct.size > 1);
  const profile = varying.at(-1);
  if (!profile) throw new DataError('', `${path}: no column has different values that could be learned`);
  return { profile, reason: 'the last column' };
}

function taskOf(path: string, profiles: readonly Profile[], { label, targets }: Wishes, name: string): Task {
  const profile = profiles.find((one) => one.name === name)!;
  if (profile.distinct.size < 2) {
    throw new DataError(
      '',
      `${path}, column "${name}": every row has the same value; there is nothing to learn`,
    );
  }
  if (targets) return 'regression';
  if (!profile.isNumeric) return 'classification';
  const isClassName = answerNames.slice(0, 4).includes(name.trim().toLowerCase());
  const mayBeClasses = profile.areWhole && profile.distinct.size <= profile.present / 2;
  if (label === undefined) {
    const most = isClassName ? 100 : MOST_CLASSES;
    return mayBeClasses && profile.distinct.size <= most ? 'classification' : 'regression';
  }
  if (!profile.areWhole || profile.distinct.size > 1000) {
    throw new UsageError(
      '',
      `--label: '${name}' holds ${manyOf(profile)} different numbers, which are no classes; write --target ${name}`,
    );
  }
  return 'classification';
}
