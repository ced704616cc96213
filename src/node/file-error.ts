import { FaultError } from '../errors.js';

/** A file can't be read or written. `cause` is the error of the operating system. */
export class FileError extends FaultError {
  override readonly name = 'FileError';
  /** The path as passed by the caller. */
  readonly path: string;
  /** The code of the operating system, such as 'ENOENT', 'ENOSPC' or 'EACCES', if there is one. */
  readonly code: string | undefined;

  constructor(what: string, path: string, cause: unknown, cure?: string) {
    const { message, code } = cause as NodeJS.ErrnoException;
    super({ place: path, problem: `${what}: ${message}`, cure }, { cause });
    this.path = path;
    this.code = code;
  }
}
