import { checkKeys, show } from '../base/check.js';
import { RangeFault, TypeFault, type FaultOption } from '../errors.js';
import { composeOptions } from './columns.js';
import { describeFormat, type ColumnFormat } from './number-formats.js';
import type { ColumnProfile, TableProfile } from './profile.js';

// Guesses which column of a table to predict, as a class or as a number, and which columns to predict it from.

export type Task = 'classification' | 'regression';

/** The choices you have already made; everything else is suggested. */
export interface ColumnChoice {
  /** The column to predict, whether it holds classes or numbers. */
  readonly answer?: string | undefined;
  /** Instead of `answer`: the column of the class to predict. */
  readonly label?: string | undefined;
  /** Instead of `answer` or `label`: the numeric columns to predict. */
  readonly targets?: readonly string[] | undefined;
  /** Columns to leave out of the inputs. */
  readonly ignore?: readonly string[] | undefined;
  /** Numeric columns to treat as categorical. Text columns always are. */
  readonly categorical?: readonly string[] | undefined;
  /** What the table is called, such as 'DoctorVisits': a column with its name, or its last word, is probably the one to predict. */
  readonly table?: string | undefined;
  /** The maximum number of categories of an input. The rarest ones above it are merged into 'other'. Default 100. */
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
    /** How the texts of columns become numbers, for columns that don't hold plain numbers. */
    readonly formats?: Readonly<Record<string, ColumnFormat>>;
  };
  /** Why this label or target was chosen; undefined if the caller chose it. */
  readonly reason: string | undefined;
  /** Whether another column may just as well be the one to predict; false if the caller chose. */
  readonly isInDoubt: boolean;
  /** The next best columns to predict, at most four, the best first; none if the caller chose. */
  readonly alternatives: readonly { readonly name: string; readonly reason: string }[];
  /** Columns that aren't used, with the reasons. */
  readonly leftOut: readonly ColumnLeftOut[];
  /** What was guessed about the values of the other columns. */
  readonly notes: readonly ColumnNote[];
}

/** A column that is neither an input, a label nor a target. */
export interface ColumnLeftOut {
  readonly name: string;
  readonly reason: string;
  /** The option of the profile that makes it readable, if there is one. */
  readonly option?: FaultOption;
}

/** A guess about the values of a column. */
export interface ColumnNote {
  readonly name: string;
  /**
   * 'format': how its numbers are written. 'gap': a string counts as missing. 'words': all words among its numbers count as
   * missing, although they don't look like it. 'category': a string looks like a missing value, but counts as a category.
   * 'suspect': a number looks like a missing value, but counts as a number.
   */
  readonly kind: 'format' | 'gap' | 'words' | 'category' | 'suspect';
  /** 'decimal commas', or "'?' counts as missing". */
  readonly note: string;
  /** The option of the profile, or of the suggestion, that overrides the guess. */
  readonly option: FaultOption;
}

/** Names that suggest a column of classes. */
const classNames = ['label', 'labels', 'class', 'classes', 'target'];
const isClassName = (name: string): boolean => classNames.includes(name.trim().toLowerCase());

