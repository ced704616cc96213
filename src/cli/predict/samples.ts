import { CSVRows } from '../../data/csv.js';
import { detectDialect, Table, type SkippedRow } from '../../data/index.js';
import { openParquet } from '../../data/parquet/file.js';
import { toCell, type Row } from '../../data/rows.js';
import { checkCount } from '../../data/samples.js';
import { DataError, inFile, UsageError } from '../errors.js';
import { recognizeJSON } from '../../data/foreign-files.js';
import { STDIN, type FileKind } from '../data/file-formats.js';
import type { OnRead } from '../terminal/reading.js';
import type { ModelSignature } from '../model/signature.js';
import { readData } from '../data/open-data.js';
import { detectKind, displayPath, fileBuffer, readBytes, readTextInChunks } from '../data/read-file.js';
import {
  findColumnsByName,
  findColumnsByNumber,
  RowValues,
  type ColumnPlaces,
  type Values,
} from './row-values.js';

/** A row of a file, and the input of the network for it. */
export interface Sample {
  /** As 'iris.csv: CSV row 12'. */
  readonly place: string;
  readonly values: Values;
  /** The unchanged cells of the columns to keep. */
  readonly kept: readonly unknown[];
}

/** What is read from each file, and what is reported about it. */
export interface ReadOptions {
  readonly signature: ModelSignature;
  /** Columns that are wanted beside the answers. */
  readonly keep: readonly string[];
  /** Called once for each file with columns that are not used. */
  readonly onIgnored: (columns: readonly string[]) => void;
  /** Called at the end of a file with rows that aren't data. */
  readonly onSkipped: (rows: readonly SkippedRow[]) => void;
  readonly onRead?: OnRead | undefined;
}

/** The number of samples to compute at a time. */
const AT_A_TIME = 1024;
/** Enough text to detect its format. */
const PROBED_CHARACTERS = 2 ** 16;
/** A longer line means that the file is not JSON Lines. */
const LONGEST_LINE = 2 ** 24;

/**
 * Reads the samples of a file in batches. Texts are read as they arrive, using little memory.
 * @param path '-' is standard input: CSV, or JSON Lines
 * @throws DataError naming the file, the row and the column; UsageError if a column to keep is missing
 */
export async function* readSamples(path: string, options: ReadOptions): AsyncGenerator<Sample[]> {
  const isMNIST = path === 'mnist';
  const kind = isMNIST ? { format: 'idx' as const, isPacked: false } : await detectKind(path);
  if (kind.format !== 'csv' && kind.format !== 'jsonl') {
    yield* readWholeFile(path, kind, options);
    return;
  }
  const name = displayPath(path);
  const texts = readLines(path, options);
  const { value, done } = await texts.next();
  const first = value ?? '';
  const isJSON = kind.format === 'jsonl' || (path === STDIN && recognizeJSON(first) !== undefined);
  const reader = isJSON ? new LineSamples(name, options) : new TextSamples(name, first, kind, options);
  const some = await inFile(name, () => reader.read(first, done === true));
  let count = some.length;
  yield some;
  for await (const text of texts) {
    const samples = await inFile(name, () => reader.read(text, false));
    count += samples.length;
    yield samples;
  }
  const rest = await inFile(name, () => reader.read('', true));
  yield rest;
  if (reader.skipped.length > 0) options.onSkipped(reader.skipped);
  if (count + rest.length > 0) return;
  await inFile(name, () => checkCount({ place: '', hasHeader: reader.hasHeader }, undefined));
}

/** Text in chunks. The first is long enough to detect the format, if the text is. */
async function* readLines(
  path: string,
  { signature, onRead }: ReadOptions,
): AsyncGenerator<string, void, undefined> {
  let pending = '';
  let hasBegun = false;
  for await (const text of readTextInChunks(path, signature.format.encoding, onRead)) {
    pending += text;
    hasBegun ||= pending.length >= PROBED_CHARACTERS || pending.includes('\n');
    if (!hasBegun) continue;
    yield pending;
    pending = '';
  }
  yield pending;
}

/** Converts the rows of a table to samples. All rows have the same columns. */
class RowSamples {
  readonly #values: RowValues;
  readonly #places: ColumnPlaces;

  constructor(values: RowValues, places: ColumnPlaces, { onIgnored }: ReadOptions) {
    this.#values = values;
    this.#places = places;
    if (places.ignored.length > 0) onIgnored(places.ignored);
  }

