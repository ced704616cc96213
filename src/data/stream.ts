import { checkInteger } from '../base/check.js';
import type { Data } from '../training/samples.js';
import { batchesOf, openText } from './batches.js';
import { checkSource, type TextSource } from './chunks.js';
import { planOf, type Plan } from './columns.js';
import { CSVRows, type CSVOptions } from './csv.js';
import type { Parts } from './table.js';

/**
 * Reads CSV texts that are larger than memory, for `net.train({ batches: csvBatches(…) })`: each epoch asks for the text
 * anew, and holds one batch of it at a time.
 * @param source opens the text from its beginning: `() => createReadStream('a.csv')`, or
 * `async () => (await fetch(url)).body`
 * @param options as for `Dataset.fromCSV`; classes and categories must be given, for they cannot be known before the text
 * has been read, and missing: 'mean' is not to be had
 * @param rowsPerBatch rows in a batch; the last may have fewer
 * @returns what opens the batches; iterating them throws TypeError, RangeError naming the row and column
 * @throws TypeError, RangeError naming the option
 */
export function csvBatches(
  source: TextSource,
  options: CSVOptions,
  rowsPerBatch: number,
): () => AsyncGenerator<Data, void, undefined> {
  checkSource('source', source);
  checkInteger('rowsPerBatch', rowsPerBatch);
  new CSVRows(options); // so that what is wrong in the options is known at once
  const { label, classes, categorical = [], missing } = options;
  if (label !== undefined && classes === undefined) {
    throw new TypeError('classes: a stream cannot know them beforehand; give all that occur, in an array');
  }
  if (Array.isArray(categorical) && categorical.length > 0) {
    throw new TypeError(
      'categorical: a stream cannot know categories beforehand; give { column: [category, …] }',
    );
  }
  if (missing === 'mean') throw new RangeError("missing: a stream has no mean; choose 'error' or 'drop'");
  return async function* () {
    const opened = openText(source, () => new CSVRows(options));
    const plan = (names: readonly string[]): Plan => planOf(names, 'text', options);
    for await (const parts of batchesOf(opened, plan, rowsPerBatch)) yield dataOf(parts);
  };
}

/** A batch as `train` takes it. */
export function dataOf({ inputs, targets, labels, inputScale }: Parts): Data {
  return {
    inputs,
    ...(targets && { targets }),
    ...(labels && { labels }),
    ...(inputScale !== undefined && { inputScale }),
  };
}
