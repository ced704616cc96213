import type { Random } from '../base/random.js';
import type { Work } from '../base/work.js';
import { availableMemory } from '../kernels/processors.js';
import { Window as WindowStruct } from '../memory/structs.js';
import {
  layOutWindow,
  locateSample,
  mostPairBytes,
  startIndex,
  type WindowLayout,
} from '../memory/window.js';
import type { Model } from '../model/model.js';
import { Order, PlaceInWindow } from './order.js';
import { estimateWork, samplesPerCall } from './pace.js';
import type { Samples } from './samples.js';

/**
 * Returns a test of whether samples may take so many bytes of the network's memory. More are gathered for each mini-batch, at about
 * half the speed. Node takes 40 µs to read the free memory, so it is read once, and only for more than 16 MB.
 */
function limitBytes(): (bytes: number) => boolean {
  let most: number | undefined;
  return (bytes) => bytes <= 2 ** 24 || bytes <= (most ??= Math.min(2 ** 30, availableMemory() / 4));
}

/** Shorter rows don't pay, and in longer ones an index exceeds two bytes. */
const FEWEST_INPUTS = 32;
const MOST_INPUTS = 2 ** 16;

/** The form of samples in the network's memory: rows, pairs if most inputs are zero, or none. */
export type Form = 'rows' | 'pairs' | 'none';

/**
 * Samples in the network's memory, in the order of the epoch, so that one call of the kernels can take many mini-batches. If
 * they don't fit, each mini-batch is gathered from the user's data before its step.
 *
 * The window may move, so the offsets of its layout (src/memory/window.ts) are relative to its start.
 */
export class Window {
  readonly count: number;
  /** Samples per mini-batch; fewer than requested if the window has fewer. */
  readonly size: number;
  /** The number of samples that one call of the kernels may learn. */
  readonly samplesPerCall: number;
  /** Multiplications to learn one sample. */
  readonly workPerSample: number;
  /** The number of its samples learned in this epoch. */
  learned = 0;
  /** The number of samples drawn so far, and the start of the last draw. */
  drawn = 0;
  #drawnFrom = 0;
  readonly #model: Model;
  readonly #samples: Samples;
  readonly #layout: WindowLayout | undefined;
  readonly #order: Order | undefined;

  private constructor(
    model: Model,
    samples: Samples,
    size: number,
    layout: WindowLayout | undefined,
    random: Random | undefined,
  ) {
    this.count = samples.count;
    this.size = size;
    this.samplesPerCall = layout ? samplesPerCall(model, size) : size;
    this.workPerSample = estimateWork(model, size);
    this.#model = model;
    this.#samples = samples;
    this.#layout = layout;
    const place = layout
      ? new PlaceInWindow(model, layout.order)
      : { words: new Uint32Array(random ? samples.count : 0), at: 0 };
    this.#order = random && new Order(random, samples.count, place);
  }

  /**
   * Loads the samples, chunk by chunk; yields between chunks.
   * @param miniBatchSize samples per mini-batch
   * @param random        draws the order; undefined keeps the original order
   * @param form          the form in memory
   */
  static *open(
    model: Model,
    samples: Samples,
    miniBatchSize: number,
    random?: Random,
    form: Form = Window.chooseForm(model, samples, miniBatchSize),
  ): Work<Window> {
    const size = Math.min(miniBatchSize, samples.count);
    model.reserve(size);
    const layout = form === 'none' ? undefined : yield* load(model, samples, form, random !== undefined);
    model.isWeighted = samples.areWeighted;
    return new Window(model, samples, size, layout, random);
  }

  /** Chooses the form by the share of zeros among the inputs. A loss of the user's own needs each mini-batch. */
  static chooseForm(model: Model, samples: Samples, miniBatchSize: number): Form {
    const { inputs, own } = model.spec;
    if (own) return 'none';
    const mayBeSparse = inputs >= FEWEST_INPUTS && inputs <= MOST_INPUTS;
    return mayBeSparse && samples.density() < breakEven(model, miniBatchSize) ? 'pairs' : 'rows';
  }

  /** Whether the samples are in the network's memory. */
  get isHeld(): boolean {
    return this.#layout !== undefined;
  }

  /** The current start of the window; 0 if the samples aren't held. */
  get pointer(): number {
    return this.#layout ? this.#model.window : 0;
  }

