import { describe, expect, it } from 'vitest';
import { Dataset, DataStream, type JSONOptions } from '../../src/data/index.js';
import { FormatError } from '../../src/index.js';
import { expectError, type Expected } from '../support/patient.js';

// JSON and JSON Lines give the same dataset in every form that programs write.

const rows = [
  { length: 5.1, color: 'red', open: true, kind: 'setosa' },
  { length: 7, color: 'blue', open: false, kind: 'virginica' },
  { length: 6.5, color: 'red', open: true, kind: 'setosa' },
];
const names = ['length', 'color', 'open', 'kind'] as const;
const arrays = rows.map((row) => names.map((name) => row[name]));
const options = { label: 'kind' };

/** The contents of a dataset, for comparison. */
function contents(data: Dataset): unknown {
  const { inputs, targets, labels, columns, targetColumns, classes, categories } = data;
  return { inputs, targets, labels, columns, targetColumns, classes, categories };
}

const expected = {
  inputs: Float64Array.of(5.1, 1, 1, 7, 0, 0, 6.5, 1, 1),
  labels: Uint32Array.of(0, 1, 0),
  columns: ['length', 'color', 'open'],
  classes: ['setosa', 'virginica'],
  categories: { color: ['blue', 'red'] },
};

describe('the same rows in every form', () => {
  it.each<[string, string, JSONOptions]>([
    ['objects', JSON.stringify(rows), options],
    ['indented objects after a byte order mark', `\uFEFF${JSON.stringify(rows, null, 2)}\n`, options],
    ['arrays', JSON.stringify(arrays), { ...options, columns: names }],
    [
      "columns and data (pandas' split)",
      JSON.stringify({ columns: names, index: [0, 1, 2], data: arrays }),
      options,
    ],
    [
      'an object of columns',
      JSON.stringify(Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]))),
      options,
    ],
  ])('fromJSON reads %s', (_form, text, given) => {
    expect(contents(Dataset.fromJSON(text, given))).toEqual(expected);
  });

  it.each<[string, string, JSONOptions]>([
    ['objects', rows.map((row) => JSON.stringify(row)).join('\n'), options],
    [
      'objects with CRLF and empty lines',
      `\uFEFF\r\n${rows.map((row) => JSON.stringify(row)).join('\r\n\r\n')}\r\n`,
      options,
    ],
    ['arrays', arrays.map((row) => JSON.stringify(row)).join('\n') + '\n', { ...options, columns: names }],
  ])('fromJSONLines reads %s', (_form, text, given) => {
    expect(contents(Dataset.fromJSONLines(text, given))).toEqual(expected);
  });
});

it('fromJSON names the columns of arrays 0, 1, … when no names are given', () => {
  const data = Dataset.fromJSON('[[1,2,3],[4,5,6]]', { targets: '2' });
  expect(data.columns).toEqual(['0', '1']);
  expect(data.targets).toEqual(Float64Array.of(3, 6));
});

it('fromJSONLines reads a line of several megabytes', () => {
  const long = 'x'.repeat(3 * 2 ** 20);
  const text = `{"a":1,"b":"${long}"}\n{"a":2,"b":"y"}`;
  expect(Dataset.fromJSONLines(text, { label: 'b' }).classes).toEqual([long, 'y']);
});

describe('missing values', () => {
  const text = '[{"a":1,"b":2},{"b":4},{"a":null,"b":6},{"a":4,"b":8}]';
  it('fromJSON rejects null and absent values unless a policy is chosen', async () => {
    await expectError(
      () => Dataset.fromJSON(text),
      [RangeError, "JSON row 2, column 'a' is missing; fill it in"],
    );
    expect(Dataset.fromJSON(text, { missing: 'drop' }).inputs).toEqual(Float64Array.of(1, 2, 4, 8));
    expect(Dataset.fromJSON(text, { missing: 'mean' }).inputs).toEqual(
      Float64Array.of(1, 2, 2.5, 4, 2.5, 6, 4, 8),
    );
  });

  it('fromJSONLines treats a name that first appears late as missing before', async () => {
    const late = '{"a":1}\n{"a":2,"b":3}';
    await expectError(() => Dataset.fromJSONLines(late), [RangeError, "line 1, column 'b' is missing"]);
    expect(Dataset.fromJSONLines(late, { missing: 'drop' }).inputs).toEqual(Float64Array.of(2, 3));
  });
});

