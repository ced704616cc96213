import { checkKeys, show } from '../model/check.js';
import type { Model } from '../model/model.js';
import type { Random } from '../model/random.js';
import { Samples, type ClassWeights, type Data } from './samples.js';
import { chunkOf, type Source, type Stream } from './source.js';
import type { Window } from './window.js';
import { awaited } from './work.js';

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
): Source {
  checkKeys('data', stream, ['batches']);
  const { batches } = stream;
  if (typeof batches !== 'function') {
    throw new TypeError(`batches: expected a function that returns batches, got ${show(batches)}`);
  }
  let iterator: AsyncIterator<Data, undefined> | Iterator<Data, undefined>;
  let window: Window | undefined;
  let count = 0;
  const close = (): void => {
    window?.close();
    window = undefined;
  };
  return {
    count: 0,
    begin() {
      iterator = iteratorOf(batches());
      count = 0;
    },
    *next() {
      close();
      const { done, value }: IteratorResult<Data, undefined> = yield* awaited(iterator.next());
      if (done) {
        if (count === 0) throw new RangeError('batches: expected at least one batch in each epoch, got none');
        return undefined;
      }
      const samples = yield* Samples.of(value, model, `batches[${count++}].`, classWeights);
      const chunk = yield* chunkOf(model, samples, size, random);
      window = chunk.window;
      return chunk;
    },
    close,
  };
}

function iteratorOf(
  batches: AsyncIterable<Data> | Iterable<Data>,
): AsyncIterator<Data, undefined> | Iterator<Data, undefined> {
  const iterable = batches as Partial<AsyncIterable<Data> & Iterable<Data>>;
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (!iterator) throw new TypeError(`batches: expected it to return an iterable, got ${show(batches)}`);
  return iterator;
}
