import { readText, type TextSource } from '../../data/chunks.js';
import { CSVRows } from '../../data/csv.js';
import { isProbe } from '../../data/dialect.js';
import {
  Dataset,
  DataStream,
  detectDialect,
  profileTable,
  Table,
  type Categories,
  type ColumnOptions,
  type CSVDialect,
  type ColumnFormat,
  type CSVOptions,
  type DetectedDialect,
  type GapOptions,
  type MissingPolicy,
  type StreamOptions,
  type ProfileOptions,
  type TableProfile,
} from '../../data/index.js';
import { JSONLinesRows } from '../../data/json.js';
import type { AsyncBuffer } from '../../data/parquet/file.js';
import { profileRows } from '../../data/profile.js';
import { openText } from '../../data/rows.js';
import type { TextFormat } from '../options/data.js';
import { keepSamples } from './kept-samples.js';

/** How a data file is read: guessed or given in training, and reused for later files. */
export interface Reading extends TextFormat, GapOptions {
  readonly missing?: MissingPolicy;
  /** What replaces missing numbers: the means of the training file, by the name of the column. */
  readonly means?: Readonly<Record<string, number>>;
  readonly maxCategories?: number;
  readonly minFrequency?: number;
  /** The inputs whose values are texts rather than categories. */
  readonly text?: readonly string[];
  /** The columns that the network sees, in order; undefined if the data has no names. */
  readonly inputs?: readonly string[];
  readonly label?: string;
  readonly targets?: readonly string[];
  /** In the order of the network's outputs. */
  readonly classes?: Categories;
  /** For a file to predict, only the names: the network knows its categories, and has a policy for others. */
  readonly categorical?: Readonly<Record<string, Categories>> | readonly string[];
  /** How the texts of columns become numbers, for columns that don't hold plain numbers. */
  readonly formats?: Readonly<Record<string, ColumnFormat>>;
  /** The factor of each input, for images. */
  readonly inputScale?: number;
}

/** The names of the categorical inputs. */
export const namesOfCategorical = ({ categorical = [] }: Reading): readonly string[] =>
  Array.isArray(categorical) ? (categorical as readonly string[]) : Object.keys(categorical);

/** Called if a stream is sorted by class. */
export type OnWarning = NonNullable<StreamOptions['onWarning']>;

/** A table before its columns are chosen. */
export interface OpenedTable {
  /** What its columns hold. @throws FormatError, TypeError, RangeError naming the row, of a table larger than memory */
  readonly profile: (options?: ProfileOptions) => TableProfile | Promise<TableProfile>;
  /** The format of its text. */
  readonly dialect?: DetectedDialect;
  /** A table in memory is not parsed again for it. @throws FormatError, TypeError, RangeError naming the row and column */
  readonly read: (reading: Reading) => Dataset | Promise<Dataset>;
  /**
   * Instead of `read`, if the table is larger than memory. A text is parsed once, unless there's no room for its samples.
   * @throws as `read` does
   */
  readonly stream?: (reading: Reading, onWarning: OnWarning) => Promise<DataStream>;
}

/** A text: whole, or a function that opens it from its beginning. */
export type Text = string | TextSource;

const inMemory = (table: Table): OpenedTable => ({
  profile: (options) => profileTable(table, options),
  read: (reading) => Dataset.fromTable(table, chooseColumns(reading)),
});

/** @throws RangeError naming the row */
export async function openCSV(text: Text, known: CSVDialect): Promise<OpenedTable> {
  if (typeof text === 'string') {
    const dialect = detectDialect(text, { ...known, strayRows: 'skip' });
    return { ...inMemory(Table.fromCSV(text, dialect)), dialect };
  }
  const dialect = detectDialect(await readBeginning(text), { ...known, strayRows: 'skip' });
  const optionsFor = (reading: Reading): CSVOptions => ({ ...chooseColumns(reading), ...dialect });
  return {
    profile: (options) => profileRows(openText(text, new CSVRows(dialect)), options),
    dialect,
    read: async (reading) => Dataset.fromCSV(await readWhole(text), optionsFor(reading)),
    stream: async (reading, onWarning) =>
      parsedOnce(await DataStream.fromCSV(text, optionsFor(reading)), onWarning),
  };
}

