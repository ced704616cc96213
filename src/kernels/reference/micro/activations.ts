import {
  ELU,
  GELU,
  GELU_EXACT,
  LEAKY_RELU,
  LINEAR,
  MISH,
  RELU,
  SELU,
  SIGMOID,
  SOFTMAX,
  SOFTPLUS,
  SOFTSIGN,
  SWISH,
  TANH,
} from '../../codes.js';
import type { Floats, Precision } from '../numerics.js';

/** An activation: σ(z), of a unit or of a whole row, and its slope σ′(z), which may use a = σ(z). */
export interface Activation {
  value?(this: void, z: number, alpha: number): number;
  /** Missing if the slope is 1 (linear), or if it is never needed by itself (softmax). */
  slope?(this: void, z: number, a: number, alpha: number): number;
  /** Replaces `value` for softmax. z and a are the indices in f of the row's first unit. */
  row?(this: void, f: Floats, z: number, a: number, units: number): void;
}

/**
 * The activations by their numbers in codes.ts, in the given precision. Each operation rounds once.
 * assembly/micro/activations.ts names the sources.
 */
export function activationsIn({
  round,
  exp,
  sigmoid,
  tanh,
  expm1,
  log1p,
  scaledTail,
}: Precision): Record<number, Activation> {
  /** The slope of zs, if s is the sigmoid of w and w has the slope w′: s + a(1 − s)w′. */
  function gatedSlope(w: number, a: number, rise: number): number {
    const e = exp(-Math.max(w, -88));
    const s = round(1 / round(1 + e));
    return round(s + round(round(a * round(e * s)) * rise));
  }

  // For gelu, w = z(c + dz²).
  const c = round(1.5957691216057308);
  const d = round(0.07135481627260025);
  const threeD = round(0.21406444881780076);
  const gate = (z: number): number => round(z * round(c + round(d * round(z * z))));

  // For geluExact, Φ(z) from e^(−z²/2).
  const bell = (z: number): number => exp(round(-0.5 * round(z * z)));
  const density = round(0.3989422804014327);
  function distribution(z: number, e: number): number {
    const tail = round(scaledTail(Math.abs(z)) * e);
    return z < 0 ? tail : round(1 - tail);
  }

  // For selu, λ and λα.
  const above = round(1.0507009873554805);
  const below = round(1.7580993408473766);

  return {
    ...commonActivationsIn({ round, sigmoid, tanh }),
    [ELU]: {
      value: (z, alpha) => (z > 0 ? z : round(alpha * expm1(z))),
      slope: (z, a, alpha) => (z > 0 ? 1 : round(a + alpha)),
    },
    [SOFTPLUS]: {
      value: (z) => round(Math.max(z, 0) + log1p(exp(-Math.abs(z)))),
      slope: sigmoid,
    },
    [SWISH]: {
      value: (z) => round(z * sigmoid(z)),
      slope: (z, a) => gatedSlope(z, a, 1),
    },
    [GELU]: {
      value: (z) => round(z * sigmoid(gate(z))),
      slope(z, a) {
        const held = Math.max(Math.min(z, 16), -16);
        return gatedSlope(gate(held), a, round(c + round(threeD * round(held * held))));
      },
    },
    [GELU_EXACT]: {
      value: (z) => round(z * distribution(z, bell(z))),
      slope(z) {
        const e = bell(z);
        return round(distribution(z, e) + round(z * round(density * e)));
      },
    },
    [SELU]: {
      value: (z) => (z > 0 ? round(above * z) : round(below * expm1(z))),
      slope: (z, a) => (z > 0 ? above : round(a + below)),
    },
    [MISH]: {
      value(z) {
        const e = exp(Math.min(z, 20));
        const n = round(e * round(e + 2));
        return round(z * round(n / round(n + 2)));
      },
      slope(z) {
        const held = Math.min(z, 20);
        const e = exp(held);
        const n = round(e * round(e + 2));
        const rest = round(n + 2);
        const rise = round(4 * e * round(e + 1));
        return round(round(n / rest) + round(held * round(rise / round(rest * rest))));
      },
    },
    [SOFTSIGN]: {
      value: (z) => round(z / round(1 + Math.abs(z))),
      slope(z) {
        const quotient = round(1 / round(1 + Math.abs(z)));
        return round(quotient * quotient);
      },
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

/** The activations of assembly/micro/common-activations.ts, which are all that bp4/brain needs. */
export function commonActivationsIn({
  round,
  sigmoid,
  tanh,
}: Pick<Precision, 'round' | 'sigmoid' | 'tanh'>): Record<number, Activation> {
  return {
    [LINEAR]: { value: (z) => z },
    [SIGMOID]: {
      value: sigmoid,
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
    [LEAKY_RELU]: {
      value: (z, alpha) => (z > 0 ? z : round(alpha * z)),
      slope: (z, _, alpha) => (z > 0 ? 1 : alpha),
    },
  };
}
