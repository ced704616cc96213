/**
 * Natural logarithm of one double: x = 2ᵏ(1 + f) with √½ ≤ 1 + f < √2, and a polynomial in f/(2 + f).
 * Source: fdlibm, e_log.c (Sun Microsystems 1993), as shortened in musl. Error below 1 ulp.
 * Rounds: each operation once, as written. log 0 = −Infinity; the log of a negative number is NaN.
 */
export function log(x: f64): f64 {
  let k = 0;
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2⁵⁴ lifts a subnormal number
    k = -54;
  }
  const bits = reinterpret<u64>(x);
  const high = <i32>(bits >> 32) + (0x3ff00000 - 0x3fe6a09e);
  k += (high >> 20) - 0x3ff;
  const mantissa = <u64>((high & 0xfffff) + 0x3fe6a09e);
  const f = reinterpret<f64>((mantissa << 32) | (bits & 0xffffffff)) - 1;

  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const t1 = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const t2 =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const halfSquare = 0.5 * f * f;
  return (
    s * (halfSquare + (t2 + t1)) +
    <f64>k * 1.90821492927058770002e-10 -
    halfSquare +
    f +
    <f64>k * 6.9314718036912381649e-1
  );
}
