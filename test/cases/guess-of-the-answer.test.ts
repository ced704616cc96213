import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { detectDialect, profileTable, suggestColumns, Table } from '../../src/data/index.js';
import { irisCSV } from '../support/cli.js';

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
    table('kind,depth,longitude', (n) => `${'ab'[n % 2]},${n / 7},${n / 9}`),
    'kind',
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
  expect([suggest('a,b,c'), suggest('a,price,c'), suggest('mpg,price,c')]).toEqual([true, false, true]);
});

it('suggestColumns is in doubt by the values only if another column comes close', () => {
  const suggest = (row: (n: number) => string): boolean =>
    suggestColumns(profileTable(table('a,b,c', row))).isInDoubt;
  const isClass = suggest((n) => `${n / 7},${n * n},${n % 2}`);
  const areClasses = suggest((n) => `${n / 7},${n % 2},${n % 3}`);
  const { isInDoubt: isLastOnly } = suggestColumns(
    profileTable(table('age,b,c', (n) => `${n / 7},${n * n},${n / 9}`)),
  );
  expect([isClass, areClasses, isLastOnly]).toEqual([false, true, true]);
});

it('suggestColumns takes many integers for classes only if each has five rows on average', () => {
  const taskOf = (classes: number): string =>
    suggestColumns(profileTable(table('a,class', (n) => `${n / 7},${n % classes}`))).task;
  expect([taskOf(12), taskOf(13)]).toEqual(['classification', 'regression']);
});
