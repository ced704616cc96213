import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Dataset, profileTable, Table } from '../../src/data/index.js';
import { FormatError } from '../../src/index.js';
import { expectError } from '../support/patient.js';
import {
  firstPage,
  handmadeParquet,
  inner,
  list,
  secondPage,
  short,
  struct,
  text,
  varint,
  type Field,
  type HandmadeColumn,
} from '../support/parquet-file.js';

// Pages, types and codecs that hyparquet-writer does not write.

const BOOLEAN = 0;
const INT32 = 1;
const INT64 = 2;
const INT96 = 3;
const BYTE_ARRAY = 6;
const FIXED = 7;

const bytesOf = (array: ArrayBufferView): number[] => [
  ...new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
];
const ints = (...values: number[]): number[] => bytesOf(Int32Array.from(values));
const longs = (...values: bigint[]): number[] => bytesOf(BigInt64Array.from(values));
const lengthPrefixed = (...values: (readonly number[])[]): number[] =>
  values.flatMap((value) => [...ints(value.length), ...value]);
const utf8 = (value: string): number[] => [...Buffer.from(value)];

/** A file of one column 'x' with one page. */
const file = (pages: readonly number[], rows: number, more: Partial<HandmadeColumn> = {}): Uint8Array =>
  handmadeParquet([{ name: 'x', type: INT32, pages, ...more }], rows);

/** A file of one column 'x' without nulls, in plain encoding. */
const plain = (body: readonly number[], rows: number, type: number, ...schema: Field[]): Uint8Array =>
  file(firstPage(body, { count: rows }), rows, { type, schema });

const readInputs = async (bytes: Uint8Array): Promise<unknown> => {
  const { inputs } = await Dataset.fromParquet(bytes);
  return [...(inputs as Float64Array)];
};
const readTexts = async (bytes: Uint8Array): Promise<unknown> => {
  const table = await Table.fromParquet(bytes);
  return Array.from({ length: table.count }, (_, n) => table.cell(n, 0));
};

/** The logical type of a time. @param unit 1 ms, 2 µs, 3 ns */
const time = (type: number, unit: number): Field => inner(10, inner(type, [1, 1, []], inner(2, inner(unit))));

describe('compressed pages', () => {
  const values = [1, 2, 3, 3];
  const body = ints(...values);
  const zstd = [0x28, 0xb5, 0x2f, 0xfd];
  const read = (packed: readonly number[], codec: number): Promise<unknown> =>
    readInputs(file(firstPage(packed, { count: 4, unpacked: 16 }), 4, { codec }));

  it.each<[string, number, readonly number[]]>([
    ['Zstandard in one segment', 6, [...zstd, 0x20, 16, ...[129, 0, 0], ...body]],
    [
      'Zstandard with a window and two blocks',
      6,
      [...zstd, 0, 0, ...[64, 0, 0], ...body.slice(0, 8), ...[65, 0, 0], ...body.slice(8)],
    ],
    [
      'Zstandard in two frames, and a frame to be skipped',
      6,
      [
        ...[0x20, 8, ...[65, 0, 0], ...body.slice(0, 8)],
        ...[0x20, 8, ...[65, 0, 0], ...body.slice(8)],
      ].reduce<number[]>(
        (all, byte, i) => (i % 13 === 0 ? [...all, ...zstd, byte] : [...all, byte]),
        [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 9],
      ),
    ],
    ['Brotli', 4, [...brotliCompressSync(Uint8Array.from(body))]],
    [
      'gzip in two members',
      2,
      [...gzipSync(Uint8Array.from(body.slice(0, 7))), ...gzipSync(Uint8Array.from(body.slice(7)))],
    ],
    ['LZ4 as one block, with a copy', 7, [0xc0, ...body.slice(0, 12), 4, 0]],
    ['LZ4 as one block under the code of Hadoop', 5, [0xf0, 1, ...body]],
    [
      'LZ4 as Hadoop writes it',
      5,
      [
        ...[0, 0, 0, 8, 0, 0, 0, 9, 0x80, ...body.slice(0, 8)],
        ...[0, 0, 0, 8, 0, 0, 0, 9, 0x80, ...body.slice(8)],
      ],
    ],
  ])('fromParquet reads %s', async (_what, codec, packed) => {
    expect(await read(packed, codec)).toEqual(values);
  });

  it.each<[string, number, readonly number[], string]>([
    [
      'Zstandard that ends too soon',
      6,
      [...zstd, 0x20, 16, 129, 0, 0, 1],
      'its Zstandard data cannot be decompressed',
    ],
    ['Zstandard that holds less', 6, [...zstd, 0x20, 4, 33, 0, 0, 1, 0, 0, 0], 'the size of a page differs'],
    [
      'Brotli that holds more',
      4,
      [...brotliCompressSync(new Uint8Array(99))],
      'its Brotli data cannot be decompressed',
    ],
    ['gzip that holds less', 2, [...gzipSync(new Uint8Array(9))], 'the size of a page differs'],
    ['LZ4 that holds less', 7, [0x40, 1, 2, 3, 4], 'its LZ4 data cannot be decompressed'],
    ['LZ4 that copies from before its start', 7, [0x14, 1, 2, 0, 0], 'its LZ4 data cannot be decompressed'],
    ['LZ4 that ends within a length', 7, [0xf0, 255], 'its LZ4 data cannot be decompressed'],
  ])('fromParquet rejects %s', async (_what, codec, packed, message) => {
    await expectError(() => read(packed, codec), [FormatError, message]);
  });
});

