import { parquetWriteBuffer, type BasicType, type ColumnSource } from 'hyparquet-writer';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/index.js';
import { unpackSnappy } from '../../src/data/parquet/snappy.js';
import { decodeRuns } from '../../src/data/parquet/values.js';
import { FormatError } from '../../src/index.js';
import { expectError, type Expected } from '../support/patient.js';

// Parquet files written by hyparquet-writer; test/clients/parquet.test.mjs reads those of another writer.

const COUNT = 1000;
const of = <T>(value: (i: number) => T): T[] => Array.from({ length: COUNT }, (_, i) => value(i));

type Options = Omit<Parameters<typeof parquetWriteBuffer>[0], 'columnData'>;

const compressors = { GZIP: (bytes: Uint8Array): Uint8Array => gzipSync(bytes) };

function parquet(columnData: ColumnSource[], options: Options = {}): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, compressors, ...options }));
}

const column = (name: string, type: BasicType, data: unknown[], more: object = {}): ColumnSource => ({
  name,
  type,
  data: data as never,
  ...more,
});

const colors = ['red', 'green', 'blue'];
const table = [
  column(
    'double',
    'DOUBLE',
    of((i) => i / 3),
  ),
  column(
    'float',
    'FLOAT',
    of((i) => Math.fround(i / 7)),
  ),
  column(
    'int',
    'INT32',
    of((i) => i - 500),
  ),
  column(
    'long',
    'INT64',
    of((i) => BigInt(i + 1) * -1000000007n),
  ),
  column(
    'flag',
    'BOOLEAN',
    of((i) => i % 3 === 0),
  ),
  column(
    'color',
    'STRING',
    of((i) => colors[(i + (i >> 2)) % 3]),
  ),
  column(
    'kind',
    'STRING',
    of((i) => (i % 2 ? 'odd' : 'even')),
  ),
];

