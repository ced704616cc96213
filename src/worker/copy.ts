import { TypeFault } from '../errors.js';
import { BUFFER_IS_GONE } from '../training/samples.js';
import type { Work } from '../base/work.js';
import { isPlain } from './functions.js';

/** So much is copied at once; in about a millisecond. */
const BYTES_AT_A_TIME = 2 ** 20;

/**
 * Copies typed arrays in an object and in the plain objects within: large ones, a piece at a time, for a message copies
 * all at once, which of 100 MB takes a page many frames; and parts of a buffer, for a message copies the whole buffer.
 * @param transfer what is to be handed over with the message; the copies are put to it
 */
export function* copyLarge(value: unknown, transfer: ArrayBuffer[]): Work<unknown> {
  if (isToBeCopied(value) && !transfer.includes(value.buffer as ArrayBuffer)) {
    const copy = yield* copyInPieces(value);
    transfer.push(copy.buffer);
    return copy;
  }
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) copy[key] = yield* copyLarge(inner, transfer);
  return copy;
}

/** What is in shared memory is not copied at all. */
const isToBeCopied = (value: unknown): value is Uint8Array =>
  ArrayBuffer.isView(value) &&
  (value.byteLength > BYTES_AT_A_TIME || value.byteLength < value.buffer.byteLength) &&
  Object.prototype.toString.call(value.buffer) === '[object ArrayBuffer]';

function* copyInPieces(array: Uint8Array): Work<Uint8Array<ArrayBuffer>> {
  const from = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const to = new Uint8Array(array.byteLength);
  for (let i = 0; i < from.length; i += BYTES_AT_A_TIME) {
    to.set(from.subarray(i, i + BYTES_AT_A_TIME), i);
    yield;
  }
  // Meanwhile its buffer may be gone.
  if (from.length < to.length) throw new TypeFault(BUFFER_IS_GONE);
  // By its name: a Buffer of Node becomes a Uint8Array, as it does in a message.
  const Type = (globalThis as unknown as Record<string, typeof Uint8Array>)[array[Symbol.toStringTag]]!;
  return new Type(to.buffer);
}
