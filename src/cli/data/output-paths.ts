import { createWriteStream, existsSync, realpathSync, rmSync, statSync } from 'node:fs';
import { access, constants, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { DataError, inFile, UsageError } from '../errors.js';
import { STDIN } from './file-formats.js';
import { exitCodes } from '../exit-codes.js';

// What bp4 writes: where it may go, and that it is whole.

/**
 * Checks that a file may be written where it is to be: before all that leads to it.
 * @throws DataError if it may not
 */
export async function checkFolder(path: string): Promise<void> {
  const folder = dirname(path);
  if (!existsSync(folder)) throw new DataError(path, `no such folder: ${folder}`);
  await inFile(folder, () => access(folder, constants.W_OK));
}

/**
 * Checks that a file to write differs from the files that are read or also written, under any name.
 * @param option that names the file to be written
 * @param others those that are not given are undefined
 * @throws UsageError if it is one of the others
 */
export function checkApart(option: string, path: string, others: readonly (string | undefined)[]): void {
  const file = identify(path);
  const same = others.find((other) => other !== undefined && identify(other) === file);
  if (same !== undefined)
    throw new UsageError(option, `${path} is ${same} itself and would be overwritten`, 'choose another file');
}

/** The same for all names of a file, links too. */
function identify(path: string): string {
  if (!existsSync(path)) return resolve(path);
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

/**
 * Checks where the report is to go, if there is to be one: before all that leads to it.
 * @param inputs what is read, and must not be written over
 * @throws UsageError, DataError if it may not be written
 */
export async function checkReportPath(
  path: string | undefined,
  inputs: readonly (string | undefined)[],
): Promise<void> {
  if (path === undefined) return;
  if (path === STDIN)
    throw new UsageError('--report', 'expected a file, not stdout', 'write --report report.html');
  checkApart('--report', path, inputs);
  if (!/\.html?$/i.test(path)) throw new UsageError('--report', 'expected a name that ends in .html');
  await checkFolder(path);
}

export type WriteText = (text: string) => Promise<void>;

/**
 * Writes a file that has its name only once it is whole; a pipe or a device is written to as it is.
 * @throws DataError if it cannot be written
 */
export async function writeThroughTemporary<Result>(
  path: string,
  produce: (write: WriteText) => Promise<Result>,
): Promise<Result> {
  await checkFolder(path);
  const target = existsSync(path) ? realpathSync(path) : path; // what a link leads to, not the link
  const isFile = !existsSync(target) || statSync(target).isFile();
  const temporary = isFile ? `${target}.${process.pid}.tmp` : target;
  // Half a file is of no use to who stopped it.
  const onSignal = (): void => {
    if (isFile) rmSync(temporary, { force: true });
    process.exit(exitCodes.stopped);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  return await inFile(path, async () => {
    const stream = createWriteStream(temporary);
    const end = finished(stream);
    end.catch(() => undefined); // told by what waits for it
    try {
      const result = await produce(async (text) => {
        if (!stream.write(text))
          await Promise.race([end, new Promise((resolve) => stream.once('drain', () => resolve(undefined)))]);
      });
      stream.end();
      await end;
      if (isFile) await rename(temporary, target);
      return result;
    } catch (error) {
      stream.destroy();
      if (isFile) await rm(temporary, { force: true });
      throw error;
    }
  });
}
