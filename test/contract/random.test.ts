import { describe, expect, it } from 'vitest';
import { initializerNames, initializers, type InitializerName } from '../../src/model/initializers.js';
import { Random, type RandomState } from '../../src/base/random.js';

// The one source of chance. The seeds are fixed, so that what passes once always passes; tolerances are five standard
// deviations of what is estimated, which one generator in a million misses that has nothing wrong with it.

const DEVIATIONS = 5;
const COUNT = 100_000;

const draw = (count: number, next: () => number): number[] => Array.from({ length: count }, next);

interface Moments {
  readonly mean: number;
  readonly variance: number;
  /** E(x − mean)⁴ / variance²: 3 of a normal distribution, 9/5 of a uniform one. */
  readonly kurtosis: number;
}
const standardNormal: Moments = { mean: 0, variance: 1, kurtosis: 3 };

function expectMoments(values: readonly number[], { mean, variance, kurtosis }: Moments): void {
  const n = values.length;
  const meanHere = values.reduce((sum, x) => sum + x) / n;
  const varianceHere = values.reduce((sum, x) => sum + (x - meanHere) ** 2, 0) / (n - 1);
  expect(Math.abs(meanHere - mean)).toBeLessThan(DEVIATIONS * Math.sqrt(variance / n));
  expect(Math.abs(varianceHere - variance)).toBeLessThan(
    DEVIATIONS * variance * Math.sqrt((kurtosis - 1) / n),
  );
}

/** How often what has the given probability may happen in COUNT trials. */
function expectShare(happened: number, probability: number): void {
  const deviation = Math.sqrt(COUNT * probability * (1 - probability));
  expect(Math.abs(happened - COUNT * probability)).toBeLessThan(DEVIATIONS * deviation);
}

