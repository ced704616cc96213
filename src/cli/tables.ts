import { CSVRows } from '../data/csv.js';
import { Dataset, type ColumnOptions } from '../data/index.js';
import { JSONLines, parseJSONText, rowsOfJSON } from '../data/json.js';
import { numbersOf } from '../data/npy.js';
import { addNames, rowOf } from '../data/records.js';
import { rowsOfText } from '../data/text.js';
import { readNPY } from '../formats/numpy/index.js';
import type { Reading } from './model-file.js';
import { Profile } from './profile.js';
import { dialectOf, type Dialect } from './sniff.js';

/** A table whose columns are to be chosen. */
export interface Table {
  /** What stands in each column. */
  readonly profiles: readonly Profile[];
  /** How its text is written. */
  readonly dialect?: Dialect;
  /** @throws TypeError, RangeError naming the row and column */
  readonly read: (reading: Reading) => Dataset | Promise<Dataset>;
}

/** @throws RangeError naming the row */
export function csvTable(text: string, given: Partial<Dialect>): Table {
  const dialect = dialectOf(text, given);
  const rows = new CSVRows(dialect);
  const profiles = profilesOf(() => rows.names!, rowsOfText(rows, text));
  return {
    profiles,
    dialect,
    read: (reading) => Dataset.fromCSV(text, { ...columnsOf(reading), ...dialect }),
  };
}

/** @throws FormatError, TypeError, RangeError naming line or row */
export function jsonTable(text: string): Table {
  const { rows, columns } = rowsOfJSON(parseJSONText(text));
  return {
    profiles: profilesOfRecords(rows, columns?.columns, (n) => `JSON row ${n + 1}`),
    read: (reading) => Dataset.fromJSON(text, columnsOf(reading)),
  };
}

/** @throws FormatError, TypeError, RangeError naming the line */
export function jsonLinesTable(text: string): Table {
  const lines = [...new JSONLines().read(text, true)];
  const rows = lines.map(({ value }) => value);
  return {
    profiles: profilesOfRecords(rows, undefined, (n) => `line ${lines[n]!.number}`),
    read: (reading) => Dataset.fromJSONLines(text, columnsOf(reading)),
  };
}

/** @throws FormatError, RangeError */
export function npyTable(bytes: Uint8Array<ArrayBuffer>): Table {
  const { shape, values } = readNPY(bytes);
  const [count = 0, width = 0] = shape;
  if (shape.length !== 2 || values.length === 0) {
    throw new RangeError(
      `expected an array of two dimensions, a row for each sample, got shape (${shape.join(', ')})`,
    );
  }
  const cells = Array.isArray(values) ? values : numbersOf('npy', values, width);
  const names = Array.from({ length: width }, (_, k) => String(k));
  function* rows(): Generator<{ cells: ArrayLike<unknown> }> {
    for (let n = 0; n < count; n++) yield { cells: cells.slice(n * width, (n + 1) * width) };
  }
  return {
    profiles: profilesOf(() => names, rows()),
    read: (reading) => Dataset.fromNPY(bytes, columnsOf(reading)),
  };
}

function profilesOfRecords(
  rows: readonly unknown[],
  columns: readonly string[] | undefined,
  placeOf: (n: number) => string,
): Profile[] {
  const found = new Set(columns);
  for (const [n, row] of rows.entries()) addNames(found, row, () => placeOf(n));
  const names = columns ?? [...found];
  function* all(): Generator<{ cells: ArrayLike<unknown> }> {
    for (const [n, row] of rows.entries()) yield rowOf(row, names, Array.isArray(rows[0]), () => placeOf(n));
  }
  return profilesOf(() => names, all());
}

/** @param names of the columns, once there is a row */
function profilesOf(
  names: () => readonly string[],
  rows: Iterable<{ readonly cells: ArrayLike<unknown> }>,
): Profile[] {
  let profiles: Profile[] | undefined;
  for (const { cells } of rows) {
    profiles ??= names().map((name) => new Profile(name));
    for (let k = 0; k < profiles.length; k++) profiles[k]!.add(cells[k]);
  }
  if (!profiles) throw new RangeError('expected at least one row of data, got none');
  return profiles;
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
