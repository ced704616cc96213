import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Dataset, DataStream, type NPYSources } from '../../src/data/index.js';
import { writeNPY, writeNPZ, type WritableValues } from '../../src/formats/numpy/index.js';
import { FormatError } from '../../src/index.js';
import { expectError, type Expected } from '../support/patient.js';

// Datasets from NumPy arrays and from gzipped IDX files.

const npy = (values: WritableValues, ...shape: number[]): Uint8Array => writeNPY(values, shape);
const inputs = npy(Float32Array.of(1, 2, 3, 4, 5, 6), 3, 2);

/** An array of strings of up to nine characters, as np.array(['b', 'a']). */
function strings(texts: Iterable<string>, ...shape: number[]): Uint8Array {
  const list = [...texts];
  const width = Math.max(...list.map((text) => text.length));
  const codes = list.flatMap((text) => Array.from({ length: width }, (_, i) => text.codePointAt(i) ?? 0));
  const bytes = npy(Uint32Array.from(codes), codes.length);
  const header = new TextDecoder('latin1').decode(bytes.subarray(0, 128)).slice(10, 128);
  const [size, known] = [header.length, shape.length > 0 ? shape : [list.length]];
  const renamed = header
    .replace('<u4', `<U${width}`)
    .replace(/\([^)]*\)/, `(${known.join(', ')}${known.length === 1 ? ',' : ''})`)
    .trimEnd();
  bytes.set(new TextEncoder().encode(`${renamed.padEnd(size - 1)}\n`), 10);
  return bytes;
}

const streams = (labels: Uint8Array): NPYSources => ({ inputs: () => [inputs], labels: () => [labels] });

