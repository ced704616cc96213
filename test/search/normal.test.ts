import { describe, expect, it } from 'vitest';
import { exp, log1p } from '../../src/base/exp.js';
import { logMass } from '../../src/search/normal.js';

// Figures by mpmath 1.2 with 50 digits.

const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

describe('functions in double precision', () => {
  it.each([
    [-708, 3.307553003638408e-308],
    [-40.5, 2.576757109154981e-18],
    [-1, 0.36787944117144233],
    [-1e-9, 0.999999999],
    [0.3, 1.3498588075760032],
    [1, 2.718281828459045],
    [20.25, 622964442.1984454],
    [700, 1.0142320547350045e304],
  ])('exp(%f) errs by at most 1 ulp', (x, expected) => {
    // One ulp is at most 2⁻⁵² of the value.
    expect(relative(exp(x), expected)).toBeLessThanOrEqual(2 ** -52);
  });

  it('exp keeps NaN and saturates at both ends', () => {
    expect([NaN, -Infinity, -746, -745, 0, 710, Infinity].map(exp)).toEqual([
      NaN,
      0,
      0,
      5e-324,
      1,
      Infinity,
      Infinity,
    ]);
    // 2¹⁰²⁴ alone is out of range.
    expect(relative(exp(709.7), 1.6549840276802644e308)).toBeLessThanOrEqual(2 ** -52);
  });

  it.each([
    [-0.999, -6.907755278982136],
    [-0.5, -0.6931471805599453],
    [-1e-15, -1.0000000000000007e-15],
    [1e-10, 9.999999999500001e-11],
    [0.5, 0.4054651081081644],
    [3, 1.3862943611198906],
  ])('log1p(%f) errs by at most 2 ulp', (x, expected) => {
    expect(relative(log1p(x), expected)).toBeLessThanOrEqual(2 ** -51);
  });

  it.each([
    [-1, 1, -0.38171514630212605],
    [-0.5, 2, -0.4024013123385751],
    [0.25, 0.5, -2.377781427757043],
    [-3, -1, -1.8495664205476083],
    [2, 3, -3.8443534263342056],
    [5, 5.5, -15.133540811271288],
    [-12, -11, -63.82494339220965],
    [-50, -40, -804.6084420137538],
    [-2e-8, 3e-8, -17.730181364722938],
    [-2.5, 2, -0.0293874081225296],
    [-9, 9, -2.257176811907681e-19],
  ])('the logarithm of the normal probability between %f and %f has 12 digits', (a, b, expected) => {
    // The polynomials err by up to 6e-14, and the difference of two probabilities cancels two digits at most here.
    expect(relative(logMass(a, b), expected)).toBeLessThan(1e-12);
    expect(logMass(-b, -a)).toBe(logMass(a, b));
  });
});
