import { log } from './log.js';

// Functions in double precision, from + − × ÷ alone: they have the same bits on every engine.

const view = new DataView(new ArrayBuffer(8));

/** 2ᵏ for −1022 ≤ k ≤ 1023, by its exponent bits. */
function powerOfTwo(k: number): number {
  view.setInt32(0, (k + 1023) << 20);
  return view.getFloat64(0);
}

/** Horner's rule, highest power first. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) sum = sum * x + coefficients[i]!;
  return sum;
}

const EXP_COEFFICIENTS = [
  4.13813679705723846039e-8, -1.6533902205465251539e-6, 6.61375632143793436117e-5, -2.77777777770155933842e-3,
  1.66666666666666019037e-1,
];

/**
 * eˣ: x = k·ln 2 + r with |r| ≤ ½ ln 2, and a rational function of r.
 * Source: fdlibm, e_exp.c (Sun Microsystems 1993). Error below 1 ulp for normal results.
 */
export function exp(x: number): number {
  if (!(x > -746)) return x - x === 0 || x === -Infinity ? 0 : NaN;
  if (x > 710) return Infinity;
  const k = Math.round(x * 1.442695040888963387);
  const high = x - k * 6.9314718036912381649e-1;
  const low = k * 1.90821492927058770002e-10;
  const r = high - low;
  const square = r * r;
  const c = r - square * polynomial(EXP_COEFFICIENTS, square);
  const half = k >> 1; // 2ᵏ alone may be out of range
  return (1 + ((r * c) / (2 - c) - low + high)) * powerOfTwo(half) * powerOfTwo(k - half);
}

/** ln(1 + x): the rounding error of 1 + x cancels in the quotient. Source: Hewlett-Packard, HP-15C Advanced Functions (1982). */
export function log1p(x: number): number {
  const sum = 1 + x;
  return sum === 1 ? x : (log(sum) * x) / (sum - 1);
}
