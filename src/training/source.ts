import type { Model } from '../model/model.js';
import type { Random } from '../base/random.js';
import { Order } from './order.js';
import type { Data, Samples } from './samples.js';
import { Window } from './window.js';
import type { Work } from '../base/work.js';

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

/** Where the samples of each epoch come from: all at once, or chunk by chunk. */
export type Source = Whole | Chunks;

interface Whole {
  /** How many samples an epoch has. */
  readonly count: number;
  readonly whole: Chunk;
  close(): void;
}

export interface Chunks {
  /** Nobody knows. */
  readonly count: 0;
  readonly whole?: undefined;
  /** From the first sample on. */
  begin(): void;
  /** The next chunk; undefined at the end of the epoch. */
  next(): Work<Chunk | undefined>;
  close(): void;
}

export const isStream = (data: Data | Stream | Samples): data is Stream =>
  typeof data === 'object' && (data as object | null) !== null && 'batches' in data;

export function* chunkOf(model: Model, samples: Samples, size: number, random?: Random): Work<Chunk> {
  const most = Math.min(size, samples.count);
  model.reserve(most);
  yield model.kernels.team?.prepare(model.layout.parameterCount * most);
  const window = yield* Window.load(model, samples, random !== undefined);
  return { samples, window, order: random && new Order(random, samples.count, window) };
}

/** All samples at once. @param random by which they are shuffled, if they are */
export function* wholeOf(model: Model, samples: Samples, size: number, random?: Random): Work<Whole> {
  const chunk = yield* chunkOf(model, samples, size, random);
  return { count: samples.count, whole: chunk, close: () => chunk.window?.close() };
}
