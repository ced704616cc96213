import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import {
  Dataset,
  detectDialect,
  profileTable,
  suggestColumns,
  Table,
  type ColumnChoice,
  type ColumnOptions,
  type ColumnProfile,
} from '../../src/data/index.js';
import { profileRows } from '../../src/data/profile.js';
import { openText } from '../../src/data/rows.js';
import { JSONLinesRows } from '../../src/data/json.js';
import { writeNPY } from '../../src/formats/numpy/index.js';
import { expectError } from '../support/patient.js';

/** A CSV text with the given number of rows. */
const csv = (header: string, count: number, row: (n: number) => string): string =>
  [header, ...Array.from({ length: count }, (_, n) => row(n))].join('\n');

/** The contents of a dataset, for comparison. */
const contents = (data: Dataset): unknown => {
  const { inputs, labels, targets, columns, classes, categories } = data;
  return { inputs, labels, targets, columns, classes, categories };
};

describe('Dataset.fromTable', () => {
  // More than 1024 different texts: such columns of numbers are held as numbers.
  const long = csv('id,x,code,word,y', 3000, (n) =>
    [
      n,
      n % 7 ? (n / 8).toFixed(2) : ['NA', ''][n % 2],
      n < 2900 ? `0${n}` : `A${n}`,
      `w${n % 3}`,
      n % 2,
    ].join(),
  );

  it.each<[string, ColumnOptions]>([
    ['classes', { inputs: ['id', 'word'], categorical: ['word'], label: 'y' }],
    ['gaps filled in by means', { inputs: ['x', 'id'], targets: 'y', missing: 'mean' }],
    ['gaps left out', { inputs: ['id', 'x'], label: 'word', missing: 'drop' }],
    ['targets with gaps left out', { inputs: ['id'], targets: ['x'], missing: 'category' }],
    ['categories of many numbers and texts as they are spelled', { inputs: ['id'], label: 'code' }],
    ['categories of numbers with gaps', { inputs: ['id'], label: 'x', missing: 'drop' }],
    [
      'given categories',
      { inputs: ['word'], categorical: { word: ['w2', 'w1', 'w0'] }, targets: ['id', 'y'] },
    ],
  ])('fromTable makes the same samples of a CSV text as fromCSV, with %s', (_what, options) => {
    const table = Table.fromCSV(long);
    expect(contents(Dataset.fromTable(table, options))).toEqual(contents(Dataset.fromCSV(long, options)));
    expect(contents(Dataset.fromTable(table, options))).toEqual(contents(Dataset.fromCSV(long, options)));
  });

  it.each<[string, ColumnOptions]>([
    ['text in a column of numbers', { inputs: ['code'], label: 'y' }],
    ['a gap', { inputs: ['x'], label: 'y' }],
    ['an input that names no column', { inputs: ['z'], label: 'y' }],
  ])('fromTable throws what fromCSV throws for %s', (_what, options) => {
    const thrown = (read: () => unknown): unknown => {
      try {
        return read();
      } catch (error) {
        return error;
      }
    };
    const error = thrown(() => Dataset.fromTable(Table.fromCSV(long), options));
    expect(error).toBeInstanceOf(Error);
    expect(error).toEqual(thrown(() => Dataset.fromCSV(long, options)));
  });

  it('fromTable makes the same samples of JSON and JSON Lines as fromJSON and fromJSONLines', () => {
    const rows = [
      { x: 1, y: 'a' },
      { y: 'b', x: 2 },
      { x: true, y: 'a', z: 0 },
    ];
    const options = { inputs: ['x'], label: 'y' };
    const text = JSON.stringify(rows);
    expect(contents(Dataset.fromTable(Table.fromJSON(text), options))).toEqual(
      contents(Dataset.fromJSON(text, options)),
    );
    const lines = rows.map((row) => JSON.stringify(row)).join('\n\n');
    expect(contents(Dataset.fromTable(Table.fromJSONLines(lines), options))).toEqual(
      contents(Dataset.fromJSONLines(lines, options)),
    );
    expect(() => Dataset.fromTable(Table.fromJSONLines(lines), { inputs: ['z'], label: 'y' })).toThrow(
      "line 1, column 'z' is missing",
    );
  });

  it('fromTable makes the same samples of a NumPy array as fromNPY', () => {
    const bytes = writeNPY(Float32Array.of(1, 2, 0, 3, 4, 1), [2, 3]);
    const table = Table.fromNPY(bytes, { columns: ['a', 'b', 'y'] });
    expect(table.names).toEqual(['a', 'b', 'y']);
    expect(contents(Dataset.fromTable(table, { label: 'y' }))).toEqual(
      contents(Dataset.fromNPY(bytes, { columns: ['a', 'b', 'y'], label: 'y' })),
    );
  });

  it('fromTable makes the same samples of Parquet as fromParquet, across row groups', async () => {
    const file = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'x', type: 'DOUBLE', data: [1, null, 3, 4, 5] },
          { name: 'what', type: 'JSON', data: Array.from({ length: 5 }, () => ({ a: 1 })) },
          { name: 'y', type: 'STRING', data: ['a', 'b', 'a', 'b', 'c'] },
        ],
        rowGroupSize: 2,
      }),
    );
    const table = await Table.fromParquet(file);
    const options = { inputs: ['x'], label: 'y', missing: 'drop' } as const;
    expect(contents(Dataset.fromTable(table, options))).toEqual(
      contents(await Dataset.fromParquet(file, options)),
    );
    expect(profileTable(table)).toMatchObject({
      count: 5,
      columns: [
        { kind: 'number', missing: 1, distinct: 4 },
        { name: 'what', kind: 'other', holds: 'JSON' },
        { kind: 'text' },
      ],
    });
    const error = await Dataset.fromParquet(file).catch((error: unknown) => error);
    expect(() => Dataset.fromTable(table)).toThrow((error as Error).message);
  });

  it.each<[string, () => unknown, string]>([
    ['an unknown option', () => Table.fromCSV('a\n1', { label: 'a' } as never), "options: unknown 'label'"],
    ['a text without rows', () => Table.fromCSV('a,b\n'), 'CSV: there are no rows below the header'],
    [
      'bytes in place of a text',
      () => Table.fromCSV(new Uint8Array(3) as never),
      'text: expected a CSV text as a string',
    ],
    [
      'a wrong number of column names',
      () => Table.fromNPY(writeNPY(new Float32Array(4), [2, 2]), { columns: ['a'] }),
      'columns: expected 2 names',
    ],
  ])('Table rejects %s', async (_what, call, message) => {
    await expectError(call, [Error, message]);
  });
});

