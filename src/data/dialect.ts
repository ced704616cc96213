import Papa from 'papaparse';
import { isMissingMark, isNumeric } from './columns.js';
import { isInfinite } from './gaps.js';
import { hasDigitsOnly, splitNumber } from './number-formats.js';

/** The format of CSV text. */
export interface CSVDialect {
  /**
   * The character between two fields; or 'spaces', any run of spaces and tabs, while ' ' is a single space. Default ',', or the one
   * that a first line such as `sep=;` names.
   */
  readonly delimiter?: string;
  /**
   * Whether the first row holds the column names; or an array of names if there is no header row. Default true.
   * With false, the names are '0', '1', ….
   */
  readonly header?: boolean | readonly string[];
  /** The number of lines before the table, such as a title. They are skipped. Default 0. */
  readonly skip?: number;
  /** Rows that begin with this text are comments, and are skipped. Default: there are no comments. */
  readonly comment?: string;
  /** Whether spaces around fields are dropped, as in `1, 2, red`. Default false. */
  readonly trim?: boolean;
  /**
   * How to handle rows that aren't data: a repeated header, and lines after the table, such as `(30 rows affected)`.
   * 'error' throws a RangeError naming the row; 'skip' skips and lists them. Default 'error'.
   */
  readonly strayRows?: 'error' | 'skip';
}

export const dialectOptionNames = ['delimiter', 'header', 'skip', 'comment', 'trim', 'strayRows'];

/** A dialect that was detected. `skip`, `comment` and `trim` are present only if the text needs them. */
export interface DetectedDialect extends CSVDialect {
  readonly delimiter: string;
  readonly header: boolean | readonly string[];
}

/** The beginning of a text that is looked at: these characters and lines, whichever is longer. */
const PROBED_CHARACTERS = 2 ** 16;
const PROBED_LINES = 12;
/** But no more than this. */
const MOST_PROBED_CHARACTERS = 2 ** 24;

/** More lines before a table are a table of their own. */
const MOST_LEADING_LINES = 100;

/** In order of preference: the first wins a tie. */
const delimiters = [',', ';', '\t', '|'];
/** Any run of spaces and tabs. Considered only if none of these splits the rows. */
export const SPACES = 'spaces';

/** What comment lines begin with. */
export const commentMarks = ['#', '%', '//'];

/** Comment lines and empty lines at the beginning of a text. */
const leadingComments = /^(?:[^\S\n]*\n|(?:#|%|\/\/)[^\n]*\n)*/;

/** A line for Excel that names the delimiter. */
export const separatorLine = /^"?sep=([^\r\n"])"?(?:\r\n?|\n)/i;

/** A row of the probe, and the number of its line, from 1. */
interface ProbedRow {
  readonly cells: readonly string[];
  readonly line: number;
}

/**
 * Detects the dialect of CSV text: the delimiter (`,`, `;`, tab or `|`), by what most rows have in common, or 'spaces' in a
 * table of numbers; the lines before the table and comment lines; spaces around fields; and whether the first row holds column names.
 * @param text the text, or at least its first 64 KiB and 12 lines, which is all that is used
 * @param known the options that are known and need no detection
 */
export function detectDialect(text: string, known: CSVDialect = {}): DetectedDialect {
  const probe = takeProbe(text);
  const separator = separatorLine.exec(probe);
  const skipped = known.skip ?? (separator ? 1 : 0);
  const rest = dropLines(probe, skipped);
  const given = known.delimiter ?? separator?.[1];
  const { delimiter, table, skip, comment } =
    known.skip === undefined ? findTable(rest, given) : parseProbe(rest, given);
  const isComment = ({ cells }: ProbedRow): boolean => cells[0]!.startsWith(known.comment ?? comment ?? '\n');
  const rows = table.filter((row) => !isComment(row)).map(({ cells }) => cells);
  const trim = known.trim ?? areSpaced(rows);
  const fields = trim ? rows.map((cells) => cells.map((cell) => cell.trim())) : rows;
  return {
    delimiter,
    header: known.header ?? hasHeader(fields),
    ...(skip + skipped > 0 && { skip: skip + skipped }),
    ...((known.comment ?? comment) !== undefined && { comment: known.comment ?? comment! }),
    ...(trim && { trim }),
    ...(known.strayRows && { strayRows: known.strayRows }),
  };
}

/** Whether a text is long enough for `detectDialect`, or further text would be ignored. */
export const isProbe = (text: string): boolean =>
  text.length > MOST_PROBED_CHARACTERS ||
  (text.length > PROBED_CHARACTERS && text.split('\n', PROBED_LINES + 1).length > PROBED_LINES);

