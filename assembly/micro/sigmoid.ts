import { halfExp, ONE, SIGN, splat } from './exp';

/**
 * 1/(1 + e⁻ᶻ) for four floats. z above 80 counts as 80: the result is 1 in any case.
 * Rounds: e⁻ᶻ as `exp` does, then the sum, then the quotient. NaN stays NaN.
 */
export function sigmoid(z: v128): v128 {
  const one = splat(ONE);
  const half = inline.always(halfExp(f32x4.pmax(v128.xor(z, splat(SIGN)), splat(LEAST))));
  return f32x4.div(one, f32x4.add(one, f32x4.add(half, half)));
}
const LEAST = memory.data<f32>([-80]);
