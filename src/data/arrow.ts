import { checkKeys, show } from '../base/check.js';
import { TypeFault } from '../errors.js';
import { viewBytes } from '../base/bytes.js';
import { columnOptionNames, planColumns, refuseColumn, type ColumnOptions } from './columns.js';
import { readSamples } from './recognize.js';
import { cellDescriber, toCell, type Row, type RowSource } from './rows.js';
import type { SampleArrays } from './schema.js';

// Reads tables of apache-arrow and of libraries with the same methods, without importing any.

/** The type of a column, https://github.com/apache/arrow/blob/main/format/Schema.fbs */
interface ArrowType {
  readonly typeId: number;
  /** The unit of a time. */
  readonly unit?: number;
  /** The digits after the point of a decimal. */
  readonly scale?: number;
  /** The type of the values of a dictionary. */
  readonly dictionary?: unknown;
}

/** A column: its values by index. apache-arrow has `get`, Flechette `at`. */
export interface ArrowColumn {
  get?(index: number): unknown;
  at?(index: number): unknown;
}

/** A table of Apache Arrow: of apache-arrow, Arquero's `toArrow()`, DuckDB-Wasm or Flechette. */
export interface ArrowTable {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: object }[] };
  getChildAt(index: number): ArrowColumn | null;
}

const DICTIONARY = -1;
const DECIMAL = 7;
const DATE = 8;
const TIME = 9;
const TIMESTAMP = 10;
/** Null, integers, floats and booleans. */
const numbers = [1, 2, 3, 6];
/** Utf8, LargeUtf8 and Utf8View. */
const texts = [5, 20, 24];
const others: Readonly<Record<number, string>> = {
  ...{
    4: 'bytes',
    11: 'intervals',
    12: 'lists',
    13: 'groups of columns',
    14: 'unions',
    15: 'bytes',
    16: 'lists',
  },
  ...{ 17: 'maps', 18: 'durations', 19: 'bytes', 21: 'lists', 23: 'bytes', 25: 'lists', 26: 'lists' },
};

const MILLISECONDS_PER_DAY = 86_400_000;
/** By the code of a time's unit: seconds, milliseconds, microseconds, nanoseconds. */
const unitsPerDay = [86_400, 86_400e3, 86_400e6, 86_400e9];
const WORD = 32;

/** @throws TypeError or RangeError naming the option, or the row and column */
export function readArrow(table: ArrowTable, options: ColumnOptions): SampleArrays {
  if (!isTable(table)) {
    throw new TypeFault({
      place: 'table',
      problem: `expected a table of Apache Arrow, got ${show(table)}`,
      cure: adviseConversion(table),
    });
  }
  checkKeys('options', options, columnOptionNames);
  const { numRows, schema } = table;
  const names = schema.fields.map(({ name }) => name.normalize('NFC'));
  const place = 'Arrow';
  const source: RowSource = { place, origin: 'values', names, describeCell: cellDescriber('Arrow row') };
  const readers = new Map<number, (n: number) => unknown>();
  for (const at of planColumns(source, options).at) {
    const convert = chooseConversion(schema.fields[at]!.type as ArrowType);
    if (typeof convert === 'string') throw refuseColumn(place, names[at]!, convert);
    const column = table.getChildAt(at)!;
    readers.set(at, (n) => convert(column.get ? column.get(n) : column.at!(n)));
  }
  function* rows(): Generator<Row> {
    for (let n = 0; n < numRows; n++) {
      // The columns that aren't used stay null.
      const cells: unknown[] = new Array(names.length).fill(null);
      for (const [at, read] of readers) cells[at] = read(n);
      yield { cells, number: n + 1 };
    }
  }
  return readSamples(() => ({ source, rows: rows() }), options);
}

/** What makes a table, or rows, of what was passed in place of a table. */
function adviseConversion(given: unknown): string {
  if (viewBytes(given)) return 'pass tableFromIPC(bytes) of apache-arrow';
  if (typeof (Object(given) as { toArrow?: unknown }).toArrow === 'function') return 'pass table.toArrow()';
  return 'pass rows that are objects to fromObjects';
}

function isTable(table: unknown): boolean {
  const { numRows, schema, getChildAt } = Object(table) as Partial<ArrowTable>;
  return typeof numRows === 'number' && Array.isArray(schema?.fields) && typeof getChildAt === 'function';
}

type Convert = (value: unknown) => unknown;

/** @returns how to convert values to cells, or the name of values that are neither numbers nor text */
function chooseConversion({ typeId, unit = 0, scale = 0, dictionary }: ArrowType): Convert | string {
  if (typeId === DICTIONARY) return chooseConversion(dictionary as ArrowType);
  if (numbers.includes(typeId) || texts.includes(typeId)) return toCell;
  if (typeId === DECIMAL) return present((value) => toDecimal(value, scale));
  if (typeId === TIME) return present((value) => Number(value) / unitsPerDay[unit]!);
  if (typeId === DATE || typeId === TIMESTAMP)
    return present((value) => Number(value) / MILLISECONDS_PER_DAY);
  return others[typeId] ?? 'values of an unknown type';
}

const present =
  (convert: Convert): Convert =>
  (value) =>
    value === null || value === undefined ? null : convert(value);

/** apache-arrow returns the words of a decimal, the lowest first; others return a number. */
function toDecimal(value: unknown, scale: number): number {
  if (!ArrayBuffer.isView(value)) return Number(value);
  const words = [...(value as Uint32Array)];
  const whole = words.reduceRight((sum, word) => (sum << BigInt(WORD)) + BigInt(word), 0n);
  return Number(`${BigInt.asIntN(WORD * words.length, whole)}e-${scale}`);
}
