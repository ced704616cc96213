import { writeStruct } from '../memory/struct.js';
import { Window as WindowStruct } from '../memory/structs.js';
import { layOutWindow, mostPairBytes, type WindowLayout } from '../memory/window.js';
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

/** Shorter rows are not worth it, and in longer ones a place does not fit two bytes. */
const FEWEST_INPUTS = 32;
const MOST_INPUTS = 2 ** 16;

/**
 * The samples of a training, held in the network's memory, where one call of the kernels can go through many
 * mini-batches:
 *
 * It may move: its layout (src/memory/window.ts) counts from its beginning.
 */
export class Window {
  readonly #model: Model;
  readonly #places: WindowLayout;

  private constructor(model: Model, places: WindowLayout) {
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
    const places = layOutWindow({
      ...{ count: samples.count, areWeighted: samples.areWeighted, hasOrder, form },
      inputs: model.spec.inputs,
      stride: model.layers.at(-1)!.stride,
      bytesPerFloat: model.kernels.bytesPerFloat,
    });
    if (places.bytes > MOST_BYTES[form] || !model.resizeWindow(places.bytes)) return undefined;
    const { order, targets, sampleWeights, rows, starts } = places;
    const struct = new WindowStruct(model.views, model.window);
    writeStruct(struct, { order, targets, sampleWeights, rows, starts, largestInput: 0 });
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

// A chunk has been gathered as a mini-batch.

function copyTargets(
  { views, window, layout, layers, kernels }: Model,
  { targets }: WindowLayout,
  first: number,
  count: number,
): void {
  const width = layers.at(-1)!.stride * kernels.bytesPerFloat;
  views.bytes.copyWithin(window + targets + first * width, layout.targets, layout.targets + count * width);
}

function copyWeights(
  { views, window, layout, kernels }: Model,
  { sampleWeights }: WindowLayout,
  first: number,
  count: number,
): void {
  const { bytesPerFloat: width } = kernels;
  const from = layout.sampleWeights;
  views.bytes.copyWithin(window + sampleWeights + first * width, from, from + count * width);
}

function copyRows(
  { views, window, layout, spec, kernels }: Model,
  { rows }: WindowLayout,
  first: number,
  count: number,
): void {
  const width = spec.inputs * kernels.bytesPerFloat;
  views.bytes.copyWithin(window + rows + first * width, layout.inputs, layout.inputs + count * width);
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

type Form = 'rows' | 'pairs';

function formOf({ spec }: Model, samples: Samples): Form {
  const { inputs } = spec;
  const mayBeSparse = inputs >= FEWEST_INPUTS && inputs <= MOST_INPUTS;
  return mayBeSparse && samples.density() < SPARSE_BELOW ? 'pairs' : 'rows';
}
