import type { Rule } from '../../memory/structs.js';
import type { Layer } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';

/** The mean gradient of a mini-batch plus the gradient of the penalties, clipped by value. @param scale 1/m */
export function regularize(
  m: ReferenceMemory,
  rule: Rule,
  parameters: number,
  gradients: number,
  scale: number,
  penalizes: boolean,
  count: number,
): void {
  const { floats: f, round } = m;
  const [l1, l2] = penalizes ? [rule.l1, rule.l2] : [0, 0];
  const most = rule.clipValue || Infinity;
  const factor = round(scale);
  for (let i = 0; i < count; i++) {
    const w = f[parameters + i]!;
    let g = round(round(factor * f[gradients + i]!) + round(l2 * w));
    g = round(g + (w > 0 ? l1 : w < 0 ? 0 - l1 : 0)); // 0 − l1 is never −0
    f[gradients + i] = g > most ? most : g < -most ? -most : g;
  }
}

/** Adds Σ g² to `sum`, for clipping by norm, in double precision. */
export function addSquares(m: ReferenceMemory, gradients: number, count: number, sum: number): number {
  const f = m.floats;
  for (let i = gradients; i < gradients + count; i++) sum += f[i]! * f[i]!;
  return sum;
}

/** Decoupled weight decay: w − (η·λ)·w. */
export function decay(m: ReferenceMemory, weights: number, rate: number, count: number): void {
  const { floats: f, round } = m;
  const factor = round(rate);
  for (let i = weights; i < weights + count; i++) f[i] = f[i]! - round(factor * f[i]!);
}

/** Max-norm: scales down the weights of a unit if ‖w‖ exceeds c, for the units in [from, to). */
export function limitNorms(m: ReferenceMemory, l: Layer, from: number, to: number, most: number): void {
  const { floats: f, round } = m;
  const { fanIn, stride, weights } = l;
  const limit = round(most);
  for (let j = weights + from; j < weights + to; j++) {
    let sum = 0;
    for (let k = 0; k < fanIn; k++) sum = round(sum + round(f[j + k * stride]! * f[j + k * stride]!));
    const norm = round(Math.sqrt(sum));
    if (!(norm > limit)) continue;
    const scale = round(limit / norm);
    for (let k = 0; k < fanIn; k++) f[j + k * stride] = f[j + k * stride]! * scale;
  }
}
