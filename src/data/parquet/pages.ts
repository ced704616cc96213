import { gunzip } from '../../base/inflate.js';
import type { Element } from './footer.js';
import { unpackSnappy } from './snappy.js';
import { damaged, size, checkStruct, ThriftReader, type Struct } from './thrift.js';

// hyparquet trusts page headers, so a few bytes could make it exhaust memory or loop forever. This code checks each
// page before hyparquet decodes it (https://parquet.apache.org/docs/file-format/data-pages/encodings/).

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;

/** Encodings by their codes. */
const encodings = [
  ...['PLAIN', 'GROUP_VAR_INT', 'PLAIN_DICTIONARY', 'RLE', 'BIT_PACKED'],
  ...[
    'DELTA_BINARY_PACKED',
    'DELTA_LENGTH_BYTE_ARRAY',
    'DELTA_BYTE_ARRAY',
    'RLE_DICTIONARY',
    'BYTE_STREAM_SPLIT',
  ],
];

/** Bytes per value in plain encoding; for a text the minimum. */
const widths = { BOOLEAN: 1 / 8, INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8, BYTE_ARRAY: 4 } as const;

/** The bytes of a decimal of 76 digits. */
const LONGEST_DECIMAL = 32;
/** The limit of bits per dictionary index. */
const WIDEST_INDEX = 24;
/** Bit-packed values come in groups of 8, and writers may pad a run to 63 groups. */
const MOST_PADDING = 63 * 8;
/** The limit of deltas per block; writers use far fewer. */
const LARGEST_BLOCK = 2 ** 16;
const WIDEST_DELTA = 64;
/** Some writers omit the unused end of the last miniblock. */
const SLACK = LARGEST_BLOCK * 8;

/** The declarations of a page's header. */
interface Page {
  readonly isDictionary: boolean;
  readonly encoding: string;
  readonly values: number;
  /** The number of values that are not null; undefined until the page is decompressed. */
  readonly present: number | undefined;
  /** The size of the compressed part after decompression. */
  readonly size: number;
}

/** The pages of a column chunk. */
export class Pages {
  readonly #element: Element;
  readonly #codec: string;
  /** By the offset of their compressed part. */
  readonly #pages = new Map<number, Page>();
  #dictionarySize: number | undefined;

  /**
   * Reads the headers of all pages.
   * @param bytes the column chunk, at the beginning of its buffer
   * @param rows the expected number of values
   * @throws FormatError if a header is impossible
   */
  constructor(bytes: Uint8Array, element: Element, codec: string, rows: number) {
    this.#element = element;
    this.#codec = codec;
    const thrift = new ThriftReader(bytes);
    for (let done = 0; done < rows;) {
      const header = thrift.struct();
      const packed = bytes.subarray(thrift.at, thrift.at + size(header, 3));
      if (packed.length < size(header, 3)) throw damaged('a page is longer than its column');
      thrift.at += packed.length;
      const page = this.#readHeader(header, packed, rows - done);
      if (!page.isDictionary) done += page.values;
    }
  }

  /**
   * Decompresses a page and checks its contents.
   * @param packed a view of the column chunk's buffer
   * @throws FormatError if the page contradicts its header
   */
  unpack(packed: Uint8Array): Uint8Array {
    const page = this.#pages.get(packed.byteOffset);
    if (!page) throw damaged('a page begins at an unexpected offset');
    const body = unpack(packed, page.size, this.#codec);
    if (body.length !== page.size) throw damaged('the size of a page differs from its header');
    this.#checkBody(page, body);
    return body;
  }

  /** @param left the number of values still expected */
  #readHeader(header: Struct, packed: Uint8Array, left: number): Page {
    const type = size(header, 1);
    const unpackedSize = size(header, 2);
    const isDictionary = type === DICTIONARY_PAGE;
    const isSecond = type === DATA_PAGE_V2;
    if (!isDictionary && !isSecond && type !== DATA_PAGE)
      throw damaged('it has a page of an unsupported type');
    const about = checkStruct(header.get(isDictionary ? 7 : isSecond ? 8 : 5));
    const values = size(about, 1);
    const encoding = encodings[size(about, isSecond ? 4 : 2)] ?? 'unknown';
    if (isDictionary) {
      if (this.#dictionarySize !== undefined || values > unpackedSize)
        throw damaged('its dictionary has an impossible size');
      this.#dictionarySize = values;
    } else if (values > left) throw damaged('it has more values than rows');
    // In data pages of version 2, uncompressed levels precede the compressed part.
    const levels = isSecond ? size(about, 5) : 0;
    if (isSecond && (size(about, 6) > 0 || levels > Math.min(packed.length, unpackedSize)))
      throw damaged('its levels are longer than the page');
    let present: number | undefined = isDictionary || !this.#element.isOptional ? values : undefined;
    if (isSecond) {
      present ??= checkRuns(packed.subarray(0, levels), 1, values);
      if (size(about, 2) !== values - present) throw damaged('its number of nulls differs from its header');
    }
    const page = {
      isDictionary,
      encoding: isDictionary ? 'PLAIN' : encoding,
      values,
      present,
      size: unpackedSize - levels,
    };
    const body = packed.subarray(levels);
    if (isSecond && about.get(7) === false) this.#checkBody(page, body);
    else this.#pages.set(body.byteOffset, page);
    return page;
  }

  #checkBody({ values, present, encoding }: Page, body: Uint8Array): void {
    if (present !== undefined) this.#checkValues(body, present, encoding);
    else {
      const [levels, rest] = takePrefixed(body);
      this.#checkValues(rest, checkRuns(levels, 1, values), encoding);
    }
  }