describe('reading what was written', () => {
  const read = async (file: Uint8Array): Promise<void> => {
    const data = await Dataset.fromParquet(file, { label: 'kind' });
    expect(data.columns).toEqual(['double', 'float', 'int', 'long', 'flag', 'color']);
    expect(data.categories).toEqual({ color: ['blue', 'green', 'red'] });
    expect(data.classes).toEqual(['even', 'odd']);
    const rows = of((i) => [
      i / 3,
      Math.fround(i / 7),
      i - 500,
      (i + 1) * -1000000007,
      i % 3 === 0 ? 1 : 0,
      ['blue', 'green', 'red'].indexOf(colors[(i + (i >> 2)) % 3]!),
    ]);
    expect(data.inputs).toEqual(Float64Array.from(rows.flat()));
    expect(Array.from(data.labels!)).toEqual(of((i) => i % 2));
  };

  it.each(['SNAPPY', 'GZIP', 'UNCOMPRESSED'] as const)(
    'fromParquet reads columns compressed by codec %s',
    async (codec) => {
      await read(parquet(table, { codec }));
    },
  );

  it('fromParquet reads row groups and pages of any size', async () => {
    await read(parquet(table, { rowGroupSize: 333 }));
    await read(parquet(table, { pageSize: 100 }));
    await read(parquet(table, { rowGroupSize: 100, pageSize: 1, codec: 'UNCOMPRESSED' }));
  });

  it.each([
    ['DELTA_BINARY_PACKED', ['int', 'long']],
    ['BYTE_STREAM_SPLIT', ['double', 'float', 'int', 'long']],
    ['DELTA_LENGTH_BYTE_ARRAY', ['color', 'kind']],
    ['PLAIN', table.map(({ name }) => name)],
    ['RLE', ['flag']],
  ] as const)('fromParquet reads columns encoded as %s', async (encoding, names) => {
    const encoded = table.map((one) =>
      (names as readonly string[]).includes(one.name) ? { ...one, encoding } : one,
    );
    await read(parquet(encoded));
  });

  it('DELTA_BINARY_PACKED holds the largest integers, whose differences wrap around', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const long = [most, -most, 0, 2 ** 32, -(2 ** 32) - 1, 2 ** 31, most, -1, 1, -most];
    const int = [2 ** 31 - 1, -(2 ** 31), 0, -1, 2 ** 31 - 1, 5, -(2 ** 31), 1, 2, 3];
    const encoding = 'DELTA_BINARY_PACKED';
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'long', data: long.map(BigInt), type: 'INT64', encoding },
        { name: 'int', data: int, type: 'INT32', encoding },
      ],
    });
    const { inputs } = await Dataset.fromParquet(bytes);
    expect([...inputs]).toEqual(long.flatMap((value, n) => [value, int[n]]));
  });

  it('fromParquet reads an ArrayBuffer, and only the needed pieces of a sliceable file', async () => {
    const file = parquet(table);
    await read(file.slice().buffer as never);
    const asked: [number, number][] = [];
    const data = await Dataset.fromParquet(
      {
        byteLength: file.length,
        slice(from, to) {
          asked.push([from, to]);
          return Promise.resolve(file.slice(from, to).buffer);
        },
      },
      { inputs: ['int'], label: 'kind' },
    );
    expect(data.columns).toEqual(['int']);
    expect(asked.length).toBe(5); // the start, the end, the footer and two columns
    expect(asked.reduce((sum, [from, to]) => sum + to - from, 0)).toBeLessThan(file.length / 2);
  });

  it('fromParquet reads UUIDs, 16-bit floats, unsigned numbers and decimals', async () => {
    const schema = [
      { name: 'root', num_children: 4 },
      {
        name: 'half',
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: 2,
        logical_type: { type: 'FLOAT16' },
        repetition_type: 'REQUIRED',
      },
      { name: 'unsigned', type: 'INT32', converted_type: 'UINT_32', repetition_type: 'REQUIRED' },
      {
        name: 'decimal',
        type: 'INT64',
        converted_type: 'DECIMAL',
        scale: 2,
        precision: 10,
        repetition_type: 'REQUIRED',
      },
      {
        name: 'id',
        type: 'FIXED_LEN_BYTE_ARRAY',
        type_length: 16,
        logical_type: { type: 'UUID' },
        repetition_type: 'REQUIRED',
      },
    ] as const;
    const id = '00000000-0000-0000-0000-00000000000';
    const file = parquet(
      [
        { name: 'half', data: [0.5, -2] },
        { name: 'unsigned', data: [4294967295, 1] },
        { name: 'decimal', data: [1.25, -3] },
        { name: 'id', data: [`${id}1`, `${id}2`] },
      ],
      { schema: schema as never },
    );
    const data = await Dataset.fromParquet(file, { label: 'id' });
    expect(data.inputs).toEqual(Float64Array.of(0.5, 4294967295, 1.25, -2, 1, -3));
    expect(data.classes).toEqual([`${id}1`, `${id}2`]);
  });
});

describe('missing values', () => {
  const some = [
    column('x', 'DOUBLE', [1, null, 3, NaN]),
    column('n', 'INT64', [1n, 2n, null, 4n]),
    column('s', 'STRING', ['a', 'b', 'a', 'b']),
    column('y', 'STRING', ['p', 'q', null, 'p']),
  ];

  it('fromParquet rejects missing values unless a policy is chosen, and treats NaN as missing', async () => {
    await expectError(
      () => Dataset.fromParquet(parquet(some), { label: 'y' }),
      [
        RangeError,
        "Parquet row 2, column 'x' is missing; fill it in, or choose missing: 'drop', 'mean' or 'category'",
      ],
    );
    const dropped = await Dataset.fromParquet(parquet(some), {
      inputs: ['n', 's'],
      label: 'y',
      missing: 'drop',
    });
    expect(dropped.inputs).toEqual(Float64Array.of(1, 0, 2, 1, 4, 1));
    const filled = await Dataset.fromParquet(parquet(some), { inputs: ['x', 'n'], missing: 'mean' });
    expect(filled.inputs).toEqual(Float64Array.of(1, 1, 2, 2, 3, 7 / 3, 2, 4));
  });

  it('fromParquet counts rows across row groups', async () => {
    const file = parquet([column('x', 'DOUBLE', [1, 2, 3, null, 5])], { rowGroupSize: 3 });
    await expectError(() => Dataset.fromParquet(file), [RangeError, "Parquet row 4, column 'x' is missing"]);
  });
});

