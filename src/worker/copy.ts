import { TypeFault } from '../errors.js';
import { BUFFER_IS_GONE } from '../training/samples.js';
import type { Work } from '../base/work.js';
import { isPlain } from './functions.js';

/** Bytes copied in one piece; this takes about a millisecond. */
const BYTES_AT_A_TIME = 2 ** 20;

/**
 * Copies typed arrays in an object and in nested plain objects, if a message would copy them badly. A large array is copied in
 * pieces, because a message copies it in one go, and 100 MB block a page for many frames. A part of a buffer is copied,
 * because a message copies the whole buffer.
 * @param transfer the buffers to transfer with the message; takes those of the copies
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

/** Shared memory isn't copied. */
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
  // The caller may have transferred the buffer meanwhile.
  if (from.length < to.length) throw new TypeFault(BUFFER_IS_GONE);
  // Looked up by name: a Buffer of Node becomes a Uint8Array, as in a message.
  const Type = (globalThis as unknown as Record<string, typeof Uint8Array>)[array[Symbol.toStringTag]]!;
  return new Type(to.buffer);
}