describe('data pages', () => {
  it.each([0, 1, 6])('a page of nulls may have no values, compressed by codec %i', async (codec) => {
    const pages = [
      ...secondPage([4, 0], { count: 2, nulls: 2, levels: 2 }),
      ...secondPage([], { count: 1, nulls: 1 }),
    ];
    const table = await Table.fromParquet(file(pages, 3, { isOptional: true, codec }));
    expect(profileTable(table)).toMatchObject({ count: 3, columns: [{ kind: 'empty', missing: 3 }] });
  });

  it('values follow their nulls from page to page', async () => {
    const pages = [
      ...firstPage([2, 0, 0, 0, 3, 0b101, ...ints(7, 8)], { count: 3 }),
      ...secondPage([3, 0b10, ...ints(9)], { count: 2, nulls: 1, levels: 2 }),
      ...secondPage(ints(10), { count: 1 }),
    ];
    const table = await Table.fromParquet(file(pages, 6, { isOptional: true }));
    expect(Array.from({ length: 6 }, (_, n) => table.cell(n, 0))).toEqual([7, NaN, 8, NaN, 9, 10]);
  });

  it('a column whose pages have repetition levels holds lists', async () => {
    const pages = secondPage([3, 0, ...ints(1, 2, 3)], { count: 3, repetition: 2 });
    await expectError(
      () => Dataset.fromParquet(file(pages, 3)),
      [FormatError, "Parquet, column 'x', row group 1: it holds lists"],
    );
  });

  it('DELTA_BYTE_ARRAY shares the beginnings of texts', async () => {
    const deltas = (first: number, ...others: number[]): number[] => {
      const least = Math.min(...others);
      const zigzag = (n: number): number[] => varint(n < 0 ? -2 * n - 1 : 2 * n);
      const head = [...varint(8), 1, others.length + 1, ...zigzag(first)];
      const padded = [...others.map((delta) => delta - least), ...Array<number>(8 - others.length).fill(0)];
      return [...head, ...zigzag(least), 8, ...padded];
    };
    const body = [...deltas(0, 4, -1), ...deltas(5, -3, 0), ...utf8('hello' + 'ya' + 'p!')];
    const pages = firstPage(body, { count: 3, encoding: 7 });
    expect(await readTexts(file(pages, 3, { type: BYTE_ARRAY }))).toEqual(['hello', 'hellya', 'help!']);
  });

  it('DELTA_BYTE_ARRAY rejects texts that share more than the page explains', async () => {
    const count = 2 ** 17;
    const length = 8192;
    const rest = Array.from({ length: count / 128 - 1 }, () => [0, 0]).flat();
    const low = [length % 256, length >> 8];
    const shared = [
      ...varint(128),
      1,
      ...varint(count),
      0,
      0,
      16,
      ...low,
      ...Array<number>(254).fill(0),
      ...rest,
    ];
    const none = [0, 0, ...Array.from({ length: 127 }, () => low).flat()];
    const ends = [
      ...varint(128),
      1,
      ...varint(count),
      ...varint(2 * length),
      ...varint(2 * length - 1),
      16,
      ...none,
      ...rest,
    ];
    const body = [...shared, ...ends, ...Array<number>(length).fill(97)];
    const pages = firstPage(body, { count, encoding: 7 });
    await expectError(
      () => Dataset.fromParquet(file(pages, count, { type: BYTE_ARRAY })),
      [FormatError, "bytes can't plausibly hold its texts"],
    );
  });
});

