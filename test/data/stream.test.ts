import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import {
  Dataset,
  DataStream,
  transformedWidth,
  type ColumnOptions,
  type StreamOptions,
} from '../../src/data/index.js';
import { writeNPY } from '../../src/formats/numpy/index.js';
import { FormatError, Network, type Data } from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { expectError, type Expected } from '../support/patient.js';

// DataStream reads files a batch at a time, and gives exactly the samples, classes and transforms of a Dataset.

const COUNT = 2500; // more than are noted at a time
const colors = ['red', 'green', 'blue'];
const rows = Array.from({ length: COUNT }, (_, i) => ({
  x: i % 13 === 5 ? null : ((i * 7919) % 1009) / 7,
  color: colors[(i + (i >> 3)) % 3]!,
  digit: (i * i) % 5,
  kind: i % 2 ? 'odd' : 'even',
  y: ((i * 31) % 101) / 3,
}));
const names = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[];

const types = { x: 'DOUBLE', color: 'STRING', digit: 'INT32', kind: 'STRING', y: 'DOUBLE' } as const;

const csv = `${names.join()}\n${rows.map((row) => names.map((name) => row[name] ?? '').join()).join('\n')}\n`;
const jsonLines = rows.map((row) => JSON.stringify(row)).join('\n');
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: names.map((name) => ({
      name,
      data: rows.map((row) => row[name]) as never,
      type: types[name],
    })),
    rowGroupSize: 999,
  }),
);
const matrix = writeNPY(Float64Array.from(rows.flatMap(({ x, digit, y }) => [x ?? NaN, digit, y])), [
  COUNT,
  3,
]);

/** Cut where it hurts: within numbers, and within characters of several bytes. */
function* inPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 997) yield bytes.subarray(at, at + 997);
}
const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** All batches of a stream, as arrays in memory. */
async function gathered(stream: DataStream): Promise<{ data: Record<string, number[]>; batches: number[] }> {
  const data: Record<string, number[]> = {};
  const batches: number[] = [];
  for await (const batch of stream.batches()) {
    for (const [name, values] of Object.entries(batch) as [string, ArrayLike<number>][]) {
      if (name !== 'inputScale') data[name] = (data[name] ?? []).concat(Array.from(values));
    }
    batches.push((batch.inputs as Float64Array).length / stream.width);
  }
  return { data, batches };
}

async function expectSame(stream: DataStream, dataset: Dataset): Promise<void> {
  const { data } = await gathered(stream);
  const { inputs, labels, targets } = dataset;
  expect(data).toEqual({
    inputs: Array.from(inputs),
    ...(labels && { labels: Array.from(labels) }),
    ...(targets && { targets: Array.from(targets) }),
  });
  const about = ({
    count,
    width,
    columns,
    targetColumns,
    classes,
    categories,
  }: Dataset | DataStream): object => ({
    count,
    width,
    columns,
    targetColumns,
    classes,
    categories,
  });
  expect(about(stream)).toEqual(about(dataset));
  for (const kind of ['standardize', 'minMax', 'identity'] as const) {
    const options = { inputs: kind, ...(targets && { targets: kind }) };
    expect(await stream.fitTransforms(options)).toEqual(dataset.fitTransforms(options));
    expect(await stream.fitTransforms(options)).toEqual(dataset.fitTransforms(options)); // a second fit adds nothing
  }
}

type Opener = (options: ColumnOptions & StreamOptions) => Promise<DataStream>;
const files: [string, Opener, (options: ColumnOptions) => Dataset | Promise<Dataset>][] = [
  [
    'CSV',
    (options) => DataStream.fromCSV(() => inPieces(toBytes(csv)), options),
    (options) => Dataset.fromCSV(csv, options),
  ],
  [
    'JSON Lines',
    (options) => DataStream.fromJSONLines(() => inPieces(toBytes(jsonLines)), options),
    (options) => Dataset.fromJSONLines(jsonLines, options),
  ],
  [
    'Parquet',
    (options) => DataStream.fromParquet(parquet, options),
    (options) => Dataset.fromParquet(parquet, options),
  ],
];

const choices: [string, ColumnOptions][] = [
  ['labels with rows dropped', { label: 'kind', categorical: ['color'], missing: 'drop' }],
  ['labels with means filled in', { label: 'kind', categorical: ['color', 'digit'], missing: 'mean' }],
  ['labels that are numbers', { label: 'digit', inputs: ['y'] }],
  ['targets', { targets: ['y', 'digit'], inputs: ['x', 'color'], categorical: ['color'], missing: 'mean' }],
  [
    'given classes and categories',
    {
      label: 'kind',
      classes: ['odd', 'even'],
      inputs: ['color'],
      categorical: { color: ['red', 'green', 'blue'] },
    },
  ],
  ['inputs without answers', { inputs: ['digit', 'y'] }],
];

