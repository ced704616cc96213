import {
  describeFault,
  FaultError,
  FormatError,
  isFault,
  joinPlaces,
  RangeFault,
  TypeFault,
  type Fault,
  type FaultOption,
} from '../errors.js';
import { FileError } from '../node/file-error.js';
import { cureWithFlags, findFlag } from './flags.js';

// The errors that end a command. Errors of the library are converted by their class and fields, never by their messages.
// A place is only shown, never parsed: the caller of the library knows which file or flag it passed.

/** The command line is wrong. */
export class UsageError extends FaultError {
  override readonly name = 'UsageError';

  /** @param place the flag or the file; '' for the whole line */
  constructor(place: string, problem: string, cure?: string, options?: CauseOptions) {
    super({ place, problem, cure, option: options?.option }, options);
  }
}

/** The content of a file is wrong, or the file can't be read or written. */
export class DataError extends FaultError {
  override readonly name = 'DataError';

  /** @param place begins with the name of the file */
  constructor(place: string, problem: string, cure?: string, options?: CauseOptions) {
    super({ place, problem, cure, option: options?.option }, options);
  }
}

interface CauseOptions extends ErrorOptions {
  /** The option of the library that the cure names. `describeError` names the flag instead. */
  readonly option?: FaultOption | undefined;
}

/** Training was stopped by a signal, and saved. */
export class StoppedError extends FaultError {
  override readonly name = 'StoppedError';
}

/** Whether an error means that the input of the library is wrong, and not that it was called in a wrong state or has a bug. */
export function isInputFault(error: unknown): error is Error & Fault {
  return error instanceof TypeFault || error instanceof RangeFault || error instanceof FormatError;
}

/**
 * Runs a function that reads or writes a file. Errors start with its name: `iris.csv, row 12, …`.
 * @throws DataError
 */
export async function inFile<Result>(path: string, read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw toDataError(path, error);
  }
}

/** Errors that aren't about the file pass through unchanged. */
export function toDataError(path: string, error: unknown): unknown {
  if (isSystemError(error))
    return new DataError(path, describeSystemError(error), undefined, { cause: error });
  if (!isInputFault(error)) return error;
  const { place, problem, cure, option } = error;
  const inner = place === 'CSV' ? '' : place; // without a row, the path is enough
  return new DataError(joinPlaces(path, inner), problem, cure, { cause: error, option });
}

/**
 * Runs a function that takes the value of one flag.
 * @throws UsageError under the flag, if the value is rejected
 */
export function underFlag<Result>(flag: string, take: () => Result): Result {
  try {
    return take();
  } catch (error) {
    throw toUsageError(error, flag);
  }
}

/**
 * Errors that aren't about the command line pass through unchanged.
 * @param place the flag or file at fault, if known
 */
export function toUsageError(error: unknown, place?: string): unknown {
  if (!isInputFault(error)) return error;
  const { problem, cure, option } = error;
  const at = place ?? findFlag(option) ?? findFlag({ name: error.place }) ?? error.place;
  return new UsageError(at, problem, cure, { cause: error, option });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

const systemProblems: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'reading or writing it is not permitted',
  EISDIR: 'it is a folder, not a file',
  ENOSPC: 'no space left on the disk',
};

const describeSystemError = (error: NodeJS.ErrnoException): string =>
  (error.code !== undefined && systemProblems[error.code]) || error.message;

/**
 * The parts of an error message.
 * @param flags of the command that ran: a cure names only these
 */
export function explainError(error: unknown, flags: readonly string[]): Omit<Fault, 'option'> {
  if (error instanceof FileError && isSystemError(error.cause))
    return { place: error.path, problem: describeSystemError(error.cause), cure: error.cure };
  if (isFault(error)) {
    const { place, problem } = error;
    return { place, problem, cure: cureWithFlags(error, flags) };
  }
  return { place: '', problem: error instanceof Error ? error.message : String(error) };
}

/** The same as text. */
export const describeError = (error: unknown, flags: readonly string[]): string =>
  describeFault(explainError(error, flags));
