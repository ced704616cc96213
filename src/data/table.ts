import { TypeFault } from '../errors.js';
import type { Bytes } from '../base/bytes.js';
import { checkBytes } from '../base/bytes.js';
import { checkKeys, show } from '../base/check.js';
import { decodeNPY } from '../formats/numpy/npy.js';
import { isMissingMark, isNumeric, planColumns, type ColumnOptions } from './columns.js';
import { CSVRows, type CSVDialect } from './csv.js';
import { checkJSONOptions, parseJSONLines, parseJSONRows, type JSONOptions } from './json.js';
import { tabulate } from './npy.js';
import type { ParquetFile } from './parquet/file.js';
import { ColumnProfiler, unsupportedColumn, type TableProfile } from './profile.js';
import { checkText, parseText, type Row, type RowSource } from './rows.js';
import { checkCount, SampleBuilder, type SampleArrays } from './samples.js';

/** A parsed file. */
interface Content {
  readonly source: RowSource & { readonly names: readonly string[] };
  readonly count: number;
  readonly cell: (row: number, column: number) => unknown;
  /** The row's number in the file. */
  readonly number: (row: number) => number;
  /** What the columns hold that hold neither numbers nor text, by their names. */
  readonly unsupported?: ReadonlyMap<string, string>;
  /** Columns of CSV that are held as numbers, and no longer as they were spelled. */
  readonly numeric?: ReadonlySet<string>;
  /** Parses the file again, and keeps the spelling in these columns. */
  readonly parseAgain?: (spelled: readonly string[]) => Content;
}

/**
 * A table that has been parsed once, and of which nothing has been chosen yet: `profileTable` tells what its columns hold,
 * and `Dataset.fromTable` makes samples of it, as often as is wanted. Columns of numbers take 8 bytes a row.
 */
export class Table {
  readonly #content: Content;

  private constructor(content: Content) {
    checkCount(content.source.place, content.count || undefined);
    this.#content = content;
  }

  /**
   * Parses a CSV text.
   * @param options as `detectDialect` finds them
   * @throws TypeError, RangeError naming the option, or the row
   */
  static fromCSV(text: string, options: CSVDialect = {}): Table {
    checkText('a CSV text', text);
    checkKeys('options', options, ['delimiter', 'header']);
    return new Table(parseCSV(text, options, []));
  }

  /**
   * Parses a JSON text, in the forms that `Dataset.fromJSON` takes.
   * @param options columns: their names, where rows are arrays. Default '0', '1', …
   * @throws FormatError where it is not JSON, naming line and column
   * @throws TypeError, RangeError naming the row
   */
  static fromJSON(text: string, options: Pick<JSONOptions, 'columns'> = {}): Table {
    checkText('a JSON text', text);
    checkKeys('options', options, ['columns']);
    checkJSONOptions(options);
    const { source, rows } = parseJSONRows(text, options.columns);
    return new Table(hold(source, [...rows]));
  }

  /**
   * Parses JSON Lines.
   * @param options columns: their names, where rows are arrays. Default '0', '1', …
   * @throws FormatError where a line is not JSON, naming line and column
   * @throws TypeError, RangeError naming the line
   */
  static fromJSONLines(text: string, options: Pick<JSONOptions, 'columns'> = {}): Table {
    checkText('a text of JSON Lines', text);
    checkKeys('options', options, ['columns']);
    checkJSONOptions(options);
    const { source, rows } = parseJSONLines(text, options.columns);
    return new Table(hold(source, [...rows]));
  }

  /**
   * Takes an array of NumPy with a row for each sample, as np.save writes it.
   * @param options columns: their names. Default '0', '1', …
   * @throws FormatError where the file cannot be read
   * @throws RangeError where the array has not two dimensions, or other columns than there are names
   */
  static fromNPY(file: Bytes, options: { readonly columns?: readonly string[] } = {}): Table {
    checkKeys('options', options, ['columns']);
    const array = decodeNPY('npy', checkBytes('file', file, 'an array of NumPy'));
    const { source, cells, count } = tabulate(array, options.columns);
    const width = source.names.length;
    return new Table({ source, count, cell: (n, k) => cells[n * width + k], number: (n) => n + 1 });
  }

  /**
   * Reads all columns of a Parquet file that hold numbers or text.
   * @param file its bytes; or `{ byteLength, slice(from, to) }`, which gives bytes of it, or a promise of them
   * @throws FormatError where it cannot be read, naming the column
   */
  static async fromParquet(file: ParquetFile): Promise<Table> {
    const { readParquetColumns } = await import('./parquet/file.js');
    const { source, columns, count, unsupported } = await readParquetColumns(file);
    return new Table({
      source,
      count,
      cell: (n, k) => columns[k]?.[n],
      number: (n) => n + 1,
      unsupported,
    });
  }