describe('unreadable files', () => {
  it.each<[string, ColumnSource[], object, Expected]>([
    [
      'a column of JSON',
      [column('x', 'JSON', [{ a: 1 }])],
      {},
      [TypeError, "Parquet, column 'x': it holds JSON; name the inputs without it"],
    ],
    [
      'numbers of more than 53 bits',
      [column('x', 'INT64', [2n ** 60n])],
      {},
      [
        FormatError,
        "Parquet, column 'x', row group 1: 1152921504606846976 needs more than the 53 bits of a JavaScript number",
      ],
    ],
    [
      'a label that names no column',
      [column('x', 'DOUBLE', [1])],
      { label: 'y' },
      [RangeError, "label: there is no column 'y'; the columns are 'x'"],
    ],
    [
      'an unknown option',
      [column('x', 'DOUBLE', [1])],
      { delimiter: ',' },
      [TypeError, "options: unknown 'delimiter'"],
    ],
    [
      'an empty list of inputs',
      [column('x', 'DOUBLE', [1]), column('__proto__', 'STRING', ['a'])],
      { label: 'x', inputs: [] },
      [RangeError, 'inputs: expected at least one column'],
    ],
  ])('fromParquet rejects %s', async (_what, columns, options, [Class, message]) => {
    await expectError(() => Dataset.fromParquet(parquet(columns), options), [Class, message]);
  });

  it('fromParquet rejects lists among the inputs', async () => {
    const schema = [
      { name: 'root', num_children: 2 },
      { name: 'y', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      { name: 'x', num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
      { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
      { name: 'element', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
    ] as const;
    const columns = [
      { name: 'y', data: [3, 4] },
      { name: 'x', data: [[1, 2], [3]] },
    ];
    const file = parquet(columns, { schema: schema as never });
    await expectError(
      () => Dataset.fromParquet(file),
      [TypeError, "Parquet, column 'x': it holds lists; name the inputs without it"],
    );
    expect((await Dataset.fromParquet(file, { inputs: ['y'] })).inputs).toEqual(Float64Array.of(3, 4));
  });

  it('fromParquet ignores unreadable columns that are not inputs', async () => {
    const file = parquet([column('x', 'DOUBLE', [1]), column('what', 'JSON', [{ a: 1 }])]);
    expect((await Dataset.fromParquet(file, { inputs: ['x'] })).inputs).toEqual(Float64Array.of(1));
  });

  it('fromParquet names an unsupported codec and the cure', async () => {
    const file = parquet([column('x', 'DOUBLE', [1, 2])], {
      codec: 'LZO',
      compressors: { LZO: (bytes) => bytes },
    });
    await expectError(
      () => Dataset.fromParquet(file),
      [
        FormatError,
        "Parquet, column 'x', row group 1: it is compressed with LZO; write the file with compression 'zstd', 'snappy' or 'gzip', or none",
      ],
    );
  });

  it('fromParquet rejects other files, truncated files and invalid sources', async () => {
    const file = parquet(table);
    await expectError(
      () => Dataset.fromParquet(new Uint8Array(100)),
      [FormatError, "expected a file that begins and ends with 'PAR1'"],
    );
    await expectError(
      () => Dataset.fromParquet(new Uint8Array(3)),
      [FormatError, 'Parquet: the file is too short'],
    );
    await expectError(() => Dataset.fromParquet(file.subarray(0, 500)), [FormatError, "ends with 'PAR1'"]);
    await expectError(
      () => Dataset.fromParquet('a.parquet' as never),
      [TypeError, "file: expected the bytes of a Parquet file, got 'a.parquet'"],
    );
    await expectError(
      () => Dataset.fromParquet({ byteLength: -1, slice: () => new ArrayBuffer(0) }),
      [TypeError, 'file.byteLength'],
    );
    await expectError(
      () => Dataset.fromParquet({ byteLength: 1000, slice: () => new ArrayBuffer(3) }),
      [FormatError, 'Parquet: expected 4 bytes from 0 on, got 3'],
    );
  });
});

describe('Snappy', () => {
  it('unpackSnappy unpacks literals, long ones too, and overlapping copies', () => {
    expect(unpackSnappy(Uint8Array.of(3, 2 << 2, 1, 2, 3), 3)).toEqual(Uint8Array.of(1, 2, 3));
    const long = Uint8Array.from({ length: 300 }, (_, i) => i);
    expect(unpackSnappy(Uint8Array.of(172, 2, 61 << 2, 43, 1, ...long), 300)).toEqual(long);
    // 'ab', then a copy of 6 bytes from 2 back, with offsets of one, two and four bytes
    const expected = new TextEncoder().encode('abababab');
    for (const copy of [
      [1 | (2 << 2), 2],
      [2 | (5 << 2), 2, 0],
      [3 | (5 << 2), 2, 0, 0, 0],
    ])
      expect(unpackSnappy(Uint8Array.of(8, 1 << 2, 97, 98, ...copy), 8)).toEqual(expected);
  });

  it.each([
    ['a literal longer than its data', [9, 63 << 2, 0xf0, 0xff, 0xff, 0xff, 1]],
    ['a copy from before the start', [4, 0, 1, 1, 9]],
    ['a copy with an offset of 0', [5, 0, 1, 1, 0]],
    ['more bytes than declared', [1, 2 << 2, 1, 2, 3]],
    ['fewer bytes than declared', [9, 0, 1]],
    ['a truncated literal', [9, 61 << 2]],
    ['a length without an end', [128, 128]],
    ['an empty input', []],
  ])('unpackSnappy rejects %s', async (_what, bytes) => {
    await expectError(
      () => unpackSnappy(Uint8Array.from(bytes), 9),
      [FormatError, 'Snappy data cannot be decompressed'],
    );
  });
});

describe('decodeRuns', () => {
  it.each([
    [
      'the example of the format, 0 to 7 in 3 bits',
      [3, 0b10001000, 0b11000110, 0b11111010],
      3,
      [0, 1, 2, 3, 4, 5, 6, 7],
    ],
    [
      'a run with two bytes per number, then bits that end in padding',
      [6, 1, 2, 3, ...Array<number>(9).fill(255)],
      9,
      [513, 513, 513, 511, 511],
    ],
    ['runs of zeros and ones, then single bits', [6, 1, 4, 0, 3, 0b00001101], 1, [1, 1, 1, 0, 0, 1, 0, 1, 1]],
    ['numbers of no bits', [], 0, [0, 0]],
  ])('decodeRuns reads %s', (_what, bytes, width, integers) => {
    expect(decodeRuns(Uint8Array.from(bytes), width, integers.length)).toEqual(Uint32Array.from(integers));
  });

  it.each([
    ['a run that ends before its number', [4], 8, 2, 'it ends too soon'],
    ['a run without an end', [200], 8, 8, 'it ends too soon'],
    ['missing bits', [3, 1], 3, 8, 'it ends too soon'],
    ['numbers of 25 bits', [3, 1, 1, 1, 1], 25, 8, 'runs have integers of 25 bits'],
    ['a size of more than 64 bits', Array<number>(11).fill(255), 1, 8, 'more than 64 bits'],
    ['a run longer than the page', [254, 255, 255, 255, 15, 1], 1, 3, 'longer than its pages'],
    ['more bits than padding explains', [255, 255, 255, 255, 15, 1], 1, 3, 'longer than its pages'],
  ])('decodeRuns rejects %s', async (_what, bytes, width, count, message) => {
    await expectError(() => decodeRuns(Uint8Array.from(bytes), width, count), [FormatError, message]);
  });
});
