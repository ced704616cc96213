import { parquetRead, type ColumnMetaData, type DecodedArray } from 'hyparquet';
import type { FormatError } from '../../errors.js';
import type { ColumnChunk, Element, Group } from './footer.js';
import { Pages } from './pages.js';
import { damaged } from './thrift.js';

/** The values of a column: NaN, or null, where one is missing. */
export type Cells = Float64Array | (string | null)[];

/** Whether a column holds text. */
const holdsText = ({ type, converted_type, logical_type }: Element): boolean =>
  logical_type?.type === 'UUID' || (type === 'BYTE_ARRAY' && converted_type !== 'DECIMAL');

/**
 * Reads the values of a column in a row group: hyparquet decodes them, once `Pages` has checked each page.
 * @param bytes all its pages, at the beginning of their buffer
 * @throws FormatError where the bytes are not as they should be; or whatever hyparquet throws
 */
export async function readColumn(
  bytes: Uint8Array<ArrayBuffer>,
  element: Element,
  { rows, group }: Group,
  { codec, metadata }: ColumnChunk,
): Promise<Cells> {
  const pages = new Pages(bytes, element, codec, rows);
  const parts: DecodedArray[] = [];
  // A file of this column alone, at its beginning. Its pages are said to be packed by Snappy, whatever packed them: then
  // hyparquet leaves it to `pages` to unpack each.
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
    throw damaged('it has another number of values than rows');
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

/** Of 64 bits a number must be exact. */
function toNumber(value: unknown): number {
  if (value === null) return NaN;
  if (value === undefined) throw missingInDictionary();
  const number = Number(value);
  if (typeof value === 'bigint' && !Number.isSafeInteger(number))
    throw damaged(`${value} is there, and a number here holds 53 bits`, 'save it as a double');
  return number;
}

const missingInDictionary = (): FormatError => damaged('its dictionary has fewer values');
