import { FormatError, RangeFault, TypeFault } from '../errors.js';
import { checkKeys, show } from '../base/check.js';
import { parseJSON, parseJSONText } from '../base/parse-json.js';
import type { TextSource } from './chunks.js';
import { columnOptionNames, type ColumnOptions } from './columns.js';
import { readSamples } from './recognize.js';
import {
  cellDescriber,
  checkText,
  openText,
  toCell,
  type Row,
  type RowBlocks,
  type RowSource,
  type TextRows,
} from './rows.js';
import type { SampleArrays } from './schema.js';

/** How to read JSON text. */
export interface JSONOptions extends ColumnOptions {
  /** The column names if rows are arrays. Default: the first row, if it holds texts above values that aren't; or '0', '1', …. */
  readonly columns?: readonly string[];
}

const LONGEST_LINE = 2 ** 24;

/** @throws TypeError naming the option */
export function checkJSONOptions(options: JSONOptions): void {
  checkKeys('options', options, [...columnOptionNames, 'columns']);
  if (options.columns !== undefined && !Array.isArray(options.columns)) {
    throw new TypeFault({
      place: 'columns',
      problem: `expected an array of names, got ${show(options.columns)}`,
    });
  }
}

/**
 * Reads a JSON text.
 * @throws FormatError if the text is not JSON, naming line and column
 * @throws TypeError or RangeError naming the option, or the row and column
 */
export function readJSON(text: string, options: JSONOptions): SampleArrays {
  checkText('a JSON text', text);
  checkJSONOptions(options);
  const { columns, ...others } = options;
  const { source, open } = parseJSONRows(text, columns);
  return readSamples(() => ({ source, rows: open() }), others);
}

/**
 * Reads JSON Lines: one object or array per line. Empty lines are skipped.
 * @throws FormatError if a line is not JSON, naming line and column
 * @throws TypeError or RangeError naming the option, or the line and column
 */
export function readJSONLines(text: string, options: JSONOptions): SampleArrays {
  checkText('a text of JSON Lines', text);
  checkJSONOptions(options);
  const { columns, ...others } = options;
  const { source, open } = parseJSONLines(text, columns);
  return readSamples(() => ({ source, rows: open() }), others);
}

/** Rows of JSON whose columns are known. */
interface JSONTable {
  readonly source: RowSource & { readonly names: readonly string[] };
  /** Iterates over the rows from the beginning. */
  readonly open: () => Iterable<Row>;
}

/**
 * Parses a JSON text.
 * @param columns the column names if rows are arrays
 * @throws FormatError if the text is not JSON, naming line and column
 * @throws TypeError or RangeError naming the row; iterating over the rows may throw too
 */
export function parseJSONRows(text: string, columns?: readonly string[]): JSONTable {
  const whole = compose(text);
  const found = findRows(parseJSONText(whole));
  checkNames('JSON', whole.slice(0, MOST_CHECKED));
  const lines = found.rows.map((value, n) => ({ value, number: n + 1 }));
  return tabulate('JSON', 'JSON row', lines, columns ?? found.columns);
}

/**
 * Parses JSON Lines.
 * @param columns the column names if rows are arrays
 * @throws FormatError if a line is not JSON, naming line and column
 * @throws TypeError or RangeError naming the line; iterating over the rows may throw too
 */
export const parseJSONLines = (text: string, columns?: readonly string[]): JSONTable =>
  tabulate('JSON Lines', 'line', [...new LineParser().read(text, true)], columns);

/** Finds the rows in a value: an array of rows, an object of columns, or the output of pandas with orient='split'. */
function findRows(value: unknown): { rows: readonly unknown[]; columns?: readonly string[] } {
  if (Array.isArray(value)) return { rows: value };
  if (typeof value !== 'object' || value === null) {
    throw new TypeFault({
      place: 'JSON',
      problem: `expected an array of rows, or an object of columns, got ${show(value)}`,
    });
  }
  const { columns, data } = value as { columns?: unknown; data?: unknown };
  if (Array.isArray(columns) && Array.isArray(data) && data.every(Array.isArray)) {
    return { rows: data, columns: columns.map(String) };
  }
  const lists = Object.entries(value);
  for (const [name, list] of lists) {
    if (!Array.isArray(list)) {
      throw new TypeFault({
        place: 'JSON',
        problem: `expected an array of rows, or an object of columns { name: [value, …] }, got ${show(list)} for ${show(name)}; in pandas, use to_json(orient='records')`,
      });
    }
    const [first] = lists as [[string, unknown[]]];
    if (list.length !== first[1].length) {
      throw new RangeFault({
        place: 'JSON',
        problem: `column ${show(name)} has ${list.length} values, but ${show(first[0])} has ${first[1].length}`,
      });
    }
  }
  const values = lists.map(([, list]) => list as unknown[]);
  const count = values[0]?.length ?? 0;
  const rows = Array.from({ length: count }, (_, n) => values.map((list) => list[n]));
  return { rows, columns: lists.map(([name]) => name) };
}

