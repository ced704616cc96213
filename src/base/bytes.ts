import { TypeFault } from '../errors.js';
import { show } from './check.js';

/** The bytes of a file. */
export type Bytes = Uint8Array | ArrayBuffer;

/** A plain view, without the `subarray` of a subclass (Buffer, for example); undefined if the value isn't bytes. */
export function viewBytes(file: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (ArrayBuffer.isView(file)) {
    return new Uint8Array(file.buffer as ArrayBuffer, file.byteOffset, file.byteLength);
  }
  // instanceof fails for buffers of another realm
  return Object.prototype.toString.call(file) === '[object ArrayBuffer]'
    ? new Uint8Array(file as ArrayBuffer)
    : undefined;
}

/** Whether a value is a Map, also of another realm, for which instanceof fails. */
export const isMap = (value: unknown): value is ReadonlyMap<string, unknown> =>
  Object.prototype.toString.call(value) === '[object Map]';

/**
 * `viewBytes` for a value that must be bytes.
 * @param expected names the file for the error message
 * @throws TypeError if the value isn't bytes
 */
export function checkBytes(place: string, file: unknown, expected: string): Uint8Array<ArrayBuffer> {
  const view = viewBytes(file);
  if (!view) throw new TypeFault({ place, problem: `expected the bytes of ${expected}, got ${show(file)}` });
  return view;
}
