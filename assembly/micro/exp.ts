/**
 * eˣ for four floats: x = n·ln 2 + r with |r| ≤ ½ ln 2 (Cody and Waite's two-part ln 2), a polynomial for eʳ, and 2ⁿ in
 * two factors, so that the result underflows gradually and overflows to Infinity.
 * Polynomial and ln 2 parts: Cephes, expf.c (S. Moshier). Largest error 0.99 ulp.
 * Rounds: each operation once, as written; nothing is fused. NaN stays NaN.
 */
export function exp(x: v128): v128 {
  // Beyond these bounds the result is 0 or Infinity; within them 2ⁿ has two normal factors.
  x = f32x4.pmin(f32x4.pmax(x, splat(LEAST)), splat(MOST));
  const magic = splat(MAGIC);
  const shifted = f32x4.add(f32x4.mul(x, splat(LOG2_E)), magic);
  const p = inline.always(expOfRest(x, f32x4.sub(shifted, magic)));
  // The low bits are n + 254: the exponent bits of both factors.
  const half = i32x4.shr_u(shifted, 1);
  return f32x4.mul(f32x4.mul(p, i32x4.shl(half, 23)), i32x4.shl(i32x4.sub(shifted, half), 23));
}

/**
 * ½eˣ for four floats with x ≥ −86, where one factor, 2ⁿ⁻¹, is enough: it is normal, and its product doesn't overflow. x above 89
 * counts as 89. Twice the result is `exp`, bit for bit. Callers inline it: a call costs sigmoid and tanh a tenth.
 * Rounds: as `exp` does, but for the factor, which is exact. NaN stays NaN.
 */
export function halfExp(x: v128): v128 {
  x = f32x4.pmin(x, splat(MOST));
  const magic = splat(HALF_MAGIC);
  const shifted = f32x4.add(f32x4.mul(x, splat(LOG2_E)), magic);
  const p = inline.always(expOfRest(x, f32x4.sub(shifted, magic)));
  // The low bits are n + 126: the exponent bits of 2ⁿ⁻¹.
  return f32x4.mul(p, i32x4.shl(shifted, 23));
}

/** eʳ with r = x − n·ln 2. Rounds: each operation once, as written. */
function expOfRest(x: v128, n: v128): v128 {
  let r = f32x4.sub(x, f32x4.mul(n, splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, splat(LN2_LOW)));

  let p = splat(P);
  p = f32x4.add(f32x4.mul(p, r), splat(P + 4));
  p = f32x4.add(f32x4.mul(p, r), splat(P + 8));
  p = f32x4.add(f32x4.mul(p, r), splat(P + 12));
  p = f32x4.add(f32x4.mul(p, r), splat(P + 16));
  p = f32x4.add(f32x4.mul(p, r), splat(P + 20));
  return f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), splat(ONE));
}

/** Loads a constant from memory, because V8 rebuilds a constant in the code at each use (63 → 52 ns for 16 units). */
export function splat(place: usize): v128 {
  return v128.load32_splat(place);
}
const LEAST = memory.data<f32>([-104]);
const MOST = memory.data<f32>([89]);
// 1.5·2²³ + 254, and + 126. Adding it rounds to a whole number, ties to even, and leaves n + 254 or n + 126 in the low bits.
const MAGIC = memory.data<f32>([12583166]);
const HALF_MAGIC = memory.data<f32>([12583038]);
const LOG2_E = memory.data<f32>([1.44269504088896341]);
const LN2_HIGH = memory.data<f32>([0.693359375]);
const LN2_LOW = memory.data<f32>([-2.1219444e-4]);
const P = memory.data<f32>([
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
]);
export const ONE = memory.data<f32>([1]);
export const SIGN = memory.data<f32>([-0.0]);
