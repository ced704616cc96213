import { decodeHalf } from '../../formats/half.js';
import { unreadable } from './faults.js';
import type { Value } from './thrift.js';

// What the values of a column mean: which numbers or texts they stand for. Dates, times and timestamps are counted in
// days, so that a date equals the timestamp of its midnight.

/** A column of the schema: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
export interface Schema {
  /** The code of the physical type; undefined for a group of columns. */
  readonly type: number | undefined;
  /** The bytes of FIXED_LEN_BYTE_ARRAY. */
  readonly length: number;
  /** The code of the converted type, which old writers write. */
  readonly converted: number | undefined;
  /** The digits after the point of a decimal. */
  readonly scale: number;
  /** The logical type, which new writers write, by its field in the union. */
  readonly logical: { readonly type: number; readonly about: Value } | undefined;
}

/** How to read the values of a column. */
export interface Kind {
  /** The code of the physical type. */
  readonly type: number;
  /** The bytes of a value in plain encoding; undefined for BYTE_ARRAY and BOOLEAN. */
  readonly width: number | undefined;
  readonly isText: boolean;
  /** Reads a value of fixed width. */
  readonly read: (view: DataView, at: number) => number | string;
  /** Converts a value of INT32 or INT64. */
  readonly fromInteger: (value: bigint) => number;
  /** Converts a value of BYTE_ARRAY or FIXED_LEN_BYTE_ARRAY. */
  readonly fromBytes: (bytes: Uint8Array) => number | string;
}

export const BOOLEAN = 0;
export const INT32 = 1;
export const INT64 = 2;
const INT96 = 3;
const FLOAT = 4;
const DOUBLE = 5;
export const BYTE_ARRAY = 6;
export const FIXED_LEN_BYTE_ARRAY = 7;
const widths = [undefined, 4, 8, 12, 4, 8, undefined];

/** The bytes of a decimal of 76 digits; converting one takes quadratic time in its length. */
const LONGEST_DECIMAL = 32;

const DAY = 86_400_000;
/** The Julian day of 1970-01-01, from which INT96 counts. */
const JULIAN_DAY_OF_1970 = 2_440_588;

/** The meanings of values, by the code of the converted type and by that of the logical type. */
const byConverted: Readonly<Record<number, string>> = {
  ...{ 0: 'text', 1: 'maps', 2: 'maps', 3: 'lists', 4: 'text', 5: 'decimal', 6: 'date', 7: 'ms', 8: 'µs' },
  ...{ 9: 'ms', 10: 'µs', 13: 'unsigned', 14: 'unsigned', 19: 'JSON', 20: 'BSON', 21: 'intervals' },
};
const byLogical: Readonly<Record<number, string>> = {
  ...{
    1: 'text',
    2: 'maps',
    3: 'lists',
    4: 'text',
    5: 'decimal',
    6: 'date',
    7: 'time',
    8: 'time',
    10: 'integer',
    11: 'only nulls',
  },
  ...{ 12: 'JSON', 13: 'BSON', 14: 'UUID', 15: 'half', 16: 'variants', 17: 'geometries', 18: 'geographies' },
};
const unsupported = [
  'maps',
  'lists',
  'only nulls',
  'JSON',
  'BSON',
  'intervals',
  'variants',
  'geometries',
  'geographies',
];
/** Units of time by their field in the union TimeUnit. */
const timeUnits: Readonly<Record<number, string>> = { 1: 'ms', 2: 'µs', 3: 'ns' };
const perDay: Readonly<Record<string, number>> = { date: 1, ms: DAY, µs: DAY * 1e3, ns: DAY * 1e6 };

