import { exp } from './exp';

/** 1/(1 + e⁻ᶻ) for four floats. Rounds: each operation once, as written. NaN stays NaN. */
export function sigmoid(z: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(z))));
}
