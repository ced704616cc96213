import { openText, type Opened } from '../../data/batches.js';
import { textOf, type TextSource } from '../../data/chunks.js';
import { CSVRows } from '../../data/csv.js';
import { Dataset, DataStream, type ColumnOptions } from '../../data/index.js';
import { parseJSONText } from '../../base/parse-json.js';
import { JSONLines, rowsOfJSON } from '../../data/json.js';
import { cellsOf } from '../../data/npy.js';
import { columnsOfParquet, openParquet, type AsyncBuffer } from '../../data/parquet/file.js';
import { addNames, rowOf } from '../../data/records.js';
import { readNPY } from '../../formats/numpy/index.js';
import type { Reading } from '../model/model-file.js';
import { Profile } from './column-profile.js';
import { dialectOf, type Dialect } from './csv-dialect.js';

/** A table whose columns are to be chosen. */
export interface Table {
  /** What stands in each column. */
  readonly profiles: readonly Profile[];
  /** How its text is written. */
  readonly dialect?: Dialect;
  /** @throws FormatError, TypeError, RangeError naming the row and column */
  readonly read: (reading: Reading) => Dataset | Promise<Dataset>;
  /** In place of `read` where it is larger than memory. @throws as that */
  readonly stream?: (reading: Reading) => Promise<DataStream>;
}

/** A text: whole, or what opens it from its beginning. */
export type Text = string | TextSource;

/** How much of a text is taken apart at a time. */
const CHARACTERS_AT_A_TIME = 2 ** 20;

/** @throws RangeError naming the row */
export async function csvTable(text: Text, given: Partial<Dialect>): Promise<Table> {
  const source = sourceOf(text);
  const dialect = dialectOf(await beginningOf(source), given);
  const optionsOf = (reading: Reading): ColumnOptions & Dialect => ({ ...columnsOf(reading), ...dialect });
  return {
    profiles: await profilesOf(openText(source, () => new CSVRows(dialect))),
    dialect,
    read: async (reading) => Dataset.fromCSV(await wholeOf(text), optionsOf(reading)),
    ...(typeof text !== 'string' && { stream: (reading) => DataStream.fromCSV(source, optionsOf(reading)) }),
  };
}

/** @throws FormatError, TypeError, RangeError naming line or row */
export function jsonTable(text: string): Table {
  const { rows, columns } = rowsOfJSON(parseJSONText(text));
  const profiles = new RecordProfiles(columns?.columns);
  for (const [n, row] of rows.entries()) profiles.add(row, () => `JSON row ${n + 1}`);
  return { profiles: profiles.all(), read: (reading) => Dataset.fromJSON(text, columnsOf(reading)) };
}

/** @throws FormatError, TypeError, RangeError naming the line */
export async function jsonLinesTable(text: Text): Promise<Table> {
  const source = sourceOf(text);
  const profiles = new RecordProfiles();
  const lines = new JSONLines();
  const add = (chunk: string, isLast: boolean): void => {
    for (const { value, number } of lines.read(chunk, isLast)) profiles.add(value, () => `line ${number}`);
  };
  for await (const chunk of textOf(source)) add(chunk, false);
  add('', true);
  return {
    profiles: profiles.all(),
    read: async (reading) => Dataset.fromJSONLines(await wholeOf(text), columnsOf(reading)),
    ...(typeof text !== 'string' && {
      stream: (reading) => DataStream.fromJSONLines(source, columnsOf(reading)),
    }),
  };
}

