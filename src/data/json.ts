import { FormatError } from '../errors.js';
import { checkKeys, show } from '../base/check.js';
import { parseJSON, parseJSONText } from '../base/parse-json.js';
import { columnOptionNames, type ColumnOptions } from './columns.js';
import { addNames, rowOf, type RowPlace } from './records.js';
import { partsOfRows, type Row } from './rows.js';
import type { Parts } from './table.js';
import { checkText } from './text.js';

/** How a JSON text is to be read. */
export interface JSONOptions extends ColumnOptions {
  /** The names of the columns where rows are arrays. Default '0', '1', …. */
  readonly columns?: readonly string[];
}

/** No line of JSON Lines is longer. */
const LONGEST_LINE = 2 ** 24;

/** @throws TypeError naming the option */
export function checkJSONOptions(options: JSONOptions): void {
  checkKeys('options', options, [...columnOptionNames, 'columns']);
  if (options.columns !== undefined && !Array.isArray(options.columns)) {
    throw new TypeError(`columns: expected an array of names, got ${show(options.columns)}`);
  }
}

/**
 * Reads a JSON text.
 * @throws FormatError where it is no JSON, naming line and column
 * @throws TypeError, RangeError naming the option, or the row and column
 */
export function partsOfJSON(text: string, options: JSONOptions): Parts {
  checkText('a JSON text', text);
  checkJSONOptions(options);
  const { rows, columns } = rowsOfJSON(parseJSONText(text));
  return partsOfRecords('JSON', rows, { ...columns, ...options }, (n) => `JSON row ${n + 1}`);
}

/**
 * Reads JSON Lines: an object, or an array, in each line; empty lines are passed over.
 * @throws FormatError where a line is no JSON, naming line and column
 * @throws TypeError, RangeError naming the option, or the line and column
 */
export function partsOfJSONLines(text: string, options: JSONOptions): Parts {
  checkText('a text of JSON Lines', text);
  checkJSONOptions(options);
  const lines = [...new JSONLines().read(text, true)];
  const rows = lines.map(({ value }) => value);
  return partsOfRecords('JSON Lines', rows, options, (n) => `line ${lines[n]!.number}`);
}

/** The rows of a value: in an array, by columns, or as pandas has them in orient='split'. */
export function rowsOfJSON(value: unknown): {
  rows: readonly unknown[];
  columns?: { columns: readonly string[] };
} {
  if (Array.isArray(value)) return { rows: value };
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`JSON: expected an array of rows, or an object of columns, got ${show(value)}`);
  }
  const { columns, data } = value as { columns?: unknown; data?: unknown };
  if (Array.isArray(columns) && Array.isArray(data) && data.every(Array.isArray)) {
    return { rows: data, columns: { columns: columns.map(String) } };
  }
  const lists = Object.entries(value);
  for (const [name, list] of lists) {
    if (!Array.isArray(list)) {
      throw new TypeError(
        `JSON: expected an array of rows, or an object of columns { name: [value, …] }, got ${show(list)} for ` +
          `${show(name)}; of pandas, write to_json(orient='records')`,
      );
    }
    const [first] = lists as [[string, unknown[]]];
    if (list.length !== first[1].length) {
      throw new RangeError(
        `JSON: column ${show(name)} has ${list.length} values, and ${show(first[0])} has ${first[1].length}`,
      );
    }
  }
  const values = lists.map(([, list]) => list as unknown[]);
  const count = values[0]?.length ?? 0;
  const rows = Array.from({ length: count }, (_, n) => values.map((list) => list[n]));
  return { rows, columns: { columns: lists.map(([name]) => name) } };
}

/** @throws TypeError, RangeError naming the option, or the row and column */
function partsOfRecords(
  place: string,
  rows: readonly unknown[],
  options: JSONOptions,
  placeOf: RowPlace,
): Parts {
  const { columns, ...others } = options;
  const found = new Set(columns);
  for (const [n, row] of rows.entries()) addNames(found, row, () => placeOf(n));
  const areArrays = Array.isArray(rows[0]);
  if (columns && !areArrays && rows.length > 0)
    throw new TypeError('columns: the rows are objects, whose values have names; leave columns out');
  const names = columns ?? [...found];
  function* all(): Generator<Row> {
    for (const [n, row] of rows.entries()) yield rowOf(row, names, areArrays, () => placeOf(n));
  }
  return partsOfRows({ place, origin: 'values', names }, all(), others);
}

/** A line that is not empty, parsed; from 1, empty lines included. */
interface Line {
  readonly value: unknown;
  readonly number: number;
}

/** The lines of a text that comes in chunks, cut anywhere. */
export class JSONLines {
  #rest = '';
  #lines = 0;

  /**
   * @param isLast whether the text ends with this chunk
   * @throws FormatError naming line and column
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
      if (line.trim() !== '')
        yield { value: parseJSON(line, 'JSON Lines', this.#lines), number: this.#lines };
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > LONGEST_LINE) {
      throw new FormatError(
        `JSON Lines, line ${this.#lines + 1} has more than ${LONGEST_LINE} characters: is it one JSON text?`,
      );
    }
  }
}