  of(place: string, cells: ArrayLike<unknown>): Sample {
    const { at, kept } = this.#places;
    const values = this.#values.of(
      place,
      at.map((k) => cells[k]),
    );
    return { place, values, kept: kept.map((k) => cells[k]) };
  }
}

/** Rows of CSV. */
class TextSamples {
  readonly #name: string;
  readonly #rows: CSVRows;
  readonly #options: ReadOptions;
  readonly #hasNames: boolean;
  #samples: RowSamples | undefined;

  constructor(name: string, beginning: string, kind: FileKind, options: ReadOptions) {
    const dialect = detectDialect(beginning, {
      ...(kind.delimiter !== undefined && { delimiter: kind.delimiter }),
      ...options.signature.format,
      strayRows: 'skip',
    });
    this.#name = name;
    this.#rows = new CSVRows(dialect);
    this.#hasNames = dialect.header === true;
    this.#options = options;
  }

  get skipped(): readonly SkippedRow[] {
    return this.#rows.skipped;
  }

  get hasHeader(): boolean {
    return this.#rows.hasHeader;
  }

  read(text: string, isLast: boolean): Sample[] {
    return Array.from(this.#rows.read(text, isLast), ({ cells, number }) => {
      const place = `${this.#name}: CSV row ${number}`;
      this.#samples ??= this.#begin(place, cells.length);
      return this.#samples.of(place, cells);
    });
  }

  #begin(place: string, count: number): RowSamples {
    const { signature, keep } = this.#options;
    const places = this.#hasNames
      ? findColumnsByName(this.#name, this.#rows.names!, signature, keep)
      : findColumnsByNumber(place, count, signature, keep);
    return new RowSamples(new RowValues(signature, true), places, this.#options);
  }
}

/** A value of JSON on each line. */
class LineSamples {
  readonly hasHeader = false;
  readonly skipped: readonly SkippedRow[] = [];
  readonly #name: string;
  readonly #objects: ObjectSamples;
  #rest = '';
  #line = 0;

  constructor(name: string, options: ReadOptions) {
    this.#name = name;
    this.#objects = new ObjectSamples(options);
  }

  read(text: string, isLast: boolean): Sample[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = isLast ? '' : lines.pop()!;
    if (this.#rest.length > LONGEST_LINE) {
      throw new DataError(
        `${this.#name}: line ${this.#line + 1}`,
        `expected at most ${LONGEST_LINE} characters`,
      );
    }
    return lines.flatMap((line) => {
      this.#line++;
      const place = `${this.#name}: line ${this.#line}`;
      return line.trim() === '' ? [] : [this.#objects.of(place, parse(place, line))];
    });
  }
}

/** Samples in JSON: objects by name, or arrays in order. */
class ObjectSamples {
  readonly #options: ReadOptions;
  readonly #values: RowValues;
  #hasBegun = false;

  constructor(options: ReadOptions) {
    this.#options = options;
    this.#values = new RowValues(options.signature, false);
  }

  of(place: string, row: unknown): Sample {
    if (typeof row !== 'object' || row === null) {
      throw new DataError(place, 'expected an object with a value for each column, or an array of them');
    }
    const { cells, kept } = Array.isArray(row) ? this.#byNumber(place, row) : this.#byName(place, row);
    for (const [k, value] of kept.entries()) this.#checkExact(place, this.#options.keep[k]!, value);
    return { place, values: this.#values.of(place, cells.map(toCell)), kept };
  }

  #byNumber(place: string, row: readonly unknown[]): { cells: unknown[]; kept: unknown[] } {
    const { signature, keep } = this.#options;
    return pickCells(row, findColumnsByNumber(place, row.length, signature, keep));
  }

  #byName(place: string, row: object): { cells: unknown[]; kept: unknown[] } {
    const { signature, keep, onIgnored } = this.#options;
    const { inputs = [] } = signature.reading;
    const cells = new Map(
      Object.entries(row).map(([name, value]) => [name.normalize('NFC'), value as unknown]),
    );
    // A property that only some rows lack counts as missing, like an empty cell.
    if (!this.#hasBegun || inputs.length === 0) {
      const places = findColumnsByName(place, [...cells.keys()], signature, keep);
      if (places.ignored.length > 0 && !this.#hasBegun) onIgnored(places.ignored);
      this.#hasBegun = true;
      return pickCells([...cells.values()], places);
    }
    return { cells: inputs.map((name) => cells.get(name)), kept: keep.map((name) => cells.get(name)) };
  }

