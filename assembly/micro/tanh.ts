import { halfExp, ONE, SIGN, splat } from './exp';

/**
 * tanh x for four floats: an odd polynomial for |x| < 0.625, else 1 − 2/(e^2|x| + 1) with the sign of x.
 * Polynomial: Cephes, tanhf.c (S. Moshier). Largest error 1.3 ulp.
 * Rounds: each operation once, as written; nothing is fused. 1/(½e^2|x| + ½) has the bits of 2/(e^2|x| + 1), because halves are
 * exact. NaN stays NaN, −0 stays −0.
 */
export function tanh(x: v128): v128 {
  const one = splat(ONE);
  const sign = splat(SIGN);
  const size = v128.andnot(x, sign);

  const square = f32x4.mul(x, x);
  let p = splat(P);
  p = f32x4.add(f32x4.mul(p, square), splat(P + 4));
  p = f32x4.add(f32x4.mul(p, square), splat(P + 8));
  p = f32x4.add(f32x4.mul(p, square), splat(P + 12));
  p = f32x4.add(f32x4.mul(p, square), splat(P + 16));
  const near = f32x4.add(f32x4.mul(f32x4.mul(p, square), x), x);

  const half = inline.always(halfExp(f32x4.add(size, size)));
  const far = f32x4.sub(one, f32x4.div(one, f32x4.add(half, splat(HALF))));
  const value = v128.bitselect(near, far, f32x4.lt(size, splat(BOUND)));
  // near already has the sign of x, except for −0, which the polynomial turns into +0.
  return v128.or(value, v128.and(x, sign));
}

const HALF = memory.data<f32>([0.5]);
const BOUND = memory.data<f32>([0.625]);
const P = memory.data<f32>([
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
]);
