import { existsSync, statSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataError, inFile, UsageError } from '../errors.js';
import { STDIN } from './file-formats.js';
import { exitCodes } from '../exit-codes.js';
import { stopSignals } from '../terminal/stop-signals.js';
import { removeTemporaries, writeParts, type WritePart } from '../../node/whole-file.js';

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
    throw new UsageError(
      option,
      path === same ? `it would overwrite ${path}` : `${path} is ${same}, which it would overwrite`,
      'choose another file',
    );
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

/**
 * Writes a file part by part. It has its name only once it is whole; a pipe or a device is written to as it is.
 * @throws DataError if it cannot be written
 */
export async function writeStoppable<Result>(
  path: string,
  produce: (write: WritePart) => Promise<Result>,
): Promise<Result> {
  await checkFolder(path);
  // Half a file is of no use to who stopped it.
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
