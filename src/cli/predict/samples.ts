import { CSVRows } from '../../data/csv.js';
import { detectDialect, type SkippedRow } from '../../data/index.js';
import { toCell } from '../../data/rows.js';
import { checkCount } from '../../data/samples.js';
import { DataError, inFile } from '../errors.js';
import { recognizeJSON } from '../../data/foreign-files.js';
import { STDIN, type FileKind } from '../data/file-formats.js';
import { withoutCategories } from '../model/labeled-data.js';
import type { ModelSignature } from '../model/signature.js';
import type { Reading } from '../data/tables.js';
import { openData, type TableFile } from '../data/open-data.js';
import { detectKind, displayPath, readTextInChunks } from '../data/read-file.js';
import {
  findColumnsByName,
  findColumnsByNumber,
  RowValues,
  type ColumnPlaces,
  type Values,
} from './row-values.js';

/** A row of a file, and what the network is given of it. */
export interface Sample {
  /** As 'iris.csv: CSV row 12'. */
  readonly place: string;
  readonly values: Values;
}

/** Called once for each file with columns that are not used. */
export type OnIgnored = (columns: readonly string[]) => void;

/** Called at the end of a file with rows that are no data. */
export type OnSkipped = (rows: readonly SkippedRow[]) => void;

/** Samples that are computed at a time. */
const AT_A_TIME = 1024;
/** Enough of a text to tell how it is written. */
const PROBED_CHARACTERS = 2 ** 16;
/** A longer line means that the file is not JSON Lines. */
const LONGEST_LINE = 2 ** 24;

/**
 * The samples of a file, some at a time: texts are read as they come, in little memory.
 * @param path '-' is standard input: CSV, or JSON Lines
 * @throws DataError naming the file, the row and the column
 */
export async function* readSamples(
  path: string,
  signature: ModelSignature,
  onIgnored: OnIgnored,
  onSkipped: OnSkipped,
): AsyncGenerator<Sample[]> {
  const isMNIST = path === 'mnist';
  const kind = isMNIST ? { format: 'idx' as const, isPacked: false } : await detectKind(path);
  if (kind.format !== 'csv' && kind.format !== 'jsonl') {
    yield* readWholeFile(path, kind, signature, onIgnored);
    return;
  }
  const name = displayPath(path);
  const texts = readLines(path, signature.format.encoding);
  const { value, done } = await texts.next();
  const first = value ?? '';
  const isJSON = kind.format === 'jsonl' || (path === STDIN && recognizeJSON(first) !== undefined);
  const reader = isJSON
    ? new LineSamples(name, signature, onIgnored)
    : new TableSamples(name, first, kind, signature, onIgnored);
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
  if (reader.skipped.length > 0) onSkipped(reader.skipped);
  if (count + rest.length > 0) return;
  await inFile(name, () => checkCount({ place: '', hasHeader: reader.hasHeader }, undefined));
}

/** Text in chunks; the first has enough of it to tell how it is written, if there is as much. */
async function* readLines(path: string, encoding?: string): AsyncGenerator<string, void, undefined> {
  let pending = '';
  let hasBegun = false;
  for await (const text of readTextInChunks(path, encoding)) {
    pending += text;
    hasBegun ||= pending.length >= PROBED_CHARACTERS || pending.includes('\n');
    if (!hasBegun) continue;
    yield pending;
    pending = '';
  }
  yield pending;
}

/** Rows of CSV. */
class TableSamples {
  readonly #name: string;
  readonly #rows: CSVRows;
  readonly #signature: ModelSignature;
  readonly #values: RowValues;
  readonly #onIgnored: OnIgnored;
  readonly #hasNames: boolean;
  #places: ColumnPlaces | undefined;

