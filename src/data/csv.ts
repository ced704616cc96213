import { RangeFault, TypeFault, type Fault } from '../errors.js';
import Papa from 'papaparse';
import { checkInteger, checkKeys, checkName, checkOptional, show } from '../base/check.js';
import type { Data } from '../training/samples.js';
import { checkSource, type TextSource } from './chunks.js';
import { columnOptionNames, planColumns, type ColumnOptions } from './columns.js';
import {
  cellDescriber,
  checkText,
  openText,
  parseText,
  type Row,
  type SkippedRow,
  type TextRows,
} from './rows.js';
import {
  commentMarks,
  dialectOptionNames,
  joinSpaces,
  markOf,
  separatorLine,
  SPACES,
  type CSVDialect,
} from './dialect.js';
import { refuseForeignText } from './foreign-files.js';
import { readPlain } from './number-formats.js';
import { NamedData } from './align.js';
import { adviseFormat, readSamples } from './recognize.js';
import { buildBatches } from './samples.js';
import type { SampleArrays } from './schema.js';

/** How to read CSV text. */
export interface CSVOptions extends ColumnOptions, CSVDialect {}

/**
 * The fields of a CSV row, and its number: from 1, counting the header and empty lines. A field is a text, unless
 * `takeNumbers` asked for its column.
 */
interface CSVRow extends Row {
  readonly cells: readonly (string | number)[];
}

/** A row whose fields are texts. */
interface SpelledRow extends CSVRow {
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

/** A first line `sep=;` is at most this long. */
const SEPARATOR_LINE = 16;

/** Parses the rows of a CSV text (RFC 4180) that arrives in chunks of any size. Lines may end in CR, LF or both. */
class RowReader {
  #delimiter: string | undefined;
  #parser: Papa.Parser | undefined;
  /** The number of lines that are still to be skipped. */
  #toSkip: number;
  #rest = '';
  #hasBegun = false;
  /** A CR at the end of a chunk: the next chunk may begin with LF. */
  #heldBack = '';
  #rows = 0;
  /** By column: whether a text that `readPlain` reads becomes a number. */
  readonly areNumbers: boolean[] = [];
  /** The line that was split last, without quotes. */
  #line = { text: '', from: 0, to: 0 };
  /** The skipped lines, with their numbers. */
  readonly skipped: SkippedRow[] = [];

  /**
   * @param delimiter undefined: a comma, or what a first line such as `sep=;` names
   * @param skip the number of lines before the first row
   */
  constructor(delimiter: string | undefined, skip: number) {
    this.#delimiter = delimiter;
    this.#toSkip = skip;
  }

  get delimiter(): string {
    return this.#delimiter ?? ',';
  }

  get mark(): string {
    return markOf(this.delimiter);
  }

  /**
   * @param isLast whether the text ends with this chunk
   * @returns the complete rows, without empty lines. The next chunk mustn't be read before the last of them
   * @throws RangeError naming the row with malformed quotes
   */
  read(chunk: string, isLast = false): Iterable<CSVRow> {
    let text = this.#heldBack + chunk;
    this.#heldBack = !isLast && text.endsWith('\r') ? '\r' : '';
    if (this.#heldBack) text = text.slice(0, -1);
    this.#rest += text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
    if (!this.#begin(isLast)) return [];
    if (!isLast && !text.includes('\n')) return this.#checkLength();
    const rows = dropMarks(this.#rest.normalize('NFC'));
    return this.#parse(this.delimiter === SPACES ? joinLines(rows, isLast) : rows, isLast);
  }

  #parse(text: string, isLast: boolean): Iterable<CSVRow> {
    this.#checkNul(text);
    if (text.includes('"')) return this.#parseQuoted(text, isLast);
    const end = isLast ? text.length : text.lastIndexOf('\n') + 1;
    this.#rest = text.slice(end);
    this.#checkLength();
    return this.#splitLines(text, end);
  }

  /** Without quotes, a row is a line. One at a time, so that its fields don't outlive it. */
  *#splitLines(text: string, end: number): Generator<CSVRow, void, void> {
    for (let from = 0; from < end;) {
      const lineEnd = text.indexOf('\n', from);
      const to = lineEnd < 0 ? end : lineEnd;
      this.#line = { text, from, to };
      this.#rows++;
      if (to > from) yield { cells: this.#splitLine(text, from, to), number: this.#rows };
      from = to + 1;
    }
  }

  #splitLine(text: string, from: number, to: number): CSVRow['cells'] {
    const { areNumbers } = this;
    const mark = this.mark.charCodeAt(0);
    const cells: (string | number)[] = [];
    for (let at = from; at <= to;) {
      let end = at;
      while (end < to && text.charCodeAt(end) !== mark) end++;
      cells.push(areNumbers[cells.length] ? readCell(text, at, end) : text.slice(at, end));
      at = end + 1;
    }
    return cells;
  }

  /** The fields of the row that was read last, as texts. */
  spell(cells: CSVRow['cells']): readonly string[] {
    if (cells.every((cell) => typeof cell === 'string')) return cells;
    const { text, from, to } = this.#line;
    return text.slice(from, to).split(this.mark);
  }

  #parseQuoted(text: string, isLast: boolean): SpelledRow[] {
    this.#parser ??= new Papa.Parser({ delimiter: this.mark, newline: '\n' });
    const { data, errors, meta } = this.#parser.parse(text, 0, !isLast) as Parsed;
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
    this.#rest = text.slice(meta.cursor);
    this.#checkLength();
    const first = this.#rows + 1;
    this.#rows += data.length;
    return data
      .map((cells, i) => ({ cells, number: first + i }))
      .filter(({ cells }) => cells.length > 1 || cells[0] !== '');
  }

