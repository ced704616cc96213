import { FormatError, TypeFault, isFault, within } from '../../errors.js';
import { checkBytes, type Bytes } from '../../base/bytes.js';
import { show } from '../../base/check.js';
import { planColumns, refuseColumn, type ColumnOptions, type ColumnPlan } from '../columns.js';
import { profileRows, unsupportedColumn, type ProfileOptions, type TableProfile } from '../profile.js';
import { cellDescriber, type Row, type RowBlocks, type RowSource } from '../rows.js';
import { readColumn, type Cells } from './column.js';
import { readFooter, type Footer, type Group } from './footer.js';
import type { Kind } from './kinds.js';
import { Unreadable } from './faults.js';

/** A file with random access, for files larger than memory. */
export interface AsyncBuffer {
  /** The size of the file in bytes. */
  readonly byteLength: number;
  /** @param to the end of the range, exclusive */
  slice(from: number, to: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** The bytes of a Parquet file, or an object that reads them. */
export type ParquetFile = Bytes | AsyncBuffer;

/** 'PAR1', at both ends of the file. */
const MAGIC = 0x31524150;
/** 'PARE', at the end of a file whose footer is encrypted. */
const ENCRYPTED_MAGIC = 0x45524150;
const MOST_FOOTER_BYTES = 2 ** 26;
/** The limit of values per row group, because a whole row group is in memory. */
const MOST_VALUES = 2 ** 27;
/**
 * Run-length encoding lets a few bytes declare any number of values. The limit is this constant, plus a number per byte
 * of the file that is close to the ratio deflate can reach.
 */
const VALUES_OF_ANY_FILE = 2 ** 22;
const MOST_VALUES_PER_BYTE = 1024;
const parquetRows = {
  place: 'Parquet',
  origin: 'values',
  describeCell: cellDescriber('Parquet row'),
} as const;

/** Columns of a file that are read one row group at a time. */
interface SelectedColumns {
  readonly plan: ColumnPlan;
  /** Opens the rows from the beginning. */
  readonly open: () => RowBlocks;
}

/**
 * Reads the metadata of a file.
 * @returns the names of its columns, and a function that plans which to read. It throws TypeError or RangeError naming the option, or a column
 * that holds neither numbers nor text
 * @throws TypeError if `file` is not a ParquetFile
 * @throws FormatError if the file is not Parquet, or is truncated
 */
export async function openParquet(
  file: ParquetFile,
): Promise<{ names: readonly string[]; select: (options: ColumnOptions) => SelectedColumns }> {
  const parquet = await Parquet.open(file);
  const select = (options: ColumnOptions): SelectedColumns => {
    const plan = planColumns({ ...parquetRows, names: parquet.names }, options);
    const names = plan.columns.map(({ name }) => name);
    for (const name of names) parquet.checkSupported(name);
    return {
      plan: { ...plan, at: [...names.keys()] }, // only these columns are read
      open: () => ({
        source: { ...parquetRows, names },
        blocks: readRows(parquet.groups(names)),
      }),
    };
  };
  return { names: parquet.names, select };
}

/**
 * Reads all columns that hold numbers or text.
 * @param ignore columns that are not read
 * @returns the cells of each column, undefined for unsupported ones; and the contents of the latter, by name
 * @throws FormatError if the file cannot be read, naming the column
 */
export async function readParquetColumns(
  file: ParquetFile,
  ignore: readonly string[],
): Promise<{
  readonly source: RowSource & { readonly names: readonly string[] };
  readonly columns: readonly (ArrayLike<unknown> | undefined)[];
  readonly count: number;
  readonly unsupported: ReadonlyMap<string, string>;
}> {
  const parquet = await Parquet.open(file, ignore);
  const { names, supported, unsupported } = parquet;
  const parts = new Map<string, Cells[]>(supported.map((name) => [name, []]));
  for await (const { cells } of parquet.groups(supported, 'leave out'))
    for (const [k, name] of supported.entries()) if (cells[k]) parts.get(name)!.push(cells[k]);
  const columns = names.map((name) => (unsupported.has(name) ? undefined : join(parts.get(name)!)));
  return { source: { ...parquetRows, names }, columns, count: parquet.count, unsupported };
}

/**
 * Profiles the columns of a file larger than memory in one pass.
 * @param ignore columns that are not read
 * @throws FormatError if the file cannot be read, naming the column
 */
export async function profileParquet(
  file: ParquetFile,
  ignore: readonly string[],
  options?: ProfileOptions,
): Promise<TableProfile> {
  const parquet = await Parquet.open(file, ignore);
  const { names, supported, unsupported } = parquet;
  const { count, columns } = await profileRows(
    {
      source: { ...parquetRows, names: supported },
      blocks: readRows(parquet.groups(supported, 'leave out')),
    },
    options,
  );
  const profiles = new Map(columns.map((column) => [column.name, column]));
  return {
    count,
    columns: names.map((name) => {
      const what = unsupported.get(name);
      return what === undefined ? profiles.get(name)! : unsupportedColumn(name, what);
    }),
  };
}

function join(parts: readonly Cells[]): Cells {
  const [first] = parts;
  if (parts.length === 1) return first!;
  if (!(first instanceof Float64Array)) return (parts as readonly (string | null)[][]).flat();
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts as readonly Float64Array[]) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A Parquet file whose footer has been read. */
class Parquet {
  readonly names: readonly string[];
  /** The contents of columns that hold neither numbers nor text, by column name. */
  readonly unsupported: Map<string, string>;
  /** The names of all other columns. */
  readonly supported: readonly string[];
  readonly #file: AsyncBuffer;
  readonly #footer: Footer;

  private constructor(file: AsyncBuffer, footer: Footer, ignore: readonly string[]) {
    const ignored = new Set(ignore.map((name) => name.normalize('NFC')));
    this.#file = file;
    this.#footer = footer;
    this.names = footer.columns.map(({ name }) => name);
    this.unsupported = new Map(
      footer.columns.flatMap(({ name, kind }) => {
        const what = ignored.has(name) ? 'values that are ignored' : kind;
        return typeof what === 'string' ? [[name, what]] : [];
      }),
    );
    this.supported = this.names.filter((name) => !this.unsupported.has(name));
  }

  static async open(given: ParquetFile, ignore: readonly string[] = []): Promise<Parquet> {
    const file = openAsyncBuffer(given);
    const { byteLength } = file;
    if (byteLength < 12) throw new FormatError({ place: 'Parquet', problem: 'the file is too short' });
    const start = await bytesAt(file, 0, 4);
    const tail = await bytesAt(file, byteLength - 8, 8);
    const [length, magic] = new Uint32Array(tail.slice().buffer) as unknown as [number, number];
    if (magic === ENCRYPTED_MAGIC) {
      throw new FormatError({
        place: 'Parquet',
        problem: 'the file is encrypted',
        cure: 'write it without encryption',
      });
    }
    if (magic !== MAGIC || new Uint32Array(start.slice().buffer)[0] !== MAGIC) {
      throw new FormatError({
        place: 'Parquet',
        problem: "expected a file that begins and ends with 'PAR1'",
      });
    }
    const end = byteLength - 8 - length;
    if (end < 4 || length > MOST_FOOTER_BYTES)
      throw new FormatError({
        place: 'Parquet',
        problem: `its footer declares ${length} bytes, which is impossible`,
      });
    const bytes = await bytesAt(file, end, length);
    return new Parquet(file, await locate('the footer', () => readFooter(bytes, end)), ignore);
  }

  /** The number of rows. */
  get count(): number {
    return this.#footer.groups.reduce((sum, { rows }) => sum + rows, 0);
  }

  /**
   * Reads columns, one row group at a time.
   * @param unreadable what to do about a column whose values turn out to be unsupported: throw, or list it in
   * `unsupported` and go on without it
   * @throws FormatError naming the column and the row group, from 1
   */
  async *groups(
    names: readonly string[],
    unreadable: 'throw' | 'leave out' = 'throw',
  ): AsyncGenerator<GroupCells, void, void> {
    let before = 0;
    this.#checkSizes(names.length);
    for (const [g, group] of this.#footer.groups.entries()) {
      const cells: (Cells | undefined)[] = [];
      for (const name of names) {
        const read = this.unsupported.has(name) ? undefined : this.#read(group, name, `row group ${g + 1}`);
        cells.push(
          await (unreadable === 'throw'
            ? read
            : read?.catch((error: unknown) => this.#leaveOut(name, error))),
        );
      }
      yield { cells, count: group.rows, before };
      before += group.rows;
    }
  }

  #checkSizes(columns: number): void {
    const values = this.count * columns;
    const { byteLength } = this.#file;
    if (values > VALUES_OF_ANY_FILE + MOST_VALUES_PER_BYTE * byteLength) {
      throw new FormatError({
        place: 'Parquet',
        problem: `${byteLength} bytes can't plausibly hold the declared ${values} values`,
        cure: 'write the file in plain encoding, or name fewer inputs',
      });
    }
    for (const [g, { rows }] of this.#footer.groups.entries()) {
      if (rows * columns <= MOST_VALUES) continue;
      throw new FormatError({
        place: `Parquet, row group ${g + 1}`,
        problem: `${rows} rows of ${columns} columns are too many to read at once`,
        cure: 'write smaller row groups, or name fewer inputs',
      });
    }
  }

  #leaveOut(name: string, error: unknown): undefined {
    const { cause } = error as Error;
    if (!(cause instanceof Unreadable)) throw error;
    this.unsupported.set(name, cause.what);
  }

  /** @throws TypeError if a column holds neither numbers nor text */
  checkSupported(name: string): void {
    const what = this.unsupported.get(name);
    if (what !== undefined) throw refuseColumn('Parquet', name, what);
  }

  async #read(group: Group, name: string, place: string): Promise<Cells> {
    const where = `column ${show(name)}, ${place}`;
    const column = this.#footer.columns.find((column) => column.name === name)!;
    const chunk = group.chunks.get(name);
    if (!chunk) throw new FormatError({ place: `Parquet, ${where}`, problem: 'has no values' });
    const bytes = await bytesAt(this.#file, chunk.from, chunk.length);
    const { isOptional, kind } = column;
    return await locate(where, () =>
      readColumn(bytes, { kind: kind as Kind, isOptional }, chunk, group.rows),
    );
  }
}

/** The cells of a row group, by column. */
interface GroupCells {
  /** Undefined for columns that are left out. */
  readonly cells: readonly (Cells | undefined)[];
  readonly count: number;
  /** The number of rows before it. */
  readonly before: number;
}

async function* readRows(groups: AsyncIterable<GroupCells>): AsyncGenerator<Iterable<Row>, void, void> {
  for await (const group of groups) yield rowsIn(group);
}

function* rowsIn({ cells, count, before }: GroupCells): Generator<Row, void, void> {
  for (let n = 0; n < count; n++) yield { cells: cells.map((column) => column?.[n]), number: before + n + 1 };
}

/**
 * Adds the place to an error. Every error becomes a FormatError, because `read` fetches no bytes and so only the file
 * can be wrong.
 * @throws FormatError
 */
async function locate<Result>(where: string, read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (cause) {
    const fault = within(`Parquet, ${where}`, cause);
    const problem = isFault(cause) ? fault.problem : `it cannot be read (${fault.problem})`;
    throw new FormatError({ ...fault, problem }, { cause });
  }
}

function openAsyncBuffer(file: ParquetFile): AsyncBuffer {
  if (typeof file === 'object' && 'slice' in file && !ArrayBuffer.isView(file)) {
    const { byteLength } = file;
    if (!Number.isSafeInteger(byteLength) || byteLength < 0)
      throw new TypeFault({
        place: 'file.byteLength',
        problem: `expected the size of the file, got ${show(byteLength)}`,
      });
    return file;
  }
  const bytes = checkBytes('file', file, 'a Parquet file');
  return { byteLength: bytes.length, slice: (from, to) => bytes.slice(from, to).buffer };
}

/** @throws FormatError if the file is shorter */
async function bytesAt(file: AsyncBuffer, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = await file.slice(from, from + length);
  if (buffer.byteLength !== length)
    throw new FormatError({
      place: 'Parquet',
      problem: `expected ${length} bytes from ${from} on, got ${buffer.byteLength}`,
    });
  return new Uint8Array(buffer);
}
