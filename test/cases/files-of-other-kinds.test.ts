import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recognizeForeign } from '../../src/formats/foreign.js';
import { writeNPZ, fromNPZ, toNPZ } from '../../src/formats/numpy/index.js';
import { writeZip } from '../../src/formats/numpy/zip.js';
import { fromONNX, toONNX } from '../../src/formats/onnx/index.js';
import { fromSafetensors, toSafetensors } from '../../src/formats/safetensors/index.js';
import { FormatError, Network } from '../../src/index.js';
import { FileError, loadFile, loadONNX, loadTFJS } from '../../src/node/index.js';
import { toTensor } from '../../src/formats/onnx/tensor.js';
import { bp4, type Ran } from '../support/cli.js';
import { file, node, tensor } from '../support/onnx.js';
import { catchError } from '../support/patient.js';

// Files given in place of a model are named for what they are, by every reader.

const bytes = (latin1: string): Uint8Array => new Uint8Array(Buffer.from(latin1, 'latin1'));
const zip = (...names: string[]): Uint8Array =>
  writeZip(new Map(names.map((name) => [name, bytes('content')])));

const foreign: [string, Uint8Array, RegExp][] = [
  [
    'a Git LFS pointer',
    bytes('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'),
    /Git LFS.*git lfs pull/,
  ],
  ['an HTML page', bytes('\n<!DOCTYPE html><html>'), /HTML page.*check the address/],
  ['PMML', bytes('<?xml version="1.0"?><PMML>'), /XML/],
  ['HDF5', bytes('\x89HDF\r\n\x1a\n\0\0'), /HDF5.*tensorflowjs_converter/],
  ['a pickle', bytes('\x80\x04\x95\x10'), /pickle.*skl2onnx/],
  ['an old file of PyTorch', bytes('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j'), /PyTorch/],
  ['a new file of PyTorch', zip('archive/data.pkl', 'archive/data/0'), /PyTorch.*safetensors/],
  ['Keras', zip('metadata.json', 'config.json', 'model.weights.h5'), /Keras model/],
  ['an Excel file', zip('[Content_Types].xml', 'xl/workbook.xml'), /Excel or OpenDocument workbook/],
  ['a zipped model', zip('net/model.onnx'), /ZIP.*unpack it/],
  ['TensorFlow Lite', bytes('\x1c\0\0\0TFL3'), /TensorFlow Lite/],
  ['a SavedModel', bytes('\x08\x01\x12\x10\x0a\x05serve saved_model'), /SavedModel/],
  ['a frozen graph', bytes('\x0a\x10\x0a\x01x\x12\x0bPlaceholder'), /frozen graph/],
  ['GGUF', bytes('GGUF\x03\0\0\0'), /GGUF/],
  ['gzip', bytes('\x1f\x8b\x08\0'), /gzip.*unpack it/],
  ['Zstandard', bytes('\x28\xb5\x2f\xfd'), /Zstandard/],
  ['an empty file', new Uint8Array(), /empty file/],
];

const readers = {
  fromONNX: (given: Uint8Array) => fromONNX(given),
  fromSafetensors: (given: Uint8Array) => fromSafetensors(given, { activations: ['linear'] }),
  fromNPZ: (given: Uint8Array) => fromNPZ(given, { activations: ['linear'] }),
};

const folder = mkdtempSync(join(tmpdir(), 'bp4-foreign-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(foreign)('%s', (_, given, message) => {
  it.each(Object.entries(readers))('%s names it', async (_, read) => {
    const error = await catchError(() => read(given));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });

  it('loadFile and loadTFJS name it', async () => {
    const path = join(folder, 'model.json');
    writeFileSync(path, given);
    for (const load of [loadFile, loadTFJS]) await expect(load(path)).rejects.toThrow(message);
  });
});

it('models of bp4, and arrays of NumPy, are not foreign', async () => {
  const net = await Network.create({ inputs: 3, layers: [{ units: 2, activation: 'tanh' }] });
  for (const given of [
    toONNX(net),
    toSafetensors(net),
    toNPZ(net),
    net.save(),
    writeNPZ({ a: Float32Array.of(1, 2) }),
  ])
    expect(recognizeForeign(given)).toBeUndefined();
});

describe('a header of safetensors', () => {
  const json = '{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}';
  const withHeader = (header: string): Uint8Array => {
    const length = new Uint8Array(BigUint64Array.of(BigInt(header.length)).buffer);
    return new Uint8Array([...length, ...bytes(header), 0, 0, 128, 63]);
  };
  const read = (header: string): Promise<Network> =>
    fromSafetensors(withHeader(header), { activations: ['linear'] });

  it('fromSafetensors reads spaces at its end, and names NULs there and spaces before it', async () => {
    expect([...(await read(`${json}   `)).predict([[2]])]).toEqual([2]);
    await expect(read(`${json}\0\0`)).rejects.toThrow(
      /the header is padded with NULs, not with spaces; the tensors are intact/,
    );
    await expect(read(` ${json}`)).rejects.toThrow(/the header begins with a space/);
  });
});

