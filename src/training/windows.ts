import type { Random, RandomState } from '../base/random.js';
import { awaited, finish, type Work } from '../base/work.js';
import { RangeFault } from '../errors.js';
import type { Model } from '../model/model.js';
import { evaluate } from './evaluate.js';
import type { Snapshot } from './hooks/divergence.js';
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

/** Reads a stream once more, beside its epochs. */
export function* readStream(
  model: Model,
  { batches }: Stream,
  classWeights: CheckedTrainOptions['classWeights'],
  use: (samples: Samples) => Work<void>,
): Work<void> {
  const iterator = openBatches(batches());
  try {
    for (let b = 0; ; b++) {
      const result: IteratorResult<Data, unknown> = yield* awaited(iterator.next());
      if (result.done) return;
      yield* use(yield* Samples.read(result.value, model, `batches[${b}].`, classWeights));
    }
  } finally {
    abandonBatches(iterator);
  }
}

function openWindow(model: Model, random: Random, samples: Samples, options: WindowOptions): Work<Window> {
  return Window.open(model, samples, options.miniBatchSize, options.shuffle ? random : undefined);
}

/** A loss that has grown by this factor is a divergence. */
const MOST_GROWTH = 1e6;

/** The loss of this many samples says as much as that of all. */
const MOST_WATCHED = 1000;

/**
 * The samples of each epoch, window by window. A stream has a window for each of its batches. A whole dataset is treated as a
 * stream of one batch, whose window stays open.
 */
export abstract class Windows {
  /** The number of samples per epoch; 0 for a stream, whose length is unknown. */
  abstract readonly count: number;
  /** The window in training. */
  abstract readonly current: Window | undefined;
  /** A mean loss beyond which the training may have diverged: `hasGrown` decides. */
  mostLoss = 0;
  /** Samples whose loss says as much as that of all. */
  watched: Samples | undefined;
  #isKept = false;
  readonly #random: Random;
  #hasMeasuredStart = false;
  /** For an interrupted epoch: the number of samples still to skip, because they were learned before. */
  #toSkip = 0;
  #learnedBefore = 0;
  /** The generator's state when it was interrupted. */
  #reached: RandomState | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * Moves to the next window of the epoch, with its samples in their original order; or to the end, where the next epoch begins.
   * @returns whether there is a next window; undefined if `load` must find out
   */
  abstract advance(): boolean | undefined;

  /**
   * Like `advance`, but as interruptible work.
   * @throws RangeError if an interrupted epoch is now shorter than the part learned before
   */
  abstract load(): Work<boolean>;

  abstract close(): void;

  /** Returns to the start of the run's epoch, and skips the part already learned. */
  restart({ epochStart, done }: Run): void {
    this.#toSkip = this.#learnedBefore = done;
    if (done > 0) this.#reached = this.#random.state;
    this.#random.restore(epochStart);
  }

  /** Sets the generator to its state after the last whole step. */
  settle(): void {
    if (this.#toSkip > 0) this.#random.restore(this.#reached!);
    else this.current?.settle();
  }

  /**
   * Raises `mostLoss` so that it lies far above the costs of outputs of 0.
   * @param samples of the window that opens
   * @param areSafe whether no function of the user's runs before the next pause
   */
  *watch({ outputs, chunkRows }: Model, samples: Samples, areSafe = false): Work<void> {
    this.watched ??= samples;
    if (!areSafe || samples.count > chunkRows) this.keepWatched();
    const target = yield* samples.largestTarget();
    this.mostLoss = Math.max(this.mostLoss, MOST_GROWTH * outputs * target * target);
  }

  /** Copies the watched samples, because the user's arrays may change during a pause. A short training has none. */
  keepWatched(): void {
    if (!this.#isKept) this.watched = this.watched?.copySome(MOST_WATCHED);
    this.#isKept = this.watched !== undefined;
  }

  /**
   * Whether a mean loss beyond `mostLoss` lies far above that of the start too. The start is measured only now, since few runs
   * come here.
   */
  hasGrown(loss: number, model: Model, snapshot: Snapshot): boolean {
    if (!this.#hasMeasuredStart) {
      this.#hasMeasuredStart = true;
      const start = snapshot.atStart(() => finish(evaluate(model, this.watched!)));
      this.mostLoss = Math.max(this.mostLoss, MOST_GROWTH * start.loss) || Infinity;
    }
    return loss > this.mostLoss;
  }

  protected get skips(): boolean {
    return this.#toSkip > 0;
  }

  /** Restores the original order of a window's samples, and skips those learned before. */
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

/** Each batch is checked when it arrives, and shuffled within itself. */
class StreamWindows extends Windows {
  readonly count = 0;
  current: Window | undefined;
  readonly #model: Model;
  readonly #random: Random;
  readonly #stream: Stream;
  readonly #options: WindowOptions;
  #iterator: BatchIterator | undefined;
  /** The number of batches in this epoch so far. */
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
    this.#iterator = undefined; // an iterator that throws or has ended must not be closed
    const next = Promise.resolve<IteratorResult<Data, unknown>>(iterator.next());
    next.catch(() => (this.#iterator = undefined));
    this.#iterator = iterator;
    const result = yield* awaited(next);
    if (result.done) {
      this.#iterator = undefined;
      this.#isBegun = false;
      if (this.#batches === 0) {
        throw new RangeFault({
          place: 'batches',
          problem: 'expected at least one batch in each epoch, got none',
        });
      }
      return this.end();
    }
    const place = `batches[${this.#batches++}].`;
    const samples = yield* Samples.readToTrain(result.value, this.#model, place, this.#options.classWeights);
    yield* samples.checkReach(this.#model);
    yield* this.watch(this.#model, samples);
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
