import type { Random } from '../base/random.js';
import { NUMBERS_AT_A_TIME } from '../base/numeric-arrays.js';
import type { Window } from './window.js';

/** The order of the samples in each epoch, drawn from the seed as far as it is needed. */
export class Order {
  readonly #random: Random;
  readonly #count: number;
  readonly #window: Window | undefined;
  /** Which sample comes n-th, where there is no window that says so. */
  readonly #own: Uint32Array;

  /** @param window where the order is to lie, for the kernels to read */
  constructor(random: Random, count: number, window?: Window) {
    this.#random = random;
    this.#count = count;
    this.#window = window;
    this.#own = new Uint32Array(window ? 0 : count);
  }

  get numbers(): Uint32Array {
    return this.#window ? this.#window.words : this.#own;
  }

  /** The numbers of the samples in their order, wherever they lie. */
  get ofChunk(): Uint32Array {
    return this.#window ? this.numbers.subarray(this.#window.orderAt) : this.#own;
  }

  /**
   * Begins an epoch from the samples' own order: where it goes from there, the generator alone decides.
   * @param from how much of the order has begun already
   * @returns how much has then; to be called again until it is all
   */
  begin(from: number): number {
    const { numbers } = this;
    const at = this.#window?.orderAt ?? 0;
    const end = Math.min(from + NUMBERS_AT_A_TIME, this.#count);
    for (let n = from; n < end; n++) numbers[at + n] = n;
    return end;
  }

  /** Draws the next `rows` of all that remain (Fisher and Yates's shuffle, a piece at a time). */
  draw(first: number, rows: number): void {
    const { numbers } = this;
    const at = this.#window?.orderAt ?? 0;
    const random = this.#random;
    random.mark();
    for (let n = first; n < first + rows; n++) {
      const other = at + n + random.below(this.#count - n);
      const drawn = numbers[other]!;
      numbers[other] = numbers[at + n]!;
      numbers[at + n] = drawn;
    }
  }

  /**
   * After a failure: sets the generator to where it would be if, of the last draw, only so many had been drawn. The order
   * stays as it is.
   */
  settle(first: number, drawn: number): void {
    this.#random.rewind();
    for (let n = first; n < first + drawn; n++) this.#random.below(this.#count - n);
  }
}
