import { DivergenceError, FormatError } from '../errors.js';
import { FileError } from '../node/file-error.js';
import { visibleLine } from './terminal/control-characters.js';

/** What the process ends with. */
export const exitCodes = {
  done: 0,
  /** A fault of bp4 itself. */
  fault: 1,
  /** An option or command that does not exist, or a value that cannot be. */
  usage: 2,
  /** Data or a file that cannot be read or written. */
  data: 3,
  /** The training diverged. */
  diverged: 4,
  /** Ctrl-C or SIGTERM, once what was learnt was saved. */
  stopped: 130,
} as const;

/** What ends a command, told in one line. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What was typed is wrong. */
export const usageFailure = (message: string, cause?: unknown): Failure =>
  new Failure(exitCodes.usage, message, { cause });

/** What is in a file is wrong, or that it cannot be read or written. @param message begins with the name of the file */
export const dataFailure = (message: string, cause?: unknown): Failure =>
  new Failure(exitCodes.data, message, { cause });

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Failure) return error.exitCode;
  if (error instanceof FileError || error instanceof FormatError) return exitCodes.data;
  if (error instanceof DivergenceError) return exitCodes.diverged;
  return exitCodes.fault;
}

/**
 * Does what reads a file; what is wrong in it is told with its name in front: `iris.csv, row 12, column "width": …`.
 * @throws Failure with exit code 3
 */
export async function inFile<Result>(path: string, read: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw failureIn(path, error);
  }
}

/** Whatever is no error of reading stays as it is. */
function failureIn(path: string, error: unknown): unknown {
  if (error instanceof Failure || error instanceof FileError) return error;
  if (isOfSystem(error)) return dataFailure(`${path}: ${wordsOf(error)}`, error);
  if (!(error instanceof RangeError || error instanceof FormatError || isToldTypeError(error))) return error;
  const message = typed(error.message);
  // bp4/data calls a place 'CSV row 3', 'JSON Lines, line 3' or 'npy row 3': here the name of the file comes first.
  const place = /^(?:\w+(?: Lines)?,? )?((?:row|line) \d)/.exec(message);
  if (place) return dataFailure(`${path}, ${message.slice(place[0].length - place[1]!.length)}`, error);
  return dataFailure(`${path}: ${message.replace(/^(?:CSV|JSON|JSON Lines|npy|npz|parquet): /, '')}`, error);
}

/** Cures that bp4/data knows by the names of its own options, as they are typed. */
const cures: readonly (readonly [RegExp, string])[] = [
  [/choose missing: 'drop' or 'mean'/, '--missing drop leaves such rows out, --missing mean fills them in'],
  [/choose missing: 'drop'/, '--missing drop leaves such rows out'],
  [
    /name the column in categorical, or leave it out of inputs/,
    '--categorical takes it as one of categories, --ignore leaves it out',
  ],
  [/give options\.activations, one for each/, 'give --activations, one for each'],
  [/give \{ delimiter: (".*") \}/, 'give --delimiter $1'],
];

const typed = (message: string): string =>
  cures.reduce((text, [pattern, cure]) => text.replace(pattern, cure), message);

/** A TypeError that bp4 throws names a place first; those of the engine itself are faults. */
const isToldTypeError = (error: unknown): error is TypeError =>
  error instanceof TypeError && /^[^\n]{1,200}: (?:expected|unknown|give) /.test(error.message);

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'reading or writing it is not permitted',
  EISDIR: 'it is a folder, not a file',
  ENOSPC: 'there is no space left on the disk',
};

const wordsOf = (error: NodeJS.ErrnoException): string =>
  (error.code !== undefined && words[error.code]) || error.message;

/**
 * Does what takes the options that were typed; what is wrong in them is told by the name that they have there.
 * @throws Failure with exit code 2
 */
export async function withOptions<Result>(take: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await take();
  } catch (error) {
    if (error instanceof RangeError || isToldTypeError(error)) throw usageFailure(error.message, error);
    throw error;
  }
}

function messageOf(error: unknown): string {
  if (error instanceof FileError && isOfSystem(error.cause)) return `${error.path}: ${wordsOf(error.cause)}`;
  return error instanceof Error ? error.message : String(error);
}

/** One line, without line breaks and escapes that what is quoted in it may have. */
export function lineOf(error: unknown): string {
  const message = messageOf(error);
  const line = `bp4: ${visibleLine(message)}`;
  return exitCodeOf(error) === exitCodes.fault
    ? `${line} (this is a fault of bp4; --debug says where it arose)`
    : line;
}
