import type { Random } from '../base/random.js';
import type { Model } from '../model/model.js';
import { NUMBERS_AT_A_TIME } from '../base/numeric-arrays.js';

/** The place of an order: the numbers of samples, from index `at`. */
export interface OrderPlace {
  readonly words: Uint32Array;
  readonly at: number;
}

/** A place in the window of a model, for the kernels to read. It moves with the window, so each use looks it up. */
export class PlaceInWindow implements OrderPlace {
  readonly #model: Model;
  readonly #offset: number;

  constructor(model: Model, offset: number) {
    this.#model = model;
    this.#offset = offset;
  }

  get words(): Uint32Array {
    return this.#model.views.words;
  }

  get at(): number {
    return (this.#model.window + this.#offset) >>> 2;
  }
}

/** The order of the samples in each epoch, drawn from the seed as needed. */
export class Order {
  readonly #random: Random;
  readonly #count: number;
  readonly #place: OrderPlace;
  /** The start of the last draw, at the generator's mark. */
  #marked = 0;

  constructor(random: Random, count: number, place: OrderPlace) {
    this.#random = random;
    this.#count = count;
    this.#place = place;
  }

  /** The numbers of the samples, in order. */
  get numbers(): Uint32Array {
    const { words, at } = this.#place;
    return words.subarray(at, at + this.#count);
  }

  /**
   * Begins an epoch with the samples in their original order. From there the generator alone determines the order.
   * @param from the length of the order that has been reset
   * @returns the length that has been reset now; call again until it's complete
   */
  begin(from: number): number {
    const { words, at } = this.#place;
    const end = Math.min(from + NUMBERS_AT_A_TIME, this.#count);
    for (let n = from; n < end; n++) words[at + n] = n;
    return end;
  }

  /** Draws the next `rows` of all that remain (a piece of the Fisher–Yates shuffle). */
  draw(first: number, rows: number): void {
    const { words, at } = this.#place;
    const random = this.#random;
    random.mark();
    this.#marked = first;
    for (let n = first; n < first + rows; n++) {
      const other = at + n + random.below(this.#count - n);
      const drawn = words[other]!;
      words[other] = words[at + n]!;
      words[at + n] = drawn;
    }
  }

  /** Sets the generator to its state if the last draw had ended before `end`. The order stays unchanged. */
  settle(end: number): void {
    this.#random.rewind();
    for (let n = this.#marked; n < end; n++) this.#random.below(this.#count - n);
  }
}
