import { describe, expect, it } from 'vitest';
import { SIGMOID, TANH } from '../../src/kernels/codes.js';
import type { Kernels } from '../../src/kernels/kernels.js';
import { log } from '../../src/base/log.js';
import { activationsIn } from '../../src/kernels/reference/micro/activations.js';
import { single } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { wasmKernels } from '../../src/kernels/wasm.js';
import { activationCodes, type ActivationName } from '../../src/model/spec.js';
import { Layer } from '../../src/memory/structs.js';
import * as floats from '../support/floats.js';
import { goldenFloats, goldenLogarithms } from '../support/golden-bits.js';
import { roomFor, writeFields } from '../support/objects.js';
import { runKernel } from '../support/run-kernel.js';
import { amount } from '../support/thorough.js';

// exp, tanh, the activations and the logarithms: how far they are from the true values, and exactly which bits they give.
// Math.exp and Math.tanh are accurate enough for single precision: they err by less than 1e-8 of its last place.

const { exp, tanh, expm1, log1p } = single;

/** A quarter of a million floats, or a million; those within a bound. */
const sample = floats.floatsOfAllSizes(amount(16_001, 4001));
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

/** The first float, in ascending order, whose value is less than that of its predecessor. */
function fall(xs: Float32Array, f: (x: number) => number): number | undefined {
  const values = xs.sort().map(f);
  return xs.find((_, i) => i > 0 && !(values[i]! >= values[i - 1]!));
}

/** The 1,000 floats around each number. */
const around = (numbers: readonly number[]): Float32Array[] =>
  numbers.map((x) => floats.floatsByBits(floats.bitsOfFloat(x) - 500, 1, 1000));

/** Applies an activation as engines do: by a kernel over a matrix. */
function activate(kernels: Kernels, activation: number, z: Float32Array, alpha = 0): Float32Array {
  const stride = (z.length + 3) & ~3;
  const padded = new Float32Array(stride);
  padded.set(z);
  const { a } = runKernel(kernels, { layer: roomFor(Layer), padded, a: padded }, (at) => {
    const matrices = { preActivations: at.padded, undropped: at.a, units: z.length, stride };
    kernels.activate(writeFields(kernels, Layer, at.layer, { activation, alpha, ...matrices }), 0, 1);
  });
  return a.subarray(0, z.length);
}

describe('exp', () => {
  it('exp errs by less than 1 ulp', () => {
    const xs = within(87); // below, the answers are subnormal
    expect(xs.length).toBeGreaterThan(sample.length / 2);
    expect(worst(xs, xs.map(exp), Math.exp)).toBeLessThan(1);
  });

  it('exp underflows gradually, and errs by less than 1 ulp of subnormal floats', () => {
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
  ])('exp(%d) is %d', (x, value) => expect(exp(x)).toBe(value));

  it('exp(−89) is subnormal', () => {
    expect(floats.floatError(exp(-89), Math.exp(-89))).toBeLessThan(1);
    expect(exp(-89)).toBeLessThan(2 ** -126);
  });

  it('exp never decreases, neither between samples nor where its range reduction takes the next power of two', () => {
    const seams = Array.from({ length: 270 }, (_, i) => (i - 144.5) * Math.LN2);
    for (const xs of [within(104), ...around(seams)]) expect(fall(xs, exp)).toBeUndefined();
  });
});

describe('tanh', () => {
  it('tanh errs by less than 1.5 ulp', () => {
    const xs = within(MOST);
    expect(worst(xs, xs.map(tanh), Math.tanh)).toBeLessThan(1.5);
  });

  it.each([0, -0, 2 ** -149, -(2 ** -149), 2 ** -126, NaN])('tanh returns %d unchanged', (x) =>
    expect(tanh(x)).toBe(x),
  );

  it.each([10, 89, MOST, Infinity])('tanh(±%d) is ±1', (x) => expect([tanh(x), tanh(-x)]).toEqual([1, -1]));

  it('tanh is odd', () => {
    expect(sample.find((x) => !Object.is(tanh(-x), -tanh(x)))).toBeUndefined();
  });

  it('tanh never decreases, neither between samples nor where the exponential takes over from the polynomial', () => {
    for (const xs of [within(MOST), ...around([-0.625, 0.625])]) expect(fall(xs, tanh)).toBeUndefined();
  });
});

describe('sigmoid', () => {
  const sigmoid = (z: Float32Array): Float32Array => activate(referenceKernels(single), SIGMOID, z);
  const truth = (x: number): number => 1 / (1 + Math.exp(-x));

  it('sigmoid errs by less than 3 ulp', () => {
    // 1 ulp of exp, ½ of the sum and ½ of the quotient; one of them may be worth more in ulp of the answer.
    const xs = within(87);
    expect(worst(xs, sigmoid(xs), truth)).toBeLessThan(3);
  });

  it('sigmoid is 0 where e⁻ᶻ overflows and the true value is subnormal', () => {
    const answers = sigmoid(Float32Array.of(-88.75, -89, -104, -MOST, -Infinity));
    expect([...answers]).toEqual([0, 0, 0, 0, 0]);
    expect(truth(-88.75)).toBeLessThan(2 ** -126);
  });

  it('sigmoid is 1 for large numbers, and NaN for NaN', () => {
    expect([...sigmoid(Float32Array.of(17.5, 104, MOST, Infinity, NaN))]).toEqual([1, 1, 1, 1, NaN]);
  });
});

