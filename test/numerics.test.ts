import { describe, expect, it } from 'vitest';
import { SIGMOID, TANH } from '../src/kernels/codes.js';
import type { Kernels } from '../src/kernels/kernels.js';
import { log, single } from '../src/kernels/reference/numerics.js';
import { referenceKernels } from '../src/kernels/reference/reference.js';
import { wasmKernels } from '../src/kernels/wasm.js';
import * as floats from './support/floats.js';
import { goldenFloats, goldenLogarithms } from './support/golden-bits.js';

// exp, tanh, sigmoid and the logarithm: how far from the truth, and exactly which bits.
// Math.exp and Math.tanh are truth enough for single precision: they err by less than 1e-8 of its last place.

const { exp, tanh } = single;

/** A million floats; those within a bound. */
const sample = floats.floatsOfAllSizes(4001);
const within = (bound: number): Float32Array => sample.filter((x) => Math.abs(x) <= bound);
const MOST = 3.4028234663852886e38;

/** The largest error in ulp. */
function worst(xs: Float32Array, values: Float32Array, truth: (x: number) => number): number {
  let error = 0;
  for (let i = 0; i < xs.length; i++) {
    const here = floats.floatError(values[i]!, truth(xs[i]!));
    if (!(here <= error)) error = here; // NaN is worst
  }
  return error;
}

/** The first float, in ascending order, whose value is less than that of the one before. */
function fall(xs: Float32Array, f: (x: number) => number): number | undefined {
  const values = xs.sort().map(f);
  return xs.find((_, i) => i > 0 && !(values[i]! >= values[i - 1]!));
}

/** The 1,000 floats around each number. */
const around = (numbers: readonly number[]): Float32Array[] =>
  numbers.map((x) => floats.floatsByBits(floats.bitsOfFloat(x) - 500, 1, 1000));

/** An activation in the only form in which an engine has it: as a kernel over a matrix. */
function activate(kernels: Kernels, activation: number, z: Float32Array, alpha = 0): Float32Array {
  const stride = (z.length + 3) & ~3;
  const pointer = Math.ceil(kernels.memory.base / 64) * 64;
  const result = pointer + 4 * stride;
  kernels.memory.ensure(result + 4 * stride);
  new Float32Array(kernels.memory.buffer, pointer).set(z);
  kernels.activate(activation, alpha, pointer, result, stride, 1, z.length);
  return new Float32Array(kernels.memory.buffer.slice(result, result + 4 * z.length));
}

describe('exp', () => {
  it('errs by less than 1 ulp', () => {
    const xs = within(87); // below, the answers are subnormal
    expect(xs.length).toBeGreaterThan(500_000);
    expect(worst(xs, xs.map(exp), Math.exp)).toBeLessThan(1);
  });

  it('underflows gradually, erring by less than 1 ulp of subnormal floats', () => {
    const xs = floats.floatsByBits(floats.bitsOfFloat(-87), 11, 202_000);
    expect(xs.at(-1)).toBeLessThan(-103.9);
    expect(worst(xs, xs.map(exp), Math.exp)).toBeLessThan(1);
  });

  it.each([
    [0, 1],
    [-0, 1],
    [2 ** -149, 1],
    [-104, 0],
    [-MOST, 0],
    [-Infinity, 0],
    [89, Infinity],
    [104, Infinity],
    [MOST, Infinity],
    [Infinity, Infinity],
    [NaN, NaN],
  ])('of %d is %d', (x, value) => expect(exp(x)).toBe(value));

  it('of −89 is subnormal', () => {
    expect(floats.floatError(exp(-89), Math.exp(-89))).toBeLessThan(1);
    expect(exp(-89)).toBeLessThan(2 ** -126);
  });

  it('never falls: not from sample to sample, nor where its range reduction takes the next power of two', () => {
    const seams = Array.from({ length: 270 }, (_, i) => (i - 144.5) * Math.LN2);
    for (const xs of [within(104), ...around(seams)]) expect(fall(xs, exp)).toBeUndefined();
  });
});

