import { checkInteger } from './check.js';
import { log } from './log.js';

/** The state of the generator: four unsigned 32-bit words, not all zero. */
export type RandomState = readonly [number, number, number, number];

/**
 * The state that a seed stands for, through splitmix32.
 * @param seed a safe integer; different seeds yield different states
 * @throws TypeError, RangeError unless it's a safe integer
 */
export function spreadSeed(seed: number): RandomState {
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
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
  return [first, next(), next(), next()];
}

/** xoshiro128** 1.1. bp4/brain needs no more of `Random`, so its bundle leaves out the logarithm. */
export class Generator {
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

  /** Saves the state for one `rewind`. */
  mark(): void {
    this.#mark0 = this.#s0;
    this.#mark1 = this.#s1;
    this.#mark2 = this.#s2;
    this.#mark3 = this.#s3;
  }

  /** Returns to the last `mark`. */
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

  /** A whole number in [0, n), uniformly; 1 ≤ n < 2³². */
  below(n: number): number {
    n >>>= 0; // makes engines compute an integer remainder
    let bits = this.bits();
    // Numbers in the last, incomplete run of n are drawn again. The loop computes its start only for the last n bits.
    while (bits >= 2 ** 32 - n && bits >= 2 ** 32 - (2 ** 32 % n)) bits = this.bits();
    return bits % n;
  }

  /** U(from, to). */
  uniform(from: number, to: number): number {
    return from + (to - from) * (this.bits() / 2 ** 32);
  }
}

/**
 * A seeded generator that draws the same numbers on every engine. All randomness in bp4 comes from it: initial weights,
 * the order of samples, dropout. xoshiro128** 1.1 (D. Blackman and S. Vigna, 2018), seeded through splitmix32; it uses
 * only integer arithmetic, √ and bp4's own logarithm.
 */
export class Random extends Generator {
  /**
   * @param seed a safe integer; different seeds yield different states
   * @throws TypeError, RangeError unless it's a safe integer
   */
  static fromSeed(seed: number): Random {
    return new Random(spreadSeed(seed));
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

  /**
   * A uniformly random permutation of 0 … count − 1 (Fisher–Yates).
   * @throws TypeError, RangeError unless `count` is a whole number below 2³²
   */
  permutation(count: number): Uint32Array {
    checkInteger('count', count, 0, 2 ** 32 - 1);
    const order = Uint32Array.from({ length: count }, (_, n) => n);
    for (let n = 0; n < count - 1; n++) {
      const other = n + this.below(count - n);
      const drawn = order[other]!;
      order[other] = order[n]!;
      order[n] = drawn;
    }
    return order;
  }
}
