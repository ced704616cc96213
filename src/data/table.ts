import type { Bytes } from '../base/bytes.js';
import { loaded } from '../base/loaded.js';
import { checkBytes } from '../base/bytes.js';
import { checkKeys } from '../base/check.js';
import { decodeNPY } from '../formats/numpy/npy.js';
import {
  isMissingMark,
  isNumeric,
  planColumns,
  refuseColumn,
  type Column,
  type ColumnOptions,
  type MissingPolicy,
} from './columns.js';
import { CSVRows } from './csv.js';
import { dialectOptionNames, type CSVDialect } from './dialect.js';
import { checkJSONOptions, parseJSONLines, parseJSONRows, type JSONOptions } from './json.js';
import { tabulate } from './npy.js';
import type { ParquetFile } from './parquet/file.js';
import { isGrouped, readPlain } from './number-formats.js';
import {
  listSkipped,
  TableProfiler,
  unsupportedColumn,
  type ProfileOptions,
  type TableProfile,
} from './profile.js';
import { recognizing } from './recognize.js';
import { checkText, parseText, type Row, type RowSource, type SkippedRow } from './rows.js';
import { checkCount, GrowingColumn, SampleBuilder } from './samples.js';
import type { SampleArrays } from './schema.js';

/** A parsed file. */
interface Content {
  readonly source: RowSource & { readonly names: readonly string[] };
  readonly count: number;
  readonly cell: (row: number, column: number) => unknown;
  readonly number: (row: number) => number;
  /** The contents of columns that hold neither numbers nor text, by column name. */
  readonly unsupported?: ReadonlyMap<string, string>;
  /** A column of CSV that is stored as numbers, whose original spelling is lost; undefined for others. */
  readonly numbers?: (column: number) => NumberColumn | undefined;
  /** Parses the file again and keeps the spelling of these columns. */
  readonly parseAgain?: (spelled: readonly string[]) => Content;
}

/**
 * A parsed table, before the inputs and the label or targets are selected. `profileTable` describes its columns, and
 * `Dataset.fromTable` builds samples from it, any number of times. A numeric column takes 8 bytes per row.
 */
export class Table {
  readonly #content: Content;

  private constructor(content: Content) {
    checkCount(content.source, content.count || undefined);
    this.#content = content;
  }

  /**
   * Parses CSV text.
   * @param options the dialect, for example from `detectDialect`
   * @throws TypeError or RangeError naming the option, or the row
   */
  static fromCSV(text: string, options: CSVDialect = {}): Table {
    checkText('a CSV text', text);
    checkKeys('options', options, dialectOptionNames);
    return new Table(parseCSV(text, options, []));
  }

  /**
   * Parses JSON text in any form that `Dataset.fromJSON` accepts.
   * @param options columns: the column names if rows are arrays. Default '0', '1', …
   * @throws FormatError if the text is not JSON, naming line and column
   * @throws TypeError or RangeError naming the row
   */
  static fromJSON(text: string, options: Pick<JSONOptions, 'columns'> = {}): Table {
    checkText('a JSON text', text);
    checkKeys('options', options, ['columns']);
    checkJSONOptions(options);
    const { source, open } = parseJSONRows(text, options.columns);
    return new Table(hold(source, [...open()]));
  }

  /**
   * Parses JSON Lines.
   * @param options columns: the column names if rows are arrays. Default '0', '1', …
   * @throws FormatError if a line is not JSON, naming line and column
   * @throws TypeError or RangeError naming the line
   */
  static fromJSONLines(text: string, options: Pick<JSONOptions, 'columns'> = {}): Table {
    checkText('a text of JSON Lines', text);
    checkKeys('options', options, ['columns']);
    checkJSONOptions(options);
    const { source, open } = parseJSONLines(text, options.columns);
    return new Table(hold(source, [...open()]));
  }

  /**
   * Reads a NumPy array with one row per sample, as np.save writes it.
   * @param options columns: the column names. Default '0', '1', …
   * @throws FormatError if the file cannot be read
   * @throws RangeError if the array does not have two dimensions, or its width differs from the number of names
   */
  static fromNPY(file: Bytes, options: { readonly columns?: readonly string[] } = {}): Table {
    checkKeys('options', options, ['columns']);
    const array = decodeNPY('npy', checkBytes('file', file, 'a NumPy array'));
    const { source, cells, count } = tabulate(array, options.columns);
    const width = source.names.length;
    return new Table({ source, count, cell: (n, k) => cells[n * width + k], number: (n) => n + 1 });
  }

