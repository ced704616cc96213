import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { csvBatches, Dataset } from '../../../src/data/index.js';
import { byteMutations } from '../mutations/bytes.js';
import { inJSON } from '../mutations/json.js';
import { insideGzip } from '../mutations/packed.js';
import { inText } from '../mutations/text.js';
import type { Mutation } from '../mutations/mutation.js';
import { firstPage, handmadeParquet } from '../../support/parquet-file.js';
import type { Reader } from '../reader.js';

const readText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const words = [
  'size',
  'color',
  'kind',
  'NA',
  'NaN',
  '',
  'red',
  'a',
  'Infinity',
  '1e999',
  '"',
  '""',
  '\r\n',
  ';',
];

const tables = [
  'size,color,kind\n1,red,a\n2.5,green,b\n-3e2,"red",a\n',
  '\ufeff"size","color",kind\r\n0.1,"r ""e"" d",a\r\n,green,b\r\n7,"x,\ny",b\r\n',
  'color,kind,size\nb,a,1\n',
].map((text) => Buffer.from(text));

const rows = [
  { size: 1, color: 'red', kind: 'a' },
  { size: 2.5, color: 'green', kind: 'b' },
  { size: null, kind: 'a', color: 'blue' },
];

const tablesInJSON = [
  rows,
  { size: [1, 2], kind: ['a', 'b'] },
  {
    columns: ['size', 'kind'],
    data: [
      [1, 'a'],
      [2, 'b'],
    ],
  },
].map((table) => Buffer.from(JSON.stringify(table)));

const lines = [
  rows.map((row) => JSON.stringify(row)).join('\n'),
  '{"size":true,"kind":"b"}\r\n\r\n{"kind":"a","size":-1e3}\r\n',
].map((text) => Buffer.from(text));

const textMutations = [inText(words), inText(words), inText(words)];

/** An IDX file of bytes. */
function idx(...sizes: number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header[2] = 8;
  header[3] = sizes.length;
  for (const [i, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * i);
  const count = sizes.reduce((product, size) => product * size, 1);
  return Buffer.concat([header, Uint8Array.from({ length: count }, (_, i) => i)]);
}

function parquets(): Uint8Array[] {
  const columnData: ColumnSource[] = [
    { name: 'size', data: [1, 2.5, null, 4], type: 'DOUBLE' },
    { name: 'kind', data: ['a', 'b', 'a', 'b'], type: 'STRING' },
  ];
  const years: ColumnSource = {
    name: 'year',
    data: Int32Array.from({ length: 40 }, (_, i) => 2000 + ((i * i) % 7)),
    type: 'INT32',
    encoding: 'DELTA_BINARY_PACKED',
  };
  const kinds: ColumnSource = {
    name: 'kind',
    data: Array.from({ length: 40 }, (_, i) => 'abc'[i % 3]!),
    type: 'STRING',
  };
  const files = [
    ...(['SNAPPY', 'UNCOMPRESSED', 'GZIP'] as const).map((codec) => ({ columnData, codec })),
    { columnData: [years, kinds], codec: 'UNCOMPRESSED' as const, rowGroupSize: 25 },
  ];
  return [
    ...files.map(
      (file) =>
        new Uint8Array(parquetWriteBuffer({ ...file, compressors: { GZIP: (bytes) => gzipSync(bytes) } })),
    ),
    ...compressedParquets(),
  ];
}

/** Files in which a column is compressed by Zstandard, Brotli or LZ4, and one of texts that share their beginnings. */
function compressedParquets(): Uint8Array[] {
  const kind = {
    name: 'kind',
    type: 6,
    pages: firstPage([1, 0, 0, 0, 97, 1, 0, 0, 0, 98], { count: 2 }),
  };
  const size = [...new Uint8Array(Int32Array.of(7, 7).buffer)];
  const packed: readonly (readonly [codec: number, bytes: readonly number[]])[] = [
    [6, [0x28, 0xb5, 0x2f, 0xfd, 0x20, 8, ...[65, 0, 0], ...size]],
    [6, [0x28, 0xb5, 0x2f, 0xfd, 0, 0, ...[32, 0, 0], ...size.slice(0, 4), ...[33, 0, 0], ...size.slice(4)]],
    [4, [...brotliCompressSync(Uint8Array.from(size))]],
    [5, [0, 0, 0, 8, 0, 0, 0, 7, 0x40, ...size.slice(0, 4), 4, 0]],
    [7, [0x80, ...size]],
  ];
  const shared = [8, 1, 2, 0, 2, 0, 8, 1, 2, 4, 0, 0, ...Buffer.from('abcd')];
  return [
    ...packed.map(([codec, bytes]) =>
      handmadeParquet(
        [{ name: 'size', type: 1, codec, pages: firstPage(bytes, { count: 2, unpacked: 8 }) }, kind],
        2,
      ),
    ),
    handmadeParquet(
      [{ name: 'text', type: 6, pages: firstPage(shared, { count: 2, encoding: 7 }) }, kind],
      2,
    ),
  ];
}

export const dataReaders: readonly Reader[] = [
  {
    name: 'Dataset.fromCSV',
    seeds: tables,
    mutations: [...byteMutations, ...textMutations, ...textMutations],
    read: (bytes) =>
      Dataset.fromCSV(readText(bytes), { label: 'kind', missing: 'drop', categorical: ['color'] }),
  },
  {
    name: 'csvBatches',
    seeds: tables,
    mutations: [...byteMutations, ...textMutations, ...textMutations],
    async read(bytes) {
      const options = {
        label: 'kind',
        classes: ['a', 'b'],
        missing: 'drop',
        categorical: { color: ['red', 'green', 'r "e" d', 'x,\ny', 'b'] },
      } as const;
      // cut in the middle, wherever that is
      const chunks = [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)];
      const found = [];
      for await (const batch of csvBatches(() => chunks, options, 2)()) found.push(batch);
      return found;
    },
  },
  {
    name: 'Dataset.fromIDX',
    seeds: [idx(3, 2, 2), idx(4, 1), idx(2, 1, 1, 5)],
    mutations: byteMutations,
    read: (bytes) => Dataset.fromIDX({ images: bytes }),
  },
  {
    name: 'Dataset.fromIDX.gz',
    seeds: [idx(3, 2, 2), idx(100, 50)].map((file) => gzipSync(file)),
    mutations: [...byteMutations, ...Array<Mutation>(byteMutations.length).fill(insideGzip(byteMutations))],
    read: (bytes) => Dataset.fromIDX({ images: bytes }),
  },
  {
    name: 'Dataset.fromJSON',
    seeds: tablesInJSON,
    mutations: [inJSON(words), inJSON(words), ...textMutations.slice(0, 2), ...byteMutations.slice(0, 4)],
    read: (bytes) => Dataset.fromJSON(readText(bytes), { label: 'kind', missing: 'drop' }),
  },
  {
    name: 'Dataset.fromJSONLines',
    seeds: lines,
    mutations: [...textMutations, ...byteMutations],
    read: (bytes) => Dataset.fromJSONLines(readText(bytes), { label: 'kind', missing: 'drop' }),
  },
  {
    name: 'Dataset.fromParquet',
    seeds: parquets,
    mutations: byteMutations,
    read: (bytes) => Dataset.fromParquet(bytes, { label: 'kind', missing: 'drop' }),
  },
];
