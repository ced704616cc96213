import { show } from '../base/check.js';
import type { Row, RowSource } from './rows.js';

/** Reads the rows of a text that comes in chunks, cut anywhere. */
export interface TextRows extends RowSource {
  read(chunk: string, isLast?: boolean): Iterable<Row>;
}

/** How much of a text is taken apart at a time, so that its fields are not all held as strings. */
const CHARACTERS_AT_A_TIME = 2 ** 20;

/** @throws TypeError unless it is a string */
export function checkText(expected: string, text: unknown): asserts text is string {
  if (typeof text !== 'string') {
    throw new TypeError(
      `text: expected ${expected} as a string, got ${show(text)}; decode bytes with TextDecoder`,
    );
  }
}

/** @throws TypeError, RangeError naming the row */
export function* rowsOfText(rows: TextRows, text: string): Generator<Row, void, void> {
  for (let at = 0; at < text.length; at += CHARACTERS_AT_A_TIME) {
    const end = at + CHARACTERS_AT_A_TIME;
    yield* rows.read(text.slice(at, end), end >= text.length);
  }
}
