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

// What ends a command, and how the errors of the library become that: by their class and fields, never by their words. A
// place is shown to people and is not read back, either: who calls the library knows which file or flag it gave.

/** What was typed is wrong. */
export class UsageError extends FaultError {
  override readonly name = 'UsageError';

  /** @param place the flag or the file, '' if it is the whole line */
  constructor(place: string, problem: string, cure?: string, options?: CauseOptions) {
    super({ place, problem, cure, option: options?.option }, options);
  }
}

/** What is in a file is wrong, or the file cannot be read or written. */
export class DataError extends FaultError {
  override readonly name = 'DataError';

  /** @param place begins with the name of the file */
  constructor(place: string, problem: string, cure?: string, options?: CauseOptions) {
    super({ place, problem, cure, option: options?.option }, options);
  }
}

interface CauseOptions extends ErrorOptions {
  /** Of the library, which the cure names: `describeError` names the flag instead. */
  readonly option?: FaultOption | undefined;
}

/** The training was stopped by a signal, and saved. */
export class StoppedError extends FaultError {
  override readonly name = 'StoppedError';
}

/** Whether an error says that what the library was given is wrong: not that it was called in a wrong state, nor a bug. */
export function isInputFault(error: unknown): error is Error & Fault {
  return error instanceof TypeFault || error instanceof RangeFault || error instanceof FormatError;
}

/**
 * Runs what reads or writes a file. What is wrong in it is reported with its name in front: `iris.csv, row 12, …`.
 * @throws DataError
 */
export async function inFile<Result>(path: string, read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw toDataError(path, error);
  }
}

/** An error that says nothing about the file stays as it is. */
export function toDataError(path: string, error: unknown): unknown {
  if (isSystemError(error))
    return new DataError(path, describeSystemError(error), undefined, { cause: error });
  if (!isInputFault(error)) return error;
  const { place, problem, cure, option } = error;
  const inner = place === 'CSV' ? '' : place; // without a row, the path says all
  return new DataError(joinPlaces(path, inner), problem, cure, { cause: error, option });
}

/**
 * Runs what takes the value of one flag.
 * @throws UsageError under the flag, where the value is refused
 */
export function underFlag<Result>(flag: string, take: () => Result): Result {
  try {
    return take();
  } catch (error) {
    throw toUsageError(error, flag);
  }
}

/**
 * An error that says nothing about what was typed stays as it is.
 * @param place the flag or file that is at fault, where it is known
 */
export function toUsageError(error: unknown, place?: string): unknown {
  if (!isInputFault(error)) return error;
  const { problem, cure, option } = error;
  const at = place ?? findFlag(option) ?? error.place;
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
 * What is said of an error, in parts.
 * @param flags of the command that ran: a cure recommends no others
 */
export function explainError(error: unknown, flags: readonly string[]): Omit<Fault, 'option'> {
  if (error instanceof FileError && isSystemError(error.cause))
    return { place: error.path, problem: describeSystemError(error.cause) };
  if (isFault(error)) {
    const { place, problem } = error;
    return { place, problem, cure: cureWithFlags(error, flags) };
  }
  return { place: '', problem: error instanceof Error ? error.message : String(error) };
}

/** The same in words. */
export const describeError = (error: unknown, flags: readonly string[]): string =>
  describeFault(explainError(error, flags));
