import { exp } from './exp-double';
import { log } from './log';

// Focal losses (Lin et al. 2017): the cross-entropies, where each logarithm of an output is multiplied by (1 − it)^γ, so that samples
// that are right count little. From z, in double precision, so that nothing cancels: a δ is rounded once, when it is stored. Each
// operation rounds once, in the order in which it is written here.

/** −(αy(1 − a)^γ ln a + (1 − α)(1 − y)a^γ ln(1 − a)) with a = 1/(1 + e⁻ᶻ). */
export function binaryFocalCost(z: f64, y: f64, gamma: f64, alpha: f64): f64 {
  const more = log(1 + exp(-abs(z)));
  const on = max(-z, 0) + more; // −ln a
  const off = max(z, 0) + more; // −ln(1 − a)
  return alpha * y * (exp(-gamma * off) * on) + (1 - alpha) * (1 - y) * (exp(-gamma * on) * off);
}

/** ∂C/∂z = −αy(1 − a)^γ((1 − a) − γa ln a) + (1 − α)(1 − y)a^γ(a − γ(1 − a) ln(1 − a)). */
export function binaryFocalDelta(z: f64, y: f64, gamma: f64, alpha: f64): f64 {
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
 * −Σ y(1 − a)^γ ln a of softmax, and δ = g(1 − a) − a(Σg − g), where g = a·∂C/∂a = y(1 − a)^γ(γa ln a/(1 − a) − 1).
 * The sums are sequential over the units, from +0; Σe^(z − max z) begins with the terms of the other units.
 * @param z f32[units]
 * @param targets f32[units]
 * @param delta f32[units], overwritten; 0 to compute the cost alone
 */
export function focal(z: usize, targets: usize, units: i32, gamma: f64, delta: usize): f64 {
  let largest = 0;
  for (let j = 1; j < units; ++j) if (at(z, j) > at(z, largest)) largest = j;
  const most = at(z, largest);
  let others: f64 = 0;
  for (let j = 0; j < units; ++j) if (j != largest) others += exp(at(z, j) - most);
  const total = 1 + others;
  const logTotal = log(total);
  let cost: f64 = 0;
  let slopes: f64 = 0;
  for (let j = 0; j < units; ++j) {
    const y = at(targets, j);
    if (y == 0) continue;
    const logA = at(z, j) - most - logTotal;
    const a = exp(at(z, j) - most) / total;
    const rest = j == largest ? others / total : 1 - a;
    cost -= y * (power(rest, gamma) * logA);
    slopes += y * slope(a, rest, logA, gamma);
  }
  if (!delta) return cost;
  for (let j = 0; j < units; ++j) {
    const a = exp(at(z, j) - most) / total;
    const rest = j == largest ? others / total : 1 - a;
    const g = at(targets, j) * slope(a, rest, at(z, j) - most - logTotal, gamma);
    store<f32>(delta + (j << 2), <f32>(g * rest - a * (slopes - g)));
  }
  return cost;
}

function at(floats: usize, j: i32): f64 {
  return <f64>load<f32>(floats + (j << 2));
}

/** x^γ. */
function power(x: f64, gamma: f64): f64 {
  return gamma == 0 ? 1 : exp(gamma * log(x));
}

/** (1 − a)^γ(γa ln a/(1 − a) − 1). Near a = 1, the quotient is the series of ln(1 − x)/x with x = 1 − a. */
function slope(a: f64, rest: f64, logA: f64, gamma: f64): f64 {
  const quotient = rest < 1e-5 ? -(1 + rest * (0.5 + rest / 3)) : logA / rest;
  return power(rest, gamma) * (gamma * a * quotient - 1);
}
