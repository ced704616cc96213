import { Bool, Float32, Float64, Int32, Int64, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { Dataset, DataStream } from 'bp4/data';
import { readFileSync } from 'node:fs';
import * as parquet from 'parquet-wasm/esm';
import { beforeAll, describe, expect, it } from 'vitest';

// Parquet files as Apache's own library in Rust writes them, compiled to WebAssembly.

const COUNT = 5000;
const of = (value) => Array.from({ length: COUNT }, (_, i) => value(i));
const colors = ['red', 'green', 'blue'];

let ipc;
beforeAll(() => {
  const wasm = new URL('node_modules/parquet-wasm/esm/parquet_wasm_bg.wasm', import.meta.url);
  parquet.initSync({ module: readFileSync(wasm) });
  const table = new Table({
    double: vectorFromArray(
      of((i) => i / 3),
      new Float64(),
    ),
    float: vectorFromArray(
      of((i) => (i % 7 === 3 ? null : i / 2)),
      new Float32(),
    ),
    int: vectorFromArray(
      of((i) => i % 100),
      new Int32(),
    ),
    long: vectorFromArray(
      of((i) => BigInt(i + 1) * -1000003n),
      new Int64(),
    ),
    flag: vectorFromArray(
      of((i) => i % 3 === 0),
      new Bool(),
    ),
    color: vectorFromArray(
      of((i) => colors[i % 3]),
      new Utf8(),
    ),
    id: vectorFromArray(
      of((i) => `id ${i}`),
      new Utf8(),
    ),
  });
  ipc = tableToIPC(table, 'stream');
});

function write(compression, version) {
  const properties = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression[compression])
    .setWriterVersion(version)
    .setMaxRowGroupSize(2048)
    .build();
  return parquet.writeParquet(parquet.Table.fromIPCStream(ipc), properties);
}

const inputs = ['double', 'float', 'int', 'long', 'flag'];

describe.each(['V1', 'V2'])('pages of version %s', (version) => {
  it.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI', 'LZ4_RAW'])(
    'reads pages of either version compressed by %s',
    async (codec) => {
      const file = write(codec, version === 'V1' ? 0 : 1);
      const data = await Dataset.fromParquet(file, { inputs, label: 'color', missing: 'mean' });
      expect(data.classes).toEqual([...colors].sort());
      const given = of((i) => i / 2).filter((_, i) => i % 7 !== 3);
      const mean = given.reduce((sum, value) => sum + value, 0) / given.length;
      const rows = of((i) => [
        i / 3,
        i % 7 === 3 ? mean : i / 2,
        i % 100,
        (i + 1) * -1000003,
        i % 3 === 0 ? 1 : 0,
      ]);
      expect(data.inputs).toEqual(Float64Array.from(rows.flat()));
      expect(Array.from(data.labels, (label) => data.classes[label])).toEqual(of((i) => colors[i % 3]));
      const ids = await Dataset.fromParquet(file, { inputs: ['int'], label: 'id' });
      expect(Array.from(ids.labels, (label) => ids.classes[label])).toEqual(of((i) => `id ${i}`));
      const stream = await DataStream.fromParquet(file, { inputs, label: 'color', missing: 'mean' });
      expect(await stream.fitTransforms()).toEqual(data.fitTransforms());
    },
  );
});