  constructor(
    name: string,
    beginning: string,
    kind: FileKind,
    signature: ModelSignature,
    onIgnored: OnIgnored,
  ) {
    const dialect = detectDialect(beginning, {
      ...(kind.delimiter !== undefined && { delimiter: kind.delimiter }),
      ...signature.format,
      strayRows: 'skip',
    });
    this.#name = name;
    this.#rows = new CSVRows(dialect);
    this.#hasNames = dialect.header === true;
    this.#signature = signature;
    this.#values = new RowValues(signature, true);
    this.#onIgnored = onIgnored;
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
      const fields = cells as readonly string[];
      this.#places ??= this.#findPlaces(place, fields.length);
      const values = this.#places.at.map((k) => fields[k]);
      return { place, values: this.#values.of(place, values) };
    });
  }

  #findPlaces(place: string, count: number): ColumnPlaces {
    const places = this.#hasNames
      ? findColumnsByName(this.#name, this.#rows.names!, this.#signature)
      : findColumnsByNumber(place, count, this.#signature);
    if (places.ignored.length > 0) this.#onIgnored(places.ignored);
    return places;
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

  constructor(name: string, signature: ModelSignature, onIgnored: OnIgnored) {
    this.#name = name;
    this.#objects = new ObjectSamples(signature, onIgnored);
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

/** Samples as JSON has them: objects by name, or arrays in order. */
class ObjectSamples {
  readonly #signature: ModelSignature;
  readonly #values: RowValues;
  readonly #onIgnored: OnIgnored;
  #hasBegun = false;

  constructor(signature: ModelSignature, onIgnored: OnIgnored) {
    this.#signature = signature;
    this.#values = new RowValues(signature, false);
    this.#onIgnored = onIgnored;
  }

  of(place: string, row: unknown): Sample {
    if (typeof row !== 'object' || row === null) {
      throw new DataError(place, 'expected an object with a value for each column, or an array of them');
    }
    const cells = Array.isArray(row) ? this.#byNumber(place, row) : this.#byName(place, row);
    return { place, values: this.#values.of(place, cells.map(toCell)) };
  }

  #byNumber(place: string, row: readonly unknown[]): unknown[] {
    return findColumnsByNumber(place, row.length, this.#signature).at.map((k) => row[k]);
  }

  #byName(place: string, row: object): unknown[] {
    const { inputs = [] } = this.#signature.reading;
    const names = Object.keys(row);
    // What is missing from some rows only is missing as an empty cell is.
    if (!this.#hasBegun || inputs.length === 0) {
      const { ignored, at } = findColumnsByName(place, names, this.#signature);
      if (ignored.length > 0 && !this.#hasBegun) this.#onIgnored(ignored);
      this.#hasBegun = true;
      return at.map((k) => (row as Record<string, unknown>)[names[k]!]);
    }
    return inputs.map((name) =>
      Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined,
    );
  }
}

function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DataError(place, `invalid JSON: ${(error as Error).message}`, undefined, { cause: error });
  }
}

/** Formats that are read whole. */
async function* readWholeFile(
  path: string,
  { format }: FileKind,
  signature: ModelSignature,
  onIgnored: OnIgnored,
): AsyncGenerator<Sample[]> {
  if (format === 'json') {
    let text = '';
    for await (const chunk of readLines(path, signature.format.encoding)) text += chunk;
    const json = parse(path, text);
    const rows: unknown[] = Array.isArray(json) ? json : [json];
    if (rows.length === 0) throw new DataError(path, 'expected at least one sample, got none');
    const objects = new ObjectSamples(signature, onIgnored);
    const samples = rows.map((row, n) => objects.of(`${path}: JSON row ${n + 1}`, row));
    for (let n = 0; n < samples.length; n += AT_A_TIME) yield samples.slice(n, n + AT_A_TIME);
    return;
  }
  const file = await openData(path);
  const data =
    file.kind === 'table'
      ? await file.read(await chooseReading(file, format, signature))
      : (file.test ?? file.data);
  if (data.width !== signature.width) {
    throw new DataError(
      path,
      `expected ${signature.width} values to a sample, as many as the network takes, got ${data.width}`,
    );
  }
  const { columns = [], categories } = data;
  const lists = columns.map((name) => categories[name]);
  const toCategory = (value: number, k: number): number | string =>
    typeof lists[k]?.[0] === 'string' ? lists[k][value]! : value;
  for (let first = 0; first < data.count; first += AT_A_TIME) {
    const count = Math.min(AT_A_TIME, data.count - first);
    yield Array.from({ length: count }, (_, i) => {
      const n = first + i;
      const row = data.inputs.subarray(n * data.width, (n + 1) * data.width);
      return { place: `${path}: sample ${n + 1}`, values: Array.from(row, toCategory) };
    });
  }
}

/** Of the inputs alone: answers may be there or not. The columns of an array have no names. */
async function chooseReading(
  { path, profile }: TableFile,
  format: FileKind['format'],
  signature: ModelSignature,
): Promise<Reading> {
  if (format === 'npy') {
    const { columns } = await profile();
    return { inputs: findColumnsByNumber(path, columns.length, signature).at.map(String) };
  }
  const names = ['label', 'targets', 'classes'];
  const reading = withoutCategories(signature.reading);
  return Object.fromEntries(Object.entries(reading).filter(([name]) => !names.includes(name)));
}
