/**
 * eˣ of one double: x = k·ln 2 + r with |r| ≤ ½ ln 2, a rational function for eʳ, and 2ᵏ in two factors.
 * Source: fdlibm, e_exp.c (Sun Microsystems 1993). Error below 1 ulp, or below 2⁻¹⁰⁷⁴ if the result is subnormal.
 * Rounds: each operation once, as written. NaN stays NaN.
 */
export function exp(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  const k = floor<f64>(x * 1.4426950408889634 + 0.5);
  const high = x - k * 6.931471803691238e-1;
  const low = k * 1.9082149292705877e-10;
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.6666666666666602e-1 +
        t *
          (-2.7777777777015593e-3 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  const e = 1 + ((r * c) / (2 - c) - low + high);
  const half = (<i32>k) >> 1;
  return e * powerOfTwo(half) * powerOfTwo(<i32>k - half);
}

/** 2ⁿ for −1022 ≤ n ≤ 1023, by its exponent bits. */
function powerOfTwo(n: i32): f64 {
  return reinterpret<f64>((<u64>(n + 1023)) << 52);
}
