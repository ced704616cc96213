import type { EquationKernels } from '../kernels.js';
import { Layer, Rule } from '../../memory/structs.js';
import type { MemoryViews } from './description.js';
import type { Precision } from './numerics.js';

/** Inverted dropout, its random bits a hash of key, step, layer and place; assembly/dropout.ts does the same. */
export function dropoutKernel(
  views: () => MemoryViews,
  { bytesPerFloat }: Precision,
): Pick<EquationKernels, 'dropOut'> {
  return {
    dropOut(pointer, layer, l, from, to, row, rows) {
      const f = views().floats;
      const { key0, key1, step } = new Rule(views(), pointer);
      const { stride, dropBelow, keptScale } = new Layer(views(), layer);
      const one = mix(key0 + step);
      const other = mix(key1 ^ mix(step + Math.imul(l, 0x9e3779b9)));
      for (let i = 0; i < rows * stride; i++) {
        const isKept = bits(row * stride + i, one, other) >= dropBelow;
        f[to / bytesPerFloat + i] = isKept ? f[from / bytesPerFloat + i]! * keptScale : 0;
      }
    },
  };
}

function bits(place: number, one: number, other: number): number {
  let h = (Math.imul(place, 0x9e3779b1) + one) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b) ^ other;
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** MurmurHash3's finalizer, of one word. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
