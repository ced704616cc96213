import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

// Replaces files atomically, even if the process is killed or the power fails. The bytes go to a temporary file in the
// same folder, which is renamed once it is on disk. A killed process may leave its temporary file behind; the next
// process that writes the same file removes it.

/** The latest pending write of each file. */
const writes = new Map<string, Promise<void>>();

/**
 * Replaces the contents of a file. Writes to the same file run one after the other, in the order of their calls.
 * @param isFirst whether to remove temporary files of killed processes
 * @throws the error of the operating system; the old file remains, and no temporary file is left
 */
export async function writeWhole(path: string, bytes: Uint8Array, isFirst: boolean): Promise<void> {
  const target = resolveTarget(path); // synchronous, so that writes queue in the order of their calls
  const before = writes.get(target) ?? Promise.resolve();
  const write = before
    .catch(() => undefined)
    .then(async () => {
      if (isFirst) await sweep(target);
      await replace(target, bytes);
    });
  writes.set(target, write);
  try {
    await write;
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

async function replace(target: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(
    dirname(target),
    `${temporaryPrefix(target)}${process.pid}-${randomBytes(6).toString('hex')}.tmp`,
  );
  const before = await stat(target).catch(() => undefined);
  // A rename would replace a pipe or a device with a file.
  if (before && !before.isFile() && !before.isDirectory()) {
    await writeFile(target, bytes);
    return;
  }
  try {
    const file = await open(temporary, 'wx');
    try {
      if (before) await file.chmod(before.mode & 0o777);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/** Makes the rename survive a power failure. Windows can't sync a folder, and doesn't need to. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
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