describe.each(files)('DataStream from %s', (_kind, open, inMemory) => {
  it.each(choices)('DataStream reads %s as Dataset does, to the bit', async (_what, options) => {
    await expectSame(await open({ ...options, rowsPerBatch: 300 }), await inMemory(options));
  });

  it('batches have the requested size across all chunks and row groups', async () => {
    const options = { inputs: ['y'], label: 'kind' };
    for (const rowsPerBatch of [700, 1249, 1250, 2499, 2500, 2501]) {
      const { batches } = await gathered(await open({ ...options, rowsPerBatch }));
      expect(batches).toEqual([
        ...Array<number>(Math.floor(COUNT / rowsPerBatch)).fill(rowsPerBatch),
        ...(COUNT % rowsPerBatch ? [COUNT % rowsPerBatch] : []),
      ]);
    }
    expect((await gathered(await open(options))).batches).toEqual([COUNT]);
  });

  it('a network trains on a DataStream as on the same batches in memory', async () => {
    const options = { label: 'kind', categorical: ['color'], missing: 'drop' } as const;
    const stream = await open({ ...options, rowsPerBatch: 512 });
    const dataset = await inMemory(options);
    const trained = async (data: DataStream | { batches: () => Data[] }): Promise<string> => {
      const transforms = await stream.fitTransforms();
      const net = await Network.create({
        inputs: transformedWidth(transforms),
        layers: [
          { units: 4, activation: 'tanh' },
          { units: 2, activation: 'softmax' },
        ],
        transforms,
        seed: 3,
      });
      await net.train(data, { epochs: 2 });
      return fingerprint(net);
    };
    const indices = Array.from({ length: dataset.count }, (_, i) => i);
    const batches = [0, 1, 2, 3, 4].map((b) => dataset.subset(indices.slice(512 * b, 512 * (b + 1))));
    expect(await trained(stream)).toBe(await trained({ batches: () => batches }));
  });
});