  /**
   * Skips the lines before the table, once they are complete.
   * @returns whether the table has begun
   */
  #begin(isLast: boolean): boolean {
    if (!this.#hasBegun) {
      if (this.#rest.length < SEPARATOR_LINE && !this.#rest.includes('\n') && !isLast) return false;
      if (this.#rest.startsWith('\uFEFF')) this.#rest = this.#rest.slice(1);
      refuseForeignText(this.#rest);
      this.#hasBegun = true;
      const separator = separatorLine.exec(this.#rest);
      if (separator) {
        this.#delimiter ??= separator[1]!;
        this.#toSkip = Math.max(this.#toSkip, 1);
      }
    }
    while (this.#toSkip > 0) {
      const end = this.#rest.indexOf('\n');
      if (end < 0 && !isLast) return false;
      const line = end < 0 ? this.#rest : this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(line.length + 1);
      this.#rows++;
      if (line.trim() !== '') this.skipped.push({ row: this.#rows, text: line, reason: 'before' });
      this.#toSkip--;
    }
    return true;
  }

  #checkNul(text: string): void {
    const at = text.indexOf('\0');
    if (at < 0) return;
    throw new RangeFault({
      place: `CSV row ${this.#rows + text.slice(0, at).split('\n').length}`,
      problem: 'has a NUL character, which no text contains',
      cure: 'save the file as text in UTF-8',
    });
  }

  #checkLength(): readonly CSVRow[] {
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

/** At most this many skipped rows are listed. */
const MOST_LISTED = 1000;

/** The rows of a CSV text that arrives in chunks, and its column names. */
export class CSVRows implements TextRows {
  readonly place = 'CSV';
  readonly origin = 'text';
  readonly describeCell = cellDescriber('CSV row');
  readonly #options: CSVOptions;
  readonly delimiter: string;
  readonly #rows: RowReader;
  readonly #skipped: SkippedRow[] = [];
  #names: readonly string[] | undefined;
  /** The header row, if there is one. */
  #header: SpelledRow | undefined;
  /** The number of fields in every row, once one has been read. */
  #width: number | undefined;
  /** A row that isn't data, if the text goes on after it. */
  #stray: { readonly error: RangeFault; readonly skipped: SkippedRow } | undefined;
  #last = 0;

  /** @throws TypeError or RangeError naming the option */
  constructor(options: CSVOptions) {
    checkKeys('options', options, [...columnOptionNames, ...dialectOptionNames]);
    const { header = true } = options;
    checkDialect(options);
    if (typeof header !== 'boolean') this.#names = header;
    this.#options = options;
    this.#rows = new RowReader(options.delimiter, options.skip ?? 0);
    this.delimiter = this.#rows.delimiter;
  }

  get names(): readonly string[] | undefined {
    return this.#names;
  }

  get hasHeader(): boolean {
    return this.#header !== undefined;
  }

  /** Rows that aren't data, in order: at most 1000. */
  get skipped(): readonly SkippedRow[] {
    return [...this.#rows.skipped, ...this.#skipped];
  }

  takeNumbers(column: number): void {
    const { comment = '' } = this.#options;
    // A comment may begin like a number.
    if (column === 0 && /^[-+.\d\s]/.test(comment)) return;
    this.#rows.areNumbers[column] = true;
  }

  /**
   * @param isLast whether the text ends with this chunk
   * @throws RangeError naming the row
   */
  *read(chunk: string, isLast?: boolean): Generator<Row, void, void> {
    const { comment, trim = false } = this.#options;
    for (const { cells: fields, number } of this.#rows.read(chunk, isLast)) {
      const first = fields[0]!;
      if (comment !== undefined && typeof first === 'string' && first.startsWith(comment)) {
        this.#skip({ row: number, text: this.#rows.spell(fields).join(this.#rows.mark), reason: 'comment' });
        continue;
      }
      const isBlank = fields.length === 1 && typeof first === 'string' && first.trim() === '';
      if (isBlank && this.#names?.length !== 1) continue;
      const row = { cells: trim ? fields.map(trimCell) : fields, number };
      const isHeader =
        this.#names === undefined && this.#readNames({ cells: this.#spell(row.cells), number });
      if (!isHeader) {
        const data = this.#readRow(row);
        if (data) yield data;
      }
      this.#last = number;
    }
    if (isLast && this.#stray) this.#skip(this.#stray.skipped);
  }

  /** @returns whether the row is the header */
  #readNames(row: SpelledRow): boolean {
    const { cells, number } = row;
    const other = [';', '\t', ',', '|'].find((mark) => mark !== this.delimiter && cells[0]!.includes(mark));
    if (cells.length === 1 && other !== undefined) {
      throw new RangeFault({
        place: `CSV row ${number}`,
        problem: `it has a single field, which contains ${JSON.stringify(other)}`,
        cure: `set { delimiter: ${JSON.stringify(other)} }`,
        option: { name: 'delimiter', values: [other] },
      });
    }
    const isHeader = this.#options.header !== false;
    if (isHeader) this.#header = row;
    this.#names = isHeader ? cells : cells.map((_, i) => String(i));
    return isHeader;
  }

  /** @returns undefined if the row isn't data */
  #readRow(row: CSVRow): CSVRow | undefined {
    const { cells, number } = row;
    this.#width ??= this.#findWidth(cells);
    const names = this.#names!;
    if (this.#options.header !== false && this.#areNames(cells)) {
      this.#handleHeader({ cells: this.#spell(cells), number });
      return undefined;
    }
    if (cells.length !== this.#width) {
      this.#handleStray({ cells: this.#spell(cells), number });
      return undefined;
    }
    if (this.#stray) throw this.#stray.error;
    if (cells.length === names.length) return row;
    if (isEmptyFrom(cells, names.length)) return { cells: cells.slice(0, names.length), number };
    throw new RangeFault({
      place: `CSV row ${number}`,
      problem: `has a field after the last named column, got ${show(cells.find((cell, k) => k >= names.length && cell !== ''))}`,
      cure: 'name all columns: set header to an array of names',
      option: { name: 'header' },
    });
  }

  #areNames(cells: CSVRow['cells']): boolean {
    const names = this.#names!;
    const [first] = cells;
    // Most rows end here, without being spelled.
    if (typeof first === 'number' && first !== Number(names[0])) return false;
    if (typeof first === 'string' && first.trim() !== names[0]!.trim()) return false;
    if (names.length === 1 || cells.length < names.length) return false;
    const texts = this.#spell(cells);
    return names.every((name, k) => texts[k]!.trim() === name.trim());
  }

  #spell(cells: CSVRow['cells']): readonly string[] {
    const texts = this.#rows.spell(cells);
    return this.#options.trim && texts !== cells ? texts.map(trimField) : texts;
  }

  /** Rows, or the header, may end with a delimiter: all fields after the named columns are empty. */
  #findWidth(first: CSVRow['cells']): number {
    const names = this.#names!;
    if (!this.#header)
      return first.length > names.length && isEmptyFrom(first, names.length) ? first.length : names.length;
    let named = names.length;
    while (named > 1 && names[named - 1] === '') named--;
    if (first.length < named || !isEmptyFrom(first, named)) return names.length;
    this.#names = names.slice(0, named);
    return first.length;
  }

  #handleHeader({ cells, number }: SpelledRow): void {
    const skipped: SkippedRow = { row: number, text: cells.join(this.#rows.mark), reason: 'names' };
    if (this.#options.strayRows === 'skip') this.#skip(skipped);
    else
      throw new RangeFault({
        place: `CSV row ${number}`,
        problem: 'is the row of column names again',
        cure: "delete it, or set strayRows: 'skip'",
      });
  }

  /** A lone line, or lines after an empty one, may follow the table; anything else is an error. */
  #handleStray({ cells, number }: SpelledRow): void {
    const [width, count] = [this.#width!, cells.length];
    const error = new RangeFault({
      place: `CSV row ${number}`,
      problem: `expected ${width} ${width === 1 ? 'field' : 'fields'}, one for each column, got ${count}`,
      ...this.#adviseOn(cells),
    });
    const isLone = count === 1 && width > 1 && /[\s()[\]]/.test(cells[0]!.trim());
    const isAfter = this.#stray !== undefined || number > this.#last + 1 || isLone;
    if (this.#options.strayRows !== 'skip' || !isAfter) throw this.#stray?.error ?? error;
    const skipped: SkippedRow = { row: number, text: cells.join(this.#rows.mark), reason: 'after' };
    if (this.#stray) this.#skip(this.#stray.skipped);
    this.#stray = { error: this.#stray?.error ?? error, skipped };
  }

  /** How to continue after a row whose number of fields differs from the header's. */
  #adviseOn(cells: readonly string[]): Pick<Fault, 'cure' | 'option'> {
    const header = this.#header;
    const isFirst = header !== undefined && this.#last === header.number;
    const mark = commentMarks.find((each) => cells[0]!.startsWith(each));
    if (mark !== undefined)
      return {
        cure: `if it is a comment, set comment: '${mark}'`,
        option: { name: 'comment', values: [mark] },
      };
    if (isFirst && header.cells.length + 1 === cells.length && header.cells.length > 1)
      return {
        cure: 'the header lacks a name: set header to an array of names, and skip to leave the row out',
        option: { name: 'header' },
      };
    if (isFirst && header.cells.length < cells.length)
      return {
        cure: `row ${header.number} has ${header.cells.length}: if it is not the row of names, set skip: ${header.number}`,
        option: { name: 'skip', values: [header.number] },
      };
    return {};
  }

  #skip(row: SkippedRow): void {
    if (this.#skipped.length < MOST_LISTED) this.#skipped.push(row);
  }
}

/** A plain number, or else the text. */
function readCell(line: string, from: number, to: number): string | number {
  const number = readPlain(line, from, to);
  return Number.isNaN(number) ? line.slice(from, to) : number;
}

/** Joins the spaces of whole lines. */
function joinLines(text: string, isLast: boolean): string {
  const end = isLast ? text.length : text.lastIndexOf('\n') + 1;
  return joinSpaces(text.slice(0, end)) + text.slice(end);
}

/** A file that was appended to another one has left its byte order mark at the beginning of a row. */
const dropMarks = (text: string): string => (text.includes('\uFEFF') ? text.replace(/^\uFEFF/gm, '') : text);

const isEmptyFrom = (cells: CSVRow['cells'], from: number): boolean =>
  cells.slice(from).every((cell) => cell === '');

const trimCell = (cell: string | number): string | number =>
  typeof cell === 'number' ? cell : trimField(cell);

/** Drops spaces around a field; quotes after a space count as quotes. */
function trimField(field: string): string {
  const text = field.trim();
  return /^"[^]*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** @throws TypeError or RangeError naming the option */
function checkDialect({ delimiter, header = true, skip = 0, comment, trim, strayRows }: CSVDialect): void {
  if (
    delimiter !== undefined &&
    delimiter !== SPACES &&
    (typeof delimiter !== 'string' || !/^[^\r\n"\uFEFF]$/.test(delimiter))
  ) {
    throw new RangeFault({
      place: 'delimiter',
      problem: `expected a single character such as ',' or ';', or 'spaces', got ${show(delimiter)}`,
    });
  }
  if (typeof header !== 'boolean' && !Array.isArray(header)) {
    throw new TypeFault({
      place: 'header',
      problem: `expected true, false or an array of names, got ${show(header)}`,
    });
  }
  checkInteger('skip', skip, 0);
  if (comment !== undefined && (typeof comment !== 'string' || comment === '')) {
    throw new TypeFault({ place: 'comment', problem: `expected a text such as '#', got ${show(comment)}` });
  }
  checkOptional('trim', trim, 'boolean');
  if (strayRows !== undefined) checkName('strayRows', strayRows, ['error', 'skip'] as const);
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
 * Reads CSV texts larger than memory, for `net.train({ batches: csvBatches(…) })`. Each epoch opens the text again, and
 * holds one batch at a time.
 * @param source opens the text from its beginning: `() => createReadStream('a.csv')`, or
 * `async () => (await fetch(url)).body`
 * @param options as for `Dataset.fromCSV`, with three differences, because the text isn't read beforehand: classes and
 * categories are required, `missing: 'mean'` and `'category'` aren't supported, and columns that don't hold plain numbers
 * need `formats`
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
  if (missing === 'mean' || missing === 'category')
    throw new RangeFault({
      place: 'missing',
      problem: 'a stream cannot compute the mean',
      cure: "choose 'error' or 'drop'",
    });
  return async function* () {
    const opened = openText(source, new CSVRows(options));
    const batches = buildBatches(opened, (rows) => planColumns(rows, options), rowsPerBatch);
    try {
      for await (const batch of batches) yield new NamedData(batch);
    } catch (error) {
      throw adviseFormat(error);
    }
  };
}