describe('log1p', () => {
  it('log1p errs by less than 2 ulp', () => {
    const xs = sample.filter((x) => x >= 0 && x <= 1);
    expect(worst(xs, xs.map(log1p), Math.log1p)).toBeLessThan(2);
  });

  it('log1p is 0 for 0, and NaN for NaN', () => expect([log1p(0), log1p(NaN)]).toEqual([0, NaN]));
});

describe('expm1', () => {
  const xs = sample.filter((x) => x <= 0 && x >= -MOST);

  it('expm1 errs by at most 2.5 ulp', () => {
    // 1 ulp of exp counts twice where the answer is in the next binade, and ½ of the difference.
    expect(worst(xs, xs.map(expm1), Math.expm1)).toBeLessThanOrEqual(2.5);
  });

  it('expm1 is never below −1, and never decreases by more than its error', () => {
    const values = xs.sort().map(expm1);
    expect(Math.min(...[-17.5, -17, -16.5, -16].flatMap((x) => [...around([x])[0]!.map(expm1)]))).toBe(-1);
    expect(values.find((value, i) => value < -1 || value < values[i - 1]! - 2 ** -23)).toBeUndefined();
  });
});

/** σ and σ′ by their definitions, in double precision; `ulp` is a bound of the error of σ from `from` on. */
interface Definition {
  readonly name: ActivationName;
  readonly value: (z: number) => number;
  readonly slope: (z: number) => number;
  readonly ulp: number;
  readonly from: number;
}

const ALPHA = Math.fround(0.3);
const logistic = (z: number): number => 1 / (1 + Math.exp(-z));
const inner = (z: number): number => Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3));

/** tanh(ln(1 + eᶻ)). */
const gateOfMish = (z: number): number => Math.tanh(Math.log1p(Math.exp(Math.min(z, 700))));

/** Φ(z): by its series around 0, and by the continued fraction of the tail, which is unlike that of the reference. */
function normal(z: number): number {
  const x = Math.abs(z);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 3) {
    // erf: 2/√π Σ (−1)ᵏ u^(2k+1)/(k!(2k + 1)) with u = x/√2
    const u = x / Math.SQRT2;
    let [sum, power] = [0, u];
    for (let k = 0; k < 80; k++) {
      sum += power / (2 * k + 1);
      power *= (-u * u) / (k + 1);
    }
    return 0.5 + (Math.sign(z) * sum) / Math.sqrt(Math.PI);
  }
  // Steed's form: φ(x)/(x + 1/(x + 2/(x + …))) as x·φ/(x² + 1 − 1·2/(x² + 5 − 3·4/(x² + 9 − …)))
  let fraction = 0;
  for (let k = 200; k > 0; k--) fraction = ((2 * k - 1) * 2 * k) / (x * x + 4 * k + 1 - fraction);
  const tail = (density * x) / (x * x + 1 - fraction);
  return z < 0 ? tail : 1 - tail;
}

const definitions: readonly Definition[] = [
  {
    name: 'leakyRelu',
    value: (z) => (z > 0 ? z : ALPHA * z),
    slope: (z) => (z > 0 ? 1 : ALPHA),
    ...{ ulp: 0.5, from: -MOST },
  },
  {
    name: 'elu',
    value: (z) => (z > 0 ? z : ALPHA * Math.expm1(z)),
    slope: (z) => (z > 0 ? 1 : ALPHA * Math.exp(z)),
    ...{ ulp: 3, from: -MOST },
  },
  {
    name: 'softplus',
    value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    slope: logistic,
    ...{ ulp: 3, from: -87 },
  },
  {
    name: 'swish',
    value: (z) => z * logistic(z),
    slope: (z) => logistic(z) + z * logistic(z) * logistic(-z),
    ...{ ulp: 3, from: -87 },
  },
  {
    name: 'gelu',
    value: (z) => 0.5 * z * (1 + inner(z)),
    slope: (z) =>
      0.5 * (1 + inner(z)) +
      0.5 * z * (1 - inner(z) ** 2) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * z ** 2),
    // Below, it is e^z of a rounded z.
    ...{ ulp: 5, from: -2 },
  },
  {
    name: 'geluExact',
    value: (z) => z * normal(z),
    slope: (z) => normal(z) + (z * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI),
    // Below, it is e^(−z²/2) of a rounded z²/2.
    ...{ ulp: 6.5, from: -2 },
  },
  {
    name: 'selu',
    value: (z) => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z)),
    slope: (z) => 1.0507009873554805 * (z > 0 ? 1 : 1.6732632423543772 * Math.exp(z)),
    ...{ ulp: 4, from: -MOST },
  },
  {
    name: 'mish',
    value: (z) => z * gateOfMish(z),
    slope: (z) => gateOfMish(z) + z * (1 - gateOfMish(z) ** 2) * logistic(z),
    ...{ ulp: 6, from: -87 },
  },
  {
    name: 'softsign',
    value: (z) => z / (1 + Math.abs(z)),
    slope: (z) => 1 / (1 + Math.abs(z)) ** 2,
    ...{ ulp: 1.5, from: -MOST },
  },
];