  /**
   * Begins an epoch, with nothing drawn.
   * @param from the number of samples already back in their original order
   * @returns the number that are now; call again until all are
   */
  begin(from: number): number {
    this.learned = this.drawn = 0;
    return this.#order?.begin(from) ?? this.count;
  }

  /** Draws the samples that an interrupted epoch had learned: at most `count`. @returns their number */
  skip(count: number): number {
    if (count > 0) this.learned = this.draw(count);
    return this.learned;
  }

  /** Draws the next samples: `most`, or all that remain. @returns their number */
  draw(most: number): number {
    const rows = Math.min(most, this.count - this.learned);
    this.#order?.draw(this.learned, rows);
    this.#drawnFrom = this.learned;
    this.drawn = this.learned + rows;
    return rows;
  }

  /** Sets the generator as if the samples drawn but not learned had not been drawn. */
  settle(): void {
    if (this.learned < this.drawn) this.#order?.settle(this.learned);
  }

  /** Gathers the last draw into the mini-batch. @returns the number of its samples */
  gather(): number {
    const rows = this.drawn - this.#drawnFrom;
    this.#samples.gather(this.#model, this.#drawnFrom, rows, this.#order?.numbers);
    return rows;
  }

  close(): void {
    if (this.#layout) this.#model.resizeWindow(0);
  }
}

/** More weights and gradients than this don't stay in the second-level cache, where each sample would find them. */
const CACHED_WEIGHTS = 2 ** 16;

/**
 * The share of nonzero inputs from which the first layer learns faster from rows than from pairs, by costs that
 * `npm run bench -- zeros` has measured. A row costs 1 for each input and four units of the layer. A pair costs 7 for sixteen
 * units, or 9.5 if the cache doesn't hold the weights, and 3.6 for each four of the rest. Without mini-batches it saves updates
 * of weights too.
 */
function breakEven({ layers }: Model, miniBatchSize: number): number {
  const { fanIn, stride } = layers[0]!;
  const vectors = stride / 4;
  const wide = Math.floor(vectors / 4);
  const cost = wide * (fanIn * stride > CACHED_WEIGHTS ? 9.5 : 7) + (vectors - 4 * wide) * 3.6;
  return (miniBatchSize === 1 ? 1.6 : 1) * (vectors / cost);
}

/** @returns undefined if the samples are too many, or the memory doesn't suffice */
function* load(
  model: Model,
  samples: Samples,
  form: 'rows' | 'pairs',
  hasOrder: boolean,
): Work<WindowLayout | undefined> {
  const { inputs } = model.spec;
  const { bytesPerFloat } = model.kernels;
  const { stride } = model.layers.at(-1)!;
  const { count, areWeighted } = samples;
  const layout = layOutWindow({ count, areWeighted, hasOrder, form, inputs, stride, bytesPerFloat });
  const fits = limitBytes();
  if (!fits(layout.bytes) || !model.resizeWindow(layout.bytes)) return undefined;
  const { order, targets, sampleWeights, rows, starts } = layout;
  const window = new WindowStruct(model.views, model.window);
  window.order = order;
  window.targets = targets;
  window.sampleWeights = sampleWeights;
  window.rows = rows;
  window.starts = starts;
  window.largestInput = 0;
  let isLoaded = false;
  try {
    for (let first = 0; first < count; first += model.chunkRows) {
      if (first > 0) yield;
      const chunk = Math.min(model.chunkRows, count - first);
      if (form === 'pairs' && !makeRoom(model, layout, first, chunk, fits)) return undefined;
      // Looked up for each chunk, because the window may have moved in between.
      const to = locateSample(layout, { inputs, stride, bytesPerFloat }, model.window, first);
      if (form === 'pairs') samples.writePairs(model, to, first, chunk);
      else samples.write(model, to, first, chunk);
    }
    isLoaded = true;
  } finally {
    if (!isLoaded) model.resizeWindow(0);
  }
  return layout;
}

/** Makes room for `count` more samples, in the worst case without a zero. @returns whether they fit */
function makeRoom(
  model: Model,
  layout: WindowLayout,
  first: number,
  count: number,
  fits: (bytes: number) => boolean,
): boolean {
  const { views, kernels, spec } = model;
  const start = startIndex(layout, model.window, first);
  if (first === 0) views.words[start] = layout.bytes;
  const { inputs } = spec;
  const { bytesPerFloat } = kernels;
  const end = views.words[start]! + mostPairBytes({ inputs, bytesPerFloat }, count);
  return fits(end) && model.resizeWindow(end);
}