/** @throws FormatError, TypeError, RangeError naming line or row */
export const openJSON = (text: string): OpenedTable => inMemory(Table.fromJSON(text));

/** @throws FormatError, TypeError, RangeError naming the line */
export function openJSONLines(text: Text): OpenedTable {
  if (typeof text === 'string') return inMemory(Table.fromJSONLines(text));
  return {
    profile: (options) => profileRows(openText(text, new JSONLinesRows(undefined, 'grow')), options),
    read: async (reading) => Dataset.fromJSONLines(await readWhole(text), chooseColumns(reading)),
    stream: async (reading, onWarning) =>
      parsedOnce(await DataStream.fromJSONLines(text, chooseColumns(reading)), onWarning),
  };
}

/** @throws FormatError, RangeError */
export const openNPY = (bytes: Uint8Array<ArrayBuffer>): OpenedTable => inMemory(Table.fromNPY(bytes));

/**
 * Only the columns that are needed are read: all for a profile, otherwise those of the reading.
 * @param isLarge whether it is read in parts
 * @param ignore columns that the profile leaves out
 * @throws FormatError naming the column
 */
export function openParquet(
  file: AsyncBuffer,
  isLarge: boolean,
  ignore: readonly string[] = [],
): OpenedTable {
  if (isLarge) {
    return {
      profile: async (options) => {
        const { profileParquet } = await import('../../data/parquet/file.js');
        return await profileParquet(file, ignore, options);
      },
      read: (reading) => Dataset.fromParquet(file, chooseColumns(reading)),
      stream: (reading, onWarning) => DataStream.fromParquet(file, { ...chooseColumns(reading), onWarning }),
    };
  }
  let table: Table | undefined;
  return {
    profile: async (options) => profileTable((table ??= await Table.fromParquet(file, { ignore })), options),
    read: (reading) =>
      table
        ? Dataset.fromTable(table, chooseColumns(reading))
        : Dataset.fromParquet(file, chooseColumns(reading)),
  };
}

const parsedOnce = ({ source, rowsPerBatch }: DataStream, onWarning: OnWarning): DataStream =>
  DataStream.of(keepSamples(source), { rowsPerBatch, onWarning });

async function readWhole(source: TextSource): Promise<string> {
  let whole = '';
  for await (const chunk of readText(source)) whole += chunk;
  return whole;
}

async function readBeginning(source: TextSource): Promise<string> {
  let beginning = '';
  for await (const chunk of readText(source)) {
    beginning += chunk;
    if (isProbe(beginning)) break;
  }
  return beginning;
}

/** The options of a reading that choose columns. */
function chooseColumns(reading: Reading): ColumnOptions {
  const { inputs, label, targets, classes, categorical, text, missing, means, gaps, notGaps } = reading;
  const { maxCategories, minFrequency } = reading;
  // A file to predict from lacks the label or targets.
  const used = [...(inputs ?? []), ...(targets ?? []), label];
  const formats = Object.entries(reading.formats ?? {}).filter(([name]) => used.includes(name));
  return {
    ...(inputs && { inputs }),
    ...(label !== undefined && { label }),
    ...(targets && { targets }),
    ...(classes && { classes }),
    ...(categorical && { categorical }),
    ...(missing && { missing }),
    ...(means && { means }),
    ...(text && { text }),
    ...(maxCategories !== undefined && { maxCategories }),
    ...(minFrequency !== undefined && { minFrequency }),
    ...(gaps && { gaps }),
    ...(notGaps && { notGaps }),
    ...(formats.length > 0 && { formats: Object.fromEntries(formats) }),
  };
}
