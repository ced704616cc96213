import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/index.js';
import { readNPZ, writeNPY } from '../../src/formats/numpy/index.js';
import { FormatError } from '../../src/index.js';
import { firstPage, handmadeParquet, varint } from '../support/parquet-file.js';

// Files of which all parts agree with each other, and which ask for far more than they have.

/** Two columns in groups that all have the same bytes: a run of nulls. */
function nulls(rows: number, groups: number): Uint8Array {
  const run = [...varint(rows * 2), 0];
  const pages = firstPage([run.length, 0, 0, 0, ...run], { count: rows });
  const columns = ['a', 'b'].map((name) => ({ name, type: 2, isOptional: true, pages }));
  return handmadeParquet(columns, rows, { groups });
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

describe('a page of Parquet', () => {
  const claim = 2 ** 29;
  const codecs = { SNAPPY: 1, GZIP: 2, BROTLI: 4, LZ4: 5, ZSTD: 6, LZ4_RAW: 7 };

  it.each(Object.entries(codecs))(
    'is rejected if it claims to unpack to 512 MiB by %s',
    async (_name, codec) => {
      const pages = firstPage([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0], { count: 1, unpacked: claim });
      const file = handmadeParquet([{ name: 'b', type: 1, codec, pages }], 1);
      await expect(Dataset.fromParquet(file)).rejects.toThrow(
        `bytes can't plausibly hold the declared ${claim} bytes`,
      );
    },
  );

  it('is rejected if it asks for a window of 128 MiB', async () => {
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3, 33, 0, 0, 1, 2, 3, 4];
    const file = handmadeParquet(
      [{ name: 'b', type: 1, codec: 6, pages: firstPage(frame, { count: 1, unpacked: 4 }) }],
      1,
    );
    await expect(Dataset.fromParquet(file)).rejects.toThrow('a page asks for 134217728 bytes of memory');
  });

  it('is rejected if its runs of Zstandard unpack to more than it declares', async () => {
    const run = [...[3, 0, 16], 7]; // a block of 128 KiB
    const frame = [0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3, ...[2, 0, 16, 7], ...run];
    const file = handmadeParquet(
      [{ name: 'b', type: 1, codec: 6, pages: firstPage(frame, { count: 1, unpacked: 4 }) }],
      1,
    );
    await expect(Dataset.fromParquet(file)).rejects.toThrow('the size of a page differs from its header');
  });
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

describe('IDX', () => {
  it('rejects a gzip file that claims to unpack to more than 1 GiB, as its header does', () => {
    const size = 2 ** 30 + 1;
    const header = new Uint8Array(12);
    new DataView(header.buffer).setUint32(0, 0x0802);
    new DataView(header.buffer).setUint32(4, 1);
    new DataView(header.buffer).setUint32(8, size - header.length);
    const images = gzipSync(Buffer.concat([header, randomBytes(1_100_000)])); // a smaller file can't unpack to so much
    images.writeUInt32LE(size, images.length - 4);
    expect(() => Dataset.fromIDX({ images })).toThrow(
      `images: expected at most ${2 ** 30} bytes unpacked, got ${size}; unpack it beforehand`,
    );
  });
});
