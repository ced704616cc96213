/** Floats of either precision. */
export type Floats = Float32Array | Float64Array;

/** The precision of the reference, and the functions whose last bit the contract fixes. */
export interface Precision {
  readonly bytesPerFloat: 4 | 8;
  /** Rounds a double to this precision. */
  readonly round: (x: number) => number;
  readonly exp: (x: number) => number;
  /** 1/(1 + e⁻ˣ). */
  readonly sigmoid: (x: number) => number;
  readonly tanh: (x: number) => number;
  /** eˣ − 1, for x ≤ 0. */
  readonly expm1: (x: number) => number;
  /** ln(1 + x), for 0 ≤ x ≤ 1. */
  readonly log1p: (x: number) => number;
  /** Φ(−x)·e^(x²/2), for x ≥ 0, where Φ is the distribution function of N(0, 1). */
  readonly scaledTail: (x: number) => number;
}

const { fround, min, max, abs } = Math;

/** Single precision: the bits of the WebAssembly kernels (assembly/micro has the same functions, four floats wide). */
export const single: Precision = {
  bytesPerFloat: 4,
  round: fround,
  exp: expSingle,
  sigmoid: sigmoidSingle,
  tanh: tanhSingle,
  expm1: expm1Single,
  log1p: log1pSingle,
  scaledTail: scaledTailSingle,
};

/** Double precision: the truth for single precision. No weight depends on it, so it may use Math. */
export const double: Precision = {
  bytesPerFloat: 8,
  round: (x) => x,
  // eslint-disable-next-line no-restricted-properties -- see above
  exp: Math.exp,
  // eslint-disable-next-line no-restricted-properties -- see above
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  // eslint-disable-next-line no-restricted-properties -- see above
  tanh: Math.tanh,
  // eslint-disable-next-line no-restricted-properties -- see above
  expm1: Math.expm1,
  // eslint-disable-next-line no-restricted-properties -- see above
  log1p: Math.log1p,
  scaledTail: scaledTailDouble,
};

const LOG2_E = fround(1.44269504088896341);
const LN2_HIGH = fround(0.693359375);
const LN2_LOW = fround(-2.1219444e-4);

// 1.5·2ᵏ⁺²⁹ rounds a number from 2ᵏ to 2ᵏ⁺¹ to single precision, ties to even: a double has no room for more bits of the sum. fround
// takes longer: a sigmoid takes 20 ns with it, and 15 without.

/** Added and then subtracted, they round as fround does. */
const BITS_FROM_2_10 = 786432; // k = −10
const BITS_FROM_2_7 = 6291456; // k = −7, and so on
const BITS_FROM_2_5 = 25165824;
const BITS_FROM_2_3 = 100663296;
/** 1.5·2⁵² rounds to a whole number in the same way. */
const WHOLE_BITS = 6755399441055744;

// E1 to E4 include the number that is added, because each of their sums lies between 2ᵏ and 2ᵏ⁺¹.

/** The coefficients of eʳ, highest power first. */
const E0 = fround(1.98756915e-4);
const E1 = fround(1.3981999507e-3) + BITS_FROM_2_10;
const E2 = fround(8.3334519073e-3) + BITS_FROM_2_7;
const E3 = fround(4.1665795894e-2) + BITS_FROM_2_5;
const E4 = fround(1.6666665459e-1) + BITS_FROM_2_3;
const E5 = fround(5.0000001201e-1);
const TANH_COEFFICIENTS = [
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
].map(fround);
/** 1/7! to 1/2!. */
const EXPM1_COEFFICIENTS = [1.984127e-4, 1.3888889e-3, 8.3333333e-3, 4.1666667e-2, 1.6666667e-1, 0.5].map(
  fround,
);
const LOG1P_COEFFICIENTS = [5.471091e-4, 2.1876411e-3, 1.25067271e-2, 8.3333023e-2].map(fround);

/** Horner's rule, rounding each product and each sum. */
function polynomial(coefficients: readonly number[], x: number): number {
  let p = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) p = fround(fround(p * x) + coefficients[i]!);
  return p;
}

/** 2ⁿ at index n + 150, for −150 ≤ n ≤ 128, by the exponent bits of doubles. */
const POWERS_OF_TWO = new Float64Array(
  Int32Array.from({ length: 2 * 279 }, (_, i) => (i % 2 === 0 ? 0 : ((i >> 1) - 150 + 1023) << 20)).buffer,
);

