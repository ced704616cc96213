import { checkKeys, show } from '../model/check.js';
import type { Model } from '../model/model.js';
import type { Random } from '../model/random.js';
import { Order } from './order.js';
import { Samples, type ClassWeights, type Data } from './samples.js';
import { Window } from './window.js';
import { awaited, type Work } from './work.js';

/** Data that does not fit into memory: batches of any size, asked for anew in each epoch. */
export interface Stream {
  readonly batches: () => AsyncIterable<Data> | Iterable<Data>;
}

/** Samples that lie side by side, and the order in which they are learnt. */
export interface Chunk {
  readonly samples: Samples;
  /** Where they lie in the network's memory, if they do. */
  readonly window: Window | undefined;
  readonly order: Order | undefined;
}

/** Where the samples of each epoch come from. */
export interface Source {
  /** How many an epoch has; 0 where that is not known. */
  readonly count: number;
  /** From the first sample on. */
  begin(): void;
  /** The next chunk; undefined at the end of the epoch. */
  next(): Work<Chunk | undefined>;
  close(): void;
}

export const isStream = (data: Data | Stream): data is Stream =>
  typeof data === 'object' && (data as object | null) !== null && 'batches' in data;

function* chunkOf(model: Model, samples: Samples, size: number, random?: Random): Work<Chunk> {
  model.reserve(Math.min(size, samples.count));
  const window = yield* Window.load(model, samples, random !== undefined);
  return { samples, window, order: random && new Order(random, samples.count, window) };
}

/** All samples at once. @param random by which they are shuffled, if they are */
export function* wholeOf(model: Model, samples: Samples, size: number, random?: Random): Work<Source> {
  const chunk = yield* chunkOf(model, samples, size, random);
  let isTaken = false;
  return {
    count: samples.count,
    begin() {
      isTaken = false;
    },
    // eslint-disable-next-line require-yield -- a stream yields
    *next() {
      if (isTaken) return undefined;
      isTaken = true;
      return chunk;
    },
    close: () => chunk.window?.close(),
  };
}

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
function giveUp(iterator: AsyncIterator<Data> | Iterator<Data>): void {
  const ignore = (): void => undefined;
  try {
    Promise.resolve(iterator.return?.()).catch(ignore);
  } catch {
    // nor where it does so at once
  }
}

function iteratorOf(batches: AsyncIterable<Data> | Iterable<Data>): AsyncIterator<Data> | Iterator<Data> {
  const iterable = batches as Partial<AsyncIterable<Data> & Iterable<Data>>;
  const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.();
  if (!iterator) throw new TypeError(`batches: expected it to return an iterable, got ${show(batches)}`);
  return iterator;
}
