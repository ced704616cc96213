import { exp } from '../../../base/exp.js';
import { log } from '../../../base/log.js';
import type { Floats } from '../numerics.js';

// Focal losses, in double precision. assembly/micro/focal.ts has the formulas and their source.

const { abs, max } = Math;

export function binaryFocalCost(z: number, y: number, gamma: number, alpha: number): number {
  const more = log(1 + exp(-abs(z)));
  const on = max(-z, 0) + more; // −ln a
  const off = max(z, 0) + more; // −ln(1 − a)
  return alpha * y * (exp(-gamma * off) * on) + (1 - alpha) * (1 - y) * (exp(-gamma * on) * off);
}

/** ∂C/∂z. */
export function binaryFocalDelta(z: number, y: number, gamma: number, alpha: number): number {
  const e = exp(-abs(z));
  const more = log(1 + e);
  const on = max(-z, 0) + more;
  const off = max(z, 0) + more;
  const large = 1 / (1 + e);
  const a = z >= 0 ? large : e * large;
  const rest = z >= 0 ? e * large : large;
  return (
    (1 - alpha) * (1 - y) * (exp(-gamma * on) * (a + gamma * rest * off)) -
    alpha * y * (exp(-gamma * off) * (rest + gamma * a * on))
  );
}

/**
 * The cost of a sample, with softmax; and its δ.
 * @param z index of [units], as are targets and delta
 * @param delta overwritten; undefined to compute the cost alone
 */
export function focal(
  f: Floats,
  z: number,
  targets: number,
  units: number,
  gamma: number,
  delta?: number,
): number {
  let largest = 0;
  for (let j = 1; j < units; j++) if (f[z + j]! > f[z + largest]!) largest = j;
  const most = f[z + largest]!;
  let others = 0;
  for (let j = 0; j < units; j++) if (j !== largest) others += exp(f[z + j]! - most);
  const total = 1 + others;
  const logTotal = log(total);
  let cost = 0;
  let slopes = 0;
  for (let j = 0; j < units; j++) {
    const y = f[targets + j]!;
    if (y === 0) continue;
    const logA = f[z + j]! - most - logTotal;
    const a = exp(f[z + j]! - most) / total;
    const rest = j === largest ? others / total : 1 - a;
    cost -= y * (power(rest, gamma) * logA);
    slopes += y * slope(a, rest, logA, gamma);
  }
  if (delta === undefined) return cost;
  for (let j = 0; j < units; j++) {
    const a = exp(f[z + j]! - most) / total;
    const rest = j === largest ? others / total : 1 - a;
    const g = f[targets + j]! * slope(a, rest, f[z + j]! - most - logTotal, gamma);
    f[delta + j] = g * rest - a * (slopes - g);
  }
  return cost;
}

const power = (x: number, gamma: number): number => (gamma === 0 ? 1 : exp(gamma * log(x)));

function slope(a: number, rest: number, logA: number, gamma: number): number {
  const quotient = rest < 1e-5 ? -(1 + rest * (0.5 + rest / 3)) : logA / rest;
  return power(rest, gamma) * (gamma * a * quotient - 1);
}
