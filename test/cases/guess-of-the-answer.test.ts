import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { detectDialect, profileTable, suggestColumns, Table } from '../../src/data/index.js';
import { bp4, irisCSV, readEvent } from '../support/cli.js';

// Which column a table is guessed to predict: on real tables, and where the name, the position or the values decide.

const folder = fileURLToPath(new URL('../../node_modules/vega-datasets/data', import.meta.url));

function readTable(name: string): Table {
  const text = name === 'iris' ? irisCSV() : readFileSync(join(folder, name), 'utf8');
  return name.endsWith('.json') ? Table.fromJSON(text) : Table.fromCSV(text, detectDialect(text));
}

function guess(table: Table, name?: string): string {
  const { label, targets } = suggestColumns(profileTable(table), { table: name }).columns;
  return label ?? targets![0]!;
}

/** The column that a person would predict. */
const answers = {
  iris: 'species',
  'penguins.json': 'Species',
  'cars.json': 'Miles_per_Gallon',
  'seattle-weather.csv': 'weather',
  'weather.csv': 'weather',
  'barley.json': 'yield',
  'gapminder-health-income.csv': 'health',
  'gapminder.json': 'life_expect',
  'global-temp.csv': 'temp',
  'iowa-electricity.csv': 'net_generation',
  'stocks.csv': 'price',
  'windvectors.csv': 'speed',
  'disasters.csv': 'Deaths',
  'population.json': 'people',
  'unemployment-across-industries.json': 'rate',
  'burtin.json': 'Gram_Staining',
  'flights-2k.json': 'delay',
};

it('the guess of the answer is right on 12 of 17 real tables', () => {
  const wrong = Object.entries(answers).filter(
    ([name, answer]) => guess(readTable(name), name.replace(/\..*/, '')) !== answer,
  );
  expect(wrong.map(([name]) => name)).toEqual([
    'cars.json',
    'gapminder-health-income.csv',
    'gapminder.json',
    'burtin.json',
    'flights-2k.json',
  ]);
});

/** 60 rows of the values that a function gives for each. */
const table = (header: string, row: (n: number) => string): Table =>
  Table.fromCSV(`${header}\n${Array.from({ length: 60 }, (_, n) => row(n)).join('\n')}\n`);

it.each([
  ['Affairs', 'affairs,age,rating', 'affairs'],
  ['DoctorVisits', 'visits,age,illness', 'visits'],
  ['salaries', 'rank,salary,service', 'salary'],
  ['', 'visits,age,illness', 'illness'],
  ['-', ',age,illness', 'illness'],
])('of the table %j the column with its name is the answer: %s', (name, header, answer) => {
  const measured = table(header, (n) =>
    [(n * 7) % 13, (n * 5) % 17, (n * 3) % 19].map((x) => x + 0.5).join(),
  );
  expect(guess(measured, name)).toBe(answer);
});

it.each<[string, Table, string, string]>([
  [
    'a word of its name',
    table('loan_default,age,sum', (n) => `${n % 2},${20 + (n % 40)},${n / 7}`),
    'loan_default',
    'recognized by its name',
  ],
  [
    'a word of a name in camel case',
    table('area,SalePrice,rooms', (n) => `${n / 3},${n * 1000.5},${n % 5}`),
    'SalePrice',
    'recognized by its name',
  ],
  [
    'the first column, if only it holds classes',
    table('a,b,c', (n) => `${1 + (n % 3)},${n / 7},${n * n}`),
    'a',
    'the first column',
  ],
  ['the last column', table('a,b,c', (n) => `${n / 7},${n % 3},${n % 2}`), 'c', 'the last column'],
  [
    'another than a place in the last column',
    table('status,depth,longitude', (n) => `${'ab'[n % 2]},${n / 7},${n / 9}`),
    'status',
    'recognized by its name',
  ],
  [
    'the only measurement beside conditions',
    table('length,diet,coat', (n) => `${n / 7},${'xyz'[n % 3]},${'abc'[n % 3]}`),
    'length',
    'the only measurement',
  ],
])('suggestColumns goes by %s', (_, found, answer, reason) => {
  const suggestion = suggestColumns(profileTable(found));
  expect([suggestion.columns.label ?? suggestion.columns.targets![0], suggestion.reason]).toEqual([
    answer,
    reason,
  ]);
  expect(suggestion.alternatives.map((other) => other.name)).not.toContain(answer);
});

it('suggestColumns is in doubt unless a name decides', () => {
  const values = (n: number): string => `${n / 7},${n * n},${n / 9}`;
  const suggest = (header: string): unknown => suggestColumns(profileTable(table(header, values))).isInDoubt;
  expect([suggest('a,b,c'), suggest('a,mpg,c'), suggest('mpg,charges,c')]).toEqual([true, false, true]);
});

it.each([
  ['a price between other numbers, from which demand may be predicted', '', 'packs,price,c', 'price', true],
  ['a price in the first column', '', 'price,b,c', 'price', false],
  ['a type in the last column', '', 'a,b,type', 'type', false],
  ['a type elsewhere', '', 'type,b,c', 'c', true],
  ['a key after measurements', '', 'yield,b,plot', 'yield', false],
  ['numbers that have the name of the table', 'Visits', 'visits,b,c', 'visits', false],
])('suggestColumns heeds where %s stands', (_, name, header, answer, isInDoubt) => {
  const found = profileTable(table(header, (n) => `${n / 7},${n * n},${n / 9}`));
  const suggestion = suggestColumns(found, { table: name });
  expect([suggestion.columns.targets, suggestion.isInDoubt]).toEqual([[answer], isInDoubt]);
});

