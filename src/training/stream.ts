import { checkKeys, show } from '../base/check.js';
import { TypeFault } from '../errors.js';
import type { CheckedSpec } from '../model/spec.js';
import type { Data, Samples } from './samples.js';

/** Data that doesn't fit into memory: batches of any size. Each epoch calls `batches` again. */
export interface Stream {
  readonly batches: () => AsyncIterable<Data> | Iterable<Data>;
  /** @internal Keeps the names of the training data for a network that doesn't know them. */
  readonly forNetwork?: (spec: CheckedSpec, isTraining?: boolean) => Stream;
}

export type BatchIterator = AsyncIterator<Data> | Iterator<Data>;

export const isStream = (data: Data | Stream | Samples): data is Stream =>
  typeof data === 'object' && (data as object | null) !== null && 'batches' in data;

/**
 * @throws TypeError if the value isn't a stream
 */
export function checkStream(stream: Stream): void {
  checkKeys('data', stream, ['batches']);
  if (typeof stream.batches !== 'function') {
    throw new TypeFault({
      place: 'batches',
      problem: `expected a function that returns batches, got ${show(stream.batches)}`,
    });
  }
}

/**
 * @throws TypeError if the user's function didn't return an iterable
 */
export function openBatches(batches: AsyncIterable<Data> | Iterable<Data>): BatchIterator {
  const iterable = batches as Partial<AsyncIterable<Data> & Iterable<Data>>;
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (!iterator) {
    throw new TypeFault({
      place: 'batches',
      problem: `expected it to return an iterable, got ${show(batches)}`,
    });
  }
  return iterator;
}

/** Closes an iterator like a failing `for await` loop, which ignores further errors. */
export function abandonBatches(iterator: BatchIterator): void {
  const ignore = (): void => undefined;
  try {
    Promise.resolve(iterator.return?.()).catch(ignore);
  } catch {
    // ignores a synchronous error too
  }
}