/** Names that suggest the column to predict, in order of preference. */
const answerNames = [
  ...classNames,
  ...['species', 'y', 'outcome', 'diagnosis', 'response', 'cultivar', 'sentiment', 'survived', 'churn'],
  ...['churned', 'exited', 'attrition', 'fraud', 'spam', 'default', 'deposit', 'subscribed', 'purchased'],
  ...['approved', 'clicked', 'stroke', 'result', 'mpg', 'medv', 'charges', 'strength', 'rings'],
];
/** Names that suggest it less strongly, because inputs often have them too: demand is predicted from the price. */
const likelyNames = ['price', 'salary'];
/** Names that suggest it still less strongly. */
const vagueNames = [
  ...['status', 'score', 'rating', 'cost', 'count', 'cnt', 'rate', 'demand', 'consumption', 'yield'],
  ...['risk', 'win', 'winner', 'vote', 'wage', 'wages', 'income', 'revenue', 'sales', 'event', 'death'],
  ...['deaths', 'cases', 'mortality'],
];
/** Names of the kind or the state of what the row describes: answers in the last column, inputs elsewhere. */
const kindNames = ['type', 'kind', 'group', 'category', 'variety', 'disease', 'grade', 'quality', 'value'];
/** Names of answers that are inputs where another column is named like an outcome: the deaths of two species. */
const groupNames = ['species'];
/** Names of columns that order the rows of the same person or place. */
const timeNames = ['year', 'date', 'month', 'quarter', 'week', 'day', 'period', 'occasion', 'visit'];
/** Names that suggest when or on whom something was observed. They identify the row, and aren't measurements. */
const keyNames = [
  ...['year', 'date', 'datetime', 'timestamp', 'month', 'day', 'weekday', 'hour', 'quarter', 'week'],
  ...['id', 'index', 'subject', 'patient', 'person', 'name', 'sample', 'station', 'site', 'block'],
  ...['replicate', 'rep', 'run', 'batch', 'trial', 'period', 'dataset', 'split', 'fold', 'plot', 'pair'],
  ...['stratum', 'strata', 'litter', 'lot', 'occasion', 'visit', 'center', 'centre'],
];
/** Names that suggest something known before the outcome. */
const inputNames = [
  ...keyNames,
  ...['time', 'lat', 'latitude', 'lon', 'lng', 'long', 'longitude', 'zip', 'zipcode', 'region', 'state'],
  ...['country', 'continent', 'city', 'location', 'age', 'sex', 'gender', 'race', 'ethnicity', 'minority'],
  ...['married', 'marital', 'treatment', 'treat', 'trt', 'rx', 'dose', 'drug', 'diet'],
  // the prediction of another model, and the weight of a row
  ...['prediction', 'predicted', 'fitted', 'residual', 'residuals', 'weights'],
];

