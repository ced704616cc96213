import { planOf, type ColumnOptions, type Origin, type PlaceOf } from './columns.js';
import { Table, type Parts } from './table.js';

/** A row of a file: its values, in the order of the file's columns. */
export interface Row {
  readonly cells: ArrayLike<unknown>;
  /** What a cell is called in error messages. */
  readonly placeOf: PlaceOf;
}

/** Where rows come from, one after the other. */
export interface RowSource {
  /** The file's name in error messages: 'CSV'. */
  readonly place: string;
  readonly origin: Origin;
  /** The names of the columns: known once there is a row. */
  readonly names: readonly string[] | undefined;
}

/**
 * Makes a dataset of all rows.
 * @throws TypeError, RangeError naming the option, or the row and column
 */
export function partsOfRows(source: RowSource, rows: Iterable<Row>, options: ColumnOptions): Parts {
  let table: Table | undefined;
  for (const { cells, placeOf } of rows) {
    table ??= new Table(planOf(source.names!, source.origin, options));
    table.add(cells, placeOf);
  }
  return partsOfTable(source.place, table);
}

/** @throws RangeError where it has no rows */
export function partsOfTable(place: string, table: Table | undefined): Parts {
  if (!table) throw new RangeError(`${place}: expected at least one row of data, got none`);
  if (table.count === 0)
    throw new RangeError(`${place}: something is missing in each of the rows; there is none left`);
  return table.parts();
}
