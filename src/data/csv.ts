import { RangeFault, TypeFault } from '../errors.js';
import Papa from 'papaparse';
import { checkInteger, checkKeys, show } from '../base/check.js';
import type { Data } from '../training/samples.js';
import { checkSource, type TextSource } from './chunks.js';
import { columnOptionNames, planColumns, type ColumnOptions } from './columns.js';
import { cellDescriber, checkText, openText, parseText, type Row, type TextRows } from './rows.js';
import type { CSVDialect } from './dialect.js';
import { adviseFormat, readSamples } from './recognize.js';
import { buildBatches, toData, type SampleArrays } from './samples.js';

/** How to read a CSV text. */
export interface CSVOptions extends ColumnOptions, CSVDialect {}

/** The fields of a CSV row, and its number: from 1, counting the header and empty lines. */
interface CSVRow extends Row {
  readonly cells: readonly string[];
}

/** The result of Papa's parser. */
interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row: number }[];
  /** `cursor`: the offset of the last row, which is not parsed yet because it may continue in the next chunk. */
  readonly meta: { readonly cursor: number };
}

/** A longer row means that a quote was never closed. */
const LONGEST_ROW = 2 ** 24;

/** Parses the rows of a CSV text (RFC 4180) that arrives in arbitrary chunks. Lines may end in CR, LF or both. */
export class RowReader {
  readonly #parser: Papa.Parser;
  #rest = '';
  #hasBegun = false;
  /** A CR at the end of a chunk: the next chunk may begin with LF. */
  #heldBack = '';
  #rows = 0;

  constructor(delimiter: string) {
    this.#parser = new Papa.Parser({ delimiter, newline: '\n' });
  }

  /**
   * @param isLast whether the text ends with this chunk
   * @returns the complete rows, without empty lines
   * @throws RangeError naming the row with malformed quotes
   */
  read(chunk: string, isLast = false): CSVRow[] {
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
    // An error in the last row may disappear when the row is complete.
    const wrong = errors.find(({ row }) => row < data.length);
    if (wrong) {
      const what =
        wrong.code === 'MissingQuotes' ? 'is never closed' : 'has characters after its closing quote';
      throw new RangeFault({
        place: `CSV row ${this.#rows + wrong.row + 1}`,
        problem: `a quoted field ${what}`,
        cure: 'double each quote inside a quoted field',
      });
    }
    this.#rest = this.#rest.slice(meta.cursor);
    this.#checkLength();
    const first = this.#rows + 1;
    this.#rows += data.length;
    return data
      .map((cells, i) => ({ cells, number: first + i }))
      .filter(({ cells }) => cells.length > 1 || cells[0] !== '');
  }

  #checkLength(): CSVRow[] {
    if (this.#rest.length > LONGEST_ROW) {
      throw new RangeFault({
        place: `CSV row ${this.#rows + 1}`,
        problem: `a row of more than ${LONGEST_ROW} characters`,
        cure: 'close the open quote',
      });
    }
    return [];
  }
}

/** The rows of a CSV text that arrives in chunks, and its column names. */
export class CSVRows implements TextRows {
  readonly place = 'CSV';
  readonly origin = 'text';
  readonly describeCell = cellDescriber('CSV row');
  readonly #options: CSVOptions;
  readonly delimiter: string;
  readonly #rows: RowReader;
  #names: readonly string[] | undefined;

  /** @throws TypeError or RangeError naming the option */
  constructor(options: CSVOptions) {
    checkKeys('options', options, [...columnOptionNames, 'delimiter', 'header']);
    const { delimiter = ',', header = true } = options;
    if (typeof delimiter !== 'string' || !/^[^\r\n"\uFEFF]$/.test(delimiter)) {
      throw new RangeFault({
        place: 'delimiter',
        problem: `expected a single character such as ',' or ';', got ${show(delimiter)}`,
      });
    }
    if (typeof header !== 'boolean') {
      if (!Array.isArray(header)) {
        throw new TypeFault({
          place: 'header',
          problem: `expected true, false or an array of names, got ${show(header)}`,
        });
      }
      this.#names = header as string[];
    }
    this.#options = options;
    this.delimiter = delimiter;
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
    for (const row of this.#rows.read(chunk, isLast)) {
      const { cells, number } = row;
      const names = (this.#names ??= this.#readNames(row));
      if (names === cells) continue;
      if (cells.length !== names.length) {
        throw new RangeFault({
          place: `CSV row ${number}`,
          problem: `expected ${names.length} fields, one for each column, got ${cells.length}`,
        });
      }
      yield row;
    }
  }

  /** @returns `cells` itself if the row is the header */
  #readNames({ cells, number }: CSVRow): readonly string[] {
    const other = [';', '\t', ',', '|'].find((mark) => mark !== this.delimiter && cells[0]!.includes(mark));
    if (cells.length === 1 && other !== undefined) {
      throw new RangeFault({
        place: `CSV row ${number}`,
        problem: `has a single field, which contains ${JSON.stringify(other)}`,
        cure: `set { delimiter: ${JSON.stringify(other)} }`,
        option: { name: 'delimiter', values: [other] },
      });
    }
    return this.#options.header === false ? cells.map((_, i) => String(i)) : cells;
  }
}

/**
 * Reads a CSV text.
 * @throws TypeError or RangeError naming the option, or the row and column
 */
export function readCSV(text: string, options: CSVOptions): SampleArrays {
  checkText('a CSV text', text);
  return readSamples(() => {
    const source = new CSVRows(options);
    return { source, rows: parseText(source, text) };
  }, options);
}

/**
 * Reads CSV texts larger than memory, for `net.train({ batches: csvBatches(…) })`. Each epoch opens the text again and
 * holds one batch of it at a time.
 * @param source opens the text from its beginning: `() => createReadStream('a.csv')`, or
 * `async () => (await fetch(url)).body`
 * @param options as for `Dataset.fromCSV`, but classes and categories are required, because they're unknown until the
 * whole text has been read, `missing: 'mean'` is not supported, and numbers that
 * JavaScript writes otherwise need their `formats`
 * @param rowsPerBatch rows per batch; the last batch may have fewer
 * @returns a function that opens the batches; iterating over them throws TypeError or RangeError naming the row and
 * column
 * @throws TypeError or RangeError naming the option
 */
export function csvBatches(
  source: TextSource,
  options: CSVOptions,
  rowsPerBatch: number,
): () => AsyncGenerator<Data, void, undefined> {
  checkSource('source', source);
  checkInteger('rowsPerBatch', rowsPerBatch);
  new CSVRows(options); // checks the options
  const { label, classes, categorical = [], missing } = options;
  if (label !== undefined && classes === undefined) {
    throw new TypeFault({
      place: 'classes',
      problem: 'a stream needs the classes in advance',
      cure: 'list them in an array',
    });
  }
  if (Array.isArray(categorical) && categorical.length > 0) {
    throw new TypeFault({
      place: 'categorical',
      problem: 'a stream needs the categories in advance',
      cure: 'set { column: [category, …] }',
    });
  }
  if (missing === 'mean')
    throw new RangeFault({
      place: 'missing',
      problem: 'a stream cannot compute the mean',
      cure: "choose 'error' or 'drop'",
    });
  return async function* () {
    const opened = openText(source, new CSVRows(options));
    const batches = buildBatches(opened, (rows) => planColumns(rows, options), rowsPerBatch);
    try {
      for await (const batch of batches) yield toData(batch);
    } catch (error) {
      throw adviseFormat(error);
    }
  };
}
