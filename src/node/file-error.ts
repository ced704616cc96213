import { FaultError } from '../errors.js';

/** A file that could not be read or written; `cause` is the error of the operating system. */
export class FileError extends FaultError {
  override readonly name = 'FileError';
  /** As it was given. */
  readonly path: string;
  /** As the operating system says it, as 'ENOENT', 'ENOSPC' or 'EACCES', where it said so. */
  readonly code: string | undefined;

  constructor(what: string, path: string, cause: unknown) {
    const { message, code } = cause as NodeJS.ErrnoException;
    super({ place: path, problem: `${what}: ${message}` }, { cause });
    this.path = path;
    this.code = code;
  }
}
