import { DivergenceError, FormatError } from '../errors.js';
import { FileError } from '../node/file-error.js';
import { DataError, StoppedError, UsageError } from './errors.js';

/** What the process ends with. */
export const exitCodes = {
  done: 0,
  /** A fault of bp4 itself. */
  fault: 1,
  /** An option or command that does not exist, or a value that is not allowed. */
  usage: 2,
  /** Data or a file that cannot be read or written. */
  data: 3,
  diverged: 4,
  /** Ctrl-C or SIGTERM, once what was learned was saved. */
  stopped: 130,
  /** As a shell has it of programs that SIGPIPE ended: 128 + 13. */
  brokenPipe: 141,
} as const;

/** Chooses the exit code by the class of an error alone. */
export function chooseExitCode(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof DataError || error instanceof FileError || error instanceof FormatError)
    return exitCodes.data;
  if (error instanceof DivergenceError) return exitCodes.diverged;
  if (error instanceof StoppedError) return exitCodes.stopped;
  return exitCodes.fault;
}

/** What help says of them. */
export const exitCodeHelp = `Exit codes:
  0    success
  1    a bug in bp4
  2    an unknown command or option, or an invalid value
  3    data or a file that can't be read or written
  4    the training diverged
  130  stopped by Ctrl-C or SIGTERM; the model was saved
  141  the output was closed early, for example by head

Output is in color on a terminal, unless NO_COLOR is set.`;
