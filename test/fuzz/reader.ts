import type { Mutation } from './mutations/mutation.js';

/** What errors are made by. */
export type ErrorType = abstract new (...args: never) => Error;

/** What is fuzzed: something of bp4 that reads what others have written. */
export interface Reader {
  readonly name: string;
  /** Whole files that it reads; small ones, so that each mutation matters. */
  readonly seeds: readonly Uint8Array[] | (() => readonly Uint8Array[] | Promise<readonly Uint8Array[]>);
  readonly mutations: readonly Mutation[];
  /** Which share of the tries it is given, where each takes long. Default 1. */
  readonly share?: number;
  /** What it may throw. Default: TypeError, RangeError, FormatError, FileError. */
  readonly errors?: readonly ErrorType[];
  /**
   * Reads a file, and gives back what it has taken hold of.
   * @throws one of `errors` where the file is not as it should be
   */
  readonly read: (bytes: Uint8Array) => unknown;
}

/** Shown to the harness by a reader whose file did not even reach bp4: text that is no JSON, where bp4 takes objects. */
export const NOT_GIVEN = Symbol('not given to bp4');

/** The object of a JSON text, or NOT_GIVEN. */
export function makeJSON(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()) as unknown;
  } catch {
    return NOT_GIVEN;
  }
}
