import type { DecodedArray } from 'hyparquet/src/types.js';
import { DEFAULT_PARSERS, convert } from 'hyparquet/src/convert.js';
import { deltaBinaryUnpack, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { Encodings, PageTypes } from 'hyparquet/src/constants.js';
import { FormatError } from '../../errors.js';
import { gunzip } from '../../formats/inflate.js';
import type { Element } from './footer.js';
import { readHybrid } from './hybrid.js';
import { unsnap } from './snappy.js';
import { size, structOf, ThriftReader, type Struct } from './thrift.js';

// hyparquet decodes values; whatever it would trust is checked before.

/** The values of a column: NaN, or null, where there is none. */
export type Cells = Float64Array | (string | null)[];

/** Whether a column holds text. */
const holdsText = ({ type, converted_type, logical_type }: Element): boolean =>
  logical_type?.type === 'UUID' || (type === 'BYTE_ARRAY' && converted_type !== 'DECIMAL');

/** Bytes of a value in plain encoding. */
const widths: Partial<Record<Element['type'], number>> = { INT32: 4, INT64: 8, FLOAT: 4, DOUBLE: 8 };

/** Decimals of 76 digits have 32 bytes. */
const LONGEST_DECIMAL = 32;

/** The numbers of a block of deltas, as they are written, at most. */
const LARGEST_BLOCK = 2 ** 16;
const WIDEST_DELTA = 64;
/** Bytes of a whole number of 64 bits, 7 bits in each. */
const LONGEST_INTEGER = 10;
/** Some writers leave out the end of the last part, which no number needs. */
const SLACK = LARGEST_BLOCK * 8;

/** What a page says of itself. */
interface Page {
  readonly isDictionary: boolean;
  readonly encoding: string;
  readonly values: number;
  /** Bytes of the levels before the values, which are not packed; undefined where they are within, with their length. */
  readonly levels: number | undefined;
  readonly isPacked: boolean;
  readonly size: number;
  readonly packedSize: number;
}

/**
 * Reads the values of a column in a row group.
 * @param bytes all its pages
 * @param rows how many values it must have
 * @throws FormatError, or whatever hyparquet throws
 */
export function readColumn(
  bytes: Uint8Array<ArrayBuffer>,
  element: Element,
  codec: string,
  rows: number,
): Cells {
  const cells: Cells = holdsText(element)
    ? new Array<string | null>(rows).fill(null)
    : new Float64Array(rows).fill(NaN);
  const thrift = new ThriftReader(bytes);
  let dictionary: DecodedArray | undefined;
  let done = 0;
  while (done < rows) {
    const page = pageOf(thrift.struct());
    const from = thrift.at;
    if (page.packedSize > bytes.length - from) throw new FormatError('a page is longer than its column');
    thrift.at += page.packedSize;
    const packed = bytes.subarray(from, thrift.at);
    if (page.isDictionary) {
      if (dictionary || page.values > page.size)
        throw new FormatError('its dictionary is larger than it can be');
      dictionary = valuesOf(unpack(packed, page.size, codec), page.values, 'PLAIN', element);
    } else {
      if (page.values > rows - done) throw new FormatError('it has more values than rows');
      readPage(page, packed, element, codec, dictionary, cells, done);
      done += page.values;
    }
  }
  return cells;
}

function pageOf(header: Struct): Page {
  const type = PageTypes[size(header, 1)];
  const sizes = { size: size(header, 2), packedSize: size(header, 3) };
  const field =
    type === 'DATA_PAGE' ? 5 : type === 'DICTIONARY_PAGE' ? 7 : type === 'DATA_PAGE_V2' ? 8 : undefined;
  if (field === undefined) throw new FormatError('it has a page that is none of values');
  const about = structOf(header.get(field));
  const isSecond = type === 'DATA_PAGE_V2';
  return {
    isDictionary: type === 'DICTIONARY_PAGE',
    values: size(about, 1),
    encoding: Encodings[size(about, isSecond ? 4 : 2)] ?? 'unknown',
    levels: isSecond ? size(about, 5) : undefined,
    isPacked: !isSecond || about.get(7) !== false,
    ...sizes,
  };
}

function readPage(
  page: Page,
  packed: Uint8Array<ArrayBuffer>,
  element: Element,
  codec: string,
  dictionary: DecodedArray | undefined,
  cells: Cells,
  at: number,
): void {
  const { levels, values: count } = page;
  const before = levels ?? 0;
  if (before > Math.min(packed.length, page.size))
    throw new FormatError('its levels are longer than the page');
  let body = packed.subarray(before);
  if (page.isPacked) body = unpack(body, page.size - before, codec);
  let defined: Uint32Array | undefined;
  if (element.isOptional) {
    let runs = packed.subarray(0, before);
    if (levels === undefined) [runs, body] = prefixed(body);
    defined = readHybrid(runs, 1, count);
  }
  const given = defined ? defined.reduce((sum, one) => sum + one, 0) : count;
  const values = page.encoding.endsWith('_DICTIONARY')
    ? looked(body, given, dictionary)
    : valuesOf(body, given, page.encoding, element);
  let next = 0;
  for (let i = 0; i < count; i++) if (defined?.[i] !== 0) place(cells, at + i, values[next++] as unknown);
}

/** A number, or a text; of 64 bits it must be exact. */
function place(cells: Cells, at: number, value: unknown): void {
  if (Array.isArray(cells)) {
    cells[at] = value as string;
    return;
  }
  const number = Number(value);
  if (typeof value === 'bigint' && !Number.isSafeInteger(number)) {
    throw new FormatError(`${value} is there, and a number here holds 53 bits; save it as a double`);
  }
  cells[at] = number;
}

/** What has its length before it, and what follows. */
function prefixed(bytes: Uint8Array<ArrayBuffer>): [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>] {
  const length =
    bytes.length < 4 ? Infinity : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > bytes.length - 4) throw new FormatError('its runs are longer than the page');
  return [bytes.subarray(4, 4 + length), bytes.subarray(4 + length)];
}