  /** A JSON number with more digits than JavaScript holds would be printed as another number. */
  #checkExact(place: string, name: string, value: unknown): void {
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) return;
    throw new DataError(
      `${place}, column '${name}'`,
      'is a number of more than 53 bits, whose last digits are lost',
      'write it in quotes',
    );
  }
}

const pickCells = (
  cells: readonly unknown[],
  { at, kept }: ColumnPlaces,
): { cells: unknown[]; kept: unknown[] } => ({
  cells: at.map((k) => cells[k]),
  kept: kept.map((k) => cells[k]),
});

function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DataError(place, `invalid JSON: ${(error as Error).message}`, undefined, { cause: error });
  }
}

/** Formats that are read as a whole, or one row group at a time. */
async function* readWholeFile(
  path: string,
  { format }: FileKind,
  options: ReadOptions,
): AsyncGenerator<Sample[]> {
  switch (format) {
    case 'json':
      yield* inParts(await readJSON(path, options));
      return;
    case 'npy':
      yield* inParts(await readNPY(path, options));
      return;
    case 'parquet':
      yield* readParquet(path, options);
      return;
    default:
      yield* readArrays(path, options);
  }
}

function* inParts(samples: Iterable<Sample>): Generator<Sample[]> {
  let part: Sample[] = [];
  for (const sample of samples) {
    part.push(sample);
    if (part.length < AT_A_TIME) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

async function readJSON(path: string, options: ReadOptions): Promise<Sample[]> {
  let text = '';
  for await (const chunk of readLines(path, options)) text += chunk;
  const json = parse(path, text);
  const rows: unknown[] = Array.isArray(json) ? json : [json];
  if (rows.length === 0) throw new DataError(path, 'expected at least one sample, got none');
  const objects = new ObjectSamples(options);
  return rows.map((row, n) => objects.of(`${path}: JSON row ${n + 1}`, row));
}

/** The columns of an array have no names. */
async function readNPY(path: string, options: ReadOptions): Promise<Iterable<Sample>> {
  const { signature, keep, onRead } = options;
  const bytes = await readBytes(path, onRead);
  const table = await inFile(path, () => Table.fromNPY(bytes));
  const { length } = table.names;
  const places = findColumnsByNumber(path, length, signature, keep);
  const samples = new RowSamples(new RowValues(signature, false), places, options);
  return (function* () {
    for (let n = 0; n < table.count; n++)
      yield samples.of(
        `${path}: NPY row ${n + 1}`,
        Array.from({ length }, (_, k) => table.cell(n, k)),
      );
  })();
}

async function* readParquet(path: string, options: ReadOptions): AsyncGenerator<Sample[]> {
  const { signature, keep, onRead } = options;
  const buffer = await fileBuffer(path, onRead);
  const { names, select } = await inFile(path, () => openParquet(buffer));
  const { at, kept, ignored } = findColumnsByName(path, names, signature, keep);
  const used = [...new Set([...at, ...kept])];
  const { open } = await inFile(path, () => select({ inputs: used.map((k) => names[k]!) }));
  const placeOf = new Map(used.map((k, place) => [k, place]));
  const places = { at: at.map((k) => placeOf.get(k)!), kept: kept.map((k) => placeOf.get(k)!), ignored };
  const samples = new RowSamples(new RowValues(signature, false), places, options);
  const groups = open().blocks[Symbol.asyncIterator]();
  for (;;) {
    const next = await inFile(path, () => groups.next());
    if (next.done) return;
    yield* inParts(samplesOf(next.value));
  }
  function* samplesOf(rows: Iterable<Row>): Generator<Sample> {
    for (const { cells, number } of rows) yield samples.of(`${path}: Parquet row ${number}`, cells);
  }
}

/** Files of arrays of samples, whose columns needn't be chosen. */
async function* readArrays(path: string, { signature, keep, onRead }: ReadOptions): AsyncGenerator<Sample[]> {
  if (keep.length > 0) throw new UsageError('--keep', `${path} has no columns to choose from`);
  const data = await readData(path, {}, { part: 'test', answers: 'none', onRead });
  if (data.width !== signature.width) {
    throw new DataError(
      path,
      `expected ${signature.width} values per sample, as many as the network takes, got ${data.width}`,
    );
  }
  for (let first = 0; first < data.count; first += AT_A_TIME) {
    const count = Math.min(AT_A_TIME, data.count - first);
    yield Array.from({ length: count }, (_, i) => {
      const n = first + i;
      const row = data.inputs.subarray(n * data.width, (n + 1) * data.width);
      return { place: `${path}: sample ${n + 1}`, values: Array.from(row), kept: [] };
    });
  }
}
