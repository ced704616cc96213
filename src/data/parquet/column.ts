import { parquetRead, type ColumnMetaData, type DecodedArray } from 'hyparquet';
import type { FormatError } from '../../errors.js';
import type { ColumnChunk, Element, Group } from './footer.js';
import { Pages } from './pages.js';
import { damaged } from './thrift.js';

/** The values of a column; missing ones are NaN or null. */
export type Cells = Float64Array | (string | null)[];

/** Whether a column holds text. */
const holdsText = ({ type, converted_type, logical_type }: Element): boolean =>
  logical_type?.type === 'UUID' || (type === 'BYTE_ARRAY' && converted_type !== 'DECIMAL');

/**
 * Reads the values of a column in a row group. `Pages` checks each page, then hyparquet decodes it.
 * @param bytes all pages, at the beginning of their buffer
 * @throws FormatError if the bytes are invalid; or any error of hyparquet
 */
export async function readColumn(
  bytes: Uint8Array<ArrayBuffer>,
  element: Element,
  { rows, group }: Group,
  { codec, metadata }: ColumnChunk,
): Promise<Cells> {
  const pages = new Pages(bytes, element, codec, rows);
  const parts: DecodedArray[] = [];
  // Describes a file that holds only this column. Declaring every codec as Snappy makes hyparquet call `pages` to
  // decompress each page.
  const column: ColumnMetaData = {
    ...metadata,
    codec: 'SNAPPY',
    data_page_offset: 0n,
    dictionary_page_offset: 0n,
    total_compressed_size: BigInt(bytes.length),
  };
  await parquetRead({
    file: { byteLength: bytes.length, slice: () => bytes.buffer },
    metadata: {
      version: 1,
      metadata_length: 0,
      num_rows: group.num_rows,
      schema: [{ name: 'root', num_children: 1 }, element],
      row_groups: [{ ...group, columns: [{ file_offset: 0n, meta_data: column }] }],
    },
    compressors: { SNAPPY: (packed) => pages.unpack(packed) },
    onChunk: ({ columnData }) => parts.push(columnData),
  });
  if (parts.reduce((sum, { length }) => sum + length, 0) !== rows)
    throw damaged('its number of values differs from its number of rows');
  return holdsText(element) ? collectText(parts) : collectNumbers(parts, rows);
}

function collectText(parts: readonly DecodedArray[]): (string | null)[] {
  const cells = (parts as readonly (string | null)[][]).flat();
  if (cells.includes(undefined as never)) throw missingInDictionary();
  return cells;
}

function collectNumbers(parts: readonly DecodedArray[], rows: number): Float64Array {
  const cells = new Float64Array(rows);
  let at = 0;
  for (const part of parts) {
    if (ArrayBuffer.isView(part) && !(part instanceof BigInt64Array || part instanceof BigUint64Array))
      cells.set(part, at);
    else for (let i = 0; i < part.length; i++) cells[at + i] = toNumber(part[i]);
    at += part.length;
  }
  return cells;
}

/** Converts a value to a number. A 64-bit integer must be exact. */
function toNumber(value: unknown): number {
  if (value === null) return NaN;
  if (value === undefined) throw missingInDictionary();
  const number = Number(value);
  if (typeof value === 'bigint' && !Number.isSafeInteger(number))
    throw damaged(`${value} needs more than the 53 bits of a JavaScript number`, 'save it as a double');
  return number;
}

const missingInDictionary = (): FormatError => damaged('its dictionary is too short');
