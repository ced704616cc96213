import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

// A file that is whole at any moment, whenever the process is killed or the power fails: what is written goes to a
// temporary file beside it, which takes its name once all of it is on the disk. Of a process that was killed such a
// temporary file may stay; the next that writes the same file sweeps it away.

/** For each file that this process is writing, the last of its writes. */
const writes = new Map<string, Promise<void>>();

/**
 * Writes bytes as the whole of a file. Of several writes to one file the later wait for the earlier.
 * @param isFirst whether to look for what killed processes have left
 * @throws the error of the operating system; the file is as it was then, and no temporary file is left
 */
export async function writeWhole(path: string, bytes: Uint8Array, isFirst: boolean): Promise<void> {
  const target = resolveTarget(path); // at once, so that writes wait in the order of their calls
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

/** Where the name is a link, the file that it leads to is replaced, not the link. */
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
  // A pipe or a device is no file that another could take the place of.
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

/** Only then does the new name outlast a power failure. Windows cannot, and does it by itself. */
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

/** Removes the temporary files of processes that are no more. That it cannot is no reason not to write. */
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

/** Whether the process lives that the file is of, so far as can be told: another may have got its number. */
async function isWriting(pid: number, path: string): Promise<boolean> {
  // In a container each process may be number 1: what is older than this process is not of it.
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