describe('profileTable', () => {
  it('profileTable gives the kind of each column and counts its missing and distinct values', () => {
    const table = Table.fromCSV('n,x,s,e,q\n1,0.5,a,,1\n2,NA,b,?,x\n3,0.5,a, ,y\n');
    expect(profileTable(table)).toMatchObject({
      count: 3,
      columns: [
        { name: 'n', kind: 'number', missing: 0, distinct: 3, isInteger: true, isCounter: true },
        { name: 'x', kind: 'number', missing: 1, distinct: 1, isInteger: false, isCounter: false },
        { name: 's', kind: 'text', missing: 0, distinct: 2, isInteger: false, isCounter: false },
        { name: 'e', kind: 'empty', missing: 3, distinct: 0, isInteger: false, isCounter: false },
        { name: 'q', kind: 'text', missing: 0, distinct: 3, isInteger: false, isCounter: false },
      ],
    });
  });

  it('profileTable counts at most 1001 distinct values', () => {
    const { columns } = profileTable(Table.fromCSV(csv('n,s', 3000, (n) => `${n},s${n}`)));
    expect(columns).toMatchObject([
      { kind: 'number', distinct: 1001, isCounter: true },
      { kind: 'text', distinct: 1001 },
    ]);
  });

  it('profileTable takes a column as numbers with words if half of it are numbers and the words are few', () => {
    const profileWith = (wrong: number): ColumnProfile =>
      profileTable(Table.fromCSV(csv('x,y', 100, (n) => `${n < wrong ? 'oops' : n},1`))).columns[0]!;
    expect(profileWith(50)).toMatchObject({ kind: 'number', words: [{ text: 'oops', count: 50 }] });
    expect(profileWith(51)).toMatchObject({ kind: 'text', words: [] });
  });

  it('profileRows profiles a stream as profileTable does, even when later rows add columns', async () => {
    const lines = '{"a":1}\n{"a":2,"b":"x"}\n{"b":{}}\n';
    const whole = profileTable(Table.fromJSONLines(lines));
    expect(whole).toMatchObject({
      count: 3,
      columns: [
        { name: 'a', kind: 'number', missing: 1 },
        { name: 'b', kind: 'other', missing: 1 },
      ],
    });
    const chunks = [lines.slice(0, 5), lines.slice(5)];
    expect(await profileRows(openText(() => chunks, new JSONLinesRows(undefined, 'grow')))).toEqual(whole);
  });
});

