import { show } from '../model/check.js';

/** The bytes of a file. */
export type Bytes = Uint8Array | ArrayBuffer;

/**
 * A view without what a subclass (Buffer, say) makes of `subarray`.
 * @param expected what they are to be, for the error message
 * @throws TypeError where they are no bytes
 */
export function bytesOf(place: string, file: unknown, expected: string): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(file)) {
    return new Uint8Array(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength);
  }
  if (Object.prototype.toString.call(file) === '[object ArrayBuffer]')
    return new Uint8Array(file as ArrayBuffer);
  throw new TypeError(`${place}: expected the bytes of ${expected}, got ${show(file)}`);
}
