import { randomBytes } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

// Replaces files atomically, even if the process is killed or the power fails. The bytes go to a temporary file in the
// same folder, which is renamed once it is on disk. A killed process may leave its temporary file behind; the next
// process that writes the same file removes it.

/** Writes the next part of a file. */
export type WritePart = (part: Uint8Array | string) => Promise<void>;

/** The latest pending write of each file. */
const writes = new Map<string, Promise<unknown>>();

/** The temporary files of pending writes. */
const temporaries = new Set<string>();

/** Removes the temporary files of pending writes, before the process exits. */
export function removeTemporaries(): void {
  for (const path of temporaries) rmSync(path, { force: true });
}

/**
 * Replaces the contents of a file. Writes to the same file run one after the other, in the order of their calls.
 * @param isFirst whether to remove temporary files of killed processes
 * @throws the error of the operating system; the old file remains, and no temporary file is left
 */
export async function writeWhole(path: string, bytes: Uint8Array, isFirst: boolean): Promise<void> {
  await writeParts(path, (write) => write(bytes), isFirst);
}

/**
 * Like `writeWhole`, for a file that is written part by part.
 * @returns the result of `produce`
 * @throws the error of the operating system, or of `produce`
 */
export async function writeParts<Result>(
  path: string,
  produce: (write: WritePart) => Promise<Result>,
  isFirst = true,
): Promise<Result> {
  const target = resolveTarget(path); // synchronous, so that writes queue in the order of their calls
  const before = writes.get(target) ?? Promise.resolve();
  const write = before
    .catch(() => undefined)
    .then(async () => {
      if (isFirst) await sweep(target);
      return await replace(target, produce);
    });
  writes.set(target, write);
  try {
    return await write;
  } finally {
    if (writes.get(target) === write) writes.delete(target);
  }
}

/** Resolves links, so that the linked file is replaced, not the link. */
function resolveTarget(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

async function replace<Result>(
  target: string,
  produce: (write: WritePart) => Promise<Result>,
): Promise<Result> {
  const before = await stat(target).catch(() => undefined);
  // A rename would replace a pipe or a device with a file.
  if (before && !before.isFile() && !before.isDirectory())
    return await produceInto(await open(target, 'w'), produce);
  const temporary = join(
    dirname(target),
    `${temporaryPrefix(target)}${process.pid}-${randomBytes(6).toString('hex')}.tmp`,
  );
  temporaries.add(temporary);
  try {
    const mode = (before?.mode ?? 0o666) & 0o777;
    const file = await open(temporary, 'wx', mode);
    const result = await produceInto(file, async (write) => {
      if (before) await file.chmod(mode).catch(ignoreRefusal); // open heeds the umask
      const produced = await produce(write);
      await file.sync().catch(ignoreRefusal);
      return produced;
    });
    await rename(temporary, target);
    await syncFolder(dirname(target));
    return result;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    temporaries.delete(temporary);
  }
}

/** Closes the file in any case. */
async function produceInto<Result>(
  file: FileHandle,
  produce: (write: WritePart) => Promise<Result>,
): Promise<Result> {
  try {
    return await produce((part) => file.writeFile(part));
  } finally {
    await file.close();
  }
}

/** What the permission model of Node and some file systems answer to fsync and fchmod. The file is written all the same. */
const refusals = ['ERR_ACCESS_DENIED', 'EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

function ignoreRefusal(error: NodeJS.ErrnoException): void {
  if (!refusals.includes(error.code ?? '')) throw error;
}

/**
 * Makes the rename survive a power failure. Failures are ignored, because the file has been replaced by then. Windows can't
 * sync a folder, and doesn't need to.
 */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close().catch(() => undefined);
}

const temporaryPrefix = (target: string): string => `.${basename(target)}.`;

/** Removes the temporary files of dead processes. Failures are ignored, because they don't prevent the write. */
async function sweep(target: string): Promise<void> {
  const folder = dirname(target);
  const prefix = temporaryPrefix(target);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = name.startsWith(prefix) && /^(\d+)-[0-9a-f]{12}\.tmp$/.exec(name.slice(prefix.length))?.[1];
    if (pid && !(await isWriting(Number(pid), join(folder, name)))) {
      await rm(join(folder, name), { force: true }).catch(() => undefined);
    }
  }
}

/**
 * Whether the process that created the file is still running. This is a guess, because another process may have its id.
 */
async function isWriting(pid: number, path: string): Promise<boolean> {
  // In containers, every process may have id 1, so a file older than this process belongs to another.
  if (pid === process.pid) {
    const started = Date.now() - 1000 * process.uptime();
    return stat(path).then(
      ({ mtimeMs }) => mtimeMs >= started,
      () => false,
    );
  }
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
