import { damaged } from './faults.js';

// The compact protocol of Thrift, https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md, in
// which Parquet writes its metadata. Every size is checked against the remaining bytes.

/** The values of a struct by field number. */
export type Struct = ReadonlyMap<number, Value>;
export type Value = number | boolean | Uint8Array | Struct | readonly Value[];

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const INTEGERS = [4, 5, 6];
const DOUBLE = 7;
const BINARY = 8;
const LISTS = [9, 10];
const STRUCT = 12;

const DEEPEST = 16;
/** The limit of structs and lists per file. */
const MOST_PARTS = 2 ** 21;
/** The bytes of a 64-bit integer at 7 bits each. */
const LONGEST_INTEGER = 10;

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Reads one struct after another. */
export class ThriftReader {
  readonly #bytes: Uint8Array;
  /** The offset of the next byte. */
  at = 0;
  #parts = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * Reads an unsigned varint; not exact beyond 53 bits.
   * @throws FormatError if the bytes end within the varint
   */
  varint(): number {
    let value = 0;
    for (let i = 0, unit = 1; i < LONGEST_INTEGER; i++, unit *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    throw damaged('it has a number of more than 64 bits');
  }

  /**
   * Reads a signed varint of up to 64 bits.
   * @throws FormatError if the bytes end within the varint
   */
  zigzag(): bigint {
    let value = 0n;
    for (let i = 0n; i < LONGEST_INTEGER; i++) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << (7n * i);
      if (byte < 128) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
    }
    throw damaged('it has a number of more than 64 bits');
  }

  /**
   * Takes the next bytes.
   * @param atLeast the number of bytes that must be left
   * @throws FormatError if there are fewer
   */
  bytes(length: number, atLeast = length): Uint8Array {
    if (atLeast > this.#bytes.length - this.at) throw damaged('it ends too soon');
    const bytes = this.#bytes.subarray(this.at, this.at + length);
    this.at += bytes.length;
    return bytes;
  }

  /** @throws FormatError if the bytes are not a struct, or end within it */
  struct(depth = 0): Struct {
    this.#begin(depth);
    const fields = new Map<number, Value>();
    let number = 0;
    for (;;) {
      const head = this.#byte();
      const type = head & 15;
      if (type === STOP) return fields;
      number = head >> 4 ? number + (head >> 4) : this.#integer();
      fields.set(number, type === TRUE || type === FALSE ? type === TRUE : this.#value(type, depth));
    }
  }

  #value(type: number, depth: number): Value {
    if (INTEGERS.includes(type)) return this.#integer();
    if (LISTS.includes(type)) return this.#list(depth + 1);
    if (type === STRUCT) return this.struct(depth + 1);
    if (type === BYTE) return (this.#byte() << 24) >> 24;
    if (type === DOUBLE) return this.bytes(8); // no caller reads a field of this type
    if (type !== BINARY) throw damaged(`it has a value of type ${type}`);
    return this.bytes(this.varint());
  }

  #list(depth: number): Value[] {
    this.#begin(depth);
    const head = this.#byte();
    const type = head & 15;
    const length = head >> 4 === 15 ? this.varint() : head >> 4;
    if (length > this.#bytes.length - this.at) throw damaged('a list is longer than the file');
    const isBoolean = type === TRUE || type === FALSE;
    return Array.from({ length }, () => (isBoolean ? this.#byte() === TRUE : this.#value(type, depth)));
  }

  #begin(depth: number): void {
    if (depth > DEEPEST || ++this.#parts > MOST_PARTS) throw damaged('it has too many parts');
  }

  #byte(): number {
    if (this.at >= this.#bytes.length) throw damaged('it ends too soon');
    return this.#bytes[this.at++]!;
  }

  #integer(): number {
    const zigzag = this.varint();
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
}

// Checks of fields. Optional fields may be absent.

/** Reads a whole number of at least 0, if there is one. */
export const optionalSize = (struct: Struct, field: number): number | undefined =>
  struct.has(field) ? size(struct, field) : undefined;

/** Reads a required whole number of at least 0. */
export function size(struct: Struct, field: number): number {
  const value = struct.get(field);
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw damaged(`field ${field} is not a size`);
  return value as number;
}

export const text = (struct: Struct, field: number): string => toText(struct.get(field));

export function toText(value: Value | undefined): string {
  if (!(value instanceof Uint8Array)) throw damaged('a text is missing');
  return new TextDecoder().decode(value).normalize('NFC');
}

export function checkStruct(value: Value | undefined): Struct {
  if (!(value instanceof Map)) throw damaged('a struct is missing');
  return value as Struct;
}

export function list(struct: Struct, field: number): readonly Value[] {
  const value = struct.get(field);
  if (!Array.isArray(value)) throw damaged(`field ${field} is not a list`);
  return value as readonly Value[];
}
