import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, UsageError } from '../errors.js';
import { joinNames } from '../terminal/format.js';

export type DataFormat = 'csv' | 'json' | 'jsonl' | 'npy' | 'npz' | 'parquet' | 'idx';

/** What a file holds, by its name. */
export interface FileKind {
  readonly format: DataFormat;
  /** For CSV: the delimiter that the name suggests. */
  readonly delimiter?: string;
}

const byExtension: Readonly<Record<string, FileKind>> = {
  csv: { format: 'csv' },
  txt: { format: 'csv' },
  data: { format: 'csv' }, // as the UCI repository names its files
  tsv: { format: 'csv', delimiter: '\t' },
  tab: { format: 'csv', delimiter: '\t' },
  json: { format: 'json' },
  jsonl: { format: 'jsonl' },
  ndjson: { format: 'jsonl' },
  npy: { format: 'npy' },
  npz: { format: 'npz' },
  parquet: { format: 'parquet' },
};

/** Standard input. */
export const STDIN = '-';

/**
 * @throws UsageError if the name isn't recognized, DataError if it's a folder or doesn't exist
 */
export function detectFileKind(path: string): FileKind {
  if (path === STDIN) return { format: 'csv' };
  if (existsSync(path) && statSync(path).isDirectory()) throw refuseFolder(path);
  const kind = kindOfName(path);
  if (kind) return kind;
  if (path.includes('.') && !existsSync(path)) throw new DataError(path, 'no such file');
  throw new UsageError(
    path,
    'unknown kind of file',
    'expected .csv, .tsv, .txt, .json, .jsonl, .npy, .npz, .parquet or IDX images, optionally with .gz, or mnist',
  );
}

/** @returns undefined if the name isn't recognized */
export function kindOfName(path: string): FileKind | undefined {
  const name = path.toLowerCase().replace(/\.gz$/, '');
  if (/idx\d(-ubyte)?$/.test(name)) return { format: 'idx' };
  const extension = name.slice(name.lastIndexOf('.') + 1);
  return name.includes('.') && Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
}

/** Whether a name says that the file holds data. */
export const hasDataName = (path: string): boolean => kindOfName(path) !== undefined;

function refuseFolder(path: string): DataError {
  const files = readdirSync(path).filter((name) => kindOfName(name));
  const names = joinNames(files.map((name) => join(path, name)).sort());
  return new DataError(
    path,
    'it is a folder, not a file',
    files.length > 0 ? `it contains ${names}` : undefined,
  );
}
