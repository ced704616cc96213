import { describe, expect, expectTypeOf, it } from 'vitest';
import { canonicalJSON } from '../../src/search/canonical-json.js';
import {
  atUnit,
  checkSpace,
  choice,
  decide,
  float,
  int,
  when,
  type Space,
  type Values,
} from '../../src/search/domains.js';
import { expectError } from '../support/patient.js';

/** The values of one domain at evenly spaced places of its range. */
const spread = (domain: Space[string], count: number): unknown[] => {
  const [dimension] = checkSpace({ x: domain });
  return Array.from({ length: count }, (_, n) => atUnit(dimension!, n / count));
};

describe('domains', () => {
  it('a space survives JSON', () => {
    const space = {
      optimizer: choice('sgd', 'adam'),
      momentum: when({ optimizer: 'sgd' }, float(0, 0.99, { step: 0.01 })),
      units: int(1, 100, { log: true }),
      hidden: [[8], [16, 8]],
    };
    const read: unknown = JSON.parse(JSON.stringify(space));
    expect(read).toEqual(space);
    expect(checkSpace(read)).toHaveLength(4);
  });

  it('values have the types of their domains, and may be absent under a condition', () => {
    const space = {
      optimizer: choice('sgd', 'adam'),
      momentum: when({ optimizer: 'sgd' }, float(0, 1)),
      beta2: when({ optimizer: 'adam' }, choice(0.99, 0.999)),
      units: [1, 2],
    } as const;
    expectTypeOf<Values<typeof space>>().toMatchObjectType<{ readonly optimizer: 'sgd' | 'adam' }>();
    expectTypeOf<Values<typeof space>['momentum']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Values<typeof space>['beta2']>().toEqualTypeOf<0.99 | 0.999 | undefined>();
    expectTypeOf<Values<typeof space>['units']>().toEqualTypeOf<1 | 2>();
    expect(checkSpace(space)).toHaveLength(4);
  });

  it('floats on a log scale have 3 significant digits within their range', () => {
    const values = spread(float(0.00123456, 0.987654, { log: true }), 1000) as number[];
    expect(values[0]).toBe(0.00123456);
    for (const value of values.slice(1)) {
      if (value !== 0.00123456) expect(Number(value.toPrecision(3))).toBe(value);
      expect(value >= 0.00123456 && value <= 0.987654).toBe(true);
    }
    // The middle of the logarithms is the geometric mean.
    expect(values[500]).toBe(0.0349);
  });

  it('floats on a linear scale have the decimals that their range deserves', () => {
    expect(spread(float(0, 0.5), 3)).toEqual([0, 0.1667, 0.3333]);
    expect(spread(float(-1, 2), 7)).toEqual([-1, -0.571, -0.143, 0.286, 0.714, 1.143, 1.571]);
    expect(spread(float(0, 1e6), 3)).toEqual([0, 333333, 666667]);
    expect(spread(float(1 / 3, 2 / 3), 2)).toEqual([1 / 3, 0.5]);
    const around = [...spread(float(-0.001, 1), 1001), ...spread(int(-1, 1), 9)];
    expect(around.filter((value) => Object.is(value, -0))).toEqual([]);
    expect(around).toContain(0);
  });

  it('steps lead to short numbers, each with an equal part of the range, and no further than high', () => {
    expect(spread(float(0, 0.3, { step: 0.1 }), 8)).toEqual([0, 0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3]);
    expect(spread(float(0, 1, { step: 0.3 }), 4)).toEqual([0, 0.3, 0.6, 0.9]);
    expect(spread(int(1, 10, { step: 4 }), 3)).toEqual([1, 5, 9]);
    expect(spread(int(-2, 1), 4)).toEqual([-2, -1, 0, 1]);
    expect(spread(['a', [1], null], 3)).toEqual(['a', [1], null]);
  });

  it('each whole number of a log scale is drawn, small ones more often', () => {
    const counts = Array.from({ length: 8 }, () => 0);
    for (const value of spread(int(1, 8, { log: true }), 10_000) as number[]) counts[value - 1]!++;
    expect(counts.every((count, n) => count > 0 && (n === 0 || count < counts[n - 1]!))).toBe(true);
  });

  it('a coordinate leads back to its value', () => {
    const domains = [
      float(1e-5, 1, { log: true }),
      float(-3, 4),
      float(0.1, 0.9, { step: 0.1 }),
      int(3, 300, { log: true }),
      int(3, 30, { step: 3 }),
      choice(1, '1', { b: [], a: 2 }),
    ];
    for (const domain of domains) {
      const [dimension] = checkSpace({ x: domain });
      for (const value of spread(domain, 100))
        expect(dimension!.toValue(dimension!.toCoordinate(value, 'x'))).toEqual(value);
    }
  });

  it('a hyperparameter exists only where those before it have the values of its condition, and exist', () => {
    const space = checkSpace({
      a: ['x', 'y'],
      b: when({ a: 'x' }, [1, 2]),
      c: when({ b: [2], a: ['x', 'y'] }, int(1, 3)),
      d: ['plain'],
    });
    const names = (chosen: Record<string, unknown>): string[] =>
      Object.keys(decide(space, ({ name }) => chosen[name] ?? 1));
    expect(names({ a: 'x', b: 2 })).toEqual(['a', 'b', 'c', 'd']);
    expect(names({ a: 'x', b: 1 })).toEqual(['a', 'b', 'd']);
    expect(names({ a: 'y', b: 2 })).toEqual(['a', 'd']);
  });
});