  /** The names of the columns. */
  get names(): readonly string[] {
    return this.#content.source.names;
  }

  /** How many rows there are. */
  get count(): number {
    return this.#content.count;
  }

  /**
   * What stands in a cell: a text of CSV may have become the number that it is.
   * @param row from 0, without header and empty lines
   * @param column from 0
   */
  cell(row: number, column: number): unknown {
    return this.#content.cell(row, column);
  }

  /** What a column holds that holds neither numbers nor text: 'timestamps', say. Undefined for all others. */
  unsupported(column: number): string | undefined {
    return this.#content.unsupported?.get(this.names[column]!);
  }

  /**
   * Builds samples of the columns that the options choose.
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  toSamples(options: ColumnOptions): SampleArrays {
    const { source, unsupported, numeric, parseAgain } = this.#content;
    const plan = planColumns(source, options);
    const { columns } = plan;
    for (const { name } of columns) {
      const what = unsupported?.get(name);
      if (what !== undefined) {
        throw new TypeFault({
          place: `${source.place}, column ${show(name)}`,
          problem: `it holds ${what}`,
          cure: 'name the inputs without it: { inputs: [name, …] }',
        });
      }
    }
    // A category is known by its spelling.
    const spelled = columns.filter(({ name, isCategorical }) => isCategorical && numeric?.has(name));
    const content = spelled.length > 0 ? parseAgain!(spelled.map(({ name }) => name)) : this.#content;
    const builder = new SampleBuilder(plan);
    for (const row of readRows(content)) builder.add(row);
    checkCount(source.place, builder.count);
    return builder.build();
  }
}

/** Counts what stands in the columns of a table. */
export function profileTable(table: Table): TableProfile {
  const columns = table.names.map((name, k) => {
    if (table.unsupported(k) !== undefined) return unsupportedColumn(name);
    const profiler = new ColumnProfiler(name);
    for (let n = 0; n < table.count; n++) profiler.add(table.cell(n, k));
    return profiler.result();
  });
  return { count: table.count, columns };
}

function* readRows({ source, count, cell, number }: Content): Generator<Row, void, void> {
  const cells = new Array<unknown>(source.names.length);
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < cells.length; k++) cells[k] = cell(n, k);
    yield { cells, number: number(n) };
  }
}

const hold = (source: Content['source'], rows: readonly Row[]): Content => ({
  source,
  count: rows.length,
  cell: (n, k) => rows[n]!.cells[k],
  number: (n) => rows[n]!.number,
});

/** @param spelled columns of which the spelling is kept, whatever they hold */
function parseCSV(text: string, options: CSVDialect, spelled: readonly string[]): Content {
  const rows = new CSVRows(options);
  const numbers: number[] = [];
  let columns: TextColumn[] | undefined;
  for (const { cells, number } of parseText(rows, text)) {
    columns ??= rows.names!.map((name) => new TextColumn(spelled.includes(name)));
    for (let k = 0; k < columns.length; k++) columns[k]!.add(cells[k] as string);
    numbers.push(number);
  }
  const names = rows.names ?? [];
  const held = columns?.map(({ cells }) => cells) ?? [];
  return {
    source: { place: rows.place, origin: rows.origin, names, describeCell: rows.describeCell },
    count: numbers.length,
    cell: (n, k) => held[k]![n],
    number: (n) => numbers[n]!,
    numeric: new Set(names.filter((_, k) => columns?.[k]!.isNumeric)),
    parseAgain: (spelled) => parseCSV(text, options, spelled),
  };
}

/** So many different texts are told apart, and each held once. */
const MOST_DISTINCT = 1024;

/** The cells of a column of CSV. Once there are many different ones, and all are numbers, they are held as such. */
class TextColumn {
  /** Texts; of a numeric column numbers, NaN where one is missing, and texts that are no numbers. */
  cells: (string | number)[] = [];
  isNumeric = false;
  readonly #isSpelled: boolean;
  readonly #distinct = new Map<string, string>();

  constructor(isSpelled: boolean) {
    this.#isSpelled = isSpelled;
  }

  add(text: string): void {
    if (this.isNumeric) this.cells.push(toNumber(text));
    else if (this.#distinct.size > MOST_DISTINCT) this.cells.push(text);
    else {
      let held = this.#distinct.get(text);
      if (held === undefined) this.#distinct.set(text, (held = text));
      this.cells.push(held);
      if (this.#distinct.size > MOST_DISTINCT && !this.#isSpelled) this.#convert();
    }
  }

  #convert(): void {
    for (const text of this.#distinct.keys()) if (!isNumeric(text) && !isMissingMark(text)) return;
    this.isNumeric = true;
    this.cells = this.cells.map((text) => toNumber(text as string));
  }
}

function toNumber(text: string): number | string {
  if (isNumeric(text)) return Number(text);
  return isMissingMark(text) ? NaN : text;
}