  /**
   * Reads all columns of a Parquet file that hold numbers or text. `unsupported` says what the others hold.
   * @param file the bytes of the file; or `{ byteLength, slice(from, to) }`, where `slice` returns bytes or a promise
   * of them
   * @param options ignore: columns that are not read
   * @throws FormatError if the file cannot be read, naming the column
   */
  static async fromParquet(
    file: ParquetFile,
    options: { readonly ignore?: readonly string[] } = {},
  ): Promise<Table> {
    checkKeys('options', options, ['ignore']);
    const { readParquetColumns } = await loaded('Parquet', import('./parquet/file.js'));
    const { source, columns, count, unsupported } = await readParquetColumns(file, options.ignore ?? []);
    return new Table({
      source,
      count,
      cell: (n, k) => columns[k]?.[n],
      number: (n) => n + 1,
      unsupported,
    });
  }

  /** The column names. */
  get names(): readonly string[] {
    return this.#content.source.names;
  }

  /** Rows of CSV text that aren't data and were skipped: at most 1000. */
  get skipped(): readonly SkippedRow[] {
    return this.#content.source.skipped ?? [];
  }

  /** The number of rows. */
  get count(): number {
    return this.#content.count;
  }

  /**
   * The content of a cell. A CSV field that holds a number may be returned as a number.
   * @param row from 0; the header and empty lines don't count
   * @param column from 0
   */
  cell(row: number, column: number): unknown {
    return this.#content.cell(row, column);
  }

  /**
   * The contents of a column that holds neither numbers nor text, for example 'timestamps'. Undefined for other
   * columns.
   */
  unsupported(column: number): string | undefined {
    return this.#content.unsupported?.get(this.names[column]!);
  }

  /**
   * Profiles every column.
   * @throws TypeError or RangeError naming the option
   */
  profile(options: ProfileOptions): TableProfile {
    const { source, count } = this.#content;
    const profiler = new TableProfiler(options);
    for (const [k, name] of this.names.entries()) {
      if (this.unsupported(k) !== undefined) continue;
      const column = profiler.addColumn(name);
      for (let n = 0; n < count; n++) column.add(this.cell(n, k));
    }
    const found = profiler.result(source).values();
    const columns = this.names.map((name, k) => {
      const holds = this.unsupported(k);
      return holds === undefined ? found.next().value! : unsupportedColumn(name, holds);
    });
    return { count, columns, ...listSkipped(this) };
  }

  /**
   * Builds samples from the columns that the options select. The formats of columns that don't hold plain numbers are
   * recognized, unless `formats` names them.
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  toSamples(options: ColumnOptions): SampleArrays {
    const { gaps, notGaps } = options;
    return recognizing(
      options,
      (options) => this.#select(options),
      () => this.profile({ ...(gaps && { gaps }), ...(notGaps && { notGaps }) }),
    );
  }

  #select(options: ColumnOptions): SampleArrays {
    const { source, unsupported, numbers, parseAgain } = this.#content;
    const plan = planColumns(source, options);
    const { columns, at, missing } = plan;
    for (const { name } of columns) {
      const what = unsupported?.get(name);
      if (what !== undefined) throw refuseColumn(source.place, name, what);
    }
    // Categories are compared by spelling: '1' and '1.0' differ.
    const spelled = columns.filter(({ isCategorical }, k) => isCategorical && numbers?.(at[k]!));
    const content = spelled.length > 0 ? parseAgain!(spelled.map(({ name }) => name)) : this.#content;
    const whole = columns.map((column, k) => content.numbers?.(at[k]!)?.whole(column, missing));
    const builder = new SampleBuilder(plan, undefined, whole);
    const others = at.filter((_, k) => !whole[k]);
    for (const row of readRows(content, others)) builder.add(row);
    checkCount(source, builder.count);
    return builder.build();
  }
}

/**
 * Profiles every column of a table: what it holds, how its numbers are written, and which texts count as missing.
 * @param options what is known about the texts. Default: inferred from them
 * @throws TypeError or RangeError naming the option
 */
export const profileTable = (table: Table, options: ProfileOptions = {}): TableProfile =>
  table.profile(options);

/** Reads some columns row by row. */
function* readRows(
  { source, count, cell, number }: Content,
  columns: readonly number[],
): Generator<Row, void, void> {
  const cells = new Array<unknown>(source.names.length);
  for (let n = 0; n < count; n++) {
    for (const k of columns) cells[k] = cell(n, k);
    yield { cells, number: number(n) };
  }
}

const hold = (source: Content['source'], rows: readonly Row[]): Content => ({
  source,
  count: rows.length,
  cell: (n, k) => rows[n]!.cells[k],
  number: (n) => rows[n]!.number,
});

/** @param spelled columns that keep their spelling */
function parseCSV(text: string, options: CSVDialect, spelled: readonly string[]): Content {
  const rows = new CSVRows(options);
  const numbers: number[] = [];
  const areSpelled = new Set(spelled);
  let columns: CSVColumn[] | undefined;
  for (const { cells, number } of parseText(rows, text)) {
    columns ??= rows.names!.map(
      (name, k) => new CSVColumn(areSpelled.has(name) ? undefined : () => rows.takeNumbers(k)),
    );
    for (let k = 0; k < columns.length; k++) columns[k]!.add(cells[k] as string | number);
    numbers.push(number);
  }
  const names = rows.names ?? [];
  return {
    source: {
      place: rows.place,
      origin: rows.origin,
      names,
      describeCell: rows.describeCell,
      skipped: rows.skipped,
      hasHeader: rows.hasHeader,
      delimiter: rows.delimiter,
    },
    count: numbers.length,
    cell: (n, k) => columns![k]!.cell(n),
    number: (n) => numbers[n]!,
    numbers: (k) => columns![k]!.numbers,
    parseAgain: (spelled) => parseCSV(text, options, spelled),
  };
}

/** Up to this many distinct texts of a column are interned. */
const MOST_DISTINCT = 1024;

/**
 * The cells of a CSV column. Numbers are stored as numbers once there are many distinct cells, all of them numbers or
 * texts for missing values.
 */
class CSVColumn {
  /** Undefined while the cells are stored as texts. */
  numbers: NumberColumn | undefined;
  #texts: string[] = [];
  readonly #takeNumbers: (() => void) | undefined;
  readonly #distinct = new Map<string, string>();

