import { RangeFault } from '../errors.js';
import { fits, show } from '../base/check.js';
import type { Parameters } from '../model/state.js';

type Row = ArrayLike<number> & { [k: number]: number };

/**
 * The weights and biases of a network as arrays that a program holds, as in brain.js: training shows in them, and what the program
 * writes takes effect at the next call. Layer 0, the inputs, is empty.
 */
export class WeightViews {
  /** [layer][unit][fanIn] */
  weights: Float32Array[][];
  /** [layer][unit] */
  biases: Float32Array[];
  readonly #fanIns: readonly number[];

  constructor(parameters: readonly Parameters[]) {
    this.#fanIns = parameters.map(({ weights, biases }) => weights.length / biases.length);
    this.weights = [
      [],
      ...parameters.map(({ weights, biases }, l) => {
        const fanIn = this.#fanIns[l]!;
        return Array.from(biases, (_, j) => weights.slice(j * fanIn, (j + 1) * fanIn));
      }),
    ];
    this.biases = [new Float32Array(0), ...parameters.map(({ biases }) => biases.slice())];
  }

  /** Shows the parameters of the same network after training, in the same arrays. */
  show(parameters: readonly Parameters[]): void {
    for (const [l, { weights, biases }] of parameters.entries()) {
      const fanIn = this.#fanIns[l]!;
      for (const [j, row] of this.weights[l + 1]!.entries()) {
        for (let k = 0; k < fanIn; k++) row[k] = weights[j * fanIn + k]!;
      }
      for (let j = 0; j < biases.length; j++) this.biases[l + 1]![j] = biases[j]!;
    }
  }

  /** Reads the arrays back. @param units of each layer. @throws RangeError naming a row of another length, or what isn't a number */
  read(units: readonly number[]): Parameters[] {
    return units.map((count, l) => {
      const fanIn = this.#fanIns[l]!;
      const weights = new Float32Array(count * fanIn);
      const rows = rowAt(`weights[${l + 1}]`, this.weights[l + 1], count) as unknown as readonly Row[];
      for (let j = 0; j < count; j++) copy(`weights[${l + 1}][${j}]`, rows[j], fanIn, weights, j * fanIn);
      const biases = new Float32Array(count);
      copy(`biases[${l + 1}]`, this.biases[l + 1], count, biases, 0);
      return { weights, biases };
    });
  }
}

function rowAt(place: string, row: unknown, length: number): Row {
  const given = (row as Row | undefined)?.length;
  if (given !== length)
    throw new RangeFault({ place, problem: `expected ${length} entries, got ${show(given)}` });
  return row as Row;
}

function copy(place: string, given: unknown, length: number, to: Float32Array, at: number): void {
  const row = rowAt(place, given, length);
  for (let k = 0; k < length; k++) {
    if (!fits(row[k])) {
      throw new RangeFault({
        place: `${place}[${k}]`,
        problem: `expected a finite number, got ${show(row[k])}`,
      });
    }
    to[at + k] = row[k]!;
  }
}
