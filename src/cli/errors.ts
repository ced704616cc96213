import { FaultError, FormatError, RangeFault, TypeFault, type Fault } from '../errors.js';
import { FileError } from '../node/file-error.js';
import { cureWithFlags, flagForPlace } from './flags.js';

// What ends a command, and how the errors of the library become that: by their class and fields, never by their words.

/** What was typed is wrong. */
export class UsageError extends FaultError {
  override readonly name = 'UsageError';

  /** @param place the option or the file, '' if it is the whole line */
  constructor(place: string, problem: string, cure?: string, options?: ErrorOptions) {
    super({ place, problem, cure }, options);
  }
}

/** What is in a file is wrong, or the file cannot be read or written. */
export class DataError extends FaultError {
  override readonly name = 'DataError';

  /** @param place begins with the name of the file */
  constructor(place: string, problem: string, cure?: string, options?: ErrorOptions) {
    super({ place, problem, cure }, options);
  }
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

/** What readers call the whole of what they read: the name of the file says more. */
const wholeFiles = ['bytes', 'CSV', 'JSON Lines', 'JSON', 'npy', 'npz', 'Parquet'];

/** `iris.csv, row 12` of `CSV row 12`; `model.npz: 0.bias` of `npz: 0.bias`. */
function placeInFile(path: string, place: string): string {
  if (place === '') return path;
  const whole = wholeFiles.find(
    (name) => place === name || (/^(?:: |, | )/.test(place.slice(name.length)) && place.startsWith(name)),
  );
  const rest = whole === undefined ? place : place.slice(whole.length);
  if (rest === '' || rest.startsWith(': ') || rest.startsWith(', ')) return path + rest;
  return `${path}, ${rest.trimStart()}`;
}

/** An error that says nothing about the file stays as it is. */
export function toDataError(path: string, error: unknown): unknown {
  const options = { cause: error };
  if (isSystemError(error)) return new DataError(path, describeSystemError(error), undefined, options);
  if (!isInputFault(error)) return error;
  const place = placeInFile(path, error.place);
  return new DataError(place, error.problem, cureWithFlags(error), options);
}

/**
 * Runs what takes the options that were typed. What is wrong in them is reported under their flags.
 * @throws UsageError
 */
export async function withFlags<Result>(take: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await take();
  } catch (error) {
    throw toUsageError(error);
  }
}

/** An error that says nothing about an option stays as it is. */
export function toUsageError(error: unknown): unknown {
  if (!isInputFault(error)) return error;
  return new UsageError(flagForPlace(error.place), error.problem, cureWithFlags(error), { cause: error });
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

/** What is said of an error, in words. */
export function describeError(error: unknown): string {
  if (error instanceof FileError && isSystemError(error.cause))
    return `${error.path}: ${describeSystemError(error.cause)}`;
  return error instanceof Error ? error.message : String(error);
}
