import { TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { readText, type TextSource } from './chunks.js';

/** Whether cells are typed values, or text that may stand for numbers. */
type Origin = 'values' | 'text';

/** A row of a file. */
export interface Row {
  /** The values, in the order of the file's columns. */
  readonly cells: ArrayLike<unknown>;
  /** The number in the file that `describeCell` takes. */
  readonly number: number;
}

/** A row of a file that isn't data. */
export interface SkippedRow {
  /** The number of the row in the file, from 1. */
  readonly row: number;
  readonly text: string;
  /** Why: a line 'before' or 'after' the table, a 'comment', or the column 'names' again. */
  readonly reason: 'before' | 'after' | 'comment' | 'names';
}

/** The file of the rows, and its columns. */
export interface RowSource {
  /** The file's name in error messages: 'CSV'. */
  readonly place: string;
  readonly origin: Origin;
  /** Of CSV. */
  readonly delimiter?: string;
  /** The column names; undefined until the first row is read. */
  readonly names: readonly string[] | undefined;
  /** Whether a row that names the columns was read. */
  readonly hasHeader?: boolean;
  /** A cell's name in error messages: "CSV row 3, column 'width'". */
  readonly describeCell: (row: number, column: string) => string;
  /** Rows that aren't data, of those read so far: at most 1000. */
  readonly skipped?: readonly SkippedRow[];
  /** Of a text, once a row has been read: further cells of a column may be numbers, where `readPlain` reads the text as one. */
  takeNumbers?(column: number): void;
}

/** Rows in memory. */
export interface OpenedRows {
  readonly source: RowSource;
  readonly rows: Iterable<Row>;
}

/** Rows of a file, which arrive in blocks. */
export interface RowBlocks {
  readonly source: RowSource;
  readonly blocks: AsyncIterable<Iterable<Row>>;
}

/** Parses the rows of a text that arrives in arbitrary chunks. */
export interface TextRows extends RowSource {
  /** @param isLast whether the text ends with this chunk */
  read(chunk: string, isLast?: boolean): Iterable<Row>;
}

/** The size of the pieces that are parsed at a time, so that the fields aren't all held as strings. */
const CHARACTERS_AT_A_TIME = 2 ** 20;

/** Names a cell by its row and column. @param rows the name of a row, such as 'CSV row' */
export const cellDescriber =
  (rows: string): RowSource['describeCell'] =>
  (row, column) =>
    `${rows} ${row}, column ${show(column)}`;

const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * Converts a value to a cell: a bigint to a number if that is exact, a Date to the days since 1970-01-01 UTC, and a text to its
 * composed form, NFC.
 */
export function toCell(value: unknown): unknown {
  if (typeof value === 'string') return value.normalize('NFC');
  if (typeof value === 'bigint' && BigInt.asIntN(54, value) === value) return Number(value);
  return value instanceof Date ? value.getTime() / MILLISECONDS_PER_DAY : value;
}

/** @throws TypeError unless it is a string */
export function checkText(expected: string, text: unknown): asserts text is string {
  if (typeof text !== 'string') {
    throw new TypeFault({
      place: 'text',
      problem: `expected ${expected} as a string, got ${show(text)}`,
      cure: 'decode bytes with TextDecoder',
    });
  }
}

/** @throws FormatError, TypeError or RangeError naming the row */
export function* parseText(rows: TextRows, text: string): Generator<Row, void, void> {
  for (let at = 0; at < text.length; at += CHARACTERS_AT_A_TIME) {
    const end = at + CHARACTERS_AT_A_TIME;
    yield* rows.read(text.slice(at, end), end >= text.length);
  }
}

/** Opens a text from the beginning and parses its rows as chunks arrive. */
export function openText(source: TextSource, rows: TextRows): RowBlocks {
  async function* blocks(): AsyncGenerator<Iterable<Row>, void, void> {
    for await (const chunk of readText(source)) yield rows.read(chunk);
    yield rows.read('', true);
  }
  return { source: rows, blocks: blocks() };
}
