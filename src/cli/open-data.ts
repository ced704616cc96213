import { RowReader } from '../data/csv.js';
import { Dataset, type ColumnOptions, type CSVOptions } from '../data/index.js';
import { dataFailure, inFile } from './failure.js';
import { kindOf, type FileKind } from './formats.js';
import type { Reading } from './model-file.js';
import { mnistFiles } from './mnist.js';
import { Profile } from './profile.js';
import { nameOf, readBytes, readText } from './read-bytes.js';
import { dialectOf, type Dialect } from './sniff.js';

/** A table whose columns are to be chosen. */
export interface TableFile {
  readonly kind: 'table';
  readonly path: string;
  /** What stands in each column. */
  readonly profiles: readonly Profile[];
  /** How its text is written. */
  readonly dialect?: Dialect;
  /** @throws Failure naming the row and column */
  readonly read: (reading: Reading) => Promise<Dataset>;
}

/** Samples as they are: inputs, and labels or targets. */
export interface SamplesFile {
  readonly kind: 'samples';
  readonly path: string;
  readonly data: Dataset;
  /** Where the test comes with it. */
  readonly test?: Dataset;
}

export type DataFile = TableFile | SamplesFile;

/** How much of a text is looked at in one go. */
const CHARACTERS_AT_A_TIME = 2 ** 20;

/**
 * Opens a data file, by its name: all of it is looked at, and nothing chosen.
 * @param given what of the dialect need not be guessed
 * @throws Failure naming the file and the place in it
 */
export async function openData(path: string, given: Partial<Dialect> = {}): Promise<DataFile> {
  if (path === 'mnist') return { kind: 'samples', path, ...(await mnistData()) };
  const kind = kindOf(path);
  switch (kind.format) {
    case 'csv': {
      const text = await readText(path, kind.isPacked);
      return await inFile(nameOf(path), () =>
        csvFile(path, text, { ...(kind.delimiter !== undefined && { delimiter: kind.delimiter }), ...given }),
      );
    }
    case 'json':
    case 'jsonl': {
      const rows = rowsOf(path, kind, await readText(path, kind.isPacked));
      return await inFile(path, () => objectsFile(path, rows));
    }
    case 'idx':
      return { kind: 'samples', path, data: await idxData(path, kind) };
    default:
      throw dataFailure(`${path}: not yet`);
  }
}

/**
 * Reads a data file as one before it was read: to predict from or to evaluate with.
 * @throws Failure naming the file and the place in it
 */
export async function readData(path: string, reading: Reading): Promise<Dataset> {
  const { delimiter, header } = reading;
  const file = await openData(path, {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
  });
  return file.kind === 'table' ? await file.read(reading) : file.data;
}

function csvFile(path: string, text: string, given: Partial<Dialect>): TableFile {
  const dialect = dialectOf(text, given);
  const profiles = profilesOfText(text, dialect);
  return {
    kind: 'table',
    path,
    profiles,
    dialect,
    read: (reading) =>
      inFile(nameOf(path), () =>
        Dataset.fromCSV(text, { ...columnsOf(reading), ...(dialect satisfies CSVOptions) }),
      ),
  };
}

function profilesOfText(text: string, { delimiter, header }: Dialect): Profile[] {
  const rows = new RowReader(delimiter);
  let profiles = typeof header === 'boolean' ? undefined : header.map((name) => new Profile(name));
  for (let at = 0; at < text.length; at += CHARACTERS_AT_A_TIME) {
    const end = at + CHARACTERS_AT_A_TIME;
    for (const { fields, number } of rows.read(text.slice(at, end), end >= text.length)) {
      if (!profiles) {
        profiles = fields.map((field, k) => new Profile(header === true ? field : String(k)));
        if (header === true) continue;
      }
      if (fields.length !== profiles.length) {
        throw new RangeError(
          `CSV row ${number}: expected ${profiles.length} fields, one for each column, got ${fields.length}`,
        );
      }
      for (const [k, field] of fields.entries()) profiles[k]!.add(field);
    }
  }
  if (!profiles?.[0]?.count) throw new RangeError('expected at least one row of data, got none');
  return profiles;
}

type Row = Readonly<Record<string, unknown>>;

function objectsFile(path: string, rows: readonly Row[]): TableFile {
  const profiles = new Map<string, Profile>();
  for (const row of rows)
    for (const name of Object.keys(row)) {
      if (!profiles.has(name)) profiles.set(name, new Profile(name));
    }
  for (const row of rows) for (const profile of profiles.values()) profile.add(row[profile.name]);
  return {
    kind: 'table',
    path,
    profiles: [...profiles.values()],
    read: (reading) => inFile(path, () => Dataset.fromObjects(rows, columnsOf(reading))),
  };
}

/** What of a reading is about columns. */
const columnsOf = ({ inputs, label, targets, classes, categorical, missing }: Reading): ColumnOptions => ({
  ...(inputs && { inputs }),
  ...(label !== undefined && { label }),
  ...(targets && { targets }),
  ...(classes && { classes }),
  ...(categorical && { categorical }),
  ...(missing && { missing }),
});

function rowsOf(path: string, { format }: FileKind, text: string): Row[] {
  if (format === 'json') {
    const rows = parse(path, text);
    if (!Array.isArray(rows) || rows.length === 0) {
      throw dataFailure(`${path}: expected an array of objects, one for each sample`);
    }
    return rows.map((row, n) => rowOf(`${path}, item ${n + 1}`, row));
  }
  return text.split('\n').flatMap((line, i) => {
    const place = `${path}, line ${i + 1}`;
    return line.trim() === '' ? [] : [rowOf(place, parse(place, line))];
  });
}

function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw dataFailure(`${place}: it is no JSON: ${(error as Error).message}`, error);
  }
}

/** Truth values become categories. */
function rowOf(place: string, row: unknown): Row {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw dataFailure(`${place}: expected an object with a value for each column`);
  }
  const entries = Object.entries(row).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'boolean' ? String(value) : value,
  ]);
  return Object.fromEntries(entries) as Row;
}

/** Images, and the labels in the file beside it whose name says so. */
async function idxData(path: string, { isPacked }: FileKind): Promise<Dataset> {
  const labelsPath = path.replace(/images([.-])idx3/, 'labels$1idx1');
  if (labelsPath === path) {
    throw dataFailure(`${path}: expected a name as train-images-idx3-ubyte, beside train-labels-idx1-ubyte`);
  }
  const images = await readBytes(path, isPacked);
  const labels = await readBytes(labelsPath, isPacked);
  return await inFile(path, () => Dataset.fromIDX({ images, labels }));
}

async function mnistData(): Promise<{ data: Dataset; test: Dataset }> {
  const [data, test] = await Promise.all(
    mnistFiles().map((path) => idxData(path, { format: 'idx', isPacked: false })),
  );
  return { data: data!, test: test! };
}