describe('DataStream from arrays', () => {
  const inputs = writeNPY(
    Float32Array.from({ length: 3 * COUNT }, (_, i) => ((i * 37) % 101) / 7),
    [COUNT, 3],
  );
  const labels = writeNPY(BigInt64Array.from({ length: COUNT }, (_, i) => BigInt((i * i) % 7)));
  const open = (bytes: Uint8Array) => () => inPieces(bytes);

  it('fromNPY streams a file for each array as Dataset reads them', async () => {
    await expectSame(
      await DataStream.fromNPY({ inputs: open(inputs), labels: open(labels) }, { rowsPerBatch: 300 }),
      Dataset.fromNPY({ inputs, labels }),
    );
    const options = { columns: ['a', 'b', 'c'], inputScale: 0.25 };
    await expectSame(
      await DataStream.fromNPY(
        { inputs: open(inputs), targets: open(inputs) },
        { ...options, rowsPerBatch: 7000 },
      ),
      Dataset.fromNPY({ inputs, targets: inputs }, options),
    );
  });

  it('fromNPY streams a single array with named columns as Dataset reads it', async () => {
    const options = { columns: ['x', 'digit', 'y'], label: 'digit', missing: 'mean' } as const;
    await expectSame(
      await DataStream.fromNPY(open(matrix), { ...options, rowsPerBatch: 300 }),
      Dataset.fromNPY(matrix, options),
    );
  });

  it('fromIDX streams images and labels as Dataset reads them', async () => {
    const images = Uint8Array.from({ length: 16 + 4 * COUNT }, (_, i) => (i * 7) % 256);
    const answers = Uint8Array.from({ length: 8 + COUNT }, (_, i) => (i * i) % 10);
    for (const [bytes, sizes] of [
      [images, [COUNT, 2, 2]],
      [answers, [COUNT]],
    ] as const) {
      const view = new DataView(bytes.buffer);
      view.setUint32(0, 0x800 + sizes.length);
      for (const [i, size] of sizes.entries()) view.setUint32(4 + 4 * i, size);
    }
    await expectSame(
      await DataStream.fromIDX({ images: open(images), labels: open(answers) }, { rowsPerBatch: 300 }),
      Dataset.fromIDX({ images, labels: answers }),
    );
    const [first] = await Promise.all([
      (await DataStream.fromIDX({ images: open(images) })).batches().next(),
    ]);
    expect((first.value as Data).inputScale).toBe(1 / 255);
  });

  it('fromNPY streams strings as labels', async () => {
    const text = writeNPY(
      Uint32Array.from({ length: 6 }, (_, i) => 98 - (i % 2)),
      [6],
    );
    const header = new TextDecoder('latin1').decode(text.subarray(10, 128)).replace('<u4', '<U1');
    text.set(toBytes(header), 10);
    const six = writeNPY(Float32Array.of(1, 2, 3, 4, 5, 6), [6, 1]);
    await expectSame(
      await DataStream.fromNPY({ inputs: open(six), labels: open(text) }, { rowsPerBatch: 4 }),
      Dataset.fromNPY({ inputs: six, labels: text }),
    );
  });

  const broken = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, -1);
  const fortran = inputs.slice();
  fortran.set(
    toBytes(new TextDecoder('latin1').decode(inputs.subarray(10, 128)).replace('False', 'True ')),
    10,
  );
  it.each<[string, () => Promise<DataStream>, Expected]>([
    [
      'an array in Fortran order',
      () => DataStream.fromNPY({ inputs: () => [fortran] }),
      [FormatError, 'inputs: the array is in Fortran order'],
    ],
    [
      'labels of a different count',
      () => DataStream.fromNPY({ inputs: () => [inputs], labels: () => [writeNPY(new Uint8Array(3))] }),
      [RangeError, 'labels: expected 2500 rows, one for each row of inputs, got shape (3)'],
    ],
    [
      'labels below 0',
      () =>
        DataStream.fromNPY({
          inputs: () => [inputs],
          labels: () => [writeNPY(new Int8Array(COUNT).fill(-1, 2000))],
        }),
      [RangeError, 'labels[2000]: expected a whole number'],
    ],
    [
      'truncated labels',
      () => DataStream.fromNPY({ inputs: () => [inputs], labels: () => [broken(labels)] }),
      [FormatError, 'labels: the file ends before the 2500 rows'],
    ],
    [
      'NaN beyond the first batch',
      async () => {
        const stream = await DataStream.fromNPY({ inputs: () => [matrix] }, { rowsPerBatch: 4 });
        await gathered(stream);
        return stream;
      },
      [RangeError, 'inputs[5][0] is NaN'],
    ],
    [
      'a truncated file',
      async () => {
        const stream = await DataStream.fromNPY({ inputs: () => [broken(inputs)] });
        await stream.fitTransforms();
        return stream;
      },
      [FormatError, 'inputs: the file ends before the 2500 rows'],
    ],
    [
      'a file that is too long',
      async () => {
        const stream = await DataStream.fromNPY({ inputs: () => [inputs, new Uint8Array(1)] });
        await stream.fitTransforms();
        return stream;
      },
      [FormatError, 'inputs: the file goes on after the 2500 rows'],
    ],
    [
      'a gzipped file',
      () => DataStream.fromIDX({ images: () => [Uint8Array.of(0x1f, 0x8b, 8, 0)] }),
      [FormatError, 'images: the file is compressed with gzip; decompress it'],
    ],
    [
      'a string in place of a source',
      () => DataStream.fromIDX({ images: 'a' as never }),
      [TypeError, 'images: expected a function that opens the file'],
    ],
    [
      'chunks of text',
      () => DataStream.fromNPY({ inputs: () => ['a'] as never }),
      [TypeError, "inputs: expected chunks of bytes, got 'a'"],
    ],
  ])('DataStream rejects %s', async (_what, call, [Class, message]) => {
    await expectError(call, [Class, message]);
  });
});

