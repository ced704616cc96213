import { TypeFault } from '../errors.js';
import { show } from './check.js';

/** The bytes of a file. */
export type Bytes = Uint8Array | ArrayBuffer;

/** A view without what a subclass (Buffer, say) makes of `subarray`; undefined where they are no bytes. */
export function viewBytes(file: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (ArrayBuffer.isView(file)) {
    return new Uint8Array(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength);
  }
  // instanceof would not know the buffers of another realm
  return Object.prototype.toString.call(file) === '[object ArrayBuffer]'
    ? new Uint8Array(file as ArrayBuffer)
    : undefined;
}

/**
 * As `viewBytes`, of what must be bytes.
 * @param expected what they are to be, for the error message
 * @throws TypeError where they are no bytes
 */
export function checkBytes(place: string, file: unknown, expected: string): Uint8Array<ArrayBuffer> {
  const view = viewBytes(file);
  if (!view) throw new TypeFault({ place, problem: `expected the bytes of ${expected}, got ${show(file)}` });
  return view;
}
