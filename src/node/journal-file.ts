import { open, readFile, rm, truncate, type FileHandle } from 'node:fs/promises';
import { StateError } from '../errors.js';
import type { Journal } from '../search/journal.js';
import { FileError } from './file-error.js';

/**
 * Keeps the journal of a study in a file, in the format of Optuna's JournalFileStorage. Lines are on disk when `append`
 * resolves. A line that a crash cut off is removed. While the process runs, the file `${path}.lock` keeps other processes
 * from using the journal.
 * @throws FileError if the file cannot be read or written
 * @throws StateError if another process has it open
 */
export function journalFile(path: string): Journal {
  let file: FileHandle | undefined;
  const lock = `${path}.lock`;
  return {
    async read() {
      await takeLock(path, lock);
      try {
        const text = await readFile(path, 'utf8').catch(ignoreAbsence);
        const whole = text.slice(0, text.lastIndexOf('\n') + 1);
        if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
        file = await open(path, 'a');
        return whole.split('\n').filter((line) => line !== '');
      } catch (error) {
        await releaseLock(lock);
        throw new FileError('could not be read', path, error);
      }
    },
    async append(lines) {
      try {
        await file!.appendFile(lines.map((line) => `${line}\n`).join(''));
        await file!.sync();
      } catch (error) {
        throw new FileError('could not be written', path, error);
      }
    },
    async close() {
      if (!file) return;
      await file.close();
      file = undefined;
      await releaseLock(lock);
    },
  };
}

function ignoreAbsence(error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') throw error;
  return '';
}

/** The locks of this process. Another process may have had its id before. */
const held = new Set<string>();

/** Creates the lock, which holds the id of this process. The lock of a process that is dead counts for nothing. */
async function takeLock(path: string, lock: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(lock, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      held.add(lock);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new FileError('could not be created', lock, error);
      const owner = Number(await readFile(lock, 'utf8').catch(ignoreAbsence));
      if (attempt > 0 || (owner === process.pid ? held.has(lock) : isAlive(owner))) {
        throw new StateError({
          place: path,
          problem: `another process${owner ? ` (${owner})` : ''} is running this study`,
          cure: `wait for it, or delete ${lock} if it's no longer running`,
        });
      }
      await rm(lock, { force: true });
    }
  }
}

async function releaseLock(lock: string): Promise<void> {
  held.delete(lock);
  await rm(lock, { force: true });
}

function isAlive(pid: number): boolean {
  if (!pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