/** @throws FormatError, RangeError */
export async function npyTable(bytes: Uint8Array<ArrayBuffer>): Promise<Table> {
  const { shape, values } = readNPY(bytes);
  const [count = 0, width = 0] = shape;
  if (shape.length !== 2 || values.length === 0) {
    throw new RangeError(
      `expected an array of two dimensions, a row for each sample, got shape (${shape.join(', ')})`,
    );
  }
  const cells = cellsOf(values, width);
  const names = Array.from({ length: width }, (_, k) => String(k));
  function* rows(): Generator<Cells> {
    for (let n = 0; n < count; n++) yield { cells: cells.slice(n * width, (n + 1) * width) };
  }
  return {
    profiles: await profilesOf({ source: { names }, blocks: [rows()] }),
    read: (reading) => Dataset.fromNPY(bytes, columnsOf(reading)),
  };
}

/** @param isLarge whether it is read in parts. @throws FormatError naming the column */
export async function parquetTable(file: AsyncBuffer, isLarge: boolean): Promise<Table> {
  const columns = await columnsOfParquet(file);
  const inputs = columns.filter(({ refused }) => refused === undefined).map(({ name }) => name);
  const { open } = await openParquet(file, { inputs });
  const profiles = await profilesOf(open());
  const { count } = profiles[0]!;
  return {
    profiles: columns.map(({ name, refused }) =>
      refused === undefined ? profiles[inputs.indexOf(name)]! : Profile.ofOthers(name, count),
    ),
    read: (reading) => Dataset.fromParquet(file, columnsOf(reading)),
    ...(isLarge && { stream: (reading) => DataStream.fromParquet(file, columnsOf(reading)) }),
  };
}

function sourceOf(text: Text): TextSource {
  if (typeof text !== 'string') return text;
  return function* () {
    for (let at = 0; at < text.length; at += CHARACTERS_AT_A_TIME)
      yield text.slice(at, at + CHARACTERS_AT_A_TIME);
  };
}

async function wholeOf(text: Text): Promise<string> {
  if (typeof text === 'string') return text;
  let whole = '';
  for await (const chunk of textOf(text)) whole += chunk;
  return whole;
}

async function beginningOf(source: TextSource): Promise<string> {
  for await (const chunk of textOf(source)) return chunk;
  return '';
}

interface Cells {
  readonly cells: ArrayLike<unknown>;
}

/** @throws RangeError where there is no row */
async function profilesOf({
  source,
  blocks,
}: {
  readonly source: Pick<Opened['source'], 'names'>;
  readonly blocks: AsyncIterable<Iterable<Cells>> | Iterable<Iterable<Cells>>;
}): Promise<Profile[]> {
  let profiles: Profile[] | undefined;
  for await (const block of blocks) {
    for (const { cells } of block) {
      profiles ??= source.names!.map((name) => new Profile(name));
      for (let k = 0; k < profiles.length; k++) profiles[k]!.add(cells[k]);
    }
  }
  return checkRows(profiles);
}

function checkRows(profiles: Profile[] | undefined): Profile[] {
  if (!profiles?.[0]?.count) throw new RangeError('expected at least one row of data, got none');
  return profiles;
}

/** Of objects, each of which may have other names than those before; or of arrays. */
class RecordProfiles {
  readonly #profiles = new Map<string, Profile>();
  readonly #given: readonly string[] | undefined;
  #areArrays: boolean | undefined;
  #count = 0;

  /** @param names of the columns, where they are known */
  constructor(names?: readonly string[]) {
    this.#given = names;
    for (const name of names ?? []) this.#profiles.set(name, new Profile(name));
  }

  /** @throws TypeError, RangeError where it is no such row */
  add(row: unknown, place: () => string): void {
    this.#areArrays ??= Array.isArray(row);
    const names = new Set(this.#profiles.keys());
    if (!this.#given) addNames(names, row, place);
    for (const name of names) {
      if (!this.#profiles.has(name)) this.#profiles.set(name, new Profile(name, this.#count));
    }
    const { cells } = rowOf(row, [...names], this.#areArrays, place);
    let k = 0;
    for (const profile of this.#profiles.values()) profile.add(cells[k++]);
    this.#count++;
  }

  all(): Profile[] {
    return checkRows([...this.#profiles.values()]);
  }
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