describe('checks', () => {
  it('checkSpace names what is wrong with a domain', async () => {
    const cases: [unknown, new (...args: never[]) => Error, string][] = [
      [7, TypeError, 'space.x: expected an array, or a domain'],
      [{ kind: 'real', low: 0, high: 1 }, TypeError, 'space.x: expected an array, or a domain'],
      [[], RangeError, 'space.x: expected at least one value'],
      [[1, () => 1], TypeError, 'space.x[1]: expected a value that JSON can hold, got a function'],
      [[new Date(0)], TypeError, 'space.x[0]: expected a value that JSON can hold'],
      [[[1, NaN]], RangeError, 'space.x[0][1] is NaN'],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        RangeError,
        'space.x[1]: repeats space.x[0]',
      ],
      [float(1, 1), RangeError, 'space.x.low: expected less than high (1), got 1'],
      [float(0, Infinity), RangeError, 'space.x.high is Infinity'],
      [float('0' as never, 1), TypeError, 'space.x.low: expected a number'],
      [float(0, 1, { log: true }), RangeError, 'space.x.low: expected more than 0 with log'],
      [float(1, 2, { log: true, step: 1 }), RangeError, "space.x.step: can't be combined with log"],
      [float(0, 1, { step: 0 }), RangeError, 'space.x.step: expected more than 0 and at most 1'],
      [float(0, 1, { step: 2 }), RangeError, 'space.x.step: expected more than 0 and at most 1'],
      [float(0, 1, { lgo: true } as never), TypeError, "space.x: unknown 'lgo'"],
      [float(0, 1, { log: 1 } as never), TypeError, 'space.x.log: expected a boolean'],
      [int(0.5, 2), RangeError, 'space.x.low: expected a whole number'],
      [int(1, 9, { step: 0.5 }), RangeError, 'space.x.step: expected a whole number'],
      [when({}, int(1, 2)), RangeError, 'space.x.when: expected at least one name'],
      [when('a' as never, int(1, 2)), TypeError, 'space.x.when: expected an object'],
      [
        when({ z: 1 }, int(1, 2)),
        RangeError,
        "space.x.when.z: no hyperparameter before this one has the name 'z'",
      ],
      [when({ later: 1 }, int(1, 2)), RangeError, 'the names before it are a, n, r'],
      [when({ a: 'c' }, int(1, 2)), RangeError, "space.x.when.a: expected a value of the domain, got 'c'"],
      [when({ a: [] }, int(1, 2)), RangeError, 'space.x.when.a: expected at least one value'],
      [when({ n: 2 }, int(1, 2)), RangeError, 'space.x.when.n: expected a value of the domain, got 2'],
      [
        when({ r: 0.5 }, int(1, 2)),
        RangeError,
        'space.x.when.r: expected a hyperparameter with finitely many',
      ],
    ];
    const before = { a: ['a', 'b'], n: int(1, 9, { step: 2 }), r: float(0, 1) };
    for (const [x, Class, message] of cases)
      await expectError(() => checkSpace({ ...before, x, later: [1] }), [Class, message]);
    await expectError(() => checkSpace({}), [RangeError, 'space: expected at least one name']);
    await expectError(() => checkSpace([[1]]), [TypeError, 'space: expected an object']);
    await expectError(
      () => when({ a: 1 }, when({ b: 2 }, int(1, 2))),
      [TypeError, 'when: the domain has a condition already'],
    );
  });

  it('canonical JSON is the same for every order of names, and refuses what nests too deeply', async () => {
    const text = '{"a":[1,{"b":null,"c":"\\"x"}],"z":false}';
    expect(canonicalJSON('x', { z: false, a: [1, { c: '"x', b: null }] })).toBe(text);
    expect(canonicalJSON('x', JSON.parse('{"__proto__":1,"1":2}'))).toBe('{"1":2,"__proto__":1}');
    const circle: unknown[] = [];
    circle.push(circle);
    await expectError(
      () => canonicalJSON('x', circle),
      [RangeError, 'expected at most 100 levels of nesting'],
    );
  });
});
