import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/index.js';
import { readNPZ, writeNPY } from '../../src/formats/numpy/index.js';
import { FormatError } from '../../src/index.js';

// Files of which all parts agree with each other, and which ask for far more than they have.

const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))]);

type Field = readonly [id: number, type: number, bytes: readonly number[]];

/** Thrift in its compact form. */
const struct = (...fields: Field[]): number[] => [
  ...fields.flatMap(([id, type, bytes], i) => [(id - (fields[i - 1]?.[0] ?? 0)) * 16 + type, ...bytes]),
  0,
];
const whole = (id: number, n: number): Field => [id, 6, varint(2 * n)];
const short = (id: number, n: number): Field => [id, 5, varint(2 * n)];
const toBytes = (text: string): number[] => [...varint(text.length), ...Buffer.from(text)];
const list = (id: number, type: number, items: number[][]): Field => [
  id,
  9,
  [0xf0 + type, ...varint(items.length), ...items.flat()],
];

/** Two columns in groups that all have the same bytes: a run of nulls. */
function nulls(rows: number, groups: number): Uint8Array {
  const run = [...varint(rows * 2), 0];
  const page = [run.length, 0, 0, 0, ...run];
  const about = struct(short(1, rows), short(2, 0), short(3, 3), short(4, 3));
  const data = [
    ...struct(short(1, 0), short(2, page.length), short(3, page.length), [5, 12, about]),
    ...page,
  ];
  const chunk = (name: string): number[] => {
    const path = list(3, 8, [toBytes(name)]);
    const sizes = [whole(5, rows), whole(6, data.length), whole(7, data.length), whole(9, 4)];
    return struct(whole(2, 4), [3, 12, struct(short(1, 2), list(2, 5, [[0]]), path, short(4, 0), ...sizes)]);
  };
  const columns = ['a', 'b'];
  const footer = struct(
    short(1, 1),
    list(2, 12, [
      struct([4, 8, toBytes('root')], short(5, 2)),
      ...columns.map((name) => struct(short(1, 2), short(3, 1), [4, 8, toBytes(name)])),
    ]),
    whole(3, rows * groups),
    list(
      4,
      12,
      new Array<number[]>(groups).fill(struct(list(1, 12, columns.map(chunk)), whole(2, 9), whole(3, rows))),
    ),
  );
  const magic = [...Buffer.from('PAR1')];
  const length = [footer.length % 256, Math.floor(footer.length / 256), 0, 0];
  return new Uint8Array([...magic, ...data, ...footer, ...length, ...magic]);
}

describe('Parquet', () => {
  const open = (bytes: Uint8Array): Promise<Dataset> =>
    Dataset.fromParquet(bytes, { targets: ['b'], missing: 'drop' });

  it('reads a Parquet file that holds only nulls', async () => {
    await expect(open(nulls(1000, 3))).rejects.toThrow('every row has a missing value');
  });

  it.each([
    [2 ** 26, 1],
    [2 ** 20, 100],
  ])(
    'rejects a Parquet file that claims runs of %i nulls in a few bytes, in %i groups',
    async (rows, groups) => {
      const error: unknown = await open(nulls(rows, groups)).catch((error: unknown) => error);
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(/bytes can't plausibly hold the declared \d+ values/);
    },
  );
});

describe('npz', () => {
  it('rejects an npz file whose entries share their bytes', () => {
    const names = Array.from({ length: 50 }, (_, i) => `${i}.npy`);
    const array = writeNPY(new Float32Array(100));
    const bytes = zipSync(Object.fromEntries(names.map((name) => [name, array])), { level: 0 });
    expect(readNPZ(bytes).size).toBe(50);
    // The same directory, of which each entry leads to the first.
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const end = bytes.length - 22;
    const directory = view.getUint32(end + 16, true);
    const first = view.getUint32(directory + 42, true);
    for (let at = directory; at < end; at += 46 + view.getUint16(at + 28, true))
      view.setUint32(at + 42, first, true);
    const size = 30 + view.getUint16(first + 26, true) + view.getUint16(first + 28, true) + array.length;
    const overlapped = new Uint8Array([...bytes.subarray(0, size), ...bytes.subarray(directory)]);
    new DataView(overlapped.buffer).setUint32(overlapped.length - 6, size, true);
    expect(() => readNPZ(overlapped)).toThrow(FormatError);
  });
});
