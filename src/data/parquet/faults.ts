import { FormatError, type Fault } from '../../errors.js';

// What is wrong with a file or a column; the reader of the file adds the place.

/** The error of a damaged file. */
export const damaged = (problem: string, options?: ErrorOptions): FormatError =>
  new FormatError({ place: '', problem }, options);

/** The values of a column are whole, but not what a network can take. */
export class Unreadable extends FormatError {
  /** What the column holds. */
  readonly what: string;

  constructor(what: string, fault: Fault, options?: ErrorOptions) {
    super(fault, options);
    this.what = what;
  }
}

export const unreadable = (what: string, problem = `it holds ${what}`, cure?: string): Unreadable =>
  new Unreadable(what, { place: '', problem, cure });

/** Runs a decompressor. Its errors mean that the data are damaged. */
export function decompress<Result>(codec: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw damaged(`its ${codec} data cannot be decompressed`, { cause });
  }
}

/** @throws FormatError unless a page after decompression has the size that its header declares */
export function checkLength(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw damaged('the size of a page differs from its header');
  return bytes;
}