it('suggestColumns is in doubt if the column with the name of the table holds classes that it may compare', () => {
  const found = profileTable(table('time,poison,treatment', (n) => `${n / 7},${n % 3},${'abcd'[n % 4]}`));
  expect(suggestColumns(found, { table: 'poisons' }).isInDoubt).toBe(true);
});

it('suggestColumns takes the number of a class for no answer unless it stands first or last', () => {
  const row = (n: number): string => `${n / 7},${n},${n / 9}`;
  const rows = Array.from({ length: 240 }, (_, n) => row(n % 120)).join('\n');
  const found = profileTable(Table.fromCSV(`IQ,class,lang\n${rows}\n`));
  expect(suggestColumns(found).columns.targets).toEqual(['lang']);
});

it('suggestColumns is in doubt by the values only if another column comes close', () => {
  const suggest = (row: (n: number) => string): boolean =>
    suggestColumns(profileTable(table('a,b,c', row))).isInDoubt;
  const isClass = suggest((n) => `${n / 7},${n * n},${n % 2}`);
  const areClasses = suggest((n) => `${n / 7},${n % 2},${n % 3}`);
  const { isInDoubt: isLastOnly } = suggestColumns(
    profileTable(table('age,b,c', (n) => `${n / 7},${n * n},${n / 9}`)),
  );
  // A factor of an experiment is often in the first or last column.
  const factors = table('a,b,c,d', (n) => `${n % 2},${n % 5},${n / 9},${n * n}`);
  const isFactor = suggestColumns(profileTable(factors)).isInDoubt;
  expect([isClass, areClasses, isLastOnly, isFactor]).toEqual([false, true, true, true]);
});

describe('suggestColumns is in doubt', () => {
  const suggest = (found: Table, name?: string): [string, boolean] => {
    const { columns, isInDoubt } = suggestColumns(profileTable(found), { table: name });
    return [columns.label ?? columns.targets![0]!, isInDoubt];
  };
  const names = (n: number): string => `p${n % 30}`;

  it('about classes that a repeated text determines', () => {
    const determined = table('person,time,size,group', (n) => `${names(n)},${n / 7},${n / 9},${'ab'[n % 2]}`);
    const free = table(
      'person,time,size,group',
      (n) => `${names(n)},${n / 7},${n / 9},${'ab'[(n >> 5) % 2]}`,
    );
    expect([suggest(determined), suggest(free)]).toEqual([
      ['group', true],
      ['group', false],
    ]);
  });

  it('about named classes that texts determine with few exceptions, but not if numbers do', () => {
    const row = (key: string, n: number, of: number): string => `${key},${n / 7},${'abcdef'[of % 6]}`;
    const byText = (n: number): string => row(names(n), n, n % 59 === 0 ? n + 1 : n);
    const byNumber = (n: number): string => row(String(n % 30), n, n);
    expect([byText, byNumber].map((line) => suggest(table('model,size,class', line)))).toEqual([
      ['class', true],
      ['class', false],
    ]);
  });

  it('about groups in the first column of a small table', () => {
    const small = table('when,heat,gas', (n) => `${['before', 'after'][n % 2]!},${n / 7},${n / 9}`);
    const large = table(
      'when,a,b,c,d',
      (n) => `${['before', 'after'][n % 2]!},${n / 7},${n / 9},${n / 5},${n / 3}`,
    );
    expect([suggest(small), suggest(large)]).toEqual([
      ['when', true],
      ['when', false],
    ]);
  });

  it('about species beside a column named like an outcome', () => {
    const row = (n: number): string => `${'ab'[n % 2]},${n / 7},${n % 17}`;
    expect([suggest(table('species,heat,deaths', row)), suggest(table('species,heat,length', row))]).toEqual([
      ['species', true],
      ['species', false],
    ]);
  });

  it('but not about the places after which a table of their years is named', () => {
    const panel = table('town,year,spent', (n) => `${n % 30},${1990 + Math.floor(n / 30)},${n / 9}`);
    expect(suggest(panel, 'Towns')[0]).toBe('spent');
  });
});

it('suggestColumns takes many integers for classes only if each has five rows on average', () => {
  const taskOf = (classes: number): string =>
    suggestColumns(profileTable(table('a,class', (n) => `${n / 7},${n % classes}`))).task;
  expect([taskOf(12), taskOf(13)]).toEqual(['classification', 'regression']);
});

describe('bp4 train, where nobody can be asked', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'bp4-guess-'));
  afterAll(() => rmSync(cwd, { recursive: true }));
  const rows = Array.from({ length: 60 }, (_, n) => `${n / 5},${n / 7},${(n * n) / 11}`);

  it.each([
    ['doubtful', 'a,b,c', 'c', 'a'],
    ['clear', 'a,b,mpg', 'mpg', undefined],
  ])('a guess that is %s says so, with the next best column', async (name, header, answer, nextBest) => {
    writeFileSync(join(cwd, `${name}.csv`), `${header}\n${rows.join('\n')}\n`);
    const train = ['train', `${name}.csv`, '--epochs', '1'];
    const { stdout } = await bp4(train, { cwd });
    const doubt = /in doubt, the next best is (\w+);/.exec(stdout)?.[1];
    expect([stdout.includes(`target    ${answer}: numbers`), doubt]).toEqual([true, nextBest]);
    const event = readEvent(await bp4([...train, '--json'], { cwd }), 'data');
    expect(event['nextBest']).toBe(nextBest);
  });
});
