import type { EquationKernels } from '../kernels.js';
import { Rule } from '../../memory/structs.js';
import type { MemoryViews } from './description.js';
import type { Precision } from './numerics.js';

type RegularisationKernels = Pick<EquationKernels, 'regularise' | 'decay' | 'limitNorms'>;

/** Penalties, clipping by value, weight decay and max-norm; assembly/regularise.ts does the same. */
export function regularisationKernels(
  views: () => MemoryViews,
  { bytesPerFloat, round }: Precision,
): RegularisationKernels {
  /** The index of a float. */
  const at = (pointer: number): number => pointer / bytesPerFloat;

  return {
    regularise(pointer, parameters, gradients, scale, penalizes, count) {
      const f = views().floats;
      const rule = new Rule(views(), pointer);
      const [l1, l2] = penalizes ? [rule.l1, rule.l2] : [0, 0];
      const most = rule.clipValue || Infinity;
      const factor = round(scale);
      for (let i = 0; i < count; i++) {
        const w = f[at(parameters) + i]!;
        let g = round(round(factor * f[at(gradients) + i]!) + round(l2 * w));
        g = round(g + (w > 0 ? l1 : w < 0 ? 0 - l1 : 0)); // 0 − l1 is never −0
        f[at(gradients) + i] = g > most ? most : g < -most ? -most : g;
      }
    },

    decay(weights, rate, count) {
      const f = views().floats;
      const factor = round(rate);
      for (let i = at(weights); i < at(weights) + count; i++) f[i] = f[i]! - round(factor * f[i]!);
    },

    limitNorms(weights, fanIn, stride, from, to, most) {
      const f = views().floats;
      const limit = round(most);
      for (let j = at(weights) + from; j < at(weights) + to; j++) {
        let sum = 0;
        for (let k = 0; k < fanIn; k++) sum = round(sum + round(f[j + k * stride]! * f[j + k * stride]!));
        const norm = round(Math.sqrt(sum));
        if (!(norm > limit)) continue;
        const scale = round(limit / norm);
        for (let k = 0; k < fanIn; k++) f[j + k * stride] = f[j + k * stride]! * scale;
      }
    },
  };
}

/** ‖g‖² of some gradients on top of `sum`, in double precision. */
export function addSquares(f: Float32Array | Float64Array, at: number, count: number, sum: number): number {
  for (let i = at; i < at + count; i++) sum += f[i]! * f[i]!;
  return sum;
}
