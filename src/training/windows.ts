import type { Random, RandomState } from '../base/random.js';
import { awaited, type Work } from '../base/work.js';
import { RangeFault } from '../errors.js';
import type { Model } from '../model/model.js';
import type { CheckedTrainOptions } from './options.js';
import type { Run } from '../model/state.js';
import { Samples, type Data } from './samples.js';
import { abandonBatches, isStream, openBatches, type BatchIterator, type Stream } from './stream.js';
import { Window } from './window.js';

type WindowOptions = Pick<CheckedTrainOptions, 'miniBatchSize' | 'shuffle' | 'classWeights'>;

export function* openWindows(
  model: Model,
  random: Random,
  data: Samples | Stream,
  options: WindowOptions,
): Work<Windows> {
  if (isStream(data)) {
    return new StreamWindows(model, random, data, options);
  }
  return new WholeWindow(random, yield* openWindow(model, random, data, options));
}

function openWindow(model: Model, random: Random, samples: Samples, options: WindowOptions): Work<Window> {
  return Window.open(model, samples, options.miniBatchSize, options.shuffle ? random : undefined);
}

/**
 * The samples of each epoch, window by window. A stream has a window for each of its batches; a whole data set is as a
 * stream of one, whose window stays open.
 */
export abstract class Windows {
  /** How many samples an epoch has; 0 for a stream: nobody knows. */
  abstract readonly count: number;
  /** The window that is learned from. */
  abstract readonly current: Window | undefined;
  readonly #random: Random;
  /** Of an epoch that stopped: how many samples are still to be skipped, since they were learned before. */
  #toSkip = 0;
  #learnedBefore = 0;
  /** Where the generator was when it stopped. */
  #reached: RandomState | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * Goes to the next window of the epoch, its samples in their own order; or to the end, from where the next epoch begins.
   * @returns whether there is one; undefined where `load` must find out
   */
  abstract advance(): boolean | undefined;

  /**
   * As `advance`, but takes its time.
   * @throws RangeError where an epoch that stopped ends before what was learned of it
   */
  abstract load(): Work<boolean>;

  abstract close(): void;

  /** Goes back to the beginning of the run's epoch, and skips what it has learned of it. */
  restart({ epochStart, done }: Run): void {
    this.#toSkip = this.#learnedBefore = done;
    if (done > 0) this.#reached = this.#random.state;
    this.#random.restore(epochStart);
  }

  /** Leaves the generator as after the last whole step. */
  settle(): void {
    if (this.#toSkip > 0) this.#random.restore(this.#reached!);
    else this.current?.settle();
  }

  protected get skips(): boolean {
    return this.#toSkip > 0;
  }

  /** Puts the samples of a window into their own order, and skips those that were learned before. */
  protected *begin(window: Window): Work<true> {
    for (let n = window.begin(0); n < window.count; n = window.begin(n)) yield;
    this.#toSkip -= window.skip(this.#toSkip);
    return true;
  }

  protected end(): false {
    if (this.#toSkip === 0) return false;
    const found = this.#learnedBefore - this.#toSkip;
    throw new RangeFault({
      place: 'resume',
      problem: `expected at least the ${this.#learnedBefore} samples it stopped after, got ${found}`,
    });
  }
}

class WholeWindow extends Windows {
  readonly count: number;
  readonly current: Window;
  #isBegun = false;

  constructor(random: Random, window: Window) {
    super(random);
    this.count = window.count;
    this.current = window;
  }

  override restart(run: Run): void {
    super.restart(run);
    this.#isBegun = false;
  }

  override advance(): boolean | undefined {
    this.#isBegun = !this.#isBegun;
    if (!this.#isBegun) return this.end();
    return this.skips || this.current.begin(0) < this.count ? undefined : true;
  }

  override load(): Work<boolean> {
    return this.begin(this.current);
  }

  override close(): void {
    this.current.close();
  }
}

/** Each batch is checked when it comes, and shuffled within itself. */
class StreamWindows extends Windows {
  readonly count = 0;
  current: Window | undefined;
  readonly #model: Model;
  readonly #random: Random;
  readonly #stream: Stream;
  readonly #options: WindowOptions;
  #iterator: BatchIterator | undefined;
  /** Of this epoch, so far. */
  #batches = 0;
  #isBegun = false;

  constructor(model: Model, random: Random, stream: Stream, options: WindowOptions) {
    super(random);
    this.#model = model;
    this.#random = random;
    this.#stream = stream;
    this.#options = options;
  }

  override restart(run: Run): void {
    super.restart(run);
    this.close();
    this.#isBegun = false;
  }

  override advance(): undefined {
    return undefined;
  }

  override *load(): Work<boolean> {
    this.#closeWindow();
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#batches = 0;
      this.#iterator = openBatches(this.#stream.batches());
    }
    const iterator = this.#iterator!;
    this.#iterator = undefined; // one that throws, or has ended, is not to be closed
    const result: IteratorResult<Data, unknown> = yield* awaited(iterator.next());
    if (result.done) {
      this.#isBegun = false;
      if (this.#batches === 0) {
        throw new RangeFault({
          place: 'batches',
          problem: 'expected at least one batch in each epoch, got none',
        });
      }
      return this.end();
    }
    this.#iterator = iterator;
    const place = `batches[${this.#batches++}].`;
    const samples = yield* Samples.read(result.value, this.#model, place, this.#options.classWeights);
    this.current = yield* openWindow(this.#model, this.#random, samples, this.#options);
    return yield* this.begin(this.current);
  }

  override close(): void {
    this.#closeWindow();
    if (this.#iterator) abandonBatches(this.#iterator);
    this.#iterator = undefined;
  }

  #closeWindow(): void {
    this.current?.close();
    this.current = undefined;
  }
}
