/**
 * eˣ for four floats: x = n·ln 2 + r with |r| ≤ ½ ln 2 (Cody and Waite's two-part ln 2), a polynomial for eʳ, and
 * 2ⁿ in two factors, so that the result underflows gradually and overflows to Infinity.
 * Polynomial and ln 2 parts: Cephes, expf.c (S. Moshier). Largest error 0.99 ulp.
 * Rounds: each operation once, as written; nothing is fused. NaN stays NaN.
 */
export function exp(x: v128): v128 {
  // Beyond these bounds the result is 0 or Infinity; within them 2ⁿ has two normal factors.
  x = f32x4.pmin(f32x4.pmax(x, splat(LEAST)), splat(MOST));

  // Adding 1.5·2²³ rounds to a whole number, ties to even, and leaves n in the low bits.
  const magic = splat(MAGIC);
  const shifted = f32x4.add(f32x4.mul(x, splat(LOG2_E)), magic);
  const whole = f32x4.sub(shifted, magic);
  const n = i32x4.sub(shifted, magic);

  let r = f32x4.sub(x, f32x4.mul(whole, splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(whole, splat(LN2_LOW)));

  let p = splat(P);
  p = f32x4.add(f32x4.mul(p, r), splat(P + 4));
  p = f32x4.add(f32x4.mul(p, r), splat(P + 8));
  p = f32x4.add(f32x4.mul(p, r), splat(P + 12));
  p = f32x4.add(f32x4.mul(p, r), splat(P + 16));
  p = f32x4.add(f32x4.mul(p, r), splat(P + 20));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), splat(ONE));

  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(p, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** 2ⁿ by its exponent bits, for −126 ≤ n ≤ 127. */
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, splat(BIAS)), 23);
}

/** Loads a constant from memory, because V8 rebuilds a constant in the code at each use (63 → 52 ns for 16 units). */
export function splat(place: usize): v128 {
  return v128.load32_splat(place);
}
const LEAST = memory.data<f32>([-104]);
const MOST = memory.data<f32>([89]);
const MAGIC = memory.data<f32>([12582912]);
const LOG2_E = memory.data<f32>([1.44269504088896341]);
const LN2_HIGH = memory.data<f32>([0.693359375]);
const LN2_LOW = memory.data<f32>([-2.1219444e-4]);
const P = memory.data<f32>([
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);
const ONE = memory.data<f32>([1]);
const BIAS = memory.data<i32>([127]);