/**
 * Finds the columns of rows that are objects or arrays.
 * @param rowName the name of a row, such as 'JSON row'
 * @throws TypeError if a row is neither an object nor an array
 */
function tabulate(
  place: string,
  rowName: string,
  lines: readonly Line[],
  columns: readonly string[] | undefined,
): JSONTable {
  const hasHeader = isHeader(lines[0]?.value, lines[1]?.value, columns);
  const rest = hasHeader ? lines.slice(1) : lines;
  const found = new Set(columns ?? (hasHeader ? (lines[0]!.value as string[]) : []));
  for (const { value, number } of rest) collectNames(found, value, `${rowName} ${number}`);
  const areArrays = Array.isArray(lines[0]?.value);
  if (columns && !areArrays && lines.length > 0)
    throw new TypeFault({
      place: 'columns',
      problem: 'the rows are objects, which name their columns',
      cure: 'leave columns out',
    });
  const names = columns ?? [...found];
  function* rows(): Generator<Row, void, void> {
    for (const line of rest) yield readRow(line, names, areArrays, rowName);
  }
  return { source: { place, origin: 'values', names, describeCell: cellDescriber(rowName) }, open: rows };
}

/** So much of a text is searched for names that are there twice. */
const MOST_CHECKED = 2 ** 16;

/** Writes escapes as the characters that they stand for, and composes these (NFC): one text has one form. */
const compose = (text: string): string =>
  (text.includes('\\u') ? text.replace(/\\(?:u([\da-f]{4})|[^])/gi, unescape) : text).normalize('NFC');

/** @param hex undefined for another escape */
function unescape(escape: string, hex?: string): string {
  const code = parseInt(hex ?? '', 16);
  return code > 0x7f ? String.fromCharCode(code) : escape;
}

/**
 * Of two values with one name, JSON.parse drops the first.
 * @param beginning of a text that is valid JSON
 * @throws RangeError naming the name
 */
function checkNames(place: string, beginning: string): void {
  const open: Set<string>[] = [];
  for (const [token, text] of beginning.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    if (text === undefined) continue;
    const name = JSON.parse(text) as string;
    if (open.at(-1)?.has(name))
      throw new RangeFault({
        place,
        problem: `two columns are named ${show(name)}`,
        cure: 'give each a unique name',
      });
    open.at(-1)?.add(name);
  }
}

/** A parsed value, and the number of its line or row: from 1, counting empty lines. */
interface Line {
  readonly value: unknown;
  readonly number: number;
}

/** Parses the lines of a text that arrives in arbitrary chunks. */
class LineParser {
  #rest = '';
  #lines = 0;
  #isFirst = true;