/**
 * eˣ: x = n·ln 2 + r with |r| ≤ ½ ln 2 (Cody and Waite's two-part ln 2), a polynomial for eʳ, and 2ⁿ.
 * Polynomial and ln 2 parts: Cephes, expf.c (S. Moshier). Largest error 0.99 ulp. NaN stays NaN. Where a step is not rounded,
 * its result is exact in single precision.
 */
function expSingle(x: number): number {
  return fround(unroundedExp(x));
}

/** eˣ before its last rounding, which changes only subnormal and infinite results. A sum with ±1 that is rounded doesn't need it. */
function unroundedExp(x: number): number {
  x = min(max(x, -104), 89);
  const n = fround(x * LOG2_E) + WHOLE_BITS - WHOLE_BITS;
  const r = fround(x - n * LN2_HIGH - fround(n * LN2_LOW));
  // Horner's rule: each product and each sum rounds.
  let p = fround(E0 * r) + E1 - BITS_FROM_2_10;
  p = fround(p * r) + E2 - BITS_FROM_2_7;
  p = fround(p * r) + E3 - BITS_FROM_2_5;
  p = fround(p * r) + E4 - BITS_FROM_2_3;
  p = fround(fround(p * r) + E5);
  const e = fround(fround(fround(p * fround(r * r)) + r) + 1);
  return e * POWERS_OF_TWO[n + 150]!;
}

/** 1/(1 + e⁻ˣ). */
function sigmoidSingle(x: number): number {
  return fround(1 / fround(1 + unroundedExp(-x)));
}

/**
 * tanh x: an odd polynomial for |x| < 0.625, else 1 − 2/(e^2|x| + 1) with the sign of x.
 * Polynomial: Cephes, tanhf.c (S. Moshier). Largest error 1.3 ulp. NaN stays NaN, −0 stays −0.
 */
function tanhSingle(x: number): number {
  if (x === 0) return x; // the polynomial would turn −0 into +0
  const size = abs(x);
  if (size < 0.625) {
    const square = fround(x * x);
    return fround(fround(fround(polynomial(TANH_COEFFICIENTS, square) * square) * x) + x);
  }
  const far = fround(1 - fround(2 / fround(unroundedExp(fround(2 * size)) + 1)));
  return x < 0 ? -far : far;
}

/** eˣ − 1 for x ≤ 0, by its series if x > −0.35. Largest error 2.5 ulp. Never below −1, NaN stays NaN. */
function expm1Single(x: number): number {
  if (x > NEAR_0) return fround(fround(polynomial(EXPM1_COEFFICIENTS, x) * fround(x * x)) + x);
  return fround(unroundedExp(x) - 1);
}
const NEAR_0 = fround(-0.35);

/**
 * ln(1 + u) for 0 ≤ u ≤ 1: 2 artanh(d/2) with d = 2u/(2 + u), an odd polynomial. assembly/micro/log1p.ts names the source.
 * Largest error 1.9 ulp. NaN stays NaN.
 */
function log1pSingle(u: number): number {
  const d = fround(fround(u + u) / fround(2 + u));
  const square = fround(d * d);
  return fround(fround(fround(polynomial(LOG1P_COEFFICIENTS, square) * square) * d) + d);
}

const TAIL_COEFFICIENTS = [
  -3.84256579e-2, 1.94548026e-1, -3.6047858e-1, 2.35077828e-1, -8.6848036e-4, 1.53288364e-1, 1.57152683e-1,
  1.59705788e-1,
].map(fround);
const TAIL_SCALE = fround(0.4);

/** Φ(−x)·e^(x²/2) for x ≥ 0: tQ(t) with t = 1/(1 + 0.4x). assembly/micro/activations.ts names the source and the errors. */
function scaledTailSingle(x: number): number {
  const t = fround(1 / fround(1 + fround(TAIL_SCALE * x)));
  return fround(polynomial(TAIL_COEFFICIENTS, t) * t);
}

/**
 * The same in double precision: for x < 4 by the series Φ(x) = ½ + φ(x)(x + x³/3 + x⁵/15 + …) (Marsaglia 2004), relative error 3e-12;
 * from there by Laplace's continued fraction 1/(x + 1/(x + 2/(x + …))).
 */
function scaledTailDouble(x: number): number {
  const root = 0.3989422804014327; // 1/√(2π)
  if (x < 4) {
    let sum = x;
    for (let [term, i] = [x, 3]; term > 1e-17 * sum; i += 2) sum += term *= (x * x) / i;
    // eslint-disable-next-line no-restricted-properties -- no weight depends on it
    return 0.5 * Math.exp((x * x) / 2) - root * sum;
  }
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / fraction;
  return root / fraction;
}
