import Papa from 'papaparse';
import { checkKeys, show } from '../base/check.js';
import { columnOptionNames, type ColumnOptions } from './columns.js';
import { partsOfRows, type Row, type RowSource } from './rows.js';
import type { Parts } from './table.js';
import { checkText, rowsOfText } from './text.js';

/** How a CSV text is to be read. */
export interface CSVOptions extends ColumnOptions {
  /** What stands between two fields, a single character. Default ','. */
  readonly delimiter?: string;
  /**
   * Whether the first row holds the names of the columns; or their names, if it does not. Default true. With false the
   * names are '0', '1', ….
   */
  readonly header?: boolean | readonly string[];
}

/** The fields of a row of a CSV text, and which one it is: from 1, the header and empty lines included. */
interface Fields {
  readonly fields: readonly string[];
  readonly number: number;
}

/** What Papa's parser gives. */
interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row: number }[];
  /** `cursor`: where the row begins that was left because it may not be whole. */
  readonly meta: { readonly cursor: number };
}

/** No row is longer, unless a quote was never closed. */
const LONGEST_ROW = 2 ** 24;

/** The rows of a CSV text (RFC 4180) that comes in chunks, cut anywhere. Lines may end in CR, LF or both. */
export class RowReader {
  readonly #parser: Papa.Parser;
  #rest = '';
  #hasBegun = false;
  /** CR at the end of a chunk: LF may follow. */
  #heldBack = '';
  #rows = 0;

  constructor(delimiter: string) {
    this.#parser = new Papa.Parser({ delimiter, newline: '\n' });
  }

  /**
   * @param isLast whether the text ends with this chunk
   * @returns the rows that are whole by now, without empty lines
   * @throws RangeError naming the row whose quotes are wrong
   */
  read(chunk: string, isLast = false): Fields[] {
    let text = this.#heldBack + chunk;
    this.#heldBack = !isLast && text.endsWith('\r') ? '\r' : '';
    if (this.#heldBack) text = text.slice(0, -1);
    if (!this.#hasBegun && text !== '') {
      this.#hasBegun = true;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    text = text.replace(/\r\n?/g, '\n');
    this.#rest += text;
    if (!isLast && !text.includes('\n')) return this.#checkLength();
    const { data, errors, meta } = this.#parser.parse(this.#rest, 0, !isLast) as Parsed;
    // What is wrong in a row that is not whole may be right once it is.
    const wrong = errors.find(({ row }) => row < data.length);
    if (wrong) {
      const what =
        wrong.code === 'MissingQuotes' ? 'is never closed' : 'has something after its closing quote';
      throw new RangeError(
        `CSV row ${this.#rows + wrong.row + 1}: a quoted field ${what}; write a quote within quotes twice`,
      );
    }
    this.#rest = this.#rest.slice(meta.cursor);
    this.#checkLength();
    const first = this.#rows + 1;
    this.#rows += data.length;
    return data
      .map((fields, i) => ({ fields, number: first + i }))
      .filter(({ fields }) => fields.length > 1 || fields[0] !== '');
  }

  #checkLength(): Fields[] {
    if (this.#rest.length > LONGEST_ROW) {
      throw new RangeError(
        `CSV row ${this.#rows + 1} has more than ${LONGEST_ROW} characters: is a quote never closed?`,
      );
    }
    return [];
  }
}

/** The rows of a CSV text that comes in chunks, and the names of its columns. */
export class CSVRows implements RowSource {
  readonly place = 'CSV';
  readonly origin = 'text';
  readonly #options: CSVOptions;
  readonly #delimiter: string;
  readonly #rows: RowReader;
  #names: readonly string[] | undefined;

  /** @throws TypeError, RangeError naming the option */
  constructor(options: CSVOptions) {
    checkKeys('options', options, [...columnOptionNames, 'delimiter', 'header']);
    const { delimiter = ',', header = true } = options;
    if (typeof delimiter !== 'string' || !/^[^\r\n"\uFEFF]$/.test(delimiter)) {
      throw new RangeError(
        `delimiter: expected a single character such as ',' or ';', got ${show(delimiter)}`,
      );
    }
    if (typeof header !== 'boolean') {
      if (!Array.isArray(header)) {
        throw new TypeError(`header: expected true, false or an array of names, got ${show(header)}`);
      }
      this.#names = header as string[];
    }
    this.#options = options;
    this.#delimiter = delimiter;
    this.#rows = new RowReader(delimiter);
  }

  get names(): readonly string[] | undefined {
    return this.#names;
  }

  /**
   * @param isLast whether the text ends with this chunk
   * @throws RangeError naming the row
   */
  *read(chunk: string, isLast?: boolean): Generator<Row, void, void> {
    for (const { fields, number } of this.#rows.read(chunk, isLast)) {
      const names = (this.#names ??= this.#namesOf(fields, number));
      if (names === fields) continue;
      if (fields.length !== names.length) {
        throw new RangeError(
          `CSV row ${number}: expected ${names.length} fields, one for each column, got ${fields.length}`,
        );
      }
      yield { cells: fields, placeOf: (name) => `CSV row ${number}, column ${show(name)}` };
    }
  }

  #namesOf(fields: readonly string[], number: number): readonly string[] {
    const other = [';', '\t', ',', '|'].find((mark) => mark !== this.#delimiter && fields[0]!.includes(mark));
    if (fields.length === 1 && other !== undefined) {
      throw new RangeError(
        `CSV row ${number}: a single field, with ${JSON.stringify(other)} in it; give { delimiter: ${JSON.stringify(other)} }`,
      );
    }
    return this.#options.header === false ? fields.map((_, i) => String(i)) : fields;
  }
}

/**
 * Reads a CSV text.
 * @throws TypeError, RangeError naming the option, or the row and column
 */
export function partsOfCSV(text: string, options: CSVOptions): Parts {
  checkText('a CSV text', text);
  const rows = new CSVRows(options);
  return partsOfRows(rows, rowsOfText(rows, text), options);
}
