import { DivergenceError, FormatError } from '../errors.js';
import { FileError } from '../node/file-error.js';
import { QueueError } from '../queue/queue-error.js';
import { DataError, StoppedError, UsageError } from './errors.js';

/** Every exit code of the process, and its line in help. */
const exits = {
  done: { code: 0, meaning: 'success' },
  fault: { code: 1, meaning: 'a bug in bp4' },
  usage: { code: 2, meaning: 'an unknown command or option, or an invalid value' },
  data: { code: 3, meaning: "a file or a queue that can't be read or written, or data that can't be used" },
  diverged: { code: 4, meaning: 'training diverged' },
  stopped: {
    code: 130,
    meaning: 'stopped by Ctrl-C, SIGTERM or SIGHUP (train saves the model, search its finished trials)',
  },
  // 128 + 13: shells report the same for programs that SIGPIPE ended
  brokenPipe: { code: 141, meaning: 'the output was closed early, for example by head' },
} as const;

export const exitCodes = Object.fromEntries(
  Object.entries(exits).map(([name, { code }]) => [name, code]),
) as Readonly<Record<keyof typeof exits, number>>;

/** Chooses the exit code by the class of an error alone. */
export function chooseExitCode(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  const isData = [DataError, FileError, FormatError, QueueError].some((kind) => error instanceof kind);
  if (isData) return exitCodes.data;
  if (error instanceof DivergenceError) return exitCodes.diverged;
  if (error instanceof StoppedError) return exitCodes.stopped;
  return exitCodes.fault;
}

/**
 * The end of every help text.
 * @param mayDiverge whether the command may exit with the code of a training that diverged
 */
export const listExitCodes = (mayDiverge: boolean): string => `Exit codes:
${Object.values(exits)
  .filter((exit) => mayDiverge || exit !== exits.diverged)
  .map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`)
  .join('\n')}

Output is in color on a terminal, unless NO_COLOR is set.`;