function looked(body: Uint8Array, count: number, dictionary: DecodedArray | undefined): unknown[] {
  if (!dictionary) throw new FormatError('it has no dictionary');
  if (count === 0) return [];
  const indices = readHybrid(body.subarray(1), body[0] ?? Infinity, count);
  return Array.from(indices, (index) => {
    if (index >= dictionary.length) throw new FormatError('its dictionary has fewer values');
    return dictionary[index] as unknown;
  });
}

/** Values as a program takes them. */
function valuesOf(
  body: Uint8Array<ArrayBuffer>,
  count: number,
  encoding: string,
  element: Element,
): DecodedArray {
  if (count === 0) return [];
  const { type, type_length: length } = element;
  const reader = { view: new DataView(body.buffer, body.byteOffset, body.byteLength), offset: 0 };
  const width = widths[type] ?? (type === 'FIXED_LEN_BYTE_ARRAY' ? length! : type === 'BOOLEAN' ? 1 / 8 : 4);
  let values: DecodedArray;
  if (encoding === 'PLAIN' || encoding === 'BYTE_STREAM_SPLIT') {
    if (count * width > body.length) throw new FormatError('a page is too short');
    values =
      encoding === 'PLAIN'
        ? readPlain(reader, type, count, length)
        : byteStreamSplit(reader, count, type, length);
  } else if (encoding === 'RLE' && type === 'BOOLEAN') values = readHybrid(prefixed(body)[0], 1, count);
  else if (encoding === 'DELTA_BINARY_PACKED' && (type === 'INT32' || type === 'INT64')) {
    checkDeltas(body, count);
    values = type === 'INT32' ? new Int32Array(count) : new BigInt64Array(count);
    deltaBinaryUnpack(reader, count, values);
  } else if (encoding === 'DELTA_LENGTH_BYTE_ARRAY' && type === 'BYTE_ARRAY') {
    checkDeltas(body, count);
    const texts = new Array<Uint8Array>(count);
    deltaLengthByteArray(reader, count, texts);
    values = texts;
  } else {
    throw new FormatError(
      `it is encoded as ${encoding}, which is not read here; write it in plain encoding or with a dictionary`,
    );
  }
  if (element.converted_type === 'DECIMAL' && Array.isArray(values)) {
    for (const bytes of values as Uint8Array[]) {
      if (bytes.length > LONGEST_DECIMAL) throw new FormatError('a decimal is longer than decimals are');
    }
  }
  // Of the schema only this element counts, for the column is no group.
  const decoder = {
    element,
    parsers: DEFAULT_PARSERS,
    type,
    codec: 'UNCOMPRESSED',
    pathInSchema: [],
    schemaPath: [],
  } as const;
  return convert(values, { ...decoder, pathInSchema: [], schemaPath: [] });
}

/**
 * Walks through deltas (DELTA_BINARY_PACKED of Parquet's encodings) without reading them: where sizes are not as they can be,
 * hyparquet would not come to an end.
 * @throws FormatError
 */
function checkDeltas(body: Uint8Array, count: number): void {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let i = 0, unit = 1; i < LONGEST_INTEGER; i++, unit *= 128) {
      const byte = body[at++] ?? 255;
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    throw new FormatError('its deltas have a number of more than 64 bits');
  };
  const block = varint();
  const parts = varint();
  if (block > LARGEST_BLOCK || parts === 0 || block % (8 * parts) !== 0 || block === 0)
    throw new FormatError('its deltas are in blocks that there cannot be');
  varint(); // how many there are
  varint(); // the first
  for (let done = 1; done < count;) {
    varint(); // the least of the block
    const widths = body.subarray(at, at + parts);
    at += parts;
    for (let i = 0; i < parts && done < count; i++, done += block / parts) {
      const width = widths[i] ?? Infinity;
      if (width > WIDEST_DELTA) throw new FormatError('its deltas have more than 64 bits');
      at += (width * block) / parts / 8;
    }
    if (at > body.length + SLACK) throw new FormatError('its deltas end too soon');
  }
}

function unpack(packed: Uint8Array<ArrayBuffer>, size: number, codec: string): Uint8Array<ArrayBuffer> {
  if (codec === 'SNAPPY') return unsnap(packed, size);
  const bytes = codec === 'GZIP' ? gunzip('a page', packed, size) : packed;
  if (bytes.length !== size) throw new FormatError('a page has another size than it says');
  return bytes;
}
