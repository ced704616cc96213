import { existsSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { inFile, UsageError } from '../errors.js';
import { formatBytes } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import { describeFile, describeLosses, exportFormatTable, type ExportFormat } from './export-formats.js';
import { openModel, type OpenedModel } from './open-model.js';
import type { ModelSignature } from './signature.js';

/**
 * Checks that a name fits a format, so that nothing is written to an unexpected place.
 * @throws UsageError
 */
export function checkExportPath(out: string, format: ExportFormat): void {
  const isFolder = existsSync(out) && statSync(out).isDirectory();
  if (format === 'tfjs' && existsSync(out) && !isFolder) {
    throw new UsageError(out, 'TensorFlow.js needs a folder, and this is a file');
  }
  if (format !== 'tfjs' && isFolder) throw new UsageError(out, 'it is a folder', 'give the name of a file');
}

/**
 * Writes a network in another format, and prints what the file lacks and how to open it.
 * @returns the number of bytes written, or null if it's unknown
 * @throws DataError if it cannot be written
 */
export async function writeExport(
  output: Output,
  model: OpenedModel,
  signature: ModelSignature,
  { format, out }: { readonly format: ExportFormat; readonly out: string },
): Promise<number | null> {
  const target = exportFormatTable[format];
  const files = await inFile(out, () => target.write(model, signature, out));
  // The model is written: an unknown size isn't a failure.
  const bytes = await Promise.all(files.map(findSize));
  const missing = describeLosses(target, signature, model.about !== undefined);
  output.event('exported', { format, files, bytes, missing });
  for (const [i, file] of files.entries())
    output.say(`${output.bold(file)}  ${[describeFile(target, file), ...formatSize(bytes[i])].join(', ')}`);
  for (const words of missing) output.sayWrapped(`  note: ${words}`, 8);
  output.say(`  open: ${target.usage(out, model)}`);
  return bytes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
}

const findSize = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );

const formatSize = (bytes: number | null | undefined): string[] =>
  typeof bytes === 'number' ? [formatBytes(bytes)] : [];

/** A larger file isn't opened to check whether it may be replaced. */
const LARGEST_REPLACED = 2 ** 30;

/** Whether a file or folder exists, and holds a model that `writeExport` could have written. */
export async function isExported(path: string, format: ExportFormat): Promise<boolean> {
  const stats = await stat(path);
  const isReadable = stats.isDirectory() || (stats.isFile() && stats.size <= LARGEST_REPLACED);
  if (!isReadable) return false;
  if (format === 'code') return (await readFile(path, 'utf8')).includes('written by bp4/code');
  try {
    (await openModel(path, {})).net.dispose();
    return true;
  } catch {
    return false;
  }
}