describe('invalid sources and options', () => {
  it.each<[string, () => Promise<DataStream>, Expected]>([
    [
      'a word among numbers',
      () => DataStream.fromCSV(() => ['a,y\n1,2\n', 'x,3\n'], { targets: 'y' }),
      [TypeError, "CSV row 3, column 'a': expected a number, got 'x'"],
    ],
    [
      'a text without rows',
      () => DataStream.fromCSV(() => ['a,y\n']),
      [RangeError, 'CSV: there are no rows below the header'],
    ],
    [
      'a text whose rows are all dropped',
      () => DataStream.fromCSV(() => ['a,y\n,1\n'], { missing: 'drop' }),
      [RangeError, 'CSV: every row has a missing value'],
    ],
    [
      'a column without values for a mean',
      () => DataStream.fromCSV(() => ['a,y\n,1\n'], { missing: 'mean' }),
      [RangeError, "column 'a': every value is missing; leave it out of inputs"],
    ],
    [
      'an unknown option',
      () => DataStream.fromCSV(() => [], { labels: 'y' } as never),
      [TypeError, "options: unknown 'labels'"],
    ],
    [
      'a batch size of 0',
      () => DataStream.fromCSV(() => [], { rowsPerBatch: 0 }),
      [RangeError, 'rowsPerBatch: expected a whole number of at least 1, got 0'],
    ],
    [
      'a text in place of a source',
      () => DataStream.fromCSV('a,b\n' as never),
      [TypeError, 'source: expected a function that opens the text'],
    ],
    [
      'a truncated line of JSON',
      () => DataStream.fromJSONLines(() => ['{"a":1}\n{"a":']),
      [FormatError, 'JSON Lines, line 2, column 6: invalid JSON: it ends there'],
    ],
    [
      'a name that first appears late',
      () => DataStream.fromJSONLines(() => ['{"a":1}\n{"a":2,"b":3}']),
      [RangeError, "line 2, column 'b' is missing in the previous rows"],
    ],
    [
      'a row that lacks a name',
      () => DataStream.fromJSONLines(() => ['{"a":1,"b":2}\n{"a":2}']),
      [RangeError, "line 2, column 'b' is missing"],
    ],
    [
      'a row of another kind',
      () => DataStream.fromJSONLines(() => ['{"a":1}\n[2]']),
      [TypeError, 'line 2: expected an object of named values'],
    ],
  ])('DataStream rejects %s', async (_what, call, [Class, message]) => {
    await expectError(call, [Class, message]);
  });

  it('DataStream rejects a category that is new in a later reading of the file', async () => {
    let readings = 0;
    const stream = await DataStream.fromCSV(() => [readings++ ? 'c,y\nb,1\n' : 'c,y\na,1\n'], {
      targets: 'y',
      categorical: ['c'],
    });
    await expectError(
      () => gathered(stream),
      [RangeError, "CSV row 2, column 'c': 'b' is not one of the categories 'a'"],
    );
  });

  it('DataStream reads a file again after a reading fails', async () => {
    let readings = 0;
    const source = (): string[] => {
      if (++readings === 2) throw new Error('not now');
      return ['a,y\n1,2\n2,3\n'];
    };
    const stream = await DataStream.fromCSV(source, { targets: 'y' });
    await expectError(() => stream.fitTransforms(), [Error, 'not now']);
    expect(await stream.fitTransforms()).toEqual(
      Dataset.fromCSV('a,y\n1,2\n2,3\n', { targets: 'y' }).fitTransforms(),
    );
  });
});

it('fromJSONLines ignores late names that are not inputs', async () => {
  const text = '{"a":1,"y":2}\n{"a":2,"y":3,"note":"late"}';
  const options = { inputs: ['a'], targets: 'y' };
  await expectSame(
    await DataStream.fromJSONLines(() => [text], options),
    Dataset.fromJSONLines(text, options),
  );
});

it('DataStream closes its source when a reading fails, also after it has looked for the format of the text', async () => {
  let open = 0;
  let opened = 0;
  async function* chunks(): AsyncGenerator<string> {
    open++;
    opened++;
    try {
      yield await Promise.resolve('a,y\n1,2\n');
      yield 'x,3\n';
    } finally {
      open--;
    }
  }
  await expectError(() => DataStream.fromCSV(chunks, { targets: 'y' }), [TypeError, 'CSV row 3']);
  expect([open, opened]).toEqual([0, 3]);
});

describe('a file that is sorted by class', () => {
  const rows = (labels: string[]): string =>
    `x,kind\n${labels.map((label, n) => `${n % 7},${label}\n`).join('')}`;
  const sorted = ['a', 'b', 'c'].flatMap((label) => Array<string>(200).fill(label));
  const mixed = sorted.map((_, n) => 'abc'[n % 3]!);
  const rare = sorted.map((_, n) => (n % 100 === 99 ? 'b' : 'a'));

  async function warningsOf(labels: string[], rowsPerBatch: number): Promise<string[]> {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const stream = await DataStream.fromCSV(() => [rows(labels)], { label: 'kind', rowsPerBatch, onWarning });
    for (let epoch = 0; epoch < 2; epoch++)
      for await (const batch of stream.batches()) expect(batch.labels).toBeDefined();
    return warnings;
  }

  it.each([100, 250])('is said once, with batches of %d rows', async (rowsPerBatch) => {
    const warnings = await warningsOf(sorted, rowsPerBatch);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(
      /^The file seems to be sorted: a batch of \d+ rows holds no row of class '[abc]'/,
    );
  });

  it('is not said of a mixed file, or of a rare class', async () => {
    expect(await warningsOf(mixed, 100)).toEqual([]);
    expect(await warningsOf(rare, 50)).toEqual([]);
  });
});