/** Up to this many distinct integers may be classes. */
const MOST_CLASSES = 10;
/** And up to this many if the name of the column suggests classes. */
const MOST_NAMED_CLASSES = 100;
/** Each of these has this many rows, on average. */
const FEWEST_ROWS = 5;
/** Up to this many distinct texts are categories of their own. */
const MOST_CATEGORIES = 100;
/** Up to this many distinct texts may be classes if nothing else suggests it. */
const MOST_TEXT_CLASSES = 30;
/** A profile reports this number if there are more distinct values than it counts. */
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
export function suggestColumns(profile: TableProfile, given: ColumnChoice = {}): ColumnSuggestion {
  const choice = composeOptions(given);
  checkChoice(profile, choice);
  const { targets } = choice;
  const answer = choice.answer ?? choice.label;
  const { count } = profile;
  const ignored = new Set(choice.ignore);
  const categorical = new Set(choice.categorical);
  const columns = profile.columns.map((column) => ({ ...column, count, present: count - column.missing }));
  const named = answer === undefined ? targets : [answer];
  const wanted = new Set(named);
  const leftOut = columns.flatMap((column) => {
    const { name } = column;
    if (wanted.has(name)) return [];
    const reason = ignored.has(name)
      ? 'ignored'
      : categorical.has(name)
        ? undefined
        : findReasonToLeaveOut(column);
    if (reason === undefined) return [];
    if (!named && !ignored.has(name) && rateName(name) >= SURE) {
      // As a label it would be refused, too.
      const option = !column.isRounded && { option: { name: 'label', values: [name] } };
      return [{ name, reason: `named like an answer, but ${reason}`, ...option }];
    }
    const option = reason === 'ignored' ? undefined : chooseCure(column);
    return [{ name, reason, ...(option && { option }) }];
  });
  const left = new Set(leftOut.map(({ name }) => name));
  const usable = columns.filter(({ name }) => !left.has(name));
  const [chosen, ...others] = named ? [] : rateAnswers(usable, columns.at(-1)!, choice.table);
  if (!named && !chosen) throw refuseAll(leftOut, usable.length > 0);
  const answers = named ?? [chosen!.name];
  const predicted = new Set(answers);
  const inputs = usable.filter(({ name }) => !predicted.has(name));
  if (inputs.length === 0) {
    throw new RangeFault({
      place: '',
      problem: `no column is left to predict '${answers.join(', ')}' from${listLeftOut(leftOut)}`,
    });
  }
  const task = chooseTask(
    columns.find(({ name }) => name === answers[0])!,
    choice,
  );
  const { maxCategories = MOST_CATEGORIES } = choice;
  const among = new Set(inputs);
  const isCategory = (column: Candidate): boolean =>
    column.kind !== 'number' ||
    (among.has(column) ? categorical.has(column.name) : task === 'classification');
  const hasWordsAsGaps = (column: Candidate): boolean =>
    hasWords(column) && among.has(column) && !isCategory(column);
  const ofCategories = inputs.filter(isCategory);
  const used = columns.filter((column) => among.has(column) || predicted.has(column.name));
  const formats = used.flatMap((column) => {
    const format = hasWordsAsGaps(column)
      ? { ...(column.format ?? { kind: 'number' }), gaps: column.words.map(({ text }) => text) }
      : findFormat(column, isCategory(column));
    return format ? [[column.name, format] as const] : [];
  });
  return {
    task,
    columns: {
      inputs: inputs.map(({ name }) => name),
      ...(task === 'classification' ? { label: answers[0]! } : { targets: answers }),
      categorical: ofCategories.map(({ name }) => name),
      ...(ofCategories.some(({ distinct }) => distinct > maxCategories) && { maxCategories }),
      ...(formats.length > 0 && { formats: Object.fromEntries(formats) }),
    },
    reason: chosen?.reason,
    isInDoubt: chosen !== undefined && isInDoubt(chosen, others[0]),
    alternatives: others.slice(0, MOST_ALTERNATIVES).map(({ name, reason }) => ({ name, reason })),
    leftOut,
    notes: used.flatMap((column) => describeValues(column, isCategory(column), hasWordsAsGaps(column))),
  };
}

/** The format that a column needs; its categories keep their spelling, but its gaps are those of numbers. */
function findFormat({ kind, format, gaps }: Candidate, isCategory: boolean): ColumnFormat | undefined {
  if (kind !== 'number') return undefined;
  if (!isCategory) return format;
  return format?.kind === 'boolean' || gaps.length === 0 ? undefined : { kind: 'number' };
}

/** What was guessed about the values of a column. */
function describeValues(column: Candidate, isCategory: boolean, areWordsGaps: boolean): ColumnNote[] {
  const { name, format, doubt, gaps, words, kept, suspects, looksLike } = column;
  const notes: ColumnNote[] = [];
  const add = (kind: ColumnNote['kind'], note: string, option: FaultOption): void => {
    notes.push({ name, kind, note, option });
  };
  if (format && !isCategory) {
    const values = doubt ? [doubt.value] : [];
    add('format', describeFormat(format), { name: doubt?.option ?? 'categorical', values });
  } else if (column.kind === 'text' && looksLike !== undefined)
    add('format', `categories; they look like ${looksLike}`, { name: 'ignore' });
  else if (column.kind === 'text' && words.length > 0) {
    const values = words.map(({ text }) => text);
    add('format', `categories, because of ${listWords(column)} among them`, { name: 'gaps', values });
  }
  if (areWordsGaps) {
    const verb = words.length > 1 ? 'count' : 'counts';
    add('words', `${listWords(column)} ${verb} as missing`, {
      name: 'categorical',
      values: words.map(({ text }) => text),
    });
  }
  for (const { text } of gaps.slice(0, MOST_LISTED))
    add('gap', `${show(text)} counts as missing`, {
      name: isCategory ? 'notGaps' : 'categorical',
      values: [text],
    });
  for (const { text } of kept.slice(0, MOST_LISTED))
    add('category', `${show(text)} is a category`, { name: 'gaps', values: [text] });
  for (const value of suspects)
    add('suspect', `${value} may stand for a missing value`, { name: 'gaps', values: [String(value)] });
  return notes;
}

