import { describe, expect, it } from 'vitest';
import { Dataset, DataStream } from '../../src/data/index.js';
import { expectError } from '../support/patient.js';

// Tables with the methods of apache-arrow; test/clients/arrow.test.mjs reads those of the library.

interface HandmadeColumn {
  readonly name: string;
  readonly type: object;
  readonly values: readonly unknown[];
}

const arrow = (...columns: HandmadeColumn[]) => ({
  numRows: columns[0]!.values.length,
  schema: { fields: columns.map(({ name, type }) => ({ name, type })) },
  getChildAt: (k: number) => ({ get: (n: number) => columns[k]!.values[n] }),
});

const float = { typeId: 3 };
const int = { typeId: 2 };
const utf8 = { typeId: 5 };
const words = (...values: number[]): Uint32Array => Uint32Array.from(values);

describe('fromArrow', () => {
  it('reads numbers, texts, booleans, bigints and dictionaries', () => {
    const table = arrow(
      { name: 'x', type: float, values: [1.5, 2, 3] },
      { name: 'big', type: int, values: [5n, -6n, 2n ** 53n - 1n] },
      { name: 'is', type: { typeId: 6 }, values: [true, false, true] },
      { name: 'color', type: { typeId: -1, dictionary: utf8 }, values: ['red', 'blue', 'red'] },
      { name: 'kind', type: utf8, values: ['a', 'b', 'b'] },
    );
    const data = Dataset.fromArrow(table, { label: 'kind' });
    expect(data.columns).toEqual(['x', 'big', 'is', 'color']);
    expect(data.inputs).toEqual(Float64Array.of(1.5, 5, 1, 1, 2, -6, 0, 0, 3, 2 ** 53 - 1, 1, 1));
    expect(data.categories).toEqual({ color: ['blue', 'red'] });
    expect(data.classes).toEqual(['a', 'b']);
  });

  it('reads dates and timestamps as days since 1970-01-01, times as parts of a day, and decimals', () => {
    const table = arrow(
      { name: 'date', type: { typeId: 8, unit: 0 }, values: [86_400_000, new Date(-86_400_000)] },
      { name: 'stamp', type: { typeId: 10, unit: 3 }, values: [129_600_000, 0] },
      { name: 'time', type: { typeId: 9, unit: 2 }, values: [21_600_000_000n, 0n] },
      { name: 'seconds', type: { typeId: 9, unit: 0 }, values: [43_200, 0] },
      {
        name: 'price',
        type: { typeId: 7, scale: 2 },
        values: [words(125, 0, 0, 0), words(0xfffffff6, ...[1, 1, 1].map(() => 0xffffffff))],
      },
    );
    expect(Dataset.fromArrow(table).inputs).toEqual(
      Float64Array.of(1, 1.5, 0.25, 0.5, 1.25, -1, 0, 0, 0, -0.1),
    );
  });

  it('reads columns that have at instead of get', () => {
    const table = { ...arrow({ name: 'x', type: float, values: [1, 2] }), getChildAt: () => [1, 2] };
    expect(Dataset.fromArrow(table).inputs).toEqual(Float64Array.of(1, 2));
  });

  it('counts null as missing, in dates too', async () => {
    const table = arrow(
      { name: 'x', type: float, values: [1, null] },
      { name: 'date', type: { typeId: 8 }, values: [0, null] },
    );
    await expectError(() => Dataset.fromArrow(table), [RangeError, "Arrow row 2, column 'x' is missing"]);
    await expectError(
      () => Dataset.fromArrow(table, { inputs: ['date'] }),
      [RangeError, "Arrow row 2, column 'date' is missing"],
    );
    expect(Dataset.fromArrow(table, { missing: 'mean' }).inputs).toEqual(Float64Array.of(1, 0, 1, 0));
  });

  it('refuses lists and integers of more than 53 bits only where they are used', async () => {
    const table = arrow(
      { name: 'id', type: int, values: [2n ** 60n] },
      { name: 'list', type: { typeId: 12 }, values: [[1]] },
      { name: 'x', type: float, values: [1] },
    );
    expect(Dataset.fromArrow(table, { inputs: ['x'] }).inputs).toEqual(Float64Array.of(1));
    await expectError(
      () => Dataset.fromArrow(table, { inputs: ['id'] }),
      [RangeError, "Arrow row 1, column 'id' is 1152921504606846976, which needs more than the 53 bits"],
    );
    await expectError(
      () => Dataset.fromArrow(table, { inputs: ['x', 'list'] }),
      [TypeError, "Arrow, column 'list': it holds lists; name the inputs without it"],
    );
  });

  it('reads texts with digits as categories, and numbers in texts as numbers', () => {
    const table = arrow(
      { name: 'room', type: utf8, values: ['k1', 'k2', 'k1'] },
      { name: 'price', type: utf8, values: ['1,5', '2', '3,25'] },
      { name: 'list', type: { typeId: 12 }, values: [[1], [2], [3]] },
      { name: 'kind', type: utf8, values: ['a1', 'b2', 'a1'] },
    );
    const data = Dataset.fromArrow(table, { inputs: ['room', 'price'], label: 'kind' });
    expect(data.inputs).toEqual(Float64Array.of(0, 1.5, 1, 2, 0, 3.25));
    expect(data.categories).toEqual({ room: ['k1', 'k2'] });
    expect(data.classes).toEqual(['a1', 'b2']);
  });

  it.each([
    ['the bytes of IPC', new Uint8Array(8), 'pass tableFromIPC(bytes) of apache-arrow'],
    ['a table that converts itself', { toArrow: () => undefined }, 'pass table.toArrow()'],
  ])('names what makes a table of %s', async (_, given, cure) => {
    await expectError(() => Dataset.fromArrow(given as never), [TypeError, cure]);
  });

  it('refuses what is not a table, and a table without rows', async () => {
    await expectError(
      () => Dataset.fromArrow([{ x: 1 }] as never),
      [
        TypeError,
        'table: expected a table of Apache Arrow, got an array; pass rows that are objects to fromObjects',
      ],
    );
    await expectError(
      () => Dataset.fromArrow(null as never),
      [TypeError, 'expected a table of Apache Arrow'],
    );
    await expectError(
      () => Dataset.fromArrow(arrow({ name: 'x', type: float, values: [] })),
      [RangeError, 'Arrow: expected at least one row of data, got none'],
    );
  });
});

