/** Numbers that are the same in every engine: whole-number arithmetic alone (mulberry32). */
export class Random {
  #state: number;

  /** @param words what the numbers follow from */
  constructor(...words: readonly number[]) {
    this.#state = 0;
    for (const word of words) {
      this.#state = (this.#state ^ (word | 0) ^ (Math.floor(word / 2 ** 32) << 7)) | 0;
      this.#state = Math.floor(this.#next() * 2 ** 32) | 0; // so that neighbouring seeds have little in common
    }
  }

  /** From 0 to below 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From `least` to below `most`. */
  between(least: number, most: number): number {
    return least + this.#next() * (most - least);
  }

  /** Nearly normal, mean 0 and deviation 1: the sum of twelve, for Math.log is not the same everywhere. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.#next();
    return sum;
  }

  /** 0 to count − 1, in a random order. */
  order(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, n) => n);
    for (let n = count - 1; n > 0; n--) {
      const other = Math.floor(this.#next() * (n + 1));
      const drawn = order[other]!;
      order[other] = order[n]!;
      order[n] = drawn;
    }
    return order;
  }
}
