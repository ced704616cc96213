import { chooseCodec } from './codecs.js';
import type { ColumnChunk } from './footer.js';
import type { Kind } from './kinds.js';
import { readPages, type Page } from './pages.js';
import { damaged } from './faults.js';
import { decodeValues, type Values } from './values.js';

/** The values of a column; missing ones are NaN or null. */
export type Cells = Float64Array | (string | null)[];

/**
 * Reads the values of a column in a row group.
 * @param bytes all pages
 * @throws FormatError if the bytes are invalid, or hold values that are neither numbers nor text
 */
export async function readColumn(
  bytes: Uint8Array,
  { kind, isOptional }: { readonly kind: Kind; readonly isOptional: boolean },
  { codec }: ColumnChunk,
  rows: number,
): Promise<Cells> {
  const unpack = await chooseCodec(codec);
  const cells: Cells = kind.isText
    ? new Array<string | null>(rows).fill(null)
    : new Float64Array(rows).fill(NaN);
  let dictionary: Values | undefined;
  let at = 0;
  for (const page of readPages(bytes, { isOptional, rows, unpack })) {
    if (page.isDictionary && dictionary) throw damaged('it has two dictionaries');
    const values = decodeValues(kind, page.encoding, page.body, countPresent(page), dictionary);
    if (page.isDictionary) {
      dictionary = values;
      continue;
    }
    for (let i = 0, k = 0; i < page.count; i++) if (page.levels?.[i] !== 0) cells[at + i] = values[k++]!;
    at += page.count;
  }
  return cells;
}

const countPresent = ({ count, levels }: Page): number =>
  levels ? levels.reduce((sum, level) => sum + level, 0) : count;