describe('suggestColumns', () => {
  const suggest = (text: string, choice?: ColumnChoice): ReturnType<typeof suggestColumns> =>
    suggestColumns(profileTable(Table.fromCSV(text)), choice);

  it('suggestColumns says so if it leaves out a last column that is named like an answer', () => {
    const { reason, leftOut } = suggest('a,b,label\n1,2,x\n3,4,y\n5,7,z\n');
    expect(reason).toBe('the last usable column');
    expect(leftOut).toEqual([
      {
        name: 'label',
        reason: 'named like an answer, but text with 3 different values',
        option: { name: 'label', values: ['label'] },
      },
    ]);
  });

  it('suggestColumns chooses the label by its name, leaves out row numbers and finds categories', () => {
    const text = csv('id,species,size,color', 30, (n) => `${n},${n % 3},${n / 7},${n % 2 ? 'red' : 'blue'}`);
    expect(suggest(text)).toEqual({
      task: 'classification',
      columns: { inputs: ['size', 'color'], label: 'species', categorical: ['color'] },
      reason: 'recognized by its name',
      isInDoubt: false,
      alternatives: [
        { name: 'color', reason: 'the last column' },
        { name: 'size', reason: 'the only measurement' },
      ],
      leftOut: [{ name: 'id', reason: 'numbers its rows' }],
      notes: [],
    });
  });

  it.each<[string, (n: number) => string | number, string]>([
    ['words', (n) => (n % 3 ? 'yes' : 'no'), 'classification'],
    ['ten different integers', (n) => n % 10, 'classification'],
    ['eleven different integers', (n) => n % 11, 'regression'],
    ['fractions', (n) => (n % 2) + 0.5, 'regression'],
  ])('suggestColumns chooses the last column when no name matches and it holds %s', (_what, value, task) => {
    const suggestion = suggest(csv('a,b', 50, (n) => `${n * n},${value(n)}`));
    expect(suggestion).toMatchObject({ task, reason: 'the last column' });
  });

  it('suggestColumns respects the given choices', () => {
    const text = csv('a,b,c', 50, (n) => `${n % 5},${n * n},${n % 3}`);
    expect(suggest(text, { targets: ['a'], ignore: ['b'], categorical: ['c'] })).toEqual({
      task: 'regression',
      columns: { inputs: ['c'], targets: ['a'], categorical: ['c'] },
      reason: undefined,
      isInDoubt: false,
      alternatives: [],
      leftOut: [{ name: 'b', reason: 'ignored' }],
      notes: [],
    });
    expect(suggest(text, { label: 'a' }).task).toBe('classification');
  });

  it.each(['a', 'b', 'c'])(
    'suggestColumns detects whether the answer %j is a class or a number',
    (answer) => {
      const text = csv('a,b,c', 50, (n) => `${n % 3},${n * n},${n % 2 ? 'x' : 'y'}`);
      const columns = answer === 'b' ? { targets: ['b'] } : { label: answer };
      expect(suggest(text, { answer })).toMatchObject({
        task: answer === 'b' ? 'regression' : 'classification',
        columns,
        reason: undefined,
      });
    },
  );

  it.each<[string, string, ColumnChoice, string]>([
    [
      'a label that names no column',
      'a,b\n1,2\n2,3',
      { label: 'c' },
      "label: there is no column 'c'; the columns are 'a', 'b'",
    ],
    [
      'a label beside targets',
      'a,b\n1,2\n2,3',
      { label: 'a', targets: ['b'] },
      'targets: expected either targets or a label',
    ],
    [
      'an answer beside a label',
      'a,b\n1,2\n2,3',
      { answer: 'a', label: 'b' },
      'answer: expected one of answer, label and targets',
    ],
    ['an answer that names no column', 'a,b\n1,2\n2,3', { answer: 'c' }, "answer: there is no column 'c'"],
    ['text as targets', 'a,b\n1,x\n2,y', { targets: ['b'] }, "targets: column 'b' isn't numeric"],
    [
      'fractions as a label',
      'a,b\n1,0.5\n2,0.7',
      { label: 'b' },
      "label: column 'b' holds 2 different numbers",
    ],
    ['a constant target', 'a,b\n1,2\n2,2', { targets: ['b'] }, "column 'b': every row has the same value"],
    ['a table of constants', 'a,b\n1,2\n1,2', {}, 'every column is constant; there is nothing to learn'],
    [
      'a table without inputs to learn from',
      csv('id,b', 20, (n) => `${n},${n * n}`),
      {},
      "no column is left to predict 'b' from; 'id'",
    ],
    [
      'a table whose columns all name or number its rows',
      csv('n,name', 20, (n) => `${n},name${n}`),
      {},
      "no column is left to predict; 'n' is left out: numbers its rows; 'name' is left out: text with 20 different values",
    ],
    ['a constant label', 'species,b\na,1\na,2', {}, "column 'species': every row has the same value"],
    ['an unknown option', 'a,b\n1,2', { classes: [] } as never, "choice: unknown 'classes'"],
  ])('suggestColumns rejects %s', async (_what, text, choice, message) => {
    await expectError(() => suggest(text, choice), [Error, message]);
  });
});

describe('detectDialect', () => {
  it.each([',', ';', '\t', '|'])('detectDialect finds the delimiter %j', (delimiter) => {
    expect(detectDialect(`a${delimiter}b\n1${delimiter}2\n`)).toEqual({ delimiter, header: true });
  });

  it.each([
    ['1,2\n3,4', false],
    ['a,b\n3,4', true],
    ['a,1\n3,4', false],
    ['x,x\n3,4', true],
    ['x,x\ny,z', false],
    [',\n1,2', false],
  ])('detectDialect finds whether %j has a header', (text, header) => {
    expect(detectDialect(text).header).toBe(header);
  });

  it('detectDialect keeps a given delimiter and header', () => {
    expect(detectDialect('a;b,c\n1;2,3', { delimiter: ',', header: ['u', 'v'] })).toEqual({
      delimiter: ',',
      header: ['u', 'v'],
    });
  });
});