/** The beginning of a text, without a last line that may be incomplete. Line breaks become LF. */
function takeProbe(text: string): string {
  const lineBreak = /\r\n?|\n/g;
  let end = 0;
  for (let lines = 0; end < PROBED_CHARACTERS || lines < PROBED_LINES; lines++) {
    lineBreak.lastIndex = end;
    const found = lineBreak.exec(text);
    if (!found || lineBreak.lastIndex > MOST_PROBED_CHARACTERS) {
      if (lines === 0 || text.length <= PROBED_CHARACTERS)
        end = Math.min(text.length, MOST_PROBED_CHARACTERS);
      break;
    }
    end = lineBreak.lastIndex;
  }
  return text
    .slice(0, end)
    .replace(/\r\n?/g, '\n')
    .replace(/^\uFEFF/gm, '');
}

function dropLines(text: string, count: number): string {
  let at = 0;
  for (let n = 0; n < count; n++) {
    const end = text.indexOf('\n', at);
    if (end < 0) return '';
    at = end + 1;
  }
  return text.slice(at);
}

/** What a parser finds between fields, after `joinSpaces` if the delimiter is 'spaces'. */
export const markOf = (delimiter: string): string => (delimiter === SPACES ? ' ' : delimiter);

/**
 * Makes a single space of each run of spaces and tabs, and nothing of those at the ends of a line, so that a parser finds the
 * fields between them. Texts whose field begins with a quote stay as they are.
 */
export const joinSpaces = (text: string): string =>
  text.replace(
    /(?<![^ \t\n])("[^"]*(?:""[^"]*)*"?)|(^[ \t]+|[ \t]+$)|[ \t]+/gm,
    (_, quoted?: string, edge?: string) => quoted ?? (edge === undefined ? ' ' : ''),
  );

/** Parses the rows of a probe, without empty ones. */
function parse(given: string, delimiter: string): ProbedRow[] {
  if (given === '') return [];
  const text = delimiter === SPACES ? joinSpaces(given) : given;
  let line = 1;
  return Papa.parse<string[]>(text, { delimiter: markOf(delimiter), newline: '\n' }).data.flatMap((cells) => {
    const row = { cells, line };
    line += cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 1);
    return cells.length === 1 && cells[0]!.trim() === '' ? [] : [row];
  });
}

/** The rows of a table, parsed with one delimiter. */
interface ProbedTable {
  readonly delimiter: string;
  readonly table: readonly ProbedRow[];
  /** The number of fields that most rows have. */
  readonly width: number;
  /** The number of lines before the table. */
  readonly skip: number;
  readonly comment: string | undefined;
}

/** Parses the probe with the delimiter that splits the most rows into the same number of fields, more than one. */
function parseProbe(text: string, delimiter: string | undefined): ProbedTable {
  let best: ProbedTable | undefined;
  let bestScore: readonly number[] = [0];
  for (const candidate of delimiter === undefined ? delimiters : [delimiter]) {
    const table = parse(text, candidate);
    const begun = table.filter(({ cells }) => findMark(cells[0]!) === undefined);
    const counted = 2 * begun.length > table.length ? begun : table;
    const { width, count } = findWidth(counted);
    const score = width > 1 ? [count / counted.length, shareOfWhole(counted, candidate), width] : [0];
    if (best && compare(score, bestScore) <= 0) continue;
    best = { delimiter: candidate, table, width, skip: 0, comment: findComment(table, width) };
    bestScore = score;
  }
  return (delimiter === undefined && best!.width === 1 && parseSpaced(text)) || best!;
}

/** Parses a table of numbers between spaces; undefined if it isn't one, but a column of texts. */
function parseSpaced(text: string): ProbedTable | undefined {
  const table = parse(text, SPACES);
  const [width = 1] = table.map(({ cells }) => cells.length);
  const below = table.length > 1 ? table.slice(1) : table;
  const isNumber = (_: unknown, k: number): boolean => below.every(({ cells }) => isNumeric(cells[k]!));
  const isTable =
    width > 1 &&
    table.every(({ cells }) => cells.length === width) &&
    Array.from({ length: width }).some(isNumber);
  return isTable ? { delimiter: SPACES, table, width, skip: 0, comment: undefined } : undefined;
}

const findMark = (cell: string): string | undefined => commentMarks.find((mark) => cell.startsWith(mark));

