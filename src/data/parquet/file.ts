import { FormatError } from '../../errors.js';
import { bytesOf, type Bytes } from '../../base/bytes.js';
import { show } from '../../base/check.js';
import type { Opened } from '../batches.js';
import { planOf, type ColumnOptions, type Plan } from '../columns.js';
import type { Row } from '../rows.js';
import { readColumn, type Cells } from './column.js';
import { footerOf, type Element, type Footer, type RowGroup } from './footer.js';

/** A file of which any bytes can be read: one that is larger than memory. */
export interface AsyncBuffer {
  /** How many bytes it has. */
  readonly byteLength: number;
  /** @param to where they end, not included */
  slice(from: number, to: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** The bytes of a Parquet file, or what reads them. */
export type ParquetFile = Bytes | AsyncBuffer;

/** 'PAR1', at both ends of the file. */
const MAGIC = 0x31524150;
const MOST_FOOTER_BYTES = 2 ** 26;
/** Values of a row group that are held together. */
const MOST_VALUES = 2 ** 27;
/**
 * Runs are as long as they are said to be, so that a few bytes could stand for any number of values. Of a file there are so
 * many, whatever its size, and so many more for each of its bytes: about what deflate makes of a byte.
 */
const VALUES_OF_ANY_FILE = 2 ** 22;
const MOST_VALUES_PER_BYTE = 1024;
const codecs = ['UNCOMPRESSED', 'SNAPPY', 'GZIP'];

/** What has no meaning as a number, nor as a category. */
const refused = new Map<string | undefined, string>([
  ['DATE', 'dates'],
  ['TIME_MILLIS', 'times'],
  ['TIME_MICROS', 'times'],
  ['TIMESTAMP_MILLIS', 'timestamps'],
  ['TIMESTAMP_MICROS', 'timestamps'],
  ['TIME', 'times'],
  ['TIMESTAMP', 'timestamps'],
  ['INT96', 'timestamps'],
  ['INTERVAL', 'intervals'],
  ['JSON', 'JSON'],
  ['BSON', 'BSON'],
]);

/**
 * Reads what a file says of itself, and finds the columns.
 * @returns how rows are to be read, and what reads them from the first on, a row group at a time
 * @throws TypeError where it is no file
 * @throws FormatError where it is none of Parquet, or not whole
 * @throws TypeError, RangeError naming the option, or a column that holds neither numbers nor text
 */
export async function openParquet(
  file: ParquetFile,
  options: ColumnOptions,
): Promise<{ plan: Plan; open: () => Opened }> {
  const parquet = await Parquet.open(file);
  const plan = planOf(parquet.names, 'values', options);
  const names = plan.columns.map(({ name }) => name);
  const elements = names.map((name) => parquet.elementOf(name));
  return {
    plan: { ...plan, at: [...names.keys()] }, // only these are read
    open: () => ({
      source: { place: 'Parquet', origin: 'values', names },
      blocks: parquet.groups(elements),
    }),
  };
}

/**
 * The columns of a file, in order, and of each that holds neither numbers nor text, what it holds.
 * @throws FormatError where it is none of Parquet
 */
export async function columnsOfParquet(
  file: ParquetFile,
): Promise<{ readonly name: string; readonly refused: string | undefined }[]> {
  const parquet = await Parquet.open(file);
  return parquet.names.map((name) => ({ name, refused: parquet.refusedIn(name) }));
}

/** A Parquet file whose end has been read. */
class Parquet {
  readonly names: readonly string[];
  readonly #file: AsyncBuffer;
  readonly #footer: Footer;

  private constructor(file: AsyncBuffer, footer: Footer) {
    this.#file = file;
    this.#footer = footer;
    this.names = footer.columns.map(({ name }) => name);
  }

  static async open(given: ParquetFile): Promise<Parquet> {
    const file = asyncBufferOf(given);
    const { byteLength } = file;
    if (byteLength < 12) throw new FormatError('Parquet: the file is too short');
    const start = await bytesAt(file, 0, 4);
    const tail = await bytesAt(file, byteLength - 8, 8);
    const [length, magic] = new Uint32Array(tail.slice().buffer) as unknown as [number, number];
    if (magic !== MAGIC || new Uint32Array(start.slice().buffer)[0] !== MAGIC) {
      throw new FormatError("Parquet: expected a file that begins and ends with 'PAR1'");
    }
    const end = byteLength - 8 - length;
    if (end < 4 || length > MOST_FOOTER_BYTES)
      throw new FormatError(`Parquet: its footer is said to have ${length} bytes, which it cannot have`);
    const bytes = await bytesAt(file, end, length);
    return new Parquet(
      file,
      named('the footer', () => footerOf(bytes, end)),
    );
  }

  /**
   * Reads columns, a row group at a time.
   * @throws FormatError naming the column and the row group, from 1
   */
  async *groups(elements: readonly Element[]): AsyncGenerator<Iterable<Row>, void, void> {
    let before = 0;
    const values = this.#footer.groups.reduce((sum, { rows }) => sum + rows, 0) * elements.length;
    const { byteLength } = this.#file;
    if (values > VALUES_OF_ANY_FILE + MOST_VALUES_PER_BYTE * byteLength) {
      throw new FormatError(
        `Parquet: ${byteLength} bytes are said to hold ${values} values, which is not believed; write the file in plain ` +
          'encoding, or name fewer inputs',
      );
    }
    for (const [g, group] of this.#footer.groups.entries()) {
      if (group.rows * elements.length > MOST_VALUES) {
        throw new FormatError(
          `Parquet, row group ${g + 1}: ${group.rows} rows of ${elements.length} columns are too many at once; write smaller ` +
            'row groups, or name fewer inputs',
        );
      }
      const columns: Cells[] = [];
      for (const element of elements) columns.push(await this.#read(group, element, `row group ${g + 1}`));
      yield rowsOf(columns, group.rows, before);
      before += group.rows;
    }
  }

  /** What a column holds, where that is neither numbers nor text. */
  refusedIn(name: string): string | undefined {
    const element = this.#elementIn(name);
    if (!element) return 'lists or groups';
    const { type, converted_type, logical_type } = element;
    return (
      refused.get(converted_type) ?? refused.get(logical_type?.type) ?? refused.get(type) ?? bytesIn(element)
    );
  }

  /** @throws TypeError where a column holds neither numbers nor text */
  elementOf(name: string): Element {
    const what = this.refusedIn(name);
    if (what === undefined) return this.#elementIn(name)!;
    const cure = 'name the inputs without it: { inputs: [name, …] }';
    throw new TypeError(`Parquet, column ${show(name)}: it holds ${what}; ${cure}`);
  }

  #elementIn(name: string): Element | undefined {
    return this.#footer.columns.find((column) => column.name === name)!.element;
  }

  async #read(group: RowGroup, element: Element, place: string): Promise<Cells> {
    const { name } = element;
    const where = `column ${show(name)}, ${place}`;
    const chunk = group.chunks.get(name);
    if (!chunk) throw new FormatError(`Parquet, ${where}: there are no values`);
    if (!codecs.includes(chunk.codec)) {
      throw new FormatError(
        `Parquet, ${where}: it is packed by ${chunk.codec}; write the file with compression 'snappy' or 'gzip', or none`,
      );
    }
    const bytes = await bytesAt(this.#file, chunk.from, chunk.length);
    return named(where, () => readColumn(bytes, element, chunk.codec, group.rows));
  }
}

/** Bytes of one length are numbers, or text, only where it is said which. */
function bytesIn({ type, converted_type, logical_type }: Element): string | undefined {
  const isPlain = type === 'FIXED_LEN_BYTE_ARRAY' && converted_type !== 'DECIMAL';
  return isPlain && logical_type?.type !== 'FLOAT16' && logical_type?.type !== 'UUID' ? 'bytes' : undefined;
}

function* rowsOf(columns: readonly Cells[], count: number, before: number): Generator<Row, void, void> {
  for (let n = 0; n < count; n++) {
    yield {
      cells: columns.map((cells) => cells[n]),
      placeOf: (name) => `Parquet row ${before + n + 1}, column ${show(name)}`,
    };
  }
}

/** Whatever goes wrong, the file is not as it should be. */
function named<Result>(where: string, read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    const { message } = cause as Error;
    const isOurs = cause instanceof FormatError;
    throw new FormatError(`Parquet, ${where}: ${isOurs ? message : `it cannot be read (${message})`}`, {
      cause,
    });
  }
}

function asyncBufferOf(file: ParquetFile): AsyncBuffer {
  if (typeof file === 'object' && 'slice' in file && !ArrayBuffer.isView(file)) {
    const { byteLength } = file;
    if (!Number.isSafeInteger(byteLength) || byteLength < 0)
      throw new TypeError(`file.byteLength: expected the size of the file, got ${show(byteLength)}`);
    return file;
  }
  const bytes = bytesOf('file', file, 'a Parquet file');
  return { byteLength: bytes.length, slice: (from, to) => bytes.slice(from, to).buffer };
}

/** @throws FormatError where the file has fewer */
async function bytesAt(file: AsyncBuffer, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = await file.slice(from, from + length);
  if (buffer.byteLength !== length)
    throw new FormatError(`Parquet: expected ${length} bytes from ${from} on, got ${buffer.byteLength}`);
  return new Uint8Array(buffer);
}