/** @returns how to read a column, or the name of values that are neither numbers nor text */
export function describeKind(schema: Schema): Kind | string {
  const { type, length } = schema;
  const meaning = findMeaning(schema);
  if (unsupported.includes(meaning)) return meaning;
  if (type === undefined) return 'groups of columns';
  if (type > FIXED_LEN_BYTE_ARRAY) return `values of type ${type}`;
  const isFixed = type === FIXED_LEN_BYTE_ARRAY;
  const isText = meaning === 'UUID' || (type === BYTE_ARRAY && meaning !== 'decimal');
  const isHalf = meaning === 'half' && length === 2;
  if (isFixed && length === 0) return 'bytes';
  if (isFixed && !isHalf && meaning !== 'decimal' && !(meaning === 'UUID' && length === 16)) return 'bytes';
  const fromInteger = chooseInteger(schema, meaning);
  const fromBytes = isText
    ? chooseText(meaning)
    : isHalf
      ? readHalf
      : (bytes: Uint8Array) => fromInteger(toBigInt(bytes));
  const width = isFixed ? length : widths[type];
  return {
    type,
    width,
    isText,
    read: chooseRead(type, length, fromInteger, fromBytes),
    fromInteger,
    fromBytes,
  };
}

function findMeaning({ converted, logical }: Schema): string {
  const about = logical?.about instanceof Map ? (logical.about as ReadonlyMap<number, Value>) : undefined;
  const meaning =
    (logical && byLogical[logical.type]) ?? (converted === undefined ? undefined : byConverted[converted]);
  if (meaning === 'integer') return about?.get(2) === false ? 'unsigned' : 'number';
  if (meaning !== 'time') return meaning ?? 'number';
  const unit = about?.get(2);
  return (
    (unit instanceof Map && timeUnits[[...(unit as ReadonlyMap<number, Value>).keys()][0]!]) ||
    'times of an unknown unit'
  );
}

function chooseInteger({ type, scale }: Schema, meaning: string): Kind['fromInteger'] {
  const units = perDay[meaning];
  if (units !== undefined) return (value) => Number(value) / units;
  if (meaning === 'decimal' && scale > 0) return (value) => toDecimal(value, scale);
  if (meaning !== 'unsigned') return toSafeNumber;
  const bits = type === INT32 ? 32 : 64;
  return (value) => toSafeNumber(BigInt.asUintN(bits, value));
}

/** Rounds only once, as a division would not. */
const toDecimal = (value: bigint, scale: number): number => Number(`${value}e-${scale}`);

function toSafeNumber(value: bigint): number {
  if (BigInt.asIntN(54, value) !== value) {
    throw unreadable(
      'integers of more than 53 bits',
      `${value} needs more than the 53 bits of a JavaScript number`,
      'save it as a double',
    );
  }
  return Number(value);
}

/** Reads a big-endian signed number. */
function toBigInt(bytes: Uint8Array): bigint {
  if (bytes.length > LONGEST_DECIMAL) throw unreadable('decimals of more than 76 digits');
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}

function chooseRead(
  type: number,
  length: number,
  fromInteger: Kind['fromInteger'],
  fromBytes: Kind['fromBytes'],
): Kind['read'] {
  const isPlain = fromInteger === toSafeNumber;
  switch (type) {
    case INT32:
      return (view, at) => (isPlain ? view.getInt32(at, true) : fromInteger(BigInt(view.getInt32(at, true))));
    case INT64:
      return (view, at) => {
        const high = view.getInt32(at + 4, true);
        const isShort = isPlain && high >= -(2 ** 20) && high < 2 ** 20;
        return isShort ? high * 2 ** 32 + view.getUint32(at, true) : fromInteger(view.getBigInt64(at, true));
      };
    case INT96:
      return (view, at) =>
        view.getUint32(at + 8, true) - JULIAN_DAY_OF_1970 + Number(view.getBigInt64(at, true)) / (DAY * 1e6);
    case FLOAT:
      return (view, at) => view.getFloat32(at, true);
    case DOUBLE:
      return (view, at) => view.getFloat64(at, true);
    default:
      return (view, at) => fromBytes(new Uint8Array(view.buffer, view.byteOffset + at, length));
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes without a declared meaning count as text if they are text. */
function chooseText(meaning: string): Kind['fromBytes'] {
  if (meaning === 'UUID') return readUUID;
  const isDeclared = meaning === 'text';
  return (bytes) => {
    let text;
    try {
      text = decoder.decode(bytes).normalize('NFC');
    } catch {
      throw unreadable('bytes that are not UTF-8 text');
    }
    if (!isDeclared && text.includes('\0')) throw unreadable('bytes');
    return text;
  };
}

function readUUID(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const readHalf = ([low, high]: Uint8Array): number => decodeHalf(high! * 256 + low!);
