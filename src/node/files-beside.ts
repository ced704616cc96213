import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join, relative } from 'node:path';
import { show } from '../base/check.js';
import { FormatError } from '../errors.js';
import { listNames } from '../formats/files-by-name.js';
import { FileError } from './file-error.js';
import { read } from './files.js';

// The files beside a model, which it names.

/** Throws the error of a file that cannot be read. */
export const unreadable =
  (path: string) =>
  (error: unknown): never => {
    throw new FileError('could not be read', path, error);
  };

/**
 * Reads the files that a model names, from its folder.
 * @param place where the model names them, for error messages
 * @param names untrusted
 * @throws FormatError if a path is absolute, or leads out of the folder, also through a link
 * @throws FileError if a file cannot be read; if it is missing, the cure lists files of its kind
 */
export async function readCompanions(
  place: string,
  folder: string,
  names: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of names) files.set(name, await readInside(`${place} ${show(name)}`, folder, name));
  return files;
}

async function readInside(place: string, folder: string, name: string): Promise<Uint8Array> {
  const isPlain = /^[^\\:\0]+$/.test(name) && !isAbsolute(name) && !name.split('/').includes('..');
  if (!isPlain) throw new FormatError({ place, problem: 'expected a file in the folder' });
  const path = join(folder, name);
  const paths = await Promise.all([realpath(path), realpath(folder)]).catch((error: unknown) =>
    nameOthers(path, error),
  );
  const [real, realFolder] = paths;
  const inside = relative(realFolder, real);
  if (inside === '..' || /^\.\.[\\/]/.test(inside) || isAbsolute(inside)) {
    throw new FormatError({ place, problem: 'a link leads out of the folder' });
  }
  const stats = await stat(real).catch(unreadable(path));
  if (!stats.isFile()) throw new FormatError({ place, problem: 'expected a file' });
  return await read(real);
}

/** Browsers rename a second download to 'weights (1).bin', so the files of the same kind that are there are listed. */
async function nameOthers(path: string, error: unknown): Promise<never> {
  const others = await readdir(dirname(path)).catch(() => []);
  const alike = others.filter((name) => extname(name) === extname(path)).sort();
  const cure =
    alike.length === 0
      ? 'put the file beside the model, under that name'
      : `the folder has ${listNames(alike)}; rename the file to the name that the model uses`;
  throw new FileError('could not be read', path, error, cure);
}