function compare(a: readonly number[], b: readonly number[]): number {
  const k = a.findIndex((value, i) => value !== b[i]);
  return k < 0 ? 0 : a[k]! - (b[k] ?? 0);
}

/** The most frequent number of fields; of two, the larger. */
function findWidth(rows: readonly ProbedRow[]): { width: number; count: number } {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  let [width, count] = [1, 0];
  for (const [each, times] of counts)
    if (times > count || (times === count && each > width)) [width, count] = [each, times];
  return { width, count };
}

/** The share of the fields that no other delimiter would split: `1,5` between semicolons is a number. */
function shareOfWhole(rows: readonly ProbedRow[], delimiter: string): number {
  let [whole, count] = [0, 0];
  for (const { cells } of rows) {
    for (const cell of cells) {
      count++;
      const isSplit = delimiters.some((other) => other !== delimiter && cell.includes(other));
      if (!isSplit || /^\s*[-+]?\d[\d.]*,\d+\s*$/.test(cell)) whole++;
    }
  }
  return whole / count;
}

/** The mark of comments between the rows: every row that begins with it has another number of fields. */
function findComment(rows: readonly ProbedRow[], width: number): string | undefined {
  return commentMarks.find((mark) => {
    const marked = rows.filter(({ cells }) => cells[0]!.startsWith(mark));
    return marked.length > 0 && width > 1 && marked.every(({ cells }) => cells.length !== width);
  });
}

/** Finds where the table begins, after comments and lone lines. */
function findTable(text: string, delimiter: string | undefined): ProbedTable {
  const lead = leadingComments.exec(text)![0];
  if (text.slice(lead.length).trim() === '') return parseProbe(text, delimiter);
  const probe = parseProbe(text.slice(lead.length), delimiter);
  const { table, width } = probe;
  const comments = parse(lead, probe.delimiter);
  const begin = findBegin(table, width);
  const rows = table.slice(begin);
  const last = comments.at(-1);
  if (last?.cells.length === width && begin === 0 && !hasHeader(table.map(({ cells }) => cells))) {
    // np.savetxt writes the header as a comment; and a first column may hold texts such as '#ff0000'.
    const isHeader = hasHeader([last, ...rows].map(({ cells }) => cells));
    if (isHeader) return { ...probe, table: [last, ...rows], skip: last.line - 1, comment: undefined };
    if (comments.every(({ cells }) => cells.length === width))
      return { ...probe, table: [...comments, ...rows], comment: undefined };
  }
  if (!last && begin === 0) return probe;
  const skip = lead.split('\n').length + rows[0]!.line - 2;
  const mark = last && findMark(last.cells[0]!);
  const isData = rows.some(({ cells }) => cells.length === width && cells[0]!.startsWith(mark ?? '\n'));
  return { ...probe, table: rows, skip, comment: isData ? undefined : (mark ?? probe.comment) };
}

/** Whether a row is a title, or an empty one, which a spreadsheet has filled up with empty fields. */
const isTitle = ({ cells }: ProbedRow): boolean =>
  cells.length > 2 && cells.filter((cell) => cell.trim() !== '').length < 2;

/** Whether a table of numbers begins with a row of scikit-learn: the numbers of rows and of inputs, and the names of the classes. */
function isOfCounts([first, ...others]: readonly ProbedRow[], width: number): boolean {
  const [count = '', inputs, ...classes] = first!.cells;
  return (
    /^\d+$/.test(count) &&
    Number(count) >= others.length &&
    Number(inputs) === width - 1 &&
    new Set(classes).size === classes.length &&
    !classes.some(isNumberLike) &&
    !classes.every((name) => isMissingMark(name) || isInfinite(name)) &&
    others.length > 0 &&
    others.every(({ cells }) => cells.length === width && cells.every(isNumeric))
  );
}

/**
 * The index of the first row of the table. The rows before it have another number of fields or all but one empty, and either it
 * is a header, or they have a single field.
 */
function findBegin(rows: readonly ProbedRow[], width: number): number {
  if (isOfCounts(rows, width)) return 1;
  const titles = rows.findIndex((row) => !isTitle(row));
  if (titles > 0 && titles <= MOST_LEADING_LINES && hasHeader(rows.slice(titles).map(({ cells }) => cells)))
    return titles;
  const first = rows.findIndex(({ cells }) => cells.length === width);
  if (first < 1 || first > MOST_LEADING_LINES) return 0;
  const body = rows.filter(({ cells }, i) => i >= first && cells.length === width);
  if (body.length < 2) return 0;
  // A header without the delimiter that ends each row.
  const before = rows[first - 1]!.cells;
  if (
    before.length < width &&
    body.every(({ cells }) => cells.slice(before.length).every((cell) => cell === ''))
  )
    return first - 1;
  const areLone = rows.slice(0, first).every(({ cells }) => cells.length === 1);
  if (hasHeader(body.map(({ cells }) => cells))) return first;
  return areLone && width > 2 ? first : 0;
}