describe('types', () => {
  it.each<[string, Uint8Array, readonly number[]]>([
    ['dates as days', plain(ints(0, -1), 2, INT32, short(6, 6)), [0, -1]],
    ['timestamps in ms as days', plain(longs(86_400_000n, -43_200_000n), 2, INT64, short(6, 9)), [1, -0.5]],
    ['timestamps in µs as days', plain(longs(86_400_000_000n), 1, INT64, time(8, 2)), [1]],
    ['timestamps in ns as days', plain(longs(1_728_000_000_000_000_000n), 1, INT64, time(8, 3)), [20_000]],
    [
      'timestamps of 96 bits as days',
      plain([...longs(43_200_000_000_000n), ...ints(2_440_589)], 1, INT96),
      [1.5],
    ],
    ['times as parts of a day', plain(ints(21_600_000), 1, INT32, short(6, 7)), [0.25]],
    ['decimals, rounded once', plain(ints(3, -125), 2, INT32, short(6, 5), short(7, 1)), [0.3, -12.5]],
    [
      'decimals of any length',
      plain([255, 255, 254, 0, 0, 100], 2, FIXED, short(2, 3), short(6, 5), short(7, 2)),
      [-0.02, 1],
    ],
    ['unsigned integers', plain(ints(-1), 1, INT32, short(6, 13)), [4_294_967_295]],
    [
      'unsigned integers by their logical type',
      plain(ints(-1), 1, INT32, inner(10, inner(10, [1, 3, [32]], [2, 2, []]))),
      [4_294_967_295],
    ],
    ['booleans', plain([0b101], 3, BOOLEAN), [1, 0, 1]],
  ])('fromParquet reads %s', async (_what, bytes, values) => {
    expect(await readInputs(bytes)).toEqual(values);
  });

  const point = [1, 1, 0, 0, 0, ...Array<number>(16).fill(0)];
  const geo: Field = list(5, 12, [struct(text(1, 'geo'), text(2, '{"columns":{"x":{"encoding":"WKB"}}}'))]);
  const points = { name: 'x', type: BYTE_ARRAY, pages: firstPage(lengthPrefixed(point), { count: 1 }) };

  it.each<[string, Uint8Array, string]>([
    ['GEOMETRY', plain(lengthPrefixed(point), 1, BYTE_ARRAY, inner(10, inner(17))), 'geometries'],
    ['GEOGRAPHY', plain(lengthPrefixed(point), 1, BYTE_ARRAY, inner(10, inner(18))), 'geographies'],
    ['GeoParquet', handmadeParquet([points], 1, { more: [geo] }), 'geometries'],
    ['NULL', plain(ints(0), 1, INT32, inner(10, inner(11))), 'only nulls'],
    ['BSON', plain(lengthPrefixed([1]), 1, BYTE_ARRAY, short(6, 20)), 'BSON'],
    ['INTERVAL', plain(Array<number>(12).fill(0), 1, FIXED, short(2, 12), short(6, 21)), 'intervals'],
    ['fixed bytes', plain([65], 1, FIXED, short(2, 1)), 'bytes'],
    [
      'an encrypted column',
      handmadeParquet([{ ...points, chunk: [inner(8, inner(1))] }], 1),
      'encrypted values',
    ],
  ])('a column of %s is named and left out of a table', async (_what, bytes, what) => {
    await expectError(() => Dataset.fromParquet(bytes), [TypeError, `Parquet, column 'x': it holds ${what}`]);
    const table = await Table.fromParquet(bytes);
    expect(profileTable(table).columns).toMatchObject([{ name: 'x', kind: 'other', holds: what }]);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'bytes that are not text',
      plain(lengthPrefixed([0x80], [0x81]), 2, BYTE_ARRAY),
      'bytes that are not UTF-8 text',
    ],
    [
      'declared text that is not text',
      plain(lengthPrefixed([0x80]), 1, BYTE_ARRAY, short(6, 0)),
      'bytes that are not UTF-8 text',
    ],
    ['bytes with zeros', plain(lengthPrefixed(point), 1, BYTE_ARRAY), 'bytes'],
    ['long integers', plain(longs(2n ** 60n), 1, INT64), 'integers of more than 53 bits'],
  ])('%s are refused, and left out of a table', async (_what, bytes, what) => {
    await expectError(() => Dataset.fromParquet(bytes), [FormatError, "Parquet, column 'x', row group 1: "]);
    const table = await Table.fromParquet(bytes);
    expect(table.unsupported(0)).toBe(what);
    expect(() => Dataset.fromTable(table)).toThrow(`Parquet, column 'x': it holds ${what}`);
  });

  it('texts that differ in one byte or begin with a byte order mark stay apart', async () => {
    const texts = ['a', '\ufeffa', 'é', 'e'];
    expect(await readTexts(plain(lengthPrefixed(...texts.map(utf8)), 4, BYTE_ARRAY))).toEqual(texts);
  });
});

describe('columns that are not read', () => {
  it('an ignored column may be damaged', async () => {
    const bytes = handmadeParquet(
      [
        { name: 'x', type: INT32, pages: firstPage(ints(1), { count: 1 }) },
        { name: 'y', type: INT32, pages: [0xff] },
      ],
      1,
    );
    await expectError(() => Table.fromParquet(bytes), [FormatError, "column 'y', row group 1"]);
    const table = await Table.fromParquet(bytes, { ignore: ['y'] });
    expect(table.names).toEqual(['x', 'y']);
    expect(Dataset.fromTable(table, { inputs: ['x'] }).inputs).toEqual(Float64Array.of(1));
    await expectError(() => Table.fromParquet(bytes, { skip: [] } as never), [TypeError, "unknown 'skip'"]);
  });
});

it('a file whose footer is encrypted is named as encrypted', async () => {
  const bytes = Uint8Array.from(Buffer.from(`PARE${'\0'.repeat(16)}\x04\0\0\0PARE`, 'latin1'));
  await expectError(() => Dataset.fromParquet(bytes), [FormatError, 'Parquet: the file is encrypted']);
});
