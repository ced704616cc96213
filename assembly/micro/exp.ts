/**
 * eˣ for four floats: x = n·ln 2 + r with |r| ≤ ½ ln 2 (Cody and Waite's two-part ln 2), a polynomial for eʳ, and
 * 2ⁿ in two factors, so that the answer underflows gradually and overflows to Infinity.
 * Polynomial and ln 2 parts: Cephes, expf.c (S. Moshier). Largest error 0.99 ulp.
 * Rounds: each operation once, as written; nothing is fused. NaN stays NaN.
 */
export function exp(x: v128): v128 {
  // Beyond these bounds the answer is 0 or Infinity, and within them 2ⁿ has two normal factors.
  x = f32x4.min(f32x4.max(x, f32x4.splat(-104)), f32x4.splat(89));

  // Adding 1.5·2²³ rounds to a whole number, ties to even, and leaves n in the low bits.
  const magic = f32x4.splat(12582912);
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), magic);
  const whole = f32x4.sub(shifted, magic);
  const n = i32x4.sub(shifted, magic);

  let r = f32x4.sub(x, f32x4.mul(whole, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(whole, f32x4.splat(-2.1219444e-4)));

  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));

  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** 2ⁿ by its exponent bits, for −126 ≤ n ≤ 127. */
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}