describe('names that objects inherit', () => {
  const text =
    '[{"__proto__":1,"constructor":5,"toString":"x"},{"__proto__":2,"constructor":6,"toString":"y"}]';

  it('fromJSON reads __proto__, constructor and toString like any other name', () => {
    const data = Dataset.fromJSON(text, { label: 'toString' });
    expect(data.columns).toEqual(['__proto__', 'constructor']);
    expect(data.inputs).toEqual(Float64Array.of(1, 5, 2, 6));
    expect(data.classes).toEqual(['x', 'y']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('fromJSON and fromObjects report __proto__ and constructor as missing where a row lacks them', async () => {
    for (const name of ['__proto__', 'constructor']) {
      await expectError(
        () => Dataset.fromJSON(`[{"a":1,"${name}":1},{"a":2}]`),
        [RangeError, `JSON row 2, column '${name}' is missing`],
      );
      await expectError(
        () => Dataset.fromObjects([JSON.parse(`{"a":1,"${name}":1}`) as object, { a: 2 }]),
        [RangeError, `rows[1]['${name}'] is missing`],
      );
    }
  });
});

describe('a header', () => {
  const withHeader = [names, ...arrays];
  const asLines = (values: readonly unknown[]): string =>
    values.map((value) => JSON.stringify(value)).join('\n');

  it('a first row of texts above other values names the columns', async () => {
    expect(contents(Dataset.fromJSON(JSON.stringify(withHeader), options))).toMatchObject(expected);
    expect(contents(Dataset.fromJSONLines(asLines(withHeader), options))).toMatchObject(expected);
    for (const missing of ['error', 'drop'] as const) {
      const stream = await DataStream.fromJSONLines(() => [asLines(withHeader)], {
        label: 'kind',
        missing,
        categorical: { color: ['blue', 'red'] },
      });
      expect([stream.columns, stream.classes]).toEqual([expected.columns, expected.classes]);
    }
  });

  it('a first row that repeats the given names is no data', () => {
    const given = { ...options, columns: names };
    expect(contents(Dataset.fromJSONLines(asLines(withHeader), given))).toMatchObject(expected);
    expect(contents(Dataset.fromJSON(JSON.stringify(arrays), given))).toMatchObject(expected);
  });

  it('texts above texts, and a single row, are data', () => {
    const texts = [
      ['red', 'a'],
      ['blue', 'b'],
    ];
    expect(Dataset.fromJSONLines(asLines(texts), { label: '1' }).count).toBe(2);
    expect(Dataset.fromJSON('[["red","a"]]', { label: '1' }).count).toBe(1);
  });
});

describe('names that are there twice', () => {
  it.each<[string, () => unknown]>([
    ['fromJSON', () => Dataset.fromJSON('[{"x":1,"x":2,"y":3}]', { targets: ['y'] })],
    ['fromJSONLines', () => Dataset.fromJSONLines('\n{"x":1, "x" :2,"y":3}\n', { targets: ['y'] })],
    ['fromJSON of columns', () => Dataset.fromJSON('{"x":[1],"y":[3],"x":[2]}', { targets: ['y'] })],
    ['an escape', () => Dataset.fromJSON('[{"x":1,"\\u0078":2,"y":3}]', { targets: ['y'] })],
  ])('%s refuses them', async (_, read) => {
    await expectError(read, [RangeError, /two columns are named 'x'; give each a unique name/]);
  });

  it('equal names of different objects, and names within texts, are none', () => {
    const text = JSON.stringify([
      { x: '{"x":1,"x":', y: 1 },
      { x: '"y":', y: 2 },
    ]);
    expect(Dataset.fromJSON(text, { targets: ['y'], categorical: ['x'] }).count).toBe(2);
  });
});

it('fromJSONLines names JSON in one line', async () => {
  await expectError(
    () => Dataset.fromJSONLines('[{"x":1,"y":2},{"x":2,"y":3}]', { targets: ['y'] }),
    [TypeError, /line 1: expected a row, got an array of objects; read rows in one array as JSON/],
  );
});

describe('syntax errors', () => {
  it.each<[string, string, string]>([
    ['an empty text', '', 'JSON, line 1, column 1: invalid JSON: it ends there'],
    [
      'NaN, as Python writes it',
      '[{"a": 1},\n {"a": NaN}]',
      "line 2, column 8: invalid JSON: got 'NaN}]'; write null for a missing number",
    ],
    ['a trailing comma', '[1,\n2,\n]', "line 3, column 1: invalid JSON: got ']'"],
    ['a missing comma', '[{"a":1}\n{"a":2}]', "line 2, column 1: invalid JSON: got '{"],
    ['single quotes', "[{'a':1}]", "line 1, column 3: invalid JSON: got ''a'"],
    ['a truncated text', '[{"a":1},', 'line 1, column 10: invalid JSON: it ends there'],
    ['the wrong bracket', '[{"a":1]', "line 1, column 8: invalid JSON: got ']'"],
    ['a missing colon', '[{"a" 1}]', "line 1, column 7: invalid JSON: got '1}]'"],
    ['a missing name', '[{1:2}]', "line 1, column 3: invalid JSON: got '1:2}]'"],
    ['a line break in a string', '["a\nb"]', "line 1, column 2: invalid JSON: got '\"a'"],
    ['a number with a leading zero', '[01]', "line 1, column 3: invalid JSON: got '1]'"],
    ['two values', '[1] [2]', "line 1, column 5: invalid JSON: got '[2]'"],
  ])('fromJSON names line and column of %s', async (_what, text, message) => {
    await expectError(() => Dataset.fromJSON(text), [FormatError, message]);
  });

  it('fromJSONLines names line and column of a syntax error', async () => {
    await expectError(
      () => Dataset.fromJSONLines('{"a":1}\n\n{"a":2,}\n'),
      [FormatError, "JSON Lines, line 3, column 8: invalid JSON: got '}'"],
    );
    await expectError(
      () => Dataset.fromJSONLines('[\n{"a":1}]'),
      [FormatError, 'JSON Lines, line 1, column 2: invalid JSON: it ends there'],
    );
  });
});

describe('invalid rows', () => {
  it.each<[string, unknown, JSONOptions, Expected]>([
    ['a number', 3, {}, [TypeError, 'JSON: expected an array of rows, or an object of columns, got 3']],
    ['null', null, {}, [TypeError, 'JSON: expected an array of rows, or an object of columns, got null']],
    ['an empty array', [], {}, [RangeError, 'JSON: expected at least one row of data, got none']],
    ['an empty object', {}, {}, [RangeError, 'JSON: expected at least one row of data, got none']],
    [
      'the default form of pandas',
      { a: { 0: 1 } },
      {},
      [
        TypeError,
        "JSON: expected an array of rows, or an object of columns { name: [value, …] }, got an object for 'a'; in pandas, use to_json(orient='records')",
      ],
    ],
    [
      'columns of different lengths',
      { a: [1], b: [1, 2] },
      {},
      [RangeError, "JSON: column 'b' has 2 values, but 'a' has 1"],
    ],
    [
      'a row that is a number',
      [{ a: 1 }, 3],
      {},
      [TypeError, 'JSON row 2: expected an object of named values, or an array, got 3'],
    ],
    [
      'two kinds of rows',
      [{ a: 1 }, [1]],
      {},
      [TypeError, 'JSON row 2: expected an object of named values, like the previous rows, got an array'],
    ],
    [
      'rows of different lengths',
      [[1, 2], [1]],
      {},
      [RangeError, 'JSON row 2: expected 2 values, one for each column, got 1'],
    ],
    ['too few column names', [[1, 2]], { columns: ['a'] }, [RangeError, 'JSON row 1: expected 1 values']],
    [
      'column names for rows of objects',
      [{ a: 1 }],
      { columns: ['a'] },
      [TypeError, 'columns: the rows are objects'],
    ],
    [
      'column names given as a string',
      [[1]],
      { columns: 'a' as never },
      [TypeError, "columns: expected an array of names, got 'a'"],
    ],
    [
      'a word among numbers',
      [{ a: 1 }, { a: 'x' }],
      {},
      [
        TypeError,
        "JSON row 2, column 'a': expected a number, got 'x'; name 'x' in gaps, if it stands for a missing value, name the column in categorical",
      ],
    ],
    [
      'an object in a row',
      [{ a: { b: 1 } }],
      {},
      [TypeError, "JSON row 1, column 'a': expected a number, got an object"],
    ],
    [
      'a label that names no column',
      [{ a: 1 }],
      { label: 'kind' },
      [RangeError, "label: there is no column 'kind'; the columns are 'a'"],
    ],
    [
      'an unknown option',
      [{ a: 1 }],
      { delimiter: ',' } as never,
      [TypeError, "options: unknown 'delimiter'"],
    ],
  ])('fromJSON rejects %s', async (_what, value, given, error) => {
    await expectError(() => Dataset.fromJSON(JSON.stringify(value), given), [error[0], error[1]]);
  });

  it('fromJSON rejects a number too large for a double', async () => {
    await expectError(
      () => Dataset.fromJSON('[[1e999]]'),
      [RangeError, "JSON row 1, column '0' is Infinity"],
    );
  });

  it('fromJSON and fromJSONLines reject values that are not strings', async () => {
    await expectError(
      () => Dataset.fromJSON(new Uint8Array(3) as never),
      [TypeError, 'text: expected a JSON text as a string, got a Uint8Array; decode bytes with TextDecoder'],
    );
    await expectError(
      () => Dataset.fromJSONLines(3 as never),
      [TypeError, 'text: expected a text of JSON Lines'],
    );
  });
});
