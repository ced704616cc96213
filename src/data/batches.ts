import type { Plan } from './columns.js';
import { partsOfTable, type Row, type RowSource } from './rows.js';
import { Table, type Parts } from './table.js';
import { textOf, type TextSource } from './chunks.js';
import type { TextRows } from './text.js';

/** Rows as they come from a file, some at a time. */
export interface Opened {
  readonly source: RowSource;
  readonly blocks: AsyncIterable<Iterable<Row>>;
}

/** Opens a text, whose rows are read as its chunks come. */
export function openText(source: TextSource, newRows: () => TextRows): Opened {
  const rows = newRows();
  async function* blocks(): AsyncGenerator<Iterable<Row>, void, void> {
    for await (const chunk of textOf(source)) yield rows.read(chunk);
    yield rows.read('', true);
  }
  return { source: rows, blocks: blocks() };
}

/**
 * Makes tables of rows: of so many each, and of those that are left.
 * @param planOf how the columns are to be read, once their names are known
 * @throws TypeError, RangeError naming the row and column
 */
export async function* batchesOf(
  { source, blocks }: Opened,
  planOf: (names: readonly string[]) => Plan,
  rowsPerBatch: number,
): AsyncGenerator<Parts, void, undefined> {
  let plan: Plan | undefined;
  let table: Table | undefined;
  let given = 0;
  for await (const block of blocks) {
    for (const { cells, placeOf } of block) {
      plan ??= planOf(source.names!);
      table ??= new Table(plan);
      table.add(cells, placeOf);
      if (table.count < rowsPerBatch) continue;
      yield table.parts();
      table = undefined;
      given++;
    }
  }
  if (given === 0 || (table && table.count > 0)) yield partsOfTable(source.place, table);
}
