import { existsSync, statSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataError, inFile, UsageError } from '../errors.js';
import { STDIN } from './file-formats.js';
import { exitCodes } from '../exit-codes.js';
import { stopSignals } from '../terminal/stop-signals.js';
import { removeTemporaries, writeParts, type WritePart } from '../../node/whole-file.js';

// Checks where bp4 may write, and writes files completely or not at all.

/**
 * Checks that a file can be written to its path, before the work that produces it.
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
 * @param others undefined for those that aren't given
 * @throws UsageError if it is one of the others
 */
export function checkApart(option: string, path: string, others: readonly (string | undefined)[]): void {
  const file = identify(path);
  const same = others.find((other) => other !== undefined && identify(other) === file);
  if (same !== undefined)
    throw new UsageError(
      option,
      path === same ? `it would overwrite ${path}` : `${path} is ${same}, which it would overwrite`,
      'choose another file',
    );
}

/** The same key for all names of a file, including links. */
function identify(path: string): string {
  if (!existsSync(path)) return resolve(path);
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

/**
 * Checks the path of the report, if there is one, before the work that produces it.
 * @param inputs the files that are read, and must not be overwritten
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

/**
 * Writes a file part by part. The file gets its name once it's complete; a pipe or a device is written to directly.
 * @throws DataError if it cannot be written
 */
export async function writeStoppable<Result>(
  path: string,
  produce: (write: WritePart) => Promise<Result>,
): Promise<Result> {
  await checkFolder(path);
  // Nobody needs half a file.
  const onSignal = (): void => {
    removeTemporaries();
    process.exit(exitCodes.stopped);
  };
  for (const signal of stopSignals) process.once(signal, onSignal);
  try {
    return await inFile(path, () => writeParts(path, produce));
  } finally {
    for (const signal of stopSignals) process.off(signal, onSignal);
  }
}
