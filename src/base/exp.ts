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
  4.1381367970572385e-8, -1.6533902205465252e-6, 6.613756321437934e-5, -2.7777777777015593e-3,
  1.6666666666666602e-1,
];

/**
 * eˣ: x = k·ln 2 + r with |r| ≤ ½ ln 2, and a rational function of r. The twin of assembly/micro/exp-double.ts, which names the source:
 * the same operations in the same order. Error below 1 ulp for normal results. NaN stays NaN.
 */
export function exp(x: number): number {
  if (x !== x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019411) return 0;
  const k = Math.floor(x * 1.4426950408889634 + 0.5);
  const high = x - k * 6.931471803691238e-1;
  const low = k * 1.9082149292705877e-10;
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
