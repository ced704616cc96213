import { TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { isMap, viewBytes, type Bytes } from '../base/bytes.js';

// The files that belong to a model, by the names that the model uses for them.

export type FilesByName = ReadonlyMap<string, Bytes> | Readonly<Record<string, Bytes>>;

/** Texts in place of bytes are base64, as in localStorage. */
export const DECODE_BASE64 = 'decode base64 with Uint8Array.from(atob(text), (c) => c.charCodeAt(0))';

/** @throws TypeError if the files are not bytes by name */
export function collectFiles(place: string, files: FilesByName): Map<string, Uint8Array> {
  if (typeof files !== 'object' || (files as unknown) === null || viewBytes(files)) {
    throw new TypeFault({ place, problem: `expected an object of bytes by file name, got ${show(files)}` });
  }
  const entries: Iterable<readonly [string, unknown]> = isMap(files) ? files : Object.entries(files);
  const collected = new Map<string, Uint8Array>();
  for (const [name, given] of entries) {
    const bytes = viewBytes(given);
    if (!bytes) {
      throw new TypeFault({
        place: `${place}[${show(name)}]`,
        problem: `expected bytes, got ${show(given)}`,
        ...(typeof given === 'string' && { cure: DECODE_BASE64 }),
      });
    }
    collected.set(name, bytes);
  }
  return collected;
}

/** Names for an error message. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => show(name));
  return `${shown.join(', ') || 'none'}${names.length > 8 ? ', …' : ''}`;
}
