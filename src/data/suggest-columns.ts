import { checkKeys, show } from '../base/check.js';
import { RangeFault, TypeFault } from '../errors.js';
import type { ColumnProfile, TableProfile } from './profile.js';

// Guesses which column of a table to predict, as a class or as a number, and which columns help to predict it.

export type Task = 'classification' | 'regression';

/** The choices that are made already; everything else is suggested. */
export interface ColumnChoice {
  /** The column to predict, whether it holds classes or numbers. */
  readonly answer?: string | undefined;
  /** Instead of `answer`: the column of the class to predict. */
  readonly label?: string | undefined;
  /** Instead of both: the numeric columns to predict. */
  readonly targets?: readonly string[] | undefined;
  /** Columns to leave out of the inputs. */
  readonly ignore?: readonly string[] | undefined;
  /** Numeric columns to treat as categorical. Text columns always are. */
  readonly categorical?: readonly string[] | undefined;
  /** The most categories of an input; the rarest of more are joined as 'other'. Default 100. */
  readonly maxCategories?: number | undefined;
}

/** The suggested task and columns. */
export interface ColumnSuggestion {
  readonly task: Task;
  /** The options of `Dataset.fromTable`. */
  readonly columns: {
    readonly inputs: readonly string[];
    /** Either this or `targets` is set. */
    readonly label?: string;
    readonly targets?: readonly string[];
    /** The categorical inputs. */
    readonly categorical: readonly string[];
    /** Set if one of them has more. */
    readonly maxCategories?: number;
  };
  /** Why this label or target was chosen; undefined if the caller chose it. */
  readonly reason: string | undefined;
  /** Columns that are neither inputs nor answers, with the reasons. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** Names that suggest a column of classes. */
const classNames = ['label', 'labels', 'class', 'target'];
/** Names that suggest an answer, in order of preference. */
const answerNames = [
  ...classNames,
  ...['species', 'variety', 'y', 'outcome', 'diagnosis', 'category'],
  ...['survived', 'result', 'quality', 'price', 'mpg', 'medv'],
];

/** Up to this many distinct integers may be classes. */
const MOST_CLASSES = 10;
/** And up to this many if the name of the column suggests classes. */
const MOST_NAMED_CLASSES = 100;
/** Up to this many distinct texts are categories of their own. */
const MOST_CATEGORIES = 100;
/** A profile reports this for more distinct values than it counts. */
const UNCOUNTED = 1001;

/** A column with its numbers of rows and of present values. */
interface Candidate extends ColumnProfile {
  readonly count: number;
  readonly present: number;
}

/**
 * Suggests which column of a table to predict, as a class or as a number, and from which other columns.
 * @throws TypeError or RangeError naming the option, or if no column can be predicted or no input is left
 */
export function suggestColumns(profile: TableProfile, choice: ColumnChoice = {}): ColumnSuggestion {
  checkChoice(profile, choice);
  const { targets, ignore = [], categorical = [] } = choice;
  const answer = choice.answer ?? choice.label;
  const { count } = profile;
  const columns = profile.columns.map((column) => ({ ...column, count, present: count - column.missing }));
  const named = answer === undefined ? targets : [answer];
  const leftOut = columns.flatMap((column) => {
    const { name } = column;
    if (named?.includes(name)) return [];
    const reason = ignore.includes(name)
      ? 'ignored'
      : categorical.includes(name)
        ? undefined
        : findReasonToLeaveOut(column);
    return reason === undefined ? [] : [{ name, reason }];
  });
  const left = new Set(leftOut.map(({ name }) => name));
  const usable = columns.filter(({ name }) => !left.has(name));
  const chosen = named ? undefined : chooseAnswer(usable);
  const answers = named ?? [chosen!.name];
  const inputs = usable.filter(({ name }) => !answers.includes(name));
  if (inputs.length === 0) {
    const why = leftOut.slice(0, 3).map(({ name, reason }) => `; '${name}' is left out: ${reason}`);
    throw new RangeFault({
      place: '',
      problem: `no column is left to predict '${answers.join(', ')}' from${why.join('')}`,
    });
  }
  const task = chooseTask(
    columns.find(({ name }) => name === answers[0])!,
    choice,
  );
  const { maxCategories = MOST_CATEGORIES } = choice;
  const ofCategories = inputs.filter(({ name, kind }) => categorical.includes(name) || kind !== 'number');
  return {
    task,
    columns: {
      inputs: inputs.map(({ name }) => name),
      ...(task === 'classification' ? { label: answers[0]! } : { targets: answers }),
      categorical: ofCategories.map(({ name }) => name),
      ...(ofCategories.some(({ distinct }) => distinct > maxCategories) && { maxCategories }),
    },
    reason: chosen?.reason,
    leftOut,
  };
}

function checkChoice({ columns }: TableProfile, choice: ColumnChoice): void {
  checkKeys('choice', choice, ['answer', 'label', 'targets', 'ignore', 'categorical', 'maxCategories']);
  const { answer, label, targets = [], ignore = [], categorical = [] } = choice;
  if (answer !== undefined && (label !== undefined || targets.length > 0))
    throw new TypeFault({
      place: 'answer',
      problem: 'expected an answer, a label or targets, got more than one of them',
    });
  if (label !== undefined && targets.length > 0)
    throw new TypeFault({ place: 'targets', problem: 'expected either targets or a label, got both' });
  const names = columns.map(({ name }) => name);
  const given = {
    answer: answer === undefined ? [] : [answer],
    label: label === undefined ? [] : [label],
    targets,
    ignore,
    categorical,
  };
  for (const [option, list] of Object.entries(given)) {
    for (const name of list) {
      if (!names.includes(name))
        throw new RangeFault({
          place: option,
          problem: `there is no column ${show(name)}`,
          cure: `the columns are ${names.map(show).join(', ')}`,
        });
    }
  }
  const text = columns.find(({ name, kind }) => targets.includes(name) && kind !== 'number');
  if (text)
    throw new RangeFault({
      place: 'targets',
      problem: `column ${show(text.name)} isn't numeric`,
      cure: 'pass it as label, for classification',
    });
}

/** Why a column is useless as an input; undefined if it may be useful. */
function findReasonToLeaveOut(column: Candidate): string | undefined {
  const { name, kind, present, missing, count, distinct } = column;
  if (kind === 'empty') return 'empty';
  if (kind === 'other')
    return column.holds === undefined ? 'neither numbers nor texts' : `holds ${column.holds}`;
  if (missing > count / 2) return `missing in ${missing} of ${count} rows`;
  if (kind === 'number') return isRowNumber(column) ? 'numbers its rows' : undefined;
  if (/^id$|[_ -]id$|[a-z]I[dD]$/i.test(name) && isUnique(column)) return 'names its rows';
  const isCategory = distinct < UNCOUNTED && distinct <= present / 2;
  return isCategory ? undefined : `text with ${countText(distinct)} different values`;
}

/** Whether a column holds distinct integers, and its name suggests an id or they count up from 0 or 1. */
function isRowNumber(column: Candidate): boolean {
  if (!column.isInteger || !isUnique(column)) return false;
  if (column.isCounter && column.count > 10) return true;
  return (
    /^(|id|index|row|unnamed: ?\d+|.*[_ -]id|.*[a-z]I[dD])$/.test(column.name.trim()) ||
    /^id$/i.test(column.name)
  );
}

/** Whether nearly all values are distinct. */
const isUnique = ({ distinct, present }: Candidate): boolean =>
  distinct >= UNCOUNTED || distinct > 0.9 * present;

const countText = (distinct: number): string => (distinct >= UNCOUNTED ? 'over 1000' : String(distinct));

function chooseAnswer(usable: readonly Candidate[]): { name: string; reason: string } {
  for (const known of answerNames) {
    const column = usable.find(({ name }) => name.trim().toLowerCase() === known);
    if (column) return { name: column.name, reason: 'by its name' };
  }
  const last = usable.filter(({ distinct }) => distinct > 1).at(-1);
  if (!last)
    throw new RangeFault({ place: '', problem: 'every column is constant; there is nothing to learn' });
  return { name: last.name, reason: 'the last column' };
}

function chooseTask(column: Candidate, { label, targets }: ColumnChoice): Task {
  const { name, kind, distinct, isInteger, present } = column;
  if (distinct < 2)
    throw new RangeFault({
      place: '',
      problem: `column ${show(name)}: every row has the same value; there is nothing to learn`,
    });
  if (targets) return 'regression';
  if (kind !== 'number') return 'classification';
  if (label !== undefined) {
    if (isInteger && distinct < UNCOUNTED) return 'classification';
    throw new RangeFault({
      place: 'label',
      problem: `column ${show(name)} holds ${countText(distinct)} different numbers, too many for classes`,
      cure: 'pass it as targets, for regression',
    });
  }
  const most = classNames.includes(name.trim().toLowerCase()) ? MOST_NAMED_CLASSES : MOST_CLASSES;
  const isClass = isInteger && distinct <= present / 2 && distinct <= most;
  return isClass ? 'classification' : 'regression';
}
