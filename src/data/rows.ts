import { TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { readText, type TextSource } from './chunks.js';

/** Whether values are what a program holds, or what is written in a text. */
type Origin = 'values' | 'text';

/** A row of a file. */
export interface Row {
  /** Its values, in the order of the file's columns. */
  readonly cells: ArrayLike<unknown>;
  /** Its number in the file, as `describeCell` takes it. */
  readonly number: number;
}

/** What rows belong to: a file and its columns. */
export interface RowSource {
  /** The file's name in error messages: 'CSV'. */
  readonly place: string;
  readonly origin: Origin;
  /** The names of the columns: known once there is a row. */
  readonly names: readonly string[] | undefined;
  /** A cell's name in error messages: "CSV row 3, column 'width'". */
  readonly describeCell: (row: number, column: string) => string;
}

/** Rows of a file, which arrive some at a time. */
export interface RowBlocks {
  readonly source: RowSource;
  readonly blocks: AsyncIterable<Iterable<Row>>;
}

/** Parses the rows of a text that comes in chunks, cut anywhere. */
export interface TextRows extends RowSource {
  /** @param isLast whether the text ends with this chunk */
  read(chunk: string, isLast?: boolean): Iterable<Row>;
}

/** How much of a text is parsed at a time, so that its fields are not all held as strings. */
const CHARACTERS_AT_A_TIME = 2 ** 20;

/** Names a cell by its row and column. @param rows as 'CSV row' */
export const cellDescriber =
  (rows: string): RowSource['describeCell'] =>
  (row, column) =>
    `${rows} ${row}, column ${show(column)}`;

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

/** @throws FormatError, TypeError, RangeError naming the row */
export function* parseText(rows: TextRows, text: string): Generator<Row, void, void> {
  for (let at = 0; at < text.length; at += CHARACTERS_AT_A_TIME) {
    const end = at + CHARACTERS_AT_A_TIME;
    yield* rows.read(text.slice(at, end), end >= text.length);
  }
}

/** Opens a text from its beginning; its rows are parsed as its chunks arrive. */
export function openText(source: TextSource, rows: TextRows): RowBlocks {
  async function* blocks(): AsyncGenerator<Iterable<Row>, void, void> {
    for await (const chunk of readText(source)) yield rows.read(chunk);
    yield rows.read('', true);
  }
  return { source: rows, blocks: blocks() };
}