describe('bits', () => {
  it('bits equal those of xoshiro128** 1.1', () => {
    const random = new Random([1, 2, 3, 4]);
    // The first ten of Blackman and Vigna's xoshiro128starstar.c, and where they leave the state.
    expect(draw(10, () => random.bits())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
    expect(random.state).toEqual([939045227, 1864939416, 1451579149, 2199351389]);
  });

  it('bits continue from a state', () => {
    const random = Random.fromSeed(5);
    random.normal();
    const again = new Random(random.state);
    expect(draw(100, () => again.bits())).toEqual(draw(100, () => random.bits()));
  });
});

describe('a seed', () => {
  // Computed by splitmix32 in Python, with integers of any size.
  it.each<[number, RandomState]>([
    [0, [1684164658, 3653269916, 2939563536, 2141751570]],
    [42, [551831576, 144025891, 322543647, 3034809370]],
    [-1, [3950124170, 0, 1684164658, 3653269916]],
    [2 ** 32, [1684164658, 4293442868, 1302505678, 2762329221]],
    [Number.MAX_SAFE_INTEGER, [3950124170, 2660414672, 3447294923, 904156086]],
    [Number.MIN_SAFE_INTEGER, [1580013426, 85774843, 873315970, 1510988395]],
  ])('the seed %d gives the expected state', (seed, state) => {
    expect(Random.fromSeed(seed).state).toEqual(state);
  });

  it.each([0.5, NaN, Infinity, 2 ** 53])('fromSeed rejects the seed %d', (seed) => {
    expect(() => Random.fromSeed(seed)).toThrow(RangeError);
  });

  it('a seed gives the same numbers each time, and other numbers than other seeds', () => {
    const seeds = [
      0,
      1,
      2,
      3,
      -1,
      -2,
      -3,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 32 + 1,
      2 ** 40,
      -(2 ** 32),
      -(2 ** 40),
    ];
    const readNumbers = (seed: number): string => {
      const random = Random.fromSeed(seed);
      return draw(8, () => random.bits()).join();
    };
    const numbers = seeds.map(readNumbers);
    expect(seeds.map(readNumbers)).toEqual(numbers);
    expect(new Set(numbers).size).toBe(seeds.length);
  });

  it('a seed and the next one give uncorrelated numbers', () => {
    // The difference of two independent uniform numbers has variance 2/12, and kurtosis 12/5.
    const differences = draw(COUNT, () => 0).map(
      (_, seed) => Random.fromSeed(seed).uniform(0, 1) - Random.fromSeed(seed + 1).uniform(0, 1),
    );
    expectMoments(differences, { mean: 0, variance: 1 / 6, kurtosis: 12 / 5 });
  });
});

describe('below', () => {
  it.each([1, 2, 3, 10, 97])('below(%d) returns each number equally often', (n) => {
    const random = Random.fromSeed(n);
    const counts = new Uint32Array(n);
    for (let i = 0; i < COUNT; i++) counts[random.below(n)]!++;
    expect(counts.reduce((sum, count) => sum + count)).toBe(COUNT);
    const expected = COUNT / n;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // χ² of n − 1 degrees of freedom has mean n − 1 and variance 2(n − 1).
    expect(chiSquare).toBeLessThanOrEqual(n - 1 + DEVIATIONS * Math.sqrt(2 * (n - 1)));
  });

  it('below does not prefer small numbers when 2³² is not a multiple of the limit', () => {
    // The remainder by 3·2³⁰ of all 32 bits would be below 2³⁰ in half of the cases.
    const random = Random.fromSeed(1);
    const numbers = draw(COUNT, () => random.below(3 * 2 ** 30));
    expect(Math.max(...numbers.slice(0, 1000))).toBeGreaterThan(2 ** 31);
    expectShare(numbers.filter((x) => x < 2 ** 30).length, 1 / 3);
  });

  it('below(2³² − 1) returns every number but the last', () => {
    const random = Random.fromSeed(2);
    const same = Random.fromSeed(2);
    expect(draw(100, () => random.below(2 ** 32 - 1))).toEqual(draw(100, () => same.bits()));
  });
});

describe('permutation', () => {
  it('permutation holds every number once, in each place equally often', () => {
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    for (let seed = 0; seed < 4000; seed++) {
      const order = Random.fromSeed(seed).permutation(4);
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      for (const [place, n] of order.entries()) counts[place]![n]!++;
    }
    const deviation = Math.sqrt(4000 * (1 / 4) * (3 / 4));
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(DEVIATIONS * deviation);
  });

  it('permutation rejects a length that is not a count', () => {
    const random = Random.fromSeed(1);
    expect(() => random.permutation(1.5)).toThrow(
      'count: expected a whole number from 0 to 4294967295, got 1.5',
    );
    expect(() => random.permutation(-1)).toThrow(RangeError);
    expect(random.state).toEqual(Random.fromSeed(1).state);
  });
});

describe('distributions', () => {
  it('uniform has the moments of the uniform distribution', () => {
    const random = Random.fromSeed(3);
    const numbers = draw(COUNT, () => random.uniform(-1, 3));
    expect(numbers.filter((x) => x < -1 || x >= 3)).toEqual([]);
    expectMoments(numbers, { mean: 1, variance: 16 / 12, kurtosis: 9 / 5 });
  });

  it('normal has the moments of the normal distribution', () => {
    const random = Random.fromSeed(4);
    const numbers = draw(COUNT, () => random.normal());
    expectMoments(numbers, standardNormal);
    // P(|x| < 1) and P(|x| > 2) of the standard normal distribution
    expectShare(numbers.filter((x) => Math.abs(x) < 1).length, 0.682689492137086);
    expectShare(numbers.filter((x) => Math.abs(x) > 2).length, 0.04550026389635842);
  });

  it('normal numbers are uncorrelated with those before', () => {
    const random = Random.fromSeed(5);
    // The product of two independent ones has mean 0, variance 1 and kurtosis 3·3.
    const products = draw(COUNT, () => random.normal() * random.normal());
    expectMoments(products, { mean: 0, variance: 1, kurtosis: 9 });
  });
});

describe('initializers', () => {
  const FAN_IN = 50;
  const FAN_OUT = 200;
  const glorot = 2 / (FAN_IN + FAN_OUT);
  const he = 2 / FAN_IN;
  const cases: Record<InitializerName, { variance: number; kurtosis: number }> = {
    glorotUniform: { variance: glorot, kurtosis: 9 / 5 },
    glorotNormal: { variance: glorot, kurtosis: 3 },
    heUniform: { variance: he, kurtosis: 9 / 5 },
    heNormal: { variance: he, kurtosis: 3 },
    standardNormal: { variance: 1, kurtosis: 3 },
    scaledNormal: { variance: 1 / FAN_IN, kurtosis: 3 },
  };

  it.each(initializerNames)('%s draws weights of its variance and shape', (name) => {
    const { variance, kurtosis } = cases[name];
    const random = Random.fromSeed(6);
    const weights = draw(COUNT, () => initializers[name].weight(random, FAN_IN, FAN_OUT));
    expectMoments(weights, { mean: 0, variance, kurtosis });
    const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    // A uniform distribution ends at √3 standard deviations; a normal one has 8% beyond.
    expect(largest <= Math.sqrt(3 * variance)).toBe(kurtosis < 3);
  });

  const normalBiases: InitializerName[] = ['standardNormal', 'scaledNormal'];

  it.each(normalBiases)('%s draws biases from N(0, 1)', (name) => {
    const random = Random.fromSeed(6);
    expectMoments(
      draw(COUNT, () => initializers[name].bias(random)),
      standardNormal,
    );
  });

  it.each(initializerNames.filter((name) => !normalBiases.includes(name)))('%s sets biases to 0', (name) => {
    const random = Random.fromSeed(6);
    expect(draw(100, () => initializers[name].bias(random))).toEqual(new Array(100).fill(0));
  });
});
