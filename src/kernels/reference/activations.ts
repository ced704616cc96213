import { LINEAR, RELU, SIGMOID, SOFTMAX, TANH } from '../codes.js';
import type { Precision } from './numerics.js';

/** An activation: σ(z), of a unit or of a whole row, and its slope σ′(z), which may use a = σ(z). */
interface Activation {
  value?(this: void, z: number): number;
  /** Left out where it is 1 (linear), or where it never stands alone (softmax). */
  slope?(this: void, z: number, a: number): number;
  /** In place of `value`: softmax alone. z and a are the places of the row's first unit in f. */
  row?(this: void, f: Float32Array | Float64Array, z: number, a: number, units: number): void;
}

/** The activations by their numbers in codes.ts, computed in the given precision. Each operation rounds once. */
export function activationsIn({ round, exp, tanh }: Precision): Record<number, Activation> {
  return {
    [LINEAR]: { value: (z) => z },
    [SIGMOID]: {
      value: (z) => round(1 / round(1 + exp(-z))),
      slope: (_, a) => round(a * round(1 - a)),
    },
    [TANH]: {
      value: tanh,
      slope: (_, a) => round(1 - round(a * a)),
    },
    [RELU]: {
      value: (z) => Math.max(z, 0),
      slope: (z) => (z > 0 ? 1 : 0),
    },
    // a_j = e^(z_j − max z) / Σ e^(z − max z): the largest exponent is 0, so nothing overflows.
    [SOFTMAX]: {
      row(f, z, a, units) {
        let largest = f[z]!;
        for (let j = 1; j < units; j++) if (f[z + j]! > largest) largest = f[z + j]!;
        let sum = 0;
        for (let j = 0; j < units; j++) {
          f[a + j] = exp(round(f[z + j]! - largest));
          sum = round(sum + f[a + j]!);
        }
        for (let j = 0; j < units; j++) f[a + j] = f[a + j]! / sum;
      },
    },
  };
}