/** At most this many texts of a column are noted. */
const MOST_LISTED = 5;

function checkChoice({ columns }: TableProfile, choice: ColumnChoice): void {
  const keys = ['answer', 'label', 'targets', 'ignore', 'categorical', 'table', 'maxCategories'];
  checkKeys('choice', choice, keys);
  const { answer, label, targets = [], ignore = [], categorical = [] } = choice;
  if (answer !== undefined && (label !== undefined || targets.length > 0))
    throw new TypeFault({
      place: 'answer',
      problem: 'expected one of answer, label and targets, got more than one',
    });
  if (label !== undefined && targets.length > 0)
    throw new TypeFault({ place: 'targets', problem: 'expected either targets or a label, got both' });
  const names = columns.map(({ name }) => name);
  const known = new Set(names);
  const given = {
    answer: answer === undefined ? [] : [answer],
    label: label === undefined ? [] : [label],
    targets,
    ignore,
    categorical,
  };
  for (const [option, list] of Object.entries(given)) {
    for (const name of list) {
      if (!known.has(name))
        throw new RangeFault({
          place: option,
          problem: `there is no column ${show(name)}`,
          cure: `the columns are ${names.map(show).join(', ')}`,
        });
    }
  }
  const numeric = new Set(targets);
  const text = columns.find(({ name, kind }) => numeric.has(name) && kind !== 'number');
  if (text)
    throw new RangeFault({
      place: 'targets',
      problem: `column ${show(text.name)} isn't numeric${text.looksLike === undefined ? '' : `: it looks like ${text.looksLike}`}`,
      cure: 'pass it as label, for classification',
    });
}

/** Why a column is useless as an input; undefined if it may be useful. */
function findReasonToLeaveOut(column: Candidate): string | undefined {
  const { name, kind, present, count, distinct, looksLike } = column;
  if (kind === 'empty') return 'empty';
  if (kind === 'other')
    return column.holds === undefined ? 'neither numbers nor texts' : `holds ${column.holds}`;
  const absent = countAbsent(column);
  if (absent > count / 2) return `missing in ${absent} of ${count} rows`;
  if (isMarkedKey(column)) return `identifiers such as ${show(column.words[0]!.text)}`;
  if (kind === 'number' && column.isRounded) return 'integers above 2^53, which JavaScript rounds';
  if (kind === 'number') return isRowNumber(column) ? 'numbers its rows' : undefined;
  if (/^id$|[_ -]id$|[a-z]I[dD]$/i.test(name) && isUnique(column)) return 'names its rows';
  const isCategory = distinct < UNCOUNTED && distinct <= present / 2;
  if (isCategory) return undefined;
  if (looksLike !== undefined) return `looks like ${looksLike}`;
  if (column.words.length > 0) return `numbers with ${listWords(column)} among them`;
  if (distinct === 1) return 'every row has the same text';
  return `text with ${countText(distinct)} different values`;
}

/** The option of the profile that makes a column readable. */
function chooseCure({ kind, doubt, words }: Candidate): FaultOption | undefined {
  if (doubt?.option === 'dates') return { name: 'dates', values: ['dmy', 'mdy'] };
  if (kind !== 'text' || words.length === 0) return undefined;
  return { name: 'gaps', values: words.map(({ text }) => text) };
}

/**
 * Whether the texts among the numbers of a column are words. A text with a digit is a number that's misspelled, or in
 * another format.
 */
const hasWords = ({ kind, words }: Candidate): boolean =>
  kind === 'number' && words.length > 0 && !words.some(({ text }) => /\p{N}/u.test(text));