/** Whether a space follows every delimiter of the header, or of all other rows. */
function areSpaced([first = [], ...others]: readonly (readonly string[])[]): boolean {
  const isSpaced = (rows: readonly (readonly string[])[]): boolean => {
    const cells = rows.flatMap((row) => row.slice(1)).filter((cell) => cell !== '');
    return cells.length > 0 && cells.every((cell) => /^ +[^ ]/.test(cell));
  };
  return isSpaced([first]) || isSpaced(others);
}

/**
 * Judges whether the first row is a header. A text above numbers shows that it is, and a text that occurs again in its
 * column that it isn't. Numbers are names only if they are years, or count up.
 */
function hasHeader([first = [], ...others]: readonly (readonly string[])[]): boolean {
  let width = first.length;
  while (width > 0 && first[width - 1]!.trim() === '') width--;
  if (width === 0) return false;
  const isWhole = others.some((row) => row.length === first.length);
  const names = first.slice(0, isWhole ? first.length : width).map((cell) => cell.trim());
  const isAgain = (row: readonly string[]): boolean => names.every((name, k) => row[k]!.trim() === name);
  const rows = others.filter((row) => row.length === names.length && !isAgain(row));
  const columns = names.map((name, k) =>
    judgeName(
      name,
      rows.map((row) => row[k]!.trim()),
    ),
  );
  const texts = columns.filter(({ isNumber }) => !isNumber);
  const titles = texts.filter(({ isAboveNumbers }) => isAboveNumbers).length;
  const values = texts.filter(({ occurs }) => occurs).length;
  const numbers = names.filter((_, k) => columns[k]!.isNumber);
  if (numbers.length > 0) {
    const isAlone = texts.length === 0 && numbers.length < 3;
    const below = rows.map((row) => row.filter((_, k) => columns[k]!.isNumber));
    return !isAlone && titles >= values && areNames(numbers, below);
  }
  if (titles + values > 0) return titles >= values;
  // Of texts above texts: names are distinct, or their columns have few values and none is a name.
  return new Set(names).size === names.length || (rows.length > 2 && columns.every(({ repeats }) => repeats));
}

/** Digits and punctuation, such as a number, a date or an amount; or a timestamp. */
const isNumberLike = (text: string): boolean =>
  isNumeric(text) || hasDigitsOnly(text) || /^\d{4}-\d\d-\d\dT\d/.test(text);

interface JudgedName {
  readonly isNumber: boolean;
  readonly isAboveNumbers: boolean;
  /** Whether it is a value of its column. */
  readonly occurs: boolean;
  /** Whether its column has values that occur more than once. */
  readonly repeats: boolean;
}

function judgeName(name: string, values: readonly string[]): JudgedName {
  const present = values.filter((value) => !isMissingMark(value));
  const distinct = new Set(present);
  const numbers = present.filter(isNumberLike).length;
  // A date, a range or a share is a name where all numbers below are plain.
  const isTerm = !isNumeric(name) && splitNumber(name)?.unit !== '' && present.every(isNumeric);
  return {
    isNumber: isNumberLike(name) && !(isTerm && present.length > 1),
    isAboveNumbers: !isMissingMark(name) && present.length > 0 && numbers >= 0.9 * present.length,
    occurs: distinct.has(name),
    repeats: distinct.size < present.length,
  };
}

/** Whether numbers in the first row are names: years above numbers that aren't years, or a run from 0 or 1. */
function areNames(first: readonly string[], rows: readonly (readonly string[])[]): boolean {
  const years = new Set(first.filter(isYear));
  if (years.size === first.length) {
    const below = rows.flat();
    return below.length > 0 && below.filter(isYear).length < below.length / 2;
  }
  const isRun = (numbers: readonly string[], from: number): boolean =>
    numbers.length > 2 && numbers.every((text, k) => Number(text) === from + k);
  const start = Number(first[0]);
  return (
    (start === 0 || start === 1) &&
    isRun(first, start) &&
    rows.length > 0 &&
    !isRun(rows[0]!, Number(rows[0]![0]))
  );
}

const isYear = (text: string): boolean => /^(1[5-9]|2[01])\d\d$/.test(text);
