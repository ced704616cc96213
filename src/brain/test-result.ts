import { largest } from './utilities.js';

/** A sample that the network gets wrong. */
export interface Misclass {
  readonly input: Float32Array;
  /** The target. */
  readonly output: Float32Array;
  /**
   * The predicted class, and the expected one: 0 or 1 with one output, otherwise the index of the largest; −1 for a key
   * that the network doesn't know.
   */
  readonly actual: number;
  readonly expected: number;
}

export interface TestResult {
  /** The mean over the samples of the mean squared error. */
  readonly error: number;
  readonly misclasses: Misclass[];
  readonly total: number;
}

/** The result for a network with one output. */
export interface BinaryTestResult extends TestResult {
  readonly trueNeg: number;
  readonly truePos: number;
  readonly falseNeg: number;
  readonly falsePos: number;
  /** truePos / (truePos + falsePos); 0 if truePos is 0. */
  readonly precision: number;
  /** truePos / (truePos + falseNeg); 0 if truePos is 0. */
  readonly recall: number;
  readonly accuracy: number;
}

/** Counts the results of `test`. */
export class Tally {
  readonly #units: number;
  readonly #threshold: number;
  readonly #misclasses: Misclass[] = [];
  #squares = 0;
  #total = 0;
  /** [expected][actual]: [0][0] counts true negatives. */
  readonly #counts: readonly [[number, number], [number, number]] = [
    [0, 0],
    [0, 0],
  ];

  constructor(units: number, threshold: number) {
    this.#units = units;
    this.#threshold = threshold;
  }

  /** @param isKnown whether the network has the output that is expected */
  add(input: Float32Array, target: Float32Array, output: Float32Array, isKnown: boolean): void {
    let squares = 0;
    for (let j = 0; j < this.#units; j++) {
      const error = target[j]! - output[j]!;
      squares += error * error;
    }
    this.#squares += squares / this.#units;
    this.#total++;
    const isBinary = this.#units === 1;
    const actual = isBinary ? Number(output[0]! > this.#threshold) : largest(output);
    const expected = !isKnown ? -1 : isBinary ? target[0]! : largest(target);
    if (actual !== expected) this.#misclasses.push({ input, output: target, actual, expected });
    if (isBinary && (expected === 0 || expected === 1)) this.#counts[expected][actual as 0 | 1]++;
  }

  get result(): TestResult | BinaryTestResult {
    const total = this.#total;
    const result = { error: this.#squares / total, misclasses: this.#misclasses, total };
    if (this.#units > 1) return result;
    const [[trueNeg, falsePos], [falseNeg, truePos]] = this.#counts;
    return {
      ...result,
      ...{ trueNeg, truePos, falseNeg, falsePos },
      precision: truePos > 0 ? truePos / (truePos + falsePos) : 0,
      recall: truePos > 0 ? truePos / (truePos + falseNeg) : 0,
      accuracy: (trueNeg + truePos) / total,
    };
  }
}