describe('loadONNX', () => {
  const weights = Float32Array.of(0.5, -2);
  const model = file(
    [node('MatMul', ['x', 'w'], 'y')],
    [
      {
        name: 'w',
        dims: [2, 1],
        dataType: 1,
        dataLocation: 1,
        externalData: [{ key: 'location', value: 'net.onnx.data' }],
      },
    ],
  );
  const path = join(folder, 'net.onnx');

  it('loadONNX reads the weights beside the model', async () => {
    writeFileSync(path, model);
    writeFileSync(join(folder, 'net.onnx.data'), new Uint8Array(weights.buffer));
    expect([...(await loadONNX(path)).predict([[1, 2]])]).toEqual([-3.5]);
    const whole = file(
      [node('MatMul', ['x', 'w'], 'y')],
      [toTensor({ name: 'w', dims: [2, 1], values: weights })],
    );
    writeFileSync(path, whole);
    expect([...(await loadONNX(path)).predict([[1, 2]])]).toEqual([-3.5]);
  });

  it('loadONNX names the files that are there in place of a missing one, and rejects paths outside', async () => {
    writeFileSync(path, model);
    rmSync(join(folder, 'net.onnx.data'), { force: true });
    writeFileSync(join(folder, 'net.onnx (1).data'), new Uint8Array(weights.buffer));
    const error = await catchError(() => loadONNX(path));
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(/the folder has 'net\.onnx \(1\)\.data'; rename the file/);
    const outside = file(
      [node('MatMul', ['x', 'w'], 'y')],
      [
        {
          name: 'w',
          dims: [2, 1],
          dataType: 1,
          dataLocation: 1,
          externalData: [{ key: 'location', value: '../w' }],
        },
      ],
    );
    writeFileSync(path, outside);
    await expect(loadONNX(path)).rejects.toThrow(/external data '\.\.\/w': expected a file in the folder/);
  });
});

describe('the command line', () => {
  const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd: folder });
  const put = (name: string, content: Uint8Array): void => writeFileSync(join(folder, name), content);
  const gemm = node('MatMul', ['x', 'w'], 'z');
  const w = tensor('w', 2, 2);

  it.each([
    [
      'a stream of Arrow',
      's.arrow',
      bytes('\xff\xff\xff\xff\x98\x01\0\0\x10\0\0\0\0\0'),
      /it is an Arrow.*Parquet or CSV/,
    ],
    [
      'a stream of Arrow in place of CSV',
      's.csv',
      bytes('\xff\xff\xff\xff\x98\x01\0\0\x10\0\0\0'),
      /it is an Arrow/,
    ],
    [
      'Parquet in gzip',
      'd.parquet.gz',
      bytes('\x1f\x8b\x08\0\0\0\0\0'),
      /it is a gzip file; decompress it first/,
    ],
  ])('names %s', async (_, name, content, message) => {
    put(name, content);
    expect((await run('train', name)).stderr).toMatch(message);
  });

  it.each([
    ['logarithms', [gemm, node('LogSoftmax', ['z'], 'y')], ['y'], /not their logarithms; use --output z$/m],
    ['labels', [gemm, node('ArgMax', ['z'], 'y')], ['y'], /it computes labels.*use --output NAME$/m],
    [
      'a part of the units',
      [gemm, node('Slice', ['z', 'w'], 'y')],
      ['y'],
      /picks a part.*use --output NAME$/m,
    ],
    ['several outputs', [gemm, node('Softmax', ['z'], 'y')], ['z', 'y'], /got 'z', 'y'; use --output NAME$/m],
  ])('names --output for a model of %s', async (_, nodes, names, message) => {
    put('m.onnx', file(nodes, [w], { graph: { output: names.map((name) => ({ name })) } }));
    expect((await run('inspect', 'm.onnx')).stderr).toMatch(message);
    expect((await run('inspect', 'm.onnx', '--output', 'z')).code).toBe(0);
  });

  it('lists the files beside a model whose weights a browser has renamed', async () => {
    const { rawData, ...inside } = w;
    const external = {
      ...inside,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'net.onnx.data' }],
    };
    put('net (1).onnx', file([node('MatMul', ['x', 'w'], 'y')], [external]));
    put('net.onnx (1).data', rawData!);
    expect((await run('inspect', 'net (1).onnx')).stderr).toMatch(
      /net\.onnx\.data: no such file; the folder has 'net\.onnx \(1\)\.data'; rename/,
    );
  });
});