describe('Dataset.fromNPY with a file for each array', () => {
  it('fromNPY reads 64-bit integers as labels', () => {
    const labels = npy(BigInt64Array.of(2n, 0n, 1n), 3);
    const data = Dataset.fromNPY({ inputs, labels });
    expect(data.inputs).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect([data.count, data.width]).toEqual([3, 2]);
    expect(Array.from(data.labels!)).toEqual([2, 0, 1]);
    expect(data.classes).toEqual([0, 1, 2]);
    expect(Dataset.fromNPY({ inputs, labels }, { classes: ['a', 'b', 'c'] }).classes).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('fromNPY reads strings as labels', () => {
    const data = Dataset.fromNPY({ inputs, labels: strings('bab') });
    expect(data.classes).toEqual(['a', 'b']);
    expect(Array.from(data.labels!)).toEqual([1, 0, 1]);
  });

  it('texts of different spelling stay different labels, in every file of NumPy', async () => {
    const labels = strings(['1e3', '1000', '01']);
    const classes = ['01', '1000', '1e3'];
    expect(Dataset.fromNPY({ inputs, labels }).classes).toEqual(classes);
    expect((await DataStream.fromNPY(streams(labels))).classes).toEqual(classes);
    const table = strings(['1', '1e3', '2', '1000', '3', '01'], 3, 2);
    expect(Dataset.fromNPY(table, { label: '1' }).classes).toEqual(classes);
  });

  it('labels that are ids are refused in every file of NumPy, because a label is an index', async () => {
    const ids = BigInt64Array.of(0n, 1n, 10_000_000n);
    const message = 'labels: the largest of 3 is 10000000';
    expect(() => Dataset.fromNPY({ inputs, labels: npy(ids, 3) })).toThrow(message);
    await expect(DataStream.fromNPY(streams(npy(ids, 3)))).rejects.toThrow(message);
    const npz = writeNPZ({ x: { values: Float32Array.of(1, 2, 3), shape: [3, 1] }, y: ids });
    expect(() => Dataset.fromNPZ(npz, { inputs: 'x', labels: 'y' })).toThrow(message);
  });

  it('fromNPY reads targets of one dimension and of two', () => {
    const one = Dataset.fromNPY({ inputs, targets: npy(Float64Array.of(1, 2, 3), 3) });
    expect(one.targets).toEqual(Float64Array.of(1, 2, 3));
    const two = Dataset.fromNPY({ inputs, targets: npy(Int16Array.of(1, 2, 3, 4, 5, 6), 3, 2) });
    expect(two.subset([1]).targets).toEqual(Int16Array.of(3, 4));
  });

  it('fromNPY reads images without a copy, with column names and a scale', () => {
    const images = npy(
      Uint8Array.from({ length: 12 }, (_, i) => i),
      3,
      2,
      2,
    );
    const data = Dataset.fromNPY({ inputs: images }, { inputScale: 1 / 255, columns: ['a', 'b', 'c', 'd'] });
    expect([data.count, data.width, data.inputScale]).toEqual([3, 4, 1 / 255]);
    expect(data.columns).toEqual(['a', 'b', 'c', 'd']);
    expect(data.inputs.buffer).toBe(images.buffer); // not copied
  });

  it.each<[string, object, object, Expected]>([
    [
      'labels of a different count',
      { inputs, labels: npy(Uint8Array.of(1, 2), 2) },
      {},
      [RangeError, 'labels: expected shape (3), a row for each row of inputs, got (2)'],
    ],
    [
      'one-hot labels',
      { inputs, labels: npy(new Uint8Array(6), 3, 2) },
      {},
      [RangeError, 'labels: expected shape (3), a row for each row of inputs, got (3, 2)'],
    ],
    [
      'targets of a different count',
      { inputs, targets: npy(new Float32Array(6), 2, 3) },
      {},
      [RangeError, 'targets: expected shape (3, outputs), a row for each row of inputs, got (2, 3)'],
    ],
    [
      'labels below 0',
      { inputs, labels: npy(Int8Array.of(1, -1, 0), 3) },
      {},
      [RangeError, 'labels[1]: expected a whole number'],
    ],
    [
      'labels with a fraction',
      { inputs, labels: npy(Float64Array.of(1, 0.5, 0), 3) },
      {},
      [RangeError, 'labels[1]: expected a whole number'],
    ],
    [
      'labels beside targets',
      { inputs, labels: npy(new Uint8Array(3), 3), targets: npy(new Uint8Array(3), 3) },
      {},
      [TypeError, 'targets: expected either targets or labels'],
    ],
    ['NaN', { inputs: npy(Float32Array.of(1, NaN), 1, 2) }, {}, [RangeError, 'inputs[0][1] is NaN']],
    [
      'inputs of strings',
      { inputs: strings('ab') },
      {},
      [TypeError, 'inputs: expected numbers, got strings'],
    ],
    [
      'a single number',
      { inputs: npy(Float32Array.of(1)) },
      {},
      [RangeError, 'inputs: expected at least one row of numbers, got shape ()'],
    ],
    [
      'an array without rows',
      { inputs: npy(new Float32Array(0), 0, 4) },
      {},
      [RangeError, 'inputs: expected at least one row of numbers, got shape (0, 4)'],
    ],
    [
      'integers of more than 53 bits',
      { inputs: npy(BigInt64Array.of(1n, 2n ** 60n), 1, 2) },
      {},
      [
        RangeError,
        'inputs[0][1] is 1152921504606846976; JavaScript numbers hold 53 bits: save it as float64',
      ],
    ],
    [
      'a wrong number of column names',
      { inputs },
      { columns: ['a'] },
      [RangeError, 'columns: expected 2 names'],
    ],
    [
      'a file that is no NumPy array',
      { inputs, labels: new Uint8Array(20) },
      {},
      [FormatError, 'labels: expected a NumPy array'],
    ],
    ['an unknown key', { inputs, test: inputs }, {}, [TypeError, "files: unknown 'test'"]],
    ['an option of tables', { inputs }, { label: '1' }, [TypeError, "options: unknown 'label'"]],
    [
      'a path in place of bytes',
      { inputs: 'a.npy' },
      {},
      [TypeError, "inputs: expected the bytes of a NumPy array, got 'a.npy'"],
    ],
  ])('fromNPY rejects %s', async (_what, files, options, [Class, message]) => {
    await expectError(() => Dataset.fromNPY(files as never, options), [Class, message]);
  });
});

describe('Dataset.fromNPY with a single array', () => {
  const table = npy(Float64Array.of(1, NaN, 0, 3, 4, 1, 5, 6, 0), 3, 3);

  it('fromNPY takes the options of CSV for the columns of a single array', () => {
    const options = { columns: ['a', 'b', 'kind'], label: 'kind', missing: 'mean' } as const;
    const data = Dataset.fromNPY(table, options);
    expect(data.columns).toEqual(['a', 'b']);
    expect(data.inputs).toEqual(Float64Array.of(1, 5, 3, 4, 5, 6));
    expect(data.classes).toEqual([0, 1]);
    expect(Dataset.fromNPY(table, { targets: '0', inputs: ['2'] }).targets).toEqual(Float64Array.of(1, 3, 5));
  });

  it('fromNPY reads strings of a single array like fields of a CSV text', () => {
    const bytes = strings('1a2b');
    const header = new TextDecoder('latin1')
      .decode(bytes.subarray(10, 128))
      .replace('(4,), }  ', '(2, 2), }');
    bytes.set(new TextEncoder().encode(header), 10);
    const data = Dataset.fromNPY(bytes, { label: '1' });
    expect(data.inputs).toEqual(Float64Array.of(1, 2));
    expect(data.classes).toEqual(['a', 'b']);
  });

  it.each<[string, Uint8Array, object, Expected]>([
    ['NaN, which counts as missing', table, {}, [RangeError, "npy row 1, column '1' is missing; fill it in"]],
    [
      'one dimension',
      npy(Float32Array.of(1, 2), 2),
      {},
      [RangeError, 'npy: expected an array of two dimensions, a row for each sample, got shape (2)'],
    ],
    [
      'three dimensions',
      npy(new Float32Array(8), 2, 2, 2),
      {},
      [RangeError, 'npy: expected an array of two dimensions'],
    ],
    ['a wrong number of column names', table, { columns: ['a'] }, [RangeError, 'columns: expected 3 names']],
    [
      'a label that names no column',
      table,
      { label: 'kind' },
      [RangeError, "label: there is no column 'kind'; the columns are '0', '1', '2'"],
    ],
  ])('fromNPY rejects a single array with %s', async (_what, bytes, options, [Class, message]) => {
    await expectError(() => Dataset.fromNPY(bytes, options), [Class, message]);
  });
});

describe('Dataset.fromNPZ', () => {
  const npz = writeNPZ({
    x_train: { values: Uint8Array.of(1, 2, 3, 4), shape: [2, 2] },
    y_train: Uint8Array.of(1, 0),
    broken: Float32Array.of(NaN),
  });

  it('fromNPZ reads the named arrays and ignores the others', () => {
    const data = Dataset.fromNPZ(npz, { inputs: 'x_train', labels: 'y_train', inputScale: 0.5 });
    expect(data.inputs).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(Array.from(data.labels!)).toEqual([1, 0]);
    expect(data.inputScale).toBe(0.5);
    const targets = Dataset.fromNPZ(npz, { inputs: 'x_train', targets: 'y_train', columns: ['a', 'b'] });
    expect(Array.from(targets.targets!)).toEqual([1, 0]);
    expect(targets.columns).toEqual(['a', 'b']);
  });

  it.each<[string, object, Expected]>([
    [
      'a name that the file lacks',
      { inputs: 'x' },
      [FormatError, "npz has no array 'x'; it has 'x_train', 'y_train', 'broken'"],
    ],
    [
      'options without a name',
      {},
      [TypeError, "inputs: expected the name of an array, got undefined; the arrays are 'x_train'"],
    ],
    ['an unknown option', { inputs: 'x_train', label: 'y_train' }, [TypeError, "options: unknown 'label'"]],
  ])('fromNPZ rejects %s', async (_what, names, [Class, message]) => {
    await expectError(() => Dataset.fromNPZ(npz, names as never), [Class, message]);
  });
});

describe('Dataset.fromIDX with gzip', () => {
  const images = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8);
  const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 4);

  it('fromIDX reads gzipped files like unpacked ones', () => {
    const packed = Dataset.fromIDX({ images: gzipSync(images), labels: gzipSync(labels) });
    const plain = Dataset.fromIDX({ images, labels });
    expect(packed.inputs).toEqual(plain.inputs);
    expect(packed.labels).toEqual(plain.labels);
  });

  it('fromIDX reads gzipped noise, which cannot be compressed', () => {
    const header = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 100, 0, 0, 0, 28, 0, 0, 0, 28);
    const noise = Buffer.concat([header, randomBytes(100 * 784)]);
    expect(Dataset.fromIDX({ images: gzipSync(noise) }).count).toBe(100);
  });

  it('fromIDX rejects gzipped files whose size does not match the IDX header', async () => {
    await expectError(
      () => Dataset.fromIDX({ images: gzipSync(Buffer.concat([images, new Uint8Array(10_000_000)])) }),
      [FormatError, 'images: expected at most 24 bytes unpacked, got 10000024'],
    );
    await expectError(
      () => Dataset.fromIDX({ images: gzipSync(images.subarray(0, 20)) }),
      [RangeError, 'images: expected 2 × 2 × 2 bytes after the header, and at least one, got 4'],
    );
  });

  it('fromIDX rejects corrupt and truncated gzip', async () => {
    const packed = gzipSync(images);
    packed[packed.length - 6]! ^= 1;
    await expectError(
      () => Dataset.fromIDX({ images: packed }),
      [FormatError, 'images has the wrong checksum'],
    );
    await expectError(
      () => Dataset.fromIDX({ images: gzipSync(images).subarray(0, 30) }),
      [FormatError, /images: .*(bytes|unpacked)/],
    );
  });
});
