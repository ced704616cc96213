import { BINARY_CROSS_ENTROPY, BINARY_FOCAL, CROSS_ENTROPY, FOCAL, OWN } from '../codes.js';
import { multiplySlope } from './activation.js';
import { binaryFocalDelta, focal } from './micro/focal.js';
import { meanLosses } from './micro/losses.js';
import { clearPadding } from './micro/padding.js';
import type { Net } from './network.js';
import type { ReferenceMemory } from './reference-memory.js';

/** BP1: δ = ∇ₐC ⊙ σ′(z) of the last layer, for the samples in [from, to). */
export function outputDelta(m: ReferenceMemory, net: Net, from: number, to: number): void {
  const { floats: f, round, precision } = m;
  const { loss, lossParameters: parameters, targets, ignoresMissing, last: l } = net;
  const { stride, units, activations, delta } = l;
  if (loss === OWN) return;
  if (loss === FOCAL || loss === BINARY_FOCAL) {
    focalDelta(m, net, from, to);
    return;
  }
  const slope = meanLosses[loss]?.slope;
  for (let n = from * stride; n < to * stride; n += stride) {
    let total = 1;
    if (loss === CROSS_ENTROPY) {
      total = 0;
      for (let j = n; j < n + units; j++) total = round(total + f[targets + j]!);
    }
    for (let j = n; j < n + stride; j++) {
      const a = f[activations + j]!;
      const y = f[targets + j]!;
      if (ignoresMissing && y !== y) f[delta + j] = 0;
      else
        f[delta + j] = slope
          ? round(slope(a, y, f[parameters + j - n]!, precision)) / units
          : round(a * total) - y;
    }
  }
  if (loss === CROSS_ENTROPY || loss === BINARY_CROSS_ENTROPY) return;
  multiplySlope(m, l, from, to);
  clearPadding(m, delta + from * stride, stride, to - from, units);
}

/** δ of the focal losses. A target of NaN has none. */
function focalDelta(
  m: ReferenceMemory,
  { loss, lossParameters, targets, last }: Net,
  from: number,
  to: number,
): void {
  const f = m.floats;
  const { stride, units, preActivations: z, delta } = last;
  const gamma = f[lossParameters]!;
  const alpha = f[lossParameters + 1]!;
  for (let n = from * stride; n < to * stride; n += stride) {
    if (loss === FOCAL) focal(f, z + n, targets + n, units, gamma, delta + n);
    else {
      for (let j = n; j < n + units; j++) {
        const y = f[targets + j]!;
        f[delta + j] = y === y ? binaryFocalDelta(f[z + j]!, y, gamma, alpha) : 0;
      }
    }
  }
  clearPadding(m, delta + from * stride, stride, to - from, units);
}

/** Multiplies δ of each sample of the last layer by its weight. @param weights index of [rows] */
export function weightDelta(m: ReferenceMemory, net: Net, weights: number, from: number, to: number): void {
  const f = m.floats;
  const { delta, stride } = net.last;
  for (let n = from; n < to; n++) {
    const weight = f[weights + n]!;
    const row = delta + n * stride;
    for (let j = row; j < row + stride; j++) f[j] = f[j]! * weight;
  }
}
