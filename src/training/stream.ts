import { checkKeys, show } from '../base/check.js';
import type { Model } from '../model/model.js';
import type { Random } from '../base/random.js';
import { Samples, type ClassWeights, type Data } from './samples.js';
import { chunkOf, type Chunks, type Stream } from './source.js';
import type { Window } from './window.js';
import { awaited } from '../base/work.js';

/**
 * Batch by batch; each is checked when it comes, and shuffled within itself.
 * @throws TypeError where it is no stream
 */
export function streamOf(
  model: Model,
  stream: Stream,
  size: number,
  random: Random | undefined,
  classWeights: ClassWeights | undefined,
): Chunks {
  checkKeys('data', stream, ['batches']);
  const { batches } = stream;
  if (typeof batches !== 'function') {
    throw new TypeError(`batches: expected a function that returns batches, got ${show(batches)}`);
  }
  let iterator: AsyncIterator<Data> | Iterator<Data> | undefined;
  let window: Window | undefined;
  let count = 0;
  const closeWindow = (): void => {
    window?.close();
    window = undefined;
  };
  const close = (): void => {
    closeWindow();
    if (iterator) giveUp(iterator);
    iterator = undefined;
  };
  return {
    count: 0,
    begin() {
      close();
      iterator = iteratorOf(batches());
      count = 0;
    },
    *next() {
      closeWindow();
      const current = iterator!;
      iterator = undefined; // one that throws, or has ended, is not to be closed
      const result: IteratorResult<Data, unknown> = yield* awaited(current.next());
      if (result.done) {
        if (count === 0) throw new RangeError('batches: expected at least one batch in each epoch, got none');
        return undefined;
      }
      iterator = current;
      const samples = yield* Samples.of(result.value, model, `batches[${count++}].`, classWeights);
      const chunk = yield* chunkOf(model, samples, size, random);
      window = chunk.window;
      return chunk;
    },
    close,
  };
}

/** As `for await` does where the loop fails: what goes wrong besides does not matter. */
export function giveUp(iterator: AsyncIterator<Data> | Iterator<Data>): void {
  const ignore = (): void => undefined;
  try {
    Promise.resolve(iterator.return?.()).catch(ignore);
  } catch {
    // nor where it does so at once
  }
}

export function iteratorOf(
  batches: AsyncIterable<Data> | Iterable<Data>,
): AsyncIterator<Data> | Iterator<Data> {
  const iterable = batches as Partial<AsyncIterable<Data> & Iterable<Data>>;
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (!iterator) throw new TypeError(`batches: expected it to return an iterable, got ${show(batches)}`);
  return iterator;
}
