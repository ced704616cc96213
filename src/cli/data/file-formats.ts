import { UsageError } from '../errors.js';

export type DataFormat = 'csv' | 'json' | 'jsonl' | 'npy' | 'npz' | 'parquet' | 'idx';

/** What a file holds, by its name. */
export interface FileKind {
  readonly format: DataFormat;
  /** Of CSV: what its name says of the delimiter. */
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
 * @throws UsageError if the name tells nothing
 */
export function detectFileKind(path: string): FileKind {
  if (path === STDIN) return { format: 'csv' };
  const name = path.toLowerCase().replace(/\.gz$/, '');
  if (/idx\d(-ubyte)?$/.test(name)) return { format: 'idx' };
  const extension = name.slice(name.lastIndexOf('.') + 1);
  if (Object.hasOwn(byExtension, extension)) return byExtension[extension]!;
  throw new UsageError(
    path,
    'its name does not tell what it holds',
    'expected .csv, .tsv, .json, .jsonl, .npy, .npz, .parquet or idx files (each may end in .gz), or mnist',
  );
}
