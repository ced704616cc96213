import { FormatError } from '../../errors.js';
import {
  EIGHT_BYTES,
  FOUR_BYTES,
  LENGTH,
  VARINT,
  wireType,
  type Fields,
  type Kind,
  type Message,
} from './protobuf.js';

/** The limit of strings and messages, because even empty ones take memory. Networks have tens per layer. */
const MOST_PARTS = 2 ** 15;

/**
 * Decodes a message strictly. Skips fields that are not in the table, so messages nest no deeper than the table.
 * @returns the message; its bytes are views of the input
 * @throws FormatError naming the offset of the error
 */
export function decode<F extends Fields>(fields: F, bytes: Uint8Array): Message<F> {
  return new Reader(bytes).message(fields, bytes.length) as Message<F>;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #parts = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(fields: Fields, end: number): Record<string, unknown> {
    const { blank, byNumber } = indexFields(fields);
    const message = blank();
    while (this.#at < end) {
      const start = this.#at;
      const tag = this.#varint(end);
      const [number, wire] = [Math.floor(tag / 8), tag % 8];
      if (!(number >= 1 && number < 2 ** 29)) throw this.#wrong(start, `${number} is not a field number`);
      const field = byNumber.get(number);
      if (!field) {
        this.#skip(wire, end);
        continue;
      }
      const [name, kind, many] = field;
      const isPacked = many && wire === LENGTH && wireType(kind) !== LENGTH;
      if (!isPacked && wire !== wireType(kind)) {
        throw this.#wrong(start, `field ${number} (${name}) has wire type ${wire}, not ${wireType(kind)}`);
      }
      if (!many) message[name] = this.#value(kind, end);
      else {
        const values = message[name] as unknown[];
        const last = isPacked ? this.#length(end) : 0;
        do if (!isPacked || this.#at < last) values.push(this.#value(kind, isPacked ? last : end));
        while (this.#at < last);
      }
    }
    return message;
  }

  #value(kind: Kind, end: number): unknown {
    if (kind === 'int') return this.#varint(end);
    if (kind === 'float') return this.#view.getFloat32(this.#take(4, end), true);
    if (kind === 'double') return this.#view.getFloat64(this.#take(8, end), true);
    const start = this.#at;
    const last = this.#length(end);
    if (kind === 'bytes') return this.#bytes.subarray(this.#take(last - this.#at, end), last);
    if (++this.#parts > MOST_PARTS) {
      throw this.#wrong(start, `more than ${MOST_PARTS} strings and messages`);
    }
    if (kind !== 'string') return this.message(kind, last);
    const text = this.#bytes.subarray(this.#take(last - this.#at, end), last);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text);
    } catch {
      throw this.#wrong(start, 'a string that is not UTF-8');
    }
  }

  /** A signed integer of 64 bits, in at most ten bytes. */
  #varint(end: number): number {
    const start = this.#at;
    let value = 0;
    for (let scale = 1; this.#at < end && this.#at < start + 10; scale *= 128) {
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return scale < 2 ** 49 ? value : signed(this.#bytes.subarray(start, this.#at));
    }
    throw this.#wrong(
      start,
      this.#at < end ? 'an integer of more than ten bytes' : 'it ends within an integer',
    );
  }

  /** Reads a length. @returns the end of the length-delimited value */
  #length(end: number): number {
    const start = this.#at;
    const length = this.#varint(end);
    if (!(length >= 0 && length <= end - this.#at)) {
      throw this.#wrong(start, `a length of ${length}, but ${end - this.#at} bytes are left`);
    }
    return this.#at + length;
  }

  /** Skips `count` bytes. @returns their offset */
  #take(count: number, end: number): number {
    if (count > end - this.#at) {
      throw this.#wrong(this.#at, `${count} bytes are missing, ${end - this.#at} are left`);
    }
    this.#at += count;
    return this.#at - count;
  }

  #skip(wire: number, end: number): void {
    if (wire === VARINT) this.#varint(end);
    else if (wire === EIGHT_BYTES) this.#take(8, end);
    else if (wire === FOUR_BYTES) this.#take(4, end);
    else if (wire === LENGTH) this.#at = this.#length(end);
    else throw this.#wrong(this.#at, `wire type ${wire}`);
  }

  #wrong(at: number, what: string): FormatError {
    return new FormatError({
      place: 'bytes',
      problem: `expected an ONNX model (at byte ${at}: ${what})`,
    });
  }
}

interface FieldIndex {
  readonly blank: () => Record<string, unknown>;
  readonly byNumber: ReadonlyMap<number, readonly [name: string, kind: Kind, many: boolean]>;
}

/** Indexes a table by field number, once per table. */
function indexFields(fields: Fields): FieldIndex {
  let table = tables.get(fields);
  if (!table) {
    const entries = Object.entries(fields);
    const byNumber = new Map(
      entries.map(([name, [number, kind, many]]) => [number, [name, kind, many !== undefined] as const]),
    );
    const blank = (): Record<string, unknown> =>
      Object.fromEntries(entries.map(([name, [, , many]]) => [name, many && []]));
    tables.set(fields, (table = { blank, byNumber }));
  }
  return table;
}
const tables = new WeakMap<Fields, FieldIndex>();

/** A varint of eight bytes or more. */
function signed(bytes: Uint8Array): number {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 7n) | BigInt(bytes[i]! & 127);
  return Number(BigInt.asIntN(64, value));
}