describe('tanh', () => {
  it('errs by less than 1.5 ulp', () => {
    const xs = within(MOST);
    expect(worst(xs, xs.map(tanh), Math.tanh)).toBeLessThan(1.5);
  });

  it.each([0, -0, 2 ** -149, -(2 ** -149), 2 ** -126, NaN])('of %d is the same', (x) =>
    expect(tanh(x)).toBe(x),
  );

  it.each([10, 89, MOST, Infinity])('of ±%d is ±1', (x) => expect([tanh(x), tanh(-x)]).toEqual([1, -1]));

  it('is odd', () => {
    expect(sample.find((x) => !Object.is(tanh(-x), -tanh(x)))).toBeUndefined();
  });

  it('never falls: not from sample to sample, nor where the exponential takes over from the polynomial', () => {
    for (const xs of [within(MOST), ...around([-0.625, 0.625])]) expect(fall(xs, tanh)).toBeUndefined();
  });
});

describe('sigmoid', () => {
  const sigmoid = (z: Float32Array): Float32Array => activate(referenceKernels(single), SIGMOID, z);
  const truth = (x: number): number => 1 / (1 + Math.exp(-x));

  it('errs by less than 3 ulp', () => {
    // 1 ulp of exp, ½ of the sum and ½ of the quotient; one of them may be worth more in ulp of the answer.
    const xs = within(87);
    expect(worst(xs, sigmoid(xs), truth)).toBeLessThan(3);
  });

  it('is 0 where e⁻ᶻ overflows, and the answer would be subnormal', () => {
    const answers = sigmoid(Float32Array.of(-88.75, -89, -104, -MOST, -Infinity));
    expect([...answers]).toEqual([0, 0, 0, 0, 0]);
    expect(truth(-88.75)).toBeLessThan(2 ** -126);
  });

  it('of large numbers is 1, of NaN is NaN', () => {
    expect([...sigmoid(Float32Array.of(17.5, 104, MOST, Infinity, NaN))]).toEqual([1, 1, 1, 1, NaN]);
  });
});

describe('the logarithm', () => {
  /** Every 4,001st exponent and beginning of a mantissa, with any end: from the smallest subnormal number up. */
  const doubles = Array.from({ length: Math.floor(0x7ff00000 / 4001) }, (_, i) =>
    floats.doubleOfBits(4001 * i, Math.imul(i, 0x9e3779b9) | 1),
  );

  it('differs from that of the engine by at most 1 ulp', () => {
    // Both err by less than 1 ulp, and are floats next to the truth.
    const errors = doubles.map((x) => floats.doubleError(log(x), Math.log(x)));
    expect(doubles[0]).toBeLessThan(1e-310);
    expect(errors.filter((error) => !(error <= 1))).toEqual([]);
  });

  it('differs so close to 1, too', () => {
    const near = Array.from({ length: 20_000 }, (_, i) => 1 + (i - 10_000) * 1e-9);
    const errors = near.map((x) => floats.doubleError(log(x), Math.log(x)));
    expect(errors.filter((error) => !(error <= 1))).toEqual([]);
  });

  it.each([
    [1, 0],
    [0, -Infinity],
    [-0, -Infinity],
    [-1, NaN],
    [-(2 ** -1074), NaN],
    [-Infinity, NaN],
    [Infinity, Infinity],
    [NaN, NaN],
  ])('of %d is %d', (x, value) => expect(log(x)).toBe(value));
});

describe('bits', () => {
  const hex = (bits: number | bigint): string => bits.toString(16);
  const arguments_ = Float32Array.from(goldenFloats, ([x]) => x);

  it('of exp', () => {
    const bits = goldenFloats.map(([x]) => hex(floats.bitsOfFloat(exp(Math.fround(x)))));
    expect(bits).toEqual(goldenFloats.map(([, value]) => hex(value)));
  });

  it.each(['reference', 'wasm'])('of tanh and sigmoid in the %s', async (engine) => {
    const kernels = engine === 'wasm' ? await wasmKernels() : referenceKernels(single);
    const bitsBy = (activation: number) =>
      Array.from(activate(kernels, activation, arguments_), (a) => hex(floats.bitsOfFloat(a)));
    expect(bitsBy(TANH)).toEqual(goldenFloats.map(([, , value]) => hex(value)));
    expect(bitsBy(SIGMOID)).toEqual(goldenFloats.map(([, , , value]) => hex(value)));
  });

  it('of the logarithm', () => {
    const bits = goldenLogarithms.map(([x]) => hex(floats.bitsOfDouble(log(x))));
    expect(bits).toEqual(goldenLogarithms.map(([, value]) => hex(value)));
  });
});
