import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.js';
import { Dataset, findWarnings, type DataWarning } from '../../src/data/index.js';

const random = Random.fromSeed(3);
const draw = (): number => random.uniform(-1, 1);

/** Rows with two inputs that say nothing alone, and more. */
function createRows(count: number, more: (n: number) => Record<string, number | string>): object[] {
  return Array.from({ length: count }, (_, n) => ({ a: draw(), b: draw(), ...more(n) }));
}

const find = (rows: object[], answer: 'label' | 'targets' = 'label'): DataWarning[] =>
  findWarnings(Dataset.fromObjects(rows, answer === 'label' ? { label: 'y' } : { targets: ['y'] }));

const listKinds = (warnings: readonly DataWarning[]): string[] => warnings.map(({ kind }) => kind);

describe('classes', () => {
  it('warns of nothing in even classes that no column gives away', () => {
    expect(find(createRows(200, (n) => ({ y: n % 2 ? 'yes' : 'no' })))).toEqual([]);
  });

  it('warns of a class with 99 of 100 samples, and names the option', () => {
    const [warning, ...others] = find(createRows(1000, (n) => ({ y: n % 100 === 0 ? 'rare' : 'common' })));
    expect(others).toEqual([]);
    expect(warning).toMatchObject({
      kind: 'imbalance',
      place: "class 'common'",
      problem: '99% of the samples, so always predicting it is right 99% of the time',
      option: { name: 'classWeights', values: ['balanced'] },
    });
  });

  it('never rounds a share to 100%', () => {
    const [warning] = find(createRows(20_000, (n) => ({ y: n < 2 ? 1 : 0 })));
    expect(warning!.problem).toContain('99.9%');
  });

  it('names classes of a single sample', () => {
    const rows = createRows(100, (n) => ({ y: n === 7 ? 'x' : n === 50 ? 'z' : n % 2 ? 'yes' : 'no' }));
    expect(find(rows)).toMatchObject([{ kind: 'rare', place: "classes 'x', 'z'" }]);
  });

  it('names classes and categories that differ only in case or spaces', () => {
    const spell = (n: number): string => ['New York', 'new  york', 'New\u00a0York', 'Rome'][n % 4]!;
    const rows = createRows(80, (n) => ({ city: spell(n), y: ['yes', 'Yes', 'no'][n % 3]! }));
    expect(find(rows)).toMatchObject([
      { kind: 'alike', place: "classes 'Yes', 'yes'", problem: 'differ only in case, spaces or the like' },
      { kind: 'alike', place: "column 'city', categories 'New York', 'New\u00a0York', 'new  york'" },
    ]);
    expect(find(createRows(80, (n) => ({ y: ['A', 'a'][n % 2]! })))).toEqual([]);
  });

  it('does not list the classes of a table in which each sample has its own', () => {
    expect(listKinds(find(createRows(60, (n) => ({ y: `name ${n}` }))))).not.toContain('rare');
  });

  it('counts labels far apart in little time and memory', () => {
    const labels = Int32Array.from({ length: 100 }, (_, n) => (n % 2 ? 10_000_000 : 0));
    const inputs = Float64Array.from({ length: 200 }, draw);
    expect(findWarnings({ inputs, labels, width: 2, count: 100 })).toEqual([]);
  });
});

describe('columns', () => {
  it('names columns with the same value in every sample', () => {
    const rows = createRows(60, (n) => ({ year: 2024, unit: 'cm', y: n % 2 }));
    expect(find(rows)).toMatchObject([
      {
        kind: 'constant',
        place: "columns 'year', 'unit'",
        option: { name: 'ignore', values: ['year', 'unit'] },
      },
    ]);
  });

  it.each<[string, (n: number) => Record<string, number | string>]>([
    ['a copy of the class in other words', (n) => ({ leak: n % 2 ? 'J' : 'N', y: n % 2 ? 'yes' : 'no' })],
    ['a code for each of three classes', (n) => ({ leak: 7 - (n % 3), y: `class ${n % 3}` })],
    ['texts of which each stands for one class', (n) => ({ leak: `t${n % 10}`, y: n % 10 < 4 ? 1 : 0 })],
    ['a score with a threshold', (n) => ({ leak: n + 0.5, y: n < 90 ? 'low' : 'high' })],
  ])('finds a leak: %s', (_, more) => {
    expect(find(createRows(200, more))).toMatchObject([
      { kind: 'leak', place: "column 'leak'", option: { name: 'ignore', values: ['leak'] } },
    ]);
  });

  it.each<[string, (x: number) => number]>([
    ['a copy', (x) => x],
    ['other units', (x) => 32 + 1.8 * x],
    ['a negative copy with a little noise', (x) => -x + 0.01 * draw()],
  ])('finds a leak of a regression: %s', (_, copy) => {
    const rows = createRows(200, () => {
      const y = draw();
      return { leak: copy(y), y };
    });
    expect(find(rows, 'targets')).toMatchObject([{ kind: 'leak', place: "column 'leak'" }]);
  });

  it('does not take a good input for a leak', () => {
    const classes = createRows(200, (n) => ({ good: (n % 2) + 0.6 * draw(), y: n % 2 }));
    expect(find(classes)).toEqual([]);
    const numbers = createRows(200, (n) => ({ good: n + 8 * draw(), y: n }));
    expect(find(numbers, 'targets')).toEqual([]);
  });

  it('does not take different texts in every sample, or the only input, for a leak', () => {
    expect(find(createRows(60, (n) => ({ id: `x${(n * 17) % 60}`, y: n % 2 })))).toEqual([]);
    const only = Array.from({ length: 60 }, (_, n) => ({ x: n, y: 2 * n }));
    expect(find(only, 'targets')).toEqual([]);
  });

  it('leaves out the pixels of images', () => {
    const inputs = new Uint8Array(200);
    const labels = Uint8Array.from({ length: 100 }, (_, n) => n % 2);
    expect(findWarnings({ inputs, labels, width: 2, count: 100, inputScale: 1 / 255 })).toEqual([]);
  });
});

it('warns of few samples', () => {
  expect(find(createRows(12, (n) => ({ y: n % 2 })))).toMatchObject([
    { kind: 'few', place: '', problem: 'only 12 samples, so the scores are noisy' },
  ]);
});

it('split learns the only sample of a class, whatever the seed', () => {
  const data = Dataset.fromObjects(
    Array.from({ length: 24 }, (_, n) => ({ a: n, y: n < 10 ? 'x' : n < 20 ? 'y' : `single ${n}` })),
    { label: 'y' },
  );
  for (let seed = 0; seed < 10; seed++) {
    const { train, test } = data.split({ test: 0.2, seed });
    expect(test.count).toBe(5);
    expect(new Set(train.labels).size).toBe(6);
  }
});