describe('fromObjects', () => {
  const rows = [
    { id: 2n ** 60n, x: 3n, is: true, when: new Date('1970-01-02T12:00Z'), kind: 'a' },
    { id: 2n ** 60n + 1n, x: 4n, is: false, when: new Date(0), kind: 'b' },
  ];
  const options = { inputs: ['x', 'is', 'when'], label: 'kind' };
  const inputs = Float64Array.of(3, 1, 1.5, 4, 0, 0);

  it('fromObjects reads what databases return: bigints, booleans and dates', async () => {
    expect(Dataset.fromObjects(rows, options).inputs).toEqual(inputs);
    await expectError(
      () => Dataset.fromObjects(rows, { label: 'id' }),
      [RangeError, "rows[0]['id'] is 1152921504606846976, which needs more than the 53 bits"],
    );
  });

  async function* cursor(): AsyncGenerator<object> {
    for (const row of rows) yield await Promise.resolve(row);
  }

  it.each([
    ['an iterable', () => rows.values()],
    ['an async iterable', cursor],
    ['a promise of one', () => Promise.resolve(cursor())],
  ])('a stream of objects reads %s like fromObjects', async (_what, source) => {
    const stream = await DataStream.fromObjects(source, { ...options, rowsPerBatch: 1 });
    expect(stream.count).toBe(2);
    expect(stream.classes).toEqual(['a', 'b']);
    expect(await stream.fitTransforms()).toEqual(Dataset.fromObjects(rows, options).fitTransforms());
    const batches = [];
    for await (const batch of stream.batches()) batches.push([...(batch.inputs as Float64Array)]);
    expect(batches.flat()).toEqual([...inputs]);
  });

  it('a stream of objects rejects rows that are no objects, and columns that the first row lacks', async () => {
    await expectError(
      () => DataStream.fromObjects(() => [[1, 2]]),
      [TypeError, 'rows[0]: expected an object of named values'],
    );
    await expectError(
      () => DataStream.fromObjects(() => [{ x: 1 }, { x: 2, y: 3 }]),
      [RangeError, "rows[1]['y'] is missing in the first row"],
    );
    await expectError(
      () => DataStream.fromObjects(() => []),
      [RangeError, 'rows: expected at least one row'],
    );
    await expectError(
      () => DataStream.fromObjects(rows as never),
      [TypeError, 'source: expected a function that opens the'],
    );
    await expectError(
      () => Dataset.fromObjects(cursor() as never),
      [TypeError, 'use DataStream.fromObjects(() => rows)'],
    );
  });
});