/** The number of cells that are missing, or hold a text among numbers. */
const countAbsent = ({ kind, missing, words }: ColumnProfile): number =>
  missing + (kind === 'number' ? words.reduce((sum, { count }) => sum + count, 0) : 0);

function listWords({ words }: Candidate): string {
  const shown = words.slice(0, MOST_LISTED).map(({ text }) => show(text));
  return `${shown.join(', ')}${words.length > MOST_LISTED ? ` and ${words.length - MOST_LISTED} more` : ''}`;
}

/** Whether a column holds integers and values such as 207a, and has a name like an identifier. */
const isMarkedKey = ({ name, kind, isInteger, words }: Candidate): boolean =>
  kind === 'number' &&
  isInteger &&
  words.length > 0 &&
  words.every(({ text }) => /^\s*[a-z]{0,3}[-. ]?\d+[-. ]?[a-z]{0,3}\s*$/i.test(text)) &&
  (isIdName(name) || hasKeyName(name));

/** Whether a column holds distinct integers, and its name suggests an id or they count up from 0 or 1. */
function isRowNumber(column: Candidate): boolean {
  if (!column.isInteger || !isUnique(column)) return false;
  if (column.isCounter && column.count > 10) return true;
  return isIdName(column.name);
}

const isIdName = (name: string): boolean =>
  /^(|id|index|row|unnamed: ?\d+|.*[_ -]id|.*[a-z]I[dD])$/.test(name.trim()) || /^id$/i.test(name);

const hasKeyName = (name: string): boolean => keyNames.includes(splitName(name).at(-1) ?? '');

/** Whether nearly all values are distinct. */
const isUnique = ({ distinct, present }: Candidate): boolean =>
  distinct >= UNCOUNTED || distinct > 0.9 * present;

const countText = (distinct: number): string => (distinct >= UNCOUNTED ? 'over 1000' : String(distinct));

interface RatedColumn {
  readonly name: string;
  readonly reason: string;
  readonly rate: number;
  /** The part of the rate that comes from the name. */
  readonly byName: number;
  /** Whether more than its position speaks for it. */
  readonly isClear: boolean;
  /** Whether it only repeats what another column determines, as the sex of a patient does in each row about the patient. */
  readonly isOfKey: boolean;
}

/** At most this many alternatives to the chosen column are named. */
const MOST_ALTERNATIVES = 4;

/**
 * Whether the guess is in doubt: unless the name leaves none, or the column is far ahead by its name or as the only one
 * of classes. Among 349 tables of R packages, half of the guesses in doubt are wrong (126 of 236), and 7 of the 113 others.
 */
function isInDoubt({ name, rate, isClear, isOfKey }: RatedColumn, next: RatedColumn | undefined): boolean {
  if (next === undefined) return false;
  if (isOfKey) return true;
  if (rate < SURE) return !isClear || rate - next.rate < CLEAR;
  return next.rate >= SURE || (groupNames.includes(name.trim().toLowerCase()) && next.byName > 0);
}

/**
 * Rates every column as the one to predict, by its name, its position and its values.
 * @param end the last column of the table, usable or not
 * @param table what the table is called
 * @returns the best first
 */
