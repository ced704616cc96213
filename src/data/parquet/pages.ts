import type { Unpack } from './codecs.js';
import { damaged, unreadable } from './faults.js';
import { checkStruct, optionalSize, size, ThriftReader, type Struct } from './thrift.js';
import { decodeRuns, takePrefixed } from './values.js';

// Reads the pages of a column (https://parquet.apache.org/docs/file-format/data-pages/). A few bytes could declare pages
// of any size, so each declared size is checked before it is allocated.

const DATA_PAGE = 0;
const INDEX_PAGE = 1;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
const PLAIN = 0;
const RLE = 3;

/** The limit of bytes in a column's pages: a number, and as many per compressed byte and per row. */
const BYTES_OF_ANY_COLUMN = 2 ** 16;
const MOST_PER_BYTE = 1024;
const MOST_PER_ROW = 16;

/** A page after decompression. */
export interface Page {
  readonly isDictionary: boolean;
  readonly encoding: number;
  /** The number of values, with nulls. */
  readonly count: number;
  /** For each value 1, or 0 for null; undefined if no value is null. */
  readonly levels: Uint32Array | undefined;
  /** The encoded values, without nulls. */
  readonly body: Uint8Array;
}

/** A page as its header declares it. */
interface Packed {
  readonly header: Struct;
  readonly body: Uint8Array;
  readonly unpackedSize: number;
}

/** How to read the pages of a column. */
interface PageOptions {
  readonly isOptional: boolean;
  readonly rows: number;
  readonly unpack: Unpack;
}

/**
 * Decompresses the pages of a column, one at a time.
 * @param bytes all pages
 * @throws FormatError if they are damaged, or declare another number of values than rows
 */
export function* readPages(bytes: Uint8Array, options: PageOptions): Generator<Page, void, void> {
  const { rows } = options;
  const reader = new ThriftReader(bytes);
  const most = BYTES_OF_ANY_COLUMN + MOST_PER_BYTE * bytes.length + MOST_PER_ROW * rows;
  let unpacked = 0;
  for (let done = 0; done < rows;) {
    const header = reader.struct();
    const unpackedSize = size(header, 2);
    unpacked += unpackedSize;
    if (unpacked > most)
      throw damaged(`${bytes.length} bytes can't plausibly hold the declared ${unpacked} bytes`);
    const packed = { header, body: reader.bytes(size(header, 3)), unpackedSize };
    const page = readPage(packed, options);
    if (!page) continue;
    if (!page.isDictionary) done += page.count;
    if (done > rows) throw damaged('it has more values than rows');
    yield page;
  }
}

function readPage(packed: Packed, options: PageOptions): Page | undefined {
  const type = size(packed.header, 1);
  switch (type) {
    case DATA_PAGE:
      return readFirst(checkStruct(packed.header.get(5)), packed, options);
    case DICTIONARY_PAGE:
      return readDictionary(checkStruct(packed.header.get(7)), packed, options);
    case DATA_PAGE_V2:
      return readSecond(checkStruct(packed.header.get(8)), packed, options);
    case INDEX_PAGE:
      return undefined;
    default:
      throw damaged(`it has a page of type ${type}, which is not supported`);
  }
}

function readDictionary(about: Struct, { body, unpackedSize }: Packed, { unpack }: PageOptions): Page {
  const count = size(about, 1);
  if (count > 8 * unpackedSize) throw damaged('its dictionary has an impossible size');
  const values = count === 0 ? body : unpack(body, unpackedSize);
  return { isDictionary: true, encoding: PLAIN, count, levels: undefined, body: values };
}

/** In pages of version 1, the levels are compressed too. */
function readFirst(about: Struct, packed: Packed, { isOptional, rows, unpack }: PageOptions): Page {
  const count = size(about, 1);
  const page = { isDictionary: false, encoding: size(about, 2), count };
  if (count > rows) throw damaged('it has more values than rows');
  const body = unpack(packed.body, packed.unpackedSize);
  if (!isOptional) return { ...page, levels: undefined, body };
  if (size(about, 3) !== RLE) throw unreadable('nulls in encoding BIT_PACKED');
  const [levels, values] = takePrefixed(body);
  return { ...page, levels: decodeRuns(levels, 1, count), body: values };
}

/** In pages of version 2, the levels precede the values. */
function readSecond(about: Struct, { body, unpackedSize }: Packed, options: PageOptions): Page {
  const { isOptional, rows, unpack } = options;
  const count = size(about, 1);
  const nulls = size(about, 2);
  const length = size(about, 5);
  if ((optionalSize(about, 6) ?? 0) > 0) throw unreadable('lists');
  if (count > rows || nulls > count) throw damaged('it has more values than rows');
  if (length > Math.min(body.length, unpackedSize)) throw damaged('its levels are longer than the page');
  const levels = isOptional ? readLevels(body.subarray(0, length), count, nulls) : undefined;
  if (!isOptional && nulls > 0) throw damaged('its number of nulls differs from its header');
  const packed = body.subarray(length);
  const isPacked = about.get(7) !== false && count > nulls; // a page of nulls has no values to decompress
  const values = isPacked ? unpack(packed, unpackedSize - length) : packed;
  return { isDictionary: false, encoding: size(about, 4), count, levels, body: values };
}

/** Some writers leave out the levels of pages that hold only nulls, or none. */
function readLevels(bytes: Uint8Array, count: number, nulls: number): Uint32Array {
  if (bytes.length === 0 && (nulls === 0 || nulls === count))
    return new Uint32Array(count).fill(nulls === 0 ? 1 : 0);
  const levels = decodeRuns(bytes, 1, count);
  if (levels.reduce((left, level) => left - level, count) !== nulls)
    throw damaged('its number of nulls differs from its header');
  return levels;
}
