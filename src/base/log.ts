// Not in the reference, which loads only when it computes: the generator needs this for normal numbers.

const float64 = new Float64Array(1);
const bits64 = new BigUint64Array(float64.buffer);
const words64 = new Int32Array(float64.buffer);
/** The index of the half with sign and exponent, found at run time because byte order isn't fixed. */
const HIGH = ((bits64[0] = 1n), words64[0] === 1 ? 1 : 0);

/**
 * Natural logarithm of a double: x = 2ᵏ(1 + f) with √½ ≤ 1 + f < √2, and a polynomial in f/(2 + f).
 * Source: fdlibm, e_log.c (Sun Microsystems 1993), as shortened in musl. Error below 1 ulp.
 * log 0 = −Infinity; the log of a negative number is NaN.
 */
export function log(x: number): number {
  let k = 0;
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2⁵⁴ lifts a subnormal number
    k = -54;
  }
  float64[0] = x;
  const high = words64[HIGH]! + (0x3ff00000 - 0x3fe6a09e);
  k += (high >> 20) - 0x3ff;
  words64[HIGH] = (high & 0xfffff) + 0x3fe6a09e;
  const f = float64[0] - 1;

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
    s * (halfSquare + (t2 + t1)) + k * 1.9082149292705877e-10 - halfSquare + f + k * 6.931471803691238165e-1
  );
}
