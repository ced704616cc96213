import * as arrow from 'apache-arrow';
import { Dataset } from 'bp4/data';
import { expect, it } from 'vitest';

// Tables of Apache's own library in JavaScript.

const day = new Date('2026-01-02');
const noon = new Date('2026-01-02T12:00Z');
const days = day.getTime() / 86_400_000;

const table = new arrow.Table({
  double: arrow.vectorFromArray([0.5, 1.5], new arrow.Float64()),
  half: arrow.vectorFromArray([0.5, -2], new arrow.Float16()),
  long: arrow.vectorFromArray([1n, -(2n ** 53n) + 1n], new arrow.Int64()),
  unsigned: arrow.vectorFromArray([1, 4_294_967_295], new arrow.Uint32()),
  flag: arrow.vectorFromArray([true, false], new arrow.Bool()),
  day: arrow.vectorFromArray([day, day], new arrow.DateDay()),
  stamp: arrow.vectorFromArray([noon, day], new arrow.TimestampNanosecond()),
  time: arrow.vectorFromArray([21_600_000_000n, 0n], new arrow.TimeMicrosecond()),
  color: arrow.vectorFromArray(['red', 'blue']), // a dictionary
  kind: arrow.vectorFromArray(['a', 'b'], new arrow.Utf8()),
});

it('fromArrow reads the columns of apache-arrow, whole or received as IPC', () => {
  for (const one of [table, arrow.tableFromIPC(arrow.tableToIPC(table))]) {
    const data = Dataset.fromArrow(one, { label: 'kind' });
    expect(data.inputs).toEqual(
      Float64Array.of(
        ...[0.5, 0.5, 1, 1, 1, days, days + 0.5, 0.25, 1],
        ...[1.5, -2, -(2 ** 53) + 1, 4_294_967_295, 0, days, days, 0, 0],
      ),
    );
    expect(data.categories).toEqual({ color: ['blue', 'red'] });
    expect(data.classes).toEqual(['a', 'b']);
  }
});

it('fromArrow reads decimals and nulls, and refuses lists', () => {
  const price = arrow.makeVector(
    arrow.makeData({
      type: new arrow.Decimal(2, 10, 128),
      length: 2,
      data: Uint32Array.of(125, 0, 0, 0, 0xfffffff6, 0xffffffff, 0xffffffff, 0xffffffff),
    }),
  );
  const type = new arrow.List(new arrow.Field('item', new arrow.Int32()));
  const others = new arrow.Table({
    price,
    gap: arrow.vectorFromArray([1, null], new arrow.Float64()),
    list: arrow.vectorFromArray([[1], [2]], type),
  });
  const data = Dataset.fromArrow(others, { inputs: ['price', 'gap'], missing: 'mean' });
  expect(data.inputs).toEqual(Float64Array.of(1.25, 1, -0.1, 1));
  expect(() => Dataset.fromArrow(others)).toThrow("Arrow, column 'list': it holds lists");
});