  /** @param takeNumbers asks for numbers instead of texts; undefined if the column keeps its spelling */
  constructor(takeNumbers: (() => void) | undefined) {
    this.#takeNumbers = takeNumbers;
  }

  cell(row: number): string | number {
    return this.numbers ? this.numbers.cell(row) : this.#texts[row]!;
  }

  /** @param cell a number only after `takeNumbers` */
  add(cell: string | number): void {
    if (this.numbers) this.numbers.add(cell);
    else this.#addText(cell as string);
  }

  #addText(text: string): void {
    if (this.#distinct.size > MOST_DISTINCT) {
      this.#texts.push(text);
      return;
    }
    let held = this.#distinct.get(text);
    if (held === undefined) this.#distinct.set(text, (held = text));
    this.#texts.push(held);
    if (this.#distinct.size > MOST_DISTINCT && this.#takeNumbers) this.#convert(this.#takeNumbers);
  }

  #convert(takeNumbers: () => void): void {
    const texts = [...this.#distinct.keys()];
    if (!texts.every((text) => isNumeric(text) || isMissingMark(text))) return;
    // 1.234 may turn out to be 1234, so it keeps its spelling.
    if (texts.some(isGrouped) && texts.every((text) => isGrouped(text) || !text.includes('.'))) return;
    takeNumbers();
    this.numbers = new NumberColumn();
    for (const text of this.#texts) this.numbers.add(text);
    this.#texts = [];
  }
}

/** Numbers, and a few texts among them. */
class NumberColumn {
  /** NaN where there is a text. */
  readonly #values = new GrowingColumn();
  /** The texts by row, without empty ones. */
  readonly #texts = new Map<number, string>();

  add(cell: string | number): void {
    const number = typeof cell === 'number' ? cell : readPlain(cell);
    if (Number.isNaN(number) && cell !== '') this.#texts.set(this.#values.length, cell as string);
    this.#values.push(number);
  }

  cell(row: number): string | number {
    const number = this.#values.at(row);
    return Number.isNaN(number) ? (this.#texts.get(row) ?? '') : number;
  }

  /** The numbers, if samples can take them as they are: its texts, NaN, all stand for a missing input that is filled in. */
  whole(column: Column, missing: MissingPolicy): Float64Array | undefined {
    const { values } = this.#values;
    if (!column.readsPlain) return undefined;
    if (!values.includes(NaN)) return values;
    const isFilled = column.role === 'input' && (missing === 'mean' || missing === 'category');
    const areGaps = [...new Set(this.#texts.values())].every((text) => column.isMissing(text));
    return isFilled && areGaps ? values : undefined;
  }
}
