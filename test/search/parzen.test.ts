import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.js';
import { checkSpace, choice, float, int, type CheckedSpace } from '../../src/search/domains.js';
import { ParzenEstimator } from '../../src/search/samplers/parzen.js';
import type { Observation } from '../../src/search/samplers/sampler.js';
import { createTPESampler, split } from '../../src/search/samplers/tpe.js';
import { allNames, parzenCase, space, type Point } from '../support/parzen-cases.js';

const coordinatesOf = (dimensions: CheckedSpace, values: Point): number[] =>
  dimensions.map(({ name, toCoordinate }) => toCoordinate(values[name as keyof Point], name));

function estimate(dimensions: CheckedSpace, observations: readonly Point[]): ParzenEstimator {
  const rows = observations.map((values) => coordinatesOf(dimensions, values));
  return new ParzenEstimator(
    dimensions,
    dimensions.map((_, d) => rows.map((row) => row[d]!)),
  );
}

describe('Parzen estimators', () => {
  // Optuna 3.1.0's figures, mended as in test/clients/optuna.test.mjs, which compares more of them.
  it.each([
    [2, [-10.192688941507754, -13.379850372986569, -11.664236414893013, -15.6905941196964]],
    [9, [-11.85756892704692, -14.025313948959777, -13.133961523765915, -15.011684550709678]],
    [60, [-13.336167686131065, -12.817475795215305, -13.89946026266541, -16.489717716459648]],
  ])('their density after %i observations is that of Optuna to 1e-9', (count, expected) => {
    const { observations, points } = parzenCase(allNames, count);
    const dimensions = checkSpace(space);
    const estimator = estimate(dimensions, observations);
    for (const [i, values] of points.entries())
      expect(Math.abs(estimator.logDensity(coordinatesOf(dimensions, values)) - expected[i]!)).toBeLessThan(
        1e-9,
      );
  });

  it.each(allNames)('their density over %s has the integral 1', (name) => {
    const { observations } = parzenCase([name], 12);
    const dimensions = checkSpace({ [name]: space[name] });
    const estimator = estimate(dimensions, observations);
    const [{ low, high, levels, valueAt, toCoordinate }] = dimensions as [CheckedSpace[number]];
    // Finitely many values are summed; a continuous density by the midpoint rule, whose error is about 1e-5 here.
    const count = levels === Infinity ? 1000 : levels;
    let sum = 0;
    for (let n = 0; n < count; n++) {
      const at =
        levels === Infinity ? low + ((n + 0.5) / count) * (high - low) : toCoordinate(valueAt(n), name);
      sum += Math.exp(estimator.logDensity([at])) * (levels === Infinity ? (high - low) / count : 1);
    }
    expect(sum).toBeCloseTo(1, levels === Infinity ? 4 : 12);
  });

  it('they draw each value as often as their density says', () => {
    const dimensions = checkSpace({ units: int(1, 6), kind: choice('a', 'b') });
    const estimator = new ParzenEstimator(dimensions, [
      [0, 0, 4],
      [0, 0, 1],
    ]);
    const trials = 20_000;
    const counts = new Map<string, number>();
    const random = Random.fromSeed(1);
    for (let n = 0; n < trials; n++) {
      const key = estimator.sample(random).map(Math.round).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (let units = 0; units < 6; units++) {
      for (let kind = 0; kind < 2; kind++) {
        const expected = trials * Math.exp(estimator.logDensity([units, kind]));
        // 5 standard deviations of a count
        expect(Math.abs((counts.get(`${units},${kind}`) ?? 0) - expected)).toBeLessThan(
          5 * Math.sqrt(expected),
        );
      }
    }
  });
});

describe('good trials', () => {
  it('complete trials come before pruned ones, these before diverged ones, and low numbers before equal ones', () => {
    const trial = (score: number, more: Partial<Observation> = {}): Observation => ({
      values: {},
      score,
      ...more,
    });
    const history = [
      trial(Infinity, { isPending: true }),
      trial(Infinity),
      trial(1, { steps: 2 }),
      trial(0, { steps: 1 }),
      trial(9, { steps: 2 }),
      trial(5),
      trial(5),
      trial(4),
    ];
    const order = [7, 5, 6, 2, 4, 3, 1, 0];
    // Each is pushed below the line in turn by trials that are better: a tenth of all is good.
    const best = Array.from({ length: 72 }, () => trial(-1));
    const [good, others] = split([...history, ...best]);
    expect([good.length, others.length]).toEqual([8, 72]);
    expect(good.every(({ score }) => score === -1)).toBe(true);
    for (let size = 1; size <= 7; size++) {
      const filler = Array.from({ length: 10 * size - 7 }, () => trial(Infinity, { steps: 0 }));
      const [chosen] = split([...history, ...filler]);
      expect(chosen).toEqual(history.filter((_, n) => order.indexOf(n) < size));
    }
  });

  it('of the others only the latest 2,000 are left, and the good ones are as old as they may be', () => {
    const good = Array.from({ length: 25 }, () => ({ values: {}, score: 0 }));
    const bad = Array.from({ length: 2100 }, (_, n) => ({ values: {}, score: 1 + n }));
    expect(split([...good, ...bad])).toEqual([good, bad.slice(100)]);
  });

  it('TPE keeps away from pending trials', () => {
    const dimensions = checkSpace({ x: float(0, 1) });
    const history = Array.from({ length: 20 }, (_, n) => ({
      values: { x: n / 20 },
      score: Math.abs(n - 10),
    }));
    const pending = Array.from({ length: 20 }, () => ({
      values: { x: 0.5 },
      score: Infinity,
      isPending: true,
    }));
    const distance = (past: readonly Observation[]): number => {
      let sum = 0;
      for (let seed = 0; seed < 40; seed++)
        sum += Math.abs(Number(createTPESampler(dimensions, seed).propose(40, past).x) - 0.5);
      return sum / 40;
    };
    expect(distance([...history, ...pending])).toBeGreaterThan(2 * distance(history));
  });
});
