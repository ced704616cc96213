import { checkKeys, show } from '../base/check.js';
import { RangeFault, TypeFault } from '../errors.js';
import { columnOptionNames, type ColumnOptions } from './columns.js';
import { toCell, type Row, type RowBlocks, type RowSource } from './rows.js';
import { readSamples } from './recognize.js';
import type { SampleArrays } from './schema.js';

/** Objects with named values, all at once or as they arrive, for example from the cursor of a database. */
export type ObjectRows = Iterable<object> | AsyncIterable<object>;

/** Opens the rows from the beginning: `() => statement.iterate()`, for example. */
export type ObjectSource = () => ObjectRows | Promise<ObjectRows>;

const ROWS_AT_A_TIME = 1024;

const describeCell = (n: number, name: string): string => `rows[${n}][${show(name)}]`;

/** @throws TypeError or RangeError naming the option, or the row and column */
export function readObjects(rows: readonly object[], options: ColumnOptions): SampleArrays {
  if (!Array.isArray(rows)) {
    throw new TypeFault({
      place: 'rows',
      problem: `expected an array of objects, got ${show(rows)}`,
      ...(isIterable(rows) && { cure: 'use DataStream.fromObjects(() => rows)' }),
    });
  }
  if (rows.length === 0) throw new RangeFault({ place: 'rows', problem: 'expected at least one, got none' });
  checkKeys('options', options, columnOptionNames);
  const found = new Set<string>();
  for (const [n, row] of rows.entries()) {
    checkObject(row, n);
    for (const name of Object.keys(row)) found.add(name);
  }
  const names = [...found];
  function* cells(): Generator<Row> {
    for (const [number, row] of rows.entries()) yield { cells: readCells(row, names), number };
  }
  const source: RowSource = { place: 'rows', origin: 'values', names, describeCell };
  return readSamples(() => ({ source, rows: cells() }), options);
}

const isIterable = (rows: object): boolean => Symbol.iterator in rows || Symbol.asyncIterator in rows;

/** Opens rows from the beginning. The first row names the columns. */
export function openObjects(source: ObjectSource): RowBlocks {
  let names: readonly string[] | undefined;
  async function* blocks(): AsyncGenerator<Row[], void, void> {
    let block: Row[] = [];
    let number = 0;
    let known: ReadonlySet<string> | undefined;
    for await (const row of await source()) {
      checkObject(row, number);
      names ??= Object.keys(row);
      known ??= new Set(names);
      checkNames(row, known, number);
      block.push({ cells: readCells(row, names), number: number++ });
      if (block.length < ROWS_AT_A_TIME) continue;
      yield block;
      block = [];
    }
    yield block;
  }
  const described: RowSource = {
    place: 'rows',
    origin: 'values',
    describeCell,
    get names() {
      return names;
    },
  };
  return { source: described, blocks: blocks() };
}

function checkObject(row: unknown, n: number): asserts row is object {
  if (typeof row === 'object' && row !== null && !Array.isArray(row) && !ArrayBuffer.isView(row)) return;
  throw new TypeFault({
    place: `rows[${n}]`,
    problem: `expected an object of named values, got ${show(row)}`,
  });
}

function checkNames(row: object, names: ReadonlySet<string>, n: number): void {
  const other = Object.keys(row).find((name) => !names.has(name));
  if (other === undefined) return;
  throw new RangeFault({
    place: describeCell(n, other),
    problem: 'is missing in the first row, which names the columns',
    cure: 'write null where a row has no value',
  });
}

const readCells = (row: object, names: readonly string[]): unknown[] =>
  names.map((name) =>
    Object.hasOwn(row, name) ? toCell((row as Readonly<Record<string, unknown>>)[name]) : undefined,
  );