  /**
   * @param isLast whether the text ends with this chunk
   * @throws FormatError naming line and column, RangeError if the first line has a name twice
   */
  *read(chunk: string, isLast = false): Generator<Line, void, void> {
    const text = this.#rest + chunk;
    let from = 0;
    if (this.#lines === 0 && text.startsWith('\uFEFF')) from = 1;
    for (;;) {
      let to = text.indexOf('\n', from);
      if (to < 0) {
        if (!isLast || from === text.length) break;
        to = text.length;
      }
      this.#lines++;
      const line = text.slice(from, to);
      from = Math.min(to + 1, text.length);
      if (line.trim() === '') continue;
      const whole = compose(line);
      const value = parseJSON(whole, 'JSON Lines', this.#lines);
      if (this.#isFirst) checkNames('JSON Lines', whole.slice(0, MOST_CHECKED));
      this.#isFirst = false;
      yield { value, number: this.#lines };
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > LONGEST_LINE) {
      throw new FormatError({
        place: `JSON Lines, line ${this.#lines + 1}`,
        problem: `a line of more than ${LONGEST_LINE} characters`,
        cure: 'read a single JSON text as JSON',
      });
    }
  }
}

/**
 * Whether the first of the rows that are arrays names the columns: as `columns` does, or by distinct texts above other values
 * than texts.
 */
function isHeader(first: unknown, second: unknown, columns?: readonly string[]): boolean {
  if (!Array.isArray(first) || first.length === 0) return false;
  if (columns) return first.length === columns.length && first.every((name, k) => name === columns[k]);
  return (
    Array.isArray(second) &&
    first.length === second.length &&
    first.every((name) => typeof name === 'string') &&
    new Set(first).size === first.length &&
    second.some((value) => typeof value !== 'string')
  );
}

/**
 * How to handle a property that the first row lacks: 'ignore' it, 'refuse' it because the first row has no value for
 * it, or 'grow' the columns.
 */
type NewNames = 'ignore' | 'refuse' | 'grow';

/** The rows of JSON Lines that arrive in chunks. */
export class JSONLinesRows implements TextRows {
  readonly place = 'JSON Lines';
  readonly origin = 'values';
  readonly describeCell = cellDescriber('line');
  readonly #lines = new LineParser();
  readonly #newNames: NewNames;
  /** Undefined if the names were given. */
  #found: Set<string> | undefined;
  /** A first row that may name the columns. */
  #first: Line | undefined;
  #hasBegun = false;
  #names: readonly string[] | undefined;
  #areArrays: boolean | undefined;

  /** @param names the names of all columns, if known */
  constructor(names: readonly string[] | undefined, newNames: NewNames) {
    this.#names = names;
    this.#newNames = newNames;
    this.#found = names ? undefined : new Set();
  }

  get names(): readonly string[] | undefined {
    return this.#names;
  }

  *read(chunk: string, isLast?: boolean): Generator<Row, void, void> {
    for (const line of this.#lines.read(chunk, isLast)) {
      if (this.#hasBegun) yield this.#readRow(line);
      else if (this.#first || !Array.isArray(line.value)) yield* this.#begin(line);
      else this.#first = line;
    }
    if (isLast && !this.#hasBegun) yield* this.#begin();
  }

  /** @param line the second row, or the first one if it isn't an array */
  *#begin(line?: Line): Generator<Row, void, void> {
    this.#hasBegun = true;
    const first = this.#first;
    if (first && isHeader(first.value, line?.value, this.#names)) {
      this.#names = first.value as string[];
      this.#found = undefined;
    } else if (first) yield this.#readRow(first);
    if (line) yield this.#readRow(line);
  }

  #readRow(line: Line): Row {
    this.#areArrays ??= Array.isArray(line.value);
    if (this.#found) this.#readNames(line, this.#found);
    return readRow(line, this.#names!, this.#areArrays, 'line');
  }

  #readNames({ value, number }: Line, found: Set<string>): void {
    const isFirst = !this.#names;
    if (isFirst || this.#newNames === 'grow') {
      const before = found.size;
      collectNames(found, value, `line ${number}`);
      if (isFirst || found.size > before) this.#names = [...found];
    } else if (this.#newNames === 'refuse' && isObject(value)) {
      const unknown = Object.keys(value).find((name) => !found.has(name));
      if (unknown === undefined) return;
      throw new RangeFault({
        place: `line ${number}, column ${show(unknown)}`,
        problem: 'is missing in the previous rows',
        cure: "fill it in, or choose missing: 'drop', 'mean' or 'category', or name the inputs",
        option: { name: 'missing', values: ['drop', 'mean', 'category'] },
      });
    }
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Opens JSON Lines. If rows may lack columns, a pass over the text finds all names first.
 * @returns a function that opens the text from the beginning
 * @throws FormatError, TypeError or RangeError naming the option, or the line and column
 */
export async function openJSONLines(source: TextSource, options: JSONOptions): Promise<() => RowBlocks> {
  checkJSONOptions(options);
  const { columns, missing = 'error', inputs } = options;
  const names = columns ?? (missing === 'error' ? undefined : await readNames(source));
  const newNames = missing === 'error' && inputs === undefined ? 'refuse' : 'ignore';
  return () => openText(source, new JSONLinesRows(names, newNames));
}

/** Finds the property names of all rows. */
async function readNames(source: TextSource): Promise<readonly string[] | undefined> {
  const rows = new JSONLinesRows(undefined, 'grow');
  for await (const block of openText(source, rows).blocks) Array.from(block);
  return rows.names;
}

/**
 * Collects the column names in order of first occurrence.
 * @param names in and out: the names so far; for arrays, the given names or '0', '1', …
 * @throws TypeError if the row is neither an object nor an array
 */
function collectNames(names: Set<string>, row: unknown, place: string): void {
  if (Array.isArray(row)) {
    if (row.length > 0 && row.every(isObject))
      throw new TypeFault({
        place,
        problem: 'expected a row, got an array of objects',
        cure: 'read rows in one array as JSON, not as JSON Lines',
      });
    if (names.size === 0) for (const k of row.keys()) names.add(String(k));
  } else if (typeof row !== 'object' || row === null || ArrayBuffer.isView(row)) {
    throw new TypeFault({
      place,
      problem: `expected an object of named values, or an array, got ${show(row)}`,
    });
  } else for (const name of Object.keys(row)) names.add(name);
}

/**
 * @param names the names of all columns; a property that an object lacks counts as missing
 * @param rowName the name of a row, such as 'JSON row'
 * @throws TypeError or RangeError if the row has another form than the previous rows
 */
function readRow(
  { value, number }: Line,
  names: readonly string[],
  areArrays: boolean,
  rowName: string,
): Row {
  if (Array.isArray(value) !== areArrays || typeof value !== 'object' || value === null) {
    const expected = areArrays ? 'an array' : 'an object of named values';
    throw new TypeFault({
      place: `${rowName} ${number}`,
      problem: `expected ${expected}, like the previous rows, got ${show(value)}`,
    });
  }
  if (!Array.isArray(value)) {
    const values = value as Readonly<Record<string, unknown>>;
    const cells = names.map((name) => (Object.hasOwn(values, name) ? toCell(values[name]) : undefined));
    return { cells, number };
  }
  if (value.length !== names.length) {
    throw new RangeFault({
      place: `${rowName} ${number}`,
      problem: `expected ${names.length} values, one for each column, got ${value.length}`,
    });
  }
  return { cells: value.map(toCell), number };
}