function rateAnswers(usable: readonly Candidate[], end: Candidate, table = ''): RatedColumn[] {
  const varied = usable.filter(({ distinct }) => distinct > 1);
  const classes = varied.filter(isClassColumn);
  const measured = varied.filter(isMeasured);
  const last = varied.filter((column) => !isDate(column)).at(-1);
  // The class may be in the first column: two classes, or the only column of classes, numbers, or texts without a name.
  const [first] = varied;
  const isUnnamed = usable.every(({ name }) => /^\d+$/.test(name));
  const isAlone = classes.length === 1 && (first?.kind === 'number' || isUnnamed);
  const isFirst = first && isClassColumn(first) && (isAlone || first.distinct === 2);
  // Small tables often begin with the groups that were measured.
  const isFirstOfFew = isFirst && usable.length < FEW_COLUMNS;
  const hasTimes = usable.some(({ name }) => timeNames.includes(splitName(name).at(-1) ?? ''));
  const ratePosition = (column: Candidate): [rate: number, reason: string] => {
    // The other columns are only the conditions under which it was measured.
    if (measured.length === 1 && column === measured[0] && classes.length > 1)
      return [4.5, 'the only measurement'];
    if (column === last) return [LAST, end.name === last.name ? 'the last column' : 'the last usable column'];
    if (column !== first) return [0, 'chosen by its values'];
    if (isFirst) return [4, 'the first column'];
    if (isClassColumn(column) ? column.distinct <= FEW_CLASSES : column.kind === 'number')
      return [2, 'the first column'];
    return [0, 'chosen by its values'];
  };
  // A constant column with the name of an outcome isn't skipped silently.
  return usable
    .filter(({ name, distinct }) => distinct > 1 || rateName(name) >= SURE)
    .map((column) => {
      const { name } = column;
      const isClass = isClassColumn(column);
      const isLast = column === last;
      const isEdge = column === first || isLast || column.distinct < 2;
      const isOther = name === 'y' || (column.distinct > MOST_NAMED_CLASSES && isClassName(name));
      const ofName = isOther && !isEdge ? 0 : rateName(name, isLast);
      const isNamesake = isNamedLike(name, table) && !(hasTimes && isRepeated(column));
      const ofTable = isNamesake ? (isClass ? NAMESAKE_CLASS : NAMESAKE) : 0;
      const byName = isDate(column) ? UNLIKELY : ofName + ofTable;
      const [position, where] = ratePosition(column);
      const isSure = ofName >= SURE;
      const { determinedBy } = column; // only columns of tables with few of them have one
      const key =
        determinedBy === undefined ? undefined : usable.find((other) => other.name === determinedBy);
      // Numbers may determine a named class because they predict it well.
      const isOfKey = determinedBy !== undefined && !(isSure && key?.kind === 'number');
      const byValues =
        isOfKey && !isSure && key?.kind !== 'number'
          ? UNLIKELY
          : isClass
            ? column.distinct === 2
              ? 2
              : 1
            : 0;
      return {
        name,
        reason: byName > 0 ? 'recognized by its name' : where,
        rate: byName + position + byValues,
        byName,
        isClear: byName > VAGUE || (isClass && classes.length === 1 && !(isFirstOfFew && column === first)),
        isOfKey,
      };
    })
    .sort((a, b) => b.rate - a.rate);
}

/** Whether a column holds too many distinct numbers for classes. */
const isMeasured = (column: Candidate): boolean =>
  column.kind === 'number' && !isDate(column) && column.distinct > MOST_CLASSES && !hasKeyName(column.name);

/** Whether a column names the persons or places that the rows are about, each in several rows. */
const isRepeated = ({ kind, isInteger, distinct, present }: Candidate): boolean =>
  (kind === 'text' || (kind === 'number' && isInteger)) && distinct > MOST_CLASSES && distinct <= present / 2;

const isDate = ({ format }: Candidate): boolean => format?.kind === 'date';

/** A first column with at most this many classes may be the one to predict. */
const FEW_CLASSES = 5;
/** In a table with fewer columns, the first one may be a group that isn't predicted. */
const FEW_COLUMNS = 5;
/** The rating of a column that's probably an input. */
const UNLIKELY = -3;
/** The smallest difference of ratings that leaves no doubt. */
const CLEAR = 3;
/** The rating of the last column. */
const LAST = 3;
/** How much the name of the table suggests a column of numbers. */
const NAMESAKE = 5;
/** And one of classes: a table about poisons often compares them. */
const NAMESAKE_CLASS = 3;
/** How much a vague word suggests a column if it's the name, or else its last word. */
const VAGUE_NAME = 2.5;
const VAGUE = 1;
/** The lowest rating of a name that leaves no doubt. */
const SURE = 15;

