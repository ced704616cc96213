import { log } from './log.js';

/** The state of the generator: four unsigned 32-bit words, not all zero. */
export type RandomState = readonly [number, number, number, number];

/**
 * The one source of randomness in bp4: initial weights and the order of samples come from it. xoshiro128** 1.1
 * (D. Blackman and S. Vigna, 2018), seeded through splitmix32. Integer arithmetic and our own logarithm only, so that
 * it draws the same numbers everywhere.
 */
export class Random {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;
  #mark0 = 0;
  #mark1 = 0;
  #mark2 = 0;
  #mark3 = 0;

  constructor(state: RandomState) {
    [this.#s0, this.#s1, this.#s2, this.#s3] = state;
  }

  /** @param seed a safe integer; each gives another state */
  static fromSeed(seed: number): Random {
    let word = seed >>> 0;
    const next = (): number => {
      word = (word + 0x9e3779b9) | 0;
      let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return (mixed ^ (mixed >>> 15)) >>> 0;
    };
    // The first word comes from the low half of the seed, the others from both halves.
    const first = next();
    word ^= Math.floor(seed / 2 ** 32);
    return new Random([first, next(), next(), next()]);
  }

  /** Remembers the present state, for one `rewind`. */
  mark(): void {
    this.#mark0 = this.#s0;
    this.#mark1 = this.#s1;
    this.#mark2 = this.#s2;
    this.#mark3 = this.#s3;
  }

  /** Goes back to the last `mark`. */
  rewind(): void {
    this.#s0 = this.#mark0;
    this.#s1 = this.#mark1;
    this.#s2 = this.#mark2;
    this.#s3 = this.#mark3;
  }

  restore(state: RandomState): void {
    [this.#s0, this.#s1, this.#s2, this.#s3] = state;
  }

  /** Writes the state into four words. */
  writeState(words: number[]): void {
    words[0] = this.#s0 >>> 0;
    words[1] = this.#s1 >>> 0;
    words[2] = this.#s2 >>> 0;
    words[3] = this.#s3 >>> 0;
  }

  get state(): RandomState {
    return [this.#s0 >>> 0, this.#s1 >>> 0, this.#s2 >>> 0, this.#s3 >>> 0];
  }

  /** 32 random bits, as an unsigned integer. */
  bits(): number {
    const product = Math.imul(this.#s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result;
  }

  /** A whole number in [0, n), each as likely as the others; 1 ≤ n < 2³². */
  below(n: number): number {
    n >>>= 0; // so that engines see that the remainder is one of integers
    let bits = this.bits();
    // The last, incomplete run of n numbers is drawn again; where it begins is worked out for the last n bits only.
    while (bits >= 2 ** 32 - n && bits >= 2 ** 32 - (2 ** 32 % n)) bits = this.bits();
    return bits % n;
  }

  /** U(from, to). */
  uniform(from: number, to: number): number {
    return from + (to - from) * (this.bits() / 2 ** 32);
  }

  /** N(0, 1), by Marsaglia's polar method. */
  normal(): number {
    for (;;) {
      const u = this.uniform(-1, 1);
      const v = this.uniform(-1, 1);
      const square = u * u + v * v;
      if (square > 0 && square < 1) return u * Math.sqrt((-2 * log(square)) / square);
    }
  }
}
