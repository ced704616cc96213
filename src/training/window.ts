import type { Random } from '../base/random.js';
import type { Work } from '../base/work.js';
import { writeStruct } from '../memory/struct-fields.js';
import { Window as WindowStruct } from '../memory/structs.js';
import { layOutWindow, mostPairBytes, type WindowLayout } from '../memory/window.js';
import type { Model } from '../model/model.js';
import { Order, PlaceInWindow } from './order.js';
import { estimateWork, samplesPerCall } from './pace.js';
import type { Samples } from './samples.js';

/** Samples that would take more are not held in the network's memory, but gathered for each mini-batch. */
const MOST_BYTES = { rows: 2 ** 24, pairs: 2 ** 27 };

/**
 * The first layer is faster on pairs than on rows where a smaller share of the inputs differs from zero: `npm run bench --
 * zeros` measures it, and finds the least gain at 32 inputs and 10 units.
 */
const SPARSE_BELOW = 0.22;

/** Shorter rows are not worth it, and in longer ones a place does not fit two bytes. */
const FEWEST_INPUTS = 32;
const MOST_INPUTS = 2 ** 16;

/** How samples lie in the network's memory: by rows, by pairs where most inputs are zero, or not at all. */
export type Form = 'rows' | 'pairs' | 'none';

/**
 * Samples in the network's memory, in the order in which an epoch comes to them, where one call of the kernels can go through
 * many mini-batches. Where they do not fit, each mini-batch is gathered from the user's data before its step.
 *
 * It may move: its layout (src/memory/window.ts) counts from its beginning.
 */
export class Window {
  readonly count: number;
  /** Samples to a mini-batch: fewer than asked for where there are not so many. */
  readonly size: number;
  /** How many samples one call of the kernels may learn. */
  readonly samplesPerCall: number;
  /** Multiplications to learn one of them. */
  readonly workPerSample: number;
  /** How many of its samples this epoch has learned. */
  learned = 0;
  /** How many it has drawn so far, and where the last draw began. */
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
   * Loads the samples, chunk by chunk; yields after each.
   * @param miniBatchSize samples to a mini-batch
   * @param random        draws the order; they come as they lie where there is none
   * @param form          how to hold them
   */
  static *open(
    model: Model,
    samples: Samples,
    miniBatchSize: number,
    random?: Random,
    form: Form = Window.chooseForm(model, samples),
  ): Work<Window> {
    const size = Math.min(miniBatchSize, samples.count);
    model.reserve(size);
    yield model.kernels.team?.prepare(model.layout.parameterCount * size);
    const layout = form === 'none' ? undefined : yield* load(model, samples, form, random !== undefined);
    model.isWeighted = samples.areWeighted;
    return new Window(model, samples, size, layout, random);
  }

  /** Chosen by the share of zeros among the inputs. */
  static chooseForm({ spec }: Model, samples: Samples): Form {
    const { inputs } = spec;
    const mayBeSparse = inputs >= FEWEST_INPUTS && inputs <= MOST_INPUTS;
    return mayBeSparse && samples.density() < SPARSE_BELOW ? 'pairs' : 'rows';
  }

  /** Whether the samples lie in the network's memory. */
  get isHeld(): boolean {
    return this.#layout !== undefined;
  }

  /** Where it begins at present; 0 where the samples are not held. */
  get pointer(): number {
    return this.#layout ? this.#model.window : 0;
  }

  /**
   * Begins an epoch: nothing is drawn.
   * @param from how many samples lie in their own order again
   * @returns how many do then; to be called again until it is all
   */
  begin(from: number): number {
    this.learned = this.drawn = 0;
    return this.#order?.begin(from) ?? this.count;
  }

  /** Draws what an epoch that stopped had learned: `count` samples, or as many as there are. @returns how many */
  skip(count: number): number {
    if (count > 0) this.learned = this.draw(count);
    return this.learned;
  }

  /** Draws the next samples: `most`, or those that are left. @returns how many */
  draw(most: number): number {
    const rows = Math.min(most, this.count - this.learned);
    this.#order?.draw(this.learned, rows);
    this.#drawnFrom = this.learned;
    this.drawn = this.learned + rows;
    return rows;
  }

  /** Leaves the generator as if what was drawn and not learned had not been drawn. */
  settle(): void {
    if (this.learned < this.drawn) this.#order?.settle(this.learned);
  }

  /** Gathers the last draw into the mini-batch. @returns how many samples it has */
  gather(): number {
    const rows = this.drawn - this.#drawnFrom;
    this.#samples.gather(this.#model, this.#drawnFrom, rows, this.#order?.numbers);
    return rows;
  }

  close(): void {
    if (this.#layout) this.#model.resizeWindow(0);
  }
}

/** @returns undefined where the samples are too many, or there is no memory for them */
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
  if (layout.bytes > MOST_BYTES[form] || !model.resizeWindow(layout.bytes)) return undefined;
  const { order, targets, sampleWeights, rows, starts } = layout;
  writeStruct(new WindowStruct(model.views, model.window), {
    order,
    targets,
    sampleWeights,
    rows,
    starts,
    largestInput: 0,
  });
  let isLoaded = false;
  try {
    for (let first = 0; first < count; first += model.chunkRows) {
      const chunk = Math.min(model.chunkRows, count - first);
      if (form === 'pairs' && !makeRoom(model, layout, first, chunk)) return undefined;
      // Asked for at each chunk: in between the window may have moved.
      const { window } = model;
      const to = {
        inputs: window + layout.rows + first * inputs * bytesPerFloat,
        targets: window + layout.targets + first * stride * bytesPerFloat,
        sampleWeights: window + layout.sampleWeights + first * bytesPerFloat,
      };
      if (form === 'pairs') samples.writePairs(model, to, first, chunk);
      else samples.write(model, to, first, chunk);
      yield;
    }
    isLoaded = true;
  } finally {
    if (!isLoaded) model.resizeWindow(0);
  }
  return layout;
}

/** Makes room for `count` more samples, in none of which an input need be zero. @returns whether there is room */
function makeRoom(model: Model, { starts, bytes }: WindowLayout, first: number, count: number): boolean {
  const { views, kernels, spec } = model;
  const start = (model.window + starts) / 4 + first;
  if (first === 0) views.words[start] = bytes;
  const { inputs } = spec;
  const { bytesPerFloat } = kernels;
  const end = views.words[start]! + mostPairBytes({ inputs, bytesPerFloat }, count);
  return end <= MOST_BYTES.pairs && model.resizeWindow(end);
}
