import { FormatError } from '../../errors.js';

/**
 * How much memory a graph may ask for, in numbers: for each byte of the file two. Of weights of 32 bits that are turned,
 * scaled and turned again that is more than enough; but a graph may name the same weights a thousand times.
 */
export class Budget {
  #left: number;

  constructor(bytes: number) {
    this.#left = 2 * bytes;
  }

  /** @throws FormatError where it is used up */
  floats(count: number): Float32Array {
    this.#left -= count;
    if (!(this.#left >= 0)) {
      throw new FormatError({
        place: 'bytes',
        problem: 'the graph uses the same weights in too many layers, each of which bp4 trains by itself',
      });
    }
    return new Float32Array(count);
  }
}