  #checkValues(body: Uint8Array, count: number, encoding: string): void {
    if (count === 0) return;
    const { type, type_length: length = 0, converted_type: converted } = this.#element;
    const isDecimal = converted === 'DECIMAL' && type === 'BYTE_ARRAY';
    if (encoding.endsWith('_DICTIONARY') && type !== 'BOOLEAN') {
      if (!this.#dictionarySize) throw damaged('it has no dictionary');
      checkRuns(body.subarray(1), body[0] ?? Infinity, count);
    } else if (encoding === 'PLAIN' || (encoding === 'BYTE_STREAM_SPLIT' && type !== 'BYTE_ARRAY')) {
      const width = type === 'FIXED_LEN_BYTE_ARRAY' ? length : widths[type];
      if (width === 0 || count * width > body.length) throw damaged('a page is too short');
      if (isDecimal || (converted === 'DECIMAL' && length > LONGEST_DECIMAL)) checkDecimals(body, count);
    } else if (encoding === 'RLE' && type === 'BOOLEAN') checkRuns(takePrefixed(body)[0], 1, count);
    else if (
      (encoding === 'DELTA_BINARY_PACKED' && (type === 'INT32' || type === 'INT64')) ||
      (encoding === 'DELTA_LENGTH_BYTE_ARRAY' && type === 'BYTE_ARRAY' && !isDecimal)
    ) {
      checkDeltas(body, count);
    } else {
      throw damaged(
        `its encoding ${encoding} is not supported`,
        'write it in plain encoding or with a dictionary',
      );
    }
  }
}

function unpack(packed: Uint8Array, length: number, codec: string): Uint8Array {
  if (codec === 'SNAPPY') return unpackSnappy(packed, length);
  return codec === 'GZIP' ? gunzip('a page', packed, length) : packed;
}

/** Splits a length-prefixed part from the rest. */
function takePrefixed(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const length =
    bytes.length < 4 ? Infinity : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > bytes.length - 4) throw damaged('its runs are longer than the page');
  return [bytes.subarray(4, 4 + length), bytes.subarray(4 + length)];
}

/**
 * Walks through integers in RLE/bit-packing hybrid encoding.
 * @param width bits per integer
 * @param count the expected number of integers
 * @returns the number of ones, if the integers have one bit
 * @throws FormatError if there are fewer integers, or runs extend far beyond the last one
 */
export function checkRuns(bytes: Uint8Array, width: number, count: number): number {
  if (width > WIDEST_INDEX) throw damaged(`its runs have integers of ${width} bits`);
  const reader = new ThriftReader(bytes);
  let ones = 0;
  for (let done = 0; done < count;) {
    const head = reader.varint();
    const left = count - done;
    const isPacked = head % 2 === 1;
    const run = isPacked ? 8 * Math.floor(head / 2) : head / 2;
    if (run > (isPacked ? left + MOST_PADDING : left)) throw damaged('it has runs longer than its pages');
    const from = reader.at;
    reader.at += isPacked ? (run / 8) * width : Math.ceil(width / 8);
    if (reader.at > bytes.length) throw damaged('its runs end too soon');
    done += run;
    if (width !== 1) continue;
    if (!isPacked) ones += (bytes[from]! & 1) * run;
    else for (let i = 0; i < Math.min(run, left); i++) ones += (bytes[from + (i >> 3)]! >> (i & 7)) & 1;
  }
  return ones;
}

/** @throws FormatError if a decimal is too long, because hyparquet reads decimals in quadratic time */
function checkDecimals(body: Uint8Array, count: number): void {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let i = 0, at = 0; i < count; i++) {
    const length = at + 4 <= body.length ? view.getUint32(at, true) : Infinity;
    if (length > LONGEST_DECIMAL) throw damaged('a decimal is too long');
    at += 4 + length;
  }
}

/**
 * Walks through deltas (DELTA_BINARY_PACKED) without decoding them.
 * @throws FormatError if the block size is invalid, or there are fewer deltas than `count`
 */
function checkDeltas(body: Uint8Array, count: number): void {
  const reader = new ThriftReader(body);
  const block = reader.varint();
  const parts = reader.varint();
  if (block > LARGEST_BLOCK || parts === 0 || block % (8 * parts) !== 0 || block === 0)
    throw damaged('its deltas have an invalid block size');
  reader.varint(); // the number of deltas
  reader.varint(); // the first value
  for (let done = 1; done < count;) {
    reader.varint(); // the minimum of the block
    const bits = body.subarray(reader.at, reader.at + parts);
    reader.at += parts;
    for (let i = 0; i < parts && done < count; i++, done += block / parts) {
      const width = bits[i] ?? Infinity;
      if (width > WIDEST_DELTA) throw damaged('its deltas have more than 64 bits');
      reader.at += (width * block) / parts / 8;
    }
    if (reader.at > body.length + SLACK) throw damaged('its deltas end too soon');
  }
}