describe.each(definitions)('$name', ({ name, value, slope, ulp, from }) => {
  const kernels = activationsIn(single)[activationCodes[name]]!;
  const finite = within(name === 'selu' ? MOST / 1.0508 : MOST); // beyond, λz overflows
  const values = finite.map((z) => kernels.value!(z, ALPHA));

  it(`${name} errs by at most ${ulp} ulp from ${from} on`, () => {
    const isJudged = (_: number, i: number): boolean =>
      finite[i]! >= from && Math.abs(value(finite[i]!)) >= 2 ** -126;
    expect(worst(finite.filter(isJudged), values.filter(isJudged), value)).toBeLessThanOrEqual(ulp);
  });

  // ε = 2⁻²⁴. Measured: 2.5 for the values, 3.5 for the slopes.
  it(`${name} errs by at most 4 ε of its value, or of 1 if that is larger, and its slope by at most 4 ε`, () => {
    const errors = finite.map((z, i) => {
      const error = Math.abs(values[i]! - value(z)) / Math.max(1, Math.abs(value(z)));
      return Math.max(error, Math.abs(kernels.slope!(z, values[i]!, ALPHA) - slope(z)));
    });
    // Written this way, NaN counts as wrong.
    expect(finite.find((_, i) => !(errors[i]! <= 4 * 2 ** -24))).toBeUndefined();
  });

  it(`${name} is NaN for NaN`, () => expect(kernels.value!(NaN, ALPHA)).toBeNaN());

  it.each([1e4, 3e38])(`${name} and its slope are finite at ±%d`, (size) => {
    for (const z of [size, -size].map(Math.fround)) {
      const a = kernels.value!(z, ALPHA);
      expect([a, kernels.slope!(z, a, ALPHA)].every(Number.isFinite)).toBe(true);
    }
  });
});

it('the slope at 0 is 0 for relu, and alpha for leakyRelu and elu', () => {
  const slopeAt0 = (name: ActivationName): number =>
    activationsIn(single)[activationCodes[name]]!.slope!(0, 0, ALPHA);
  expect([slopeAt0('relu'), slopeAt0('leakyRelu'), slopeAt0('elu')]).toEqual([0, ALPHA, ALPHA]);
});

describe('log', () => {
  /** Every 4,001st exponent and beginning of a mantissa, with any end: from the smallest subnormal number up. */
  const doubles = Array.from({ length: Math.floor(0x7ff00000 / 4001) }, (_, i) =>
    floats.doubleOfBits(4001 * i, Math.imul(i, 0x9e3779b9) | 1),
  );

  it('log differs from Math.log by at most 1 ulp', () => {
    // Both err by less than 1 ulp, and are floats next to the truth.
    const errors = doubles.map((x) => floats.doubleError(log(x), Math.log(x)));
    expect(doubles[0]).toBeLessThan(1e-310);
    expect(errors.filter((error) => !(error <= 1))).toEqual([]);
  });

  it('log differs from Math.log by at most 1 ulp close to 1', () => {
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
  ])('log(%d) is %d', (x, value) => expect(log(x)).toBe(value));
});

describe('pinned bits', () => {
  const hex = (bits: number | bigint): string => bits.toString(16);
  const arguments_ = Float32Array.from(goldenFloats, ([x]) => x);

  it('exp returns the pinned bits', () => {
    const bits = goldenFloats.map(([x]) => hex(floats.bitsOfFloat(exp(Math.fround(x)))));
    expect(bits).toEqual(goldenFloats.map(([, value]) => hex(value)));
  });

  it.each(['reference', 'wasm'])('tanh and sigmoid return the pinned bits in %s', async (engine) => {
    const kernels = engine === 'wasm' ? await wasmKernels() : referenceKernels(single);
    const bitsBy = (activation: number) =>
      Array.from(activate(kernels, activation, arguments_), (a) => hex(floats.bitsOfFloat(a)));
    expect(bitsBy(TANH)).toEqual(goldenFloats.map(([, , value]) => hex(value)));
    expect(bitsBy(SIGMOID)).toEqual(goldenFloats.map(([, , , value]) => hex(value)));
  });

  it('log returns the pinned bits', () => {
    const bits = goldenLogarithms.map(([x]) => hex(floats.bitsOfDouble(log(x))));
    expect(bits).toEqual(goldenLogarithms.map(([, value]) => hex(value)));
  });
});
