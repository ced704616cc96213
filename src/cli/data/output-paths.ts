import { access, constants } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { dataFailure, inFile, usageFailure } from '../errors.js';
import { STDIN } from './file-formats.js';
import { isModelFile } from '../model/model-file.js';

export const MODEL_EXTENSION = '.bp4';

/** iris.csv → iris.bp4, in the folder that bp4 is called in. */
export function modelPathOf(dataPath: string): string {
  if (dataPath === STDIN) return `model${MODEL_EXTENSION}`;
  const name = basename(dataPath).replace(/\.gz$/i, '');
  return `${name.replace(/(?<=.)\.[^.]*$/, '')}${MODEL_EXTENSION}`;
}

/**
 * Whether a model file may be written: before a training, not after it.
 * @returns whether there is an older one that it replaces
 * @throws Failure where it may not
 */
export async function checkModelPath(option: string, path: string): Promise<boolean> {
  await checkFolderOf(path);
  if (!existsSync(path)) return false;
  if (!(await inFile(path, () => isModelFile(path)))) {
    throw usageFailure(`${path}: it is there already, and is no model; choose another --${option}`);
  }
  return true;
}

/**
 * Whether a file may be written where it is to be: before all that leads to it.
 * @throws Failure where it may not
 */
export async function checkFolderOf(path: string): Promise<void> {
  const folder = dirname(path);
  if (!existsSync(folder)) throw dataFailure(`${path}: there is no folder ${folder}`);
  await inFile(folder, () => access(folder, constants.W_OK));
}

/**
 * What is read, or written besides, is never written over; by whatever name it goes.
 * @param option that names the file to be written
 * @param others those that are not given are undefined
 * @throws Failure where it is one of the others
 */
export function checkApart(option: string, path: string, others: readonly (string | undefined)[]): void {
  const file = identityOf(path);
  const same = others.find((other) => other !== undefined && identityOf(other) === file);
  if (same !== undefined)
    throw usageFailure(`${option}: ${path} is ${same} itself, which would be lost; choose another name`);
}

/** The same for all names of a file, links too. */
function identityOf(path: string): string {
  if (!existsSync(path)) return resolve(path);
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}
