import { checkInteger, show } from '../model/check.js';
import type { Data } from '../training/samples.js';
import { CSVReader, type CSVOptions } from './csv.js';

/** Text, or its UTF-8 bytes, in chunks that may be cut anywhere. */
export type TextChunks =
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | ReadableStream<string>
  | ReadableStream<Uint8Array>;

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
  source: () => TextChunks | Promise<TextChunks>,
  options: CSVOptions,
  rowsPerBatch: number,
): () => AsyncGenerator<Data, void, undefined> {
  if (typeof source !== 'function') {
    throw new TypeError(`source: expected a function that opens the text, got ${show(source)}`);
  }
  checkInteger('rowsPerBatch', rowsPerBatch);
  new CSVReader(options); // so that what is wrong in the options is known at once
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
  return () => batches(source, options, rowsPerBatch);
}

async function* batches(
  source: () => TextChunks | Promise<TextChunks>,
  options: CSVOptions,
  rowsPerBatch: number,
): AsyncGenerator<Data, void, undefined> {
  const reader = new CSVReader(options);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rows = 0;
  let given = 0;
  function* read(text: string, isLast?: boolean): Generator<Data> {
    for (const table of reader.read(text, isLast)) {
      rows = table.count;
      if (rows < rowsPerBatch) continue;
      given++;
      yield batchOf(reader);
    }
  }
  for await (const chunk of iterable(await source())) {
    yield* read(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
  }
  yield* read(decoder.decode(), true);
  if (given === 0 || rows % rowsPerBatch > 0) yield batchOf(reader); // of nothing, it throws
}

function batchOf(reader: CSVReader): Data {
  const { inputs, targets, labels } = reader.take();
  return { inputs, ...(targets && { targets }), ...(labels && { labels }) };
}

/** Not every engine iterates streams. */
function iterable(chunks: TextChunks): AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array> {
  if (typeof chunks === 'string') return [chunks];
  if (Symbol.asyncIterator in chunks || Symbol.iterator in chunks) return chunks;
  return chunksOf(chunks);
}

async function* chunksOf(
  stream: ReadableStream<string> | ReadableStream<Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