/** How strongly a name suggests the column to predict: 20 at most, below 0 if it suggests an input. */
function rateName(name: string, isLast = false): number {
  const whole = name.trim().toLowerCase();
  const rank = answerNames.indexOf(whole);
  if (rank >= 0) return 20 - ((20 - SURE) * rank) / answerNames.length;
  const parts = splitName(name);
  const end = parts.at(-1) ?? '';
  if (inputNames.includes(end) || inputNames.includes(whole)) return UNLIKELY;
  const isLikely = (part = ''): boolean =>
    (part !== 'y' && answerNames.includes(part)) || likelyNames.includes(part);
  if (isLikely(parts[0]) || isLikely(end)) return 5;
  const isVague = (word: string): boolean =>
    vagueNames.includes(word) || (isLast && kindNames.includes(word));
  return isVague(whole) ? VAGUE_NAME : isVague(end) ? VAGUE : 0;
}

/** Whether a column has the name of the table, or of its last word, be it one or many: 'visits' of 'DoctorVisits'. */
function isNamedLike(name: string, table: string): boolean {
  const words = [splitName(table).join(''), splitName(table).at(-1) ?? ''].map(toSingular);
  const own = toSingular(splitName(name).join(''));
  return own !== '' && words.includes(own);
}

const toSingular = (word: string): string => word.replace(/ies$/, 'y').replace(/s$/, '');

/** The words of a name: 'loan_status', 'SalePrice' and 'credit.risk' have two. */
const splitName = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((part) => part !== '');

/** Whether the values of a column may be classes: a few texts or integers, each in several rows. */
const isClassColumn = ({ kind, isInteger, distinct, present }: Candidate): boolean =>
  distinct > 1 &&
  distinct <= present / 2 &&
  (kind === 'number' ? isInteger && distinct <= MOST_CLASSES : distinct <= MOST_TEXT_CLASSES);

/** @throws RangeError naming the columns that are left out, if no column can be predicted */
function refuseAll(leftOut: ColumnSuggestion['leftOut'], hasConstants: boolean): RangeFault {
  if (leftOut.length === 0)
    return new RangeFault({ place: '', problem: 'every column is constant; there is nothing to learn' });
  const others = hasConstants ? '; the others are constant' : '';
  return new RangeFault({
    place: '',
    problem: `no column is left to predict${listLeftOut(leftOut)}${others}`,
  });
}

const listLeftOut = (leftOut: ColumnSuggestion['leftOut']): string =>
  leftOut
    .slice(0, 3)
    .map(({ name, reason }) => `; '${name}' is left out: ${reason}`)
    .join('');

function chooseTask(column: Candidate, { label, targets }: ColumnChoice): Task {
  const { name, kind, format, distinct, isInteger, present } = column;
  if (distinct < 2)
    throw new RangeFault({
      place: '',
      problem: `column ${show(name)}: every row has the same value; there is nothing to learn`,
    });
  if (targets) return 'regression';
  if (kind !== 'number' || format?.kind === 'boolean') return 'classification';
  if (label !== undefined) {
    if (column.isRounded)
      throw new RangeFault({
        place: 'label',
        problem: `column ${show(name)} holds integers above 2^53, which JavaScript rounds`,
        cure: 'turn them into text, for example with a letter in front',
      });
    if (isInteger && distinct < UNCOUNTED) return 'classification';
    throw new RangeFault({
      place: 'label',
      problem: `column ${show(name)} holds ${countText(distinct)} different numbers, too many for classes`,
      cure: 'pass it as targets, for regression',
    });
  }
  const isNamed = isClassName(name);
  const isClass =
    distinct <= MOST_CLASSES
      ? distinct <= present / 2
      : isNamed && distinct <= Math.min(MOST_NAMED_CLASSES, present / FEWEST_ROWS);
  return isInteger && isClass ? 'classification' : 'regression';
}
