import { WINDOW_BYTES, windowFields, writeFields } from '../kernels/plan.js';
import type { Model } from '../model/model.js';
import type { Samples } from './samples.js';
import type { Work } from '../base/work.js';

/** Samples that would take more are not held in the network's memory, but gathered for each mini-batch. */
const MOST_BYTES = { rows: 2 ** 24, pairs: 2 ** 27 };

/**
 * The first layer is faster on pairs than on rows where a smaller share of the inputs differs from zero: `npm run bench --
 * zeros` measures it, and finds the least gain at 32 inputs and 10 units.
 */
const SPARSE_BELOW = 0.22;

/** Kernels read a little past the last row. */
const SLACK = 64;

/** Shorter rows are not worth it, and in longer ones a place does not fit two bytes. */
const FEWEST_INPUTS = 32;
const MOST_INPUTS = 2 ** 16;

/**
 * The samples of a training, held in the network's memory, where one call of the kernels can go through many
 * mini-batches:
 *
 *   window ┌ fields   of src/kernels/plan.ts
 *          ├ order    u32[n], which sample comes n-th
 *          ├ targets  f32[n][stride of the last layer]
 *          ├ weights  f32[n], where samples are weighted
 *          └ inputs   f32[n][inputs]; or where most are zero, starts u32[n + 1] and samples as in assembly/pairs.ts
 *
 * It may move: places in it are counted from its beginning.
 */
export class Window {
  readonly #model: Model;
  readonly #places: Places;

  private constructor(model: Model, places: Places) {
    this.#model = model;
    this.#places = places;
  }

  /**
   * Loads the samples, chunk by chunk; yields after each.
   * @param hasOrder whether they are to come in an order that is drawn, or as they lie
   * @param form of the inputs; chosen by the share of zeros among them
   * @returns undefined where they are too many, or there is no memory for them
   */
  static *load(
    model: Model,
    samples: Samples,
    hasOrder: boolean,
    form = formOf(model, samples),
  ): Work<Window | undefined> {
    const places = placesOf(model, samples, hasOrder, form);
    if (places.bytes > MOST_BYTES[form] || !model.resizeWindow(places.bytes)) return undefined;
    writeFields(model.views.words, model.window / 4, windowFields, { ...places, largestInput: 0 });
    let window: Window | undefined;
    try {
      for (let first = 0; first < samples.count; first += model.chunkRows) {
        const count = Math.min(model.chunkRows, samples.count - first);
        if (form === 'pairs') {
          if (!makeRoom(model, places, first, count)) return undefined;
          samples.compress(model, first, count);
        } else {
          samples.gather(model, first, count);
          copyRows(model, places, first, count);
        }
        copyTargets(model, places, first, count);
        if (samples.areWeighted) copyWeights(model, places, first, count);
        yield;
      }
      window = new Window(model, places);
    } finally {
      if (!window) model.resizeWindow(0);
    }
    return window;
  }

  /** Where it begins at present. */
  get pointer(): number {
    return this.#model.window;
  }

  /** The memory as words, and where in them the order lies at present. */
  get words(): Uint32Array {
    return this.#model.views.words;
  }

  get orderAt(): number {
    return (this.#model.window + this.#places.order) >>> 2;
  }

  close(): void {
    this.#model.resizeWindow(0);
  }
}

/** What a window holds, in bytes from its beginning; 0 for what it does not hold. */
interface Places {
  readonly order: number;
  readonly targets: number;
  readonly sampleWeights: number;
  readonly rows: number;
  readonly starts: number;
  /** Where it ends, or where the pairs begin. */
  readonly bytes: number;
}

function placesOf(
  { kernels, layers, spec }: Model,
  { count, areWeighted }: Samples,
  hasOrder: boolean,
  form: Form,
): Places {
  let bytes = WINDOW_BYTES;
  const place = (size: number): number => {
    const start = bytes;
    bytes = Math.ceil((start + size) / 64) * 64;
    return start;
  };
  const order = hasOrder ? place(4 * count) : 0;
  const targets = place(count * layers.at(-1)!.stride * kernels.bytesPerFloat);
  const sampleWeights = areWeighted ? place(count * kernels.bytesPerFloat) : 0;
  const rows = form === 'rows' ? place(count * spec.inputs * kernels.bytesPerFloat) : 0;
  if (rows) place(SLACK);
  const starts = form === 'pairs' ? place(4 * (count + 1)) : 0;
  return { order, targets, sampleWeights, rows, starts, bytes };
}

// A chunk has been gathered as a mini-batch.

function copyTargets(
  { views, window, layout, layers, kernels }: Model,
  { targets }: Places,
  first: number,
  count: number,
): void {
  const width = layers.at(-1)!.stride * kernels.bytesPerFloat;
  views.bytes.copyWithin(window + targets + first * width, layout.targets, layout.targets + count * width);
}

function copyWeights(
  { views, window, layout, kernels }: Model,
  { sampleWeights }: Places,
  first: number,
  count: number,
): void {
  const { bytesPerFloat: width } = kernels;
  const from = layout.sampleWeights;
  views.bytes.copyWithin(window + sampleWeights + first * width, from, from + count * width);
}

function copyRows(
  { views, window, layout, spec, kernels }: Model,
  { rows }: Places,
  first: number,
  count: number,
): void {
  const width = spec.inputs * kernels.bytesPerFloat;
  views.bytes.copyWithin(window + rows + first * width, layout.inputs, layout.inputs + count * width);
}

/**
 * Makes room for `count` more samples, in none of which an input need be zero: a float, two bytes and a bit for each, what
 * rounds them up, and what the kernel writes past the last.
 * @returns whether there is room
 */
function makeRoom(model: Model, { starts, bytes }: Places, first: number, count: number): boolean {
  const { views, kernels, spec } = model;
  const start = (model.window + starts) / 4 + first;
  if (first === 0) views.words[start] = bytes;
  const ofSample = spec.inputs * (kernels.bytesPerFloat + 2) + spec.inputs / 8 + 16;
  const end = views.words[start]! + count * ofSample + 128;
  return end <= MOST_BYTES.pairs && model.resizeWindow(end);
}

type Form = 'rows' | 'pairs';

function formOf({ spec }: Model, samples: Samples): Form {
  const { inputs } = spec;
  const mayBeSparse = inputs >= FEWEST_INPUTS && inputs <= MOST_INPUTS;
  return mayBeSparse && samples.density() < SPARSE_BELOW ? 'pairs' : 'rows';
}
