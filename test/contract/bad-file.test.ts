import { describe, expect, it } from 'vitest';
import { FormatError, Network } from '../../src/index.js';
import { catchError, expectError, spec } from '../support/patient.js';
import { makeFile, pickParts, type Parts } from '../support/safetensors.js';

// Bytes that are not a network are refused at the place that is wrong.

const saved = (await Network.create(spec)).save();
const { header, data } = pickParts(saved);
const text = JSON.stringify(header);
const bp4 = header.__metadata__['bp4']!;

const withEntries = (changes: object): Buffer => makeFile({ ...header, ...changes }, data);
const withEntry = (changes: object): Buffer =>
  withEntries({ '0.bias': { ...header['0.bias']!, ...changes } });
const withJSON = (json: string): Buffer => withEntries({ __metadata__: { bp4: json } });
const withSpec = (changes: object): Buffer =>
  withJSON(JSON.stringify({ ...(JSON.parse(bp4) as object), ...changes }));
const withText = (from: string, to: string): Buffer => {
  expect(text).toContain(from);
  return makeFile(text.replace(from, to), data);
};
const withLength = (length: bigint): Buffer => {
  const file = Buffer.from(saved);
  file.writeBigUInt64LE(length);
  return file;
};
const withFloat = (at: number, value: number): Buffer => {
  const changed = Buffer.from(data);
  changed.writeFloatLE(value, at);
  return makeFile(header, changed);
};
const without = (name: string): Parts['header'] =>
  Object.fromEntries(Object.entries(header).filter(([key]) => key !== name)) as Parts['header'];

const cases: [what: string, bytes: Uint8Array, message: RegExp | string][] = [
  ['nothing', new Uint8Array(), 'expected at least 8 bytes, got 0'],
  ['seven bytes', saved.slice(0, 7), 'expected at least 8 bytes, got 7'],
  [
    'a header cut short',
    saved.slice(0, 99),
    'length of the header: expected a whole number from 0 to 91, got',
  ],
  [
    'an enormous header',
    withLength(2n ** 64n - 1n),
    'length of the header: expected a whole number from 0 to',
  ],
  ['a header 2³² longer', withLength(BigInt(saved.length) + 2n ** 32n), 'length of the header: expected'],
  ['no header', withLength(0n), "header: expected an object, got ''"],
  ['a header of too many bytes', makeFile(text + ' '.repeat(2 ** 24), data), 'from 0 to 16777216, got'],
  ['a header that is an array', makeFile(`[${text}]`, data), "header: expected an object, got '[{"],
  ['a header after a space', makeFile(` ${text}`, data), "header: expected an object, got ' {"],
  ['a header after a byte-order mark', makeFile(`\ufeff${text}`, data), 'header: expected an object'],
  ['a header that is not UTF-8', makeFile(header, data).fill(0xff, 20, 21), 'utf-8'],
  ['a header that is no JSON', makeFile(text.slice(0, -1), data), /JSON/],
  ['two headers', makeFile(text + text, data), /JSON/],
  ['a name twice', withText('"1.bias"', '"0.bias"'), 'header: duplicate name'],
  ['the same name, escaped', withText('"1.bias"', String.raw`"0.bia\u0073"`), 'header: duplicate name'],
  ['a field twice', withText('"dtype":"F32"', '"dtype":"F32","dtype":"F32"'), 'header: duplicate name'],
  ['no metadata', makeFile(without('__metadata__'), data), 'json: expected an object from toJSON, got null'],
  ['metadata of null', withEntries({ __metadata__: null }), 'json: expected an object'],
  ['metadata without a network', withEntries({ __metadata__: { format: 'pt' } }), 'json: expected an object'],
  [
    'metadata that are no strings',
    withEntries({ __metadata__: { bp4, epochs: 3 } }),
    "__metadata__ 'epochs': expected a string, got 3",
  ],
  [
    'an entry of null',
    withEntries({ x: null }),
    "'x': expected an object { dtype, shape, data_offsets }, got null",
  ],
  ['an entry that is an array', withEntries({ x: [] }), "'x': expected an object { dtype"],
  ['an entry with another field', withEntry({ strides: [1] }), "'0.bias': unknown 'strides'"],
  ['doubles', withEntry({ dtype: 'F64' }), "'0.bias'.dtype: expected one of 'F32', got 'F64'"],
  ['no dtype', withEntry({ dtype: undefined }), "'0.bias'.dtype: expected one of 'F32', got undefined"],
  ['no shape', withEntry({ shape: undefined }), "'0.bias'.shape: expected an array, got undefined"],
  ['a shape that is no array', withEntry({ shape: { length: 1 } }), "'0.bias'.shape: expected an array"],
  ['a negative size', withEntry({ shape: [-4] }), "'0.bias'.shape[0]: expected a whole number of at least 0"],
  ['a broken size', withEntry({ shape: [4.5] }), "'0.bias'.shape[0]: expected a whole number"],
  ['a size in words', withEntry({ shape: ['4'] }), "'0.bias'.shape[0]: expected a whole number, got '4'"],
  [
    'a size too large',
    withText('"shape":[4]', '"shape":[1e400]'),
    "'0.bias'.shape[0]: expected a whole number",
  ],
  [
    'nine dimensions',
    withEntry({ shape: Array(9).fill(1) }),
    "'0.bias'.shape.length: expected a whole number",
  ],
  ['a larger shape', withEntry({ shape: [5] }), "'0.bias'.data_offsets: expected [48, 68], got [48, 64]"],
  [
    'a shape whose product is too large',
    withEntry({ shape: Array(8).fill(2 ** 52) }),
    "'0.bias'.data_offsets: expected [48, ",
  ],
  [
    'a shape whose product is NaN',
    withEntry({ shape: [...(Array(7).fill(2 ** 53 - 1) as number[]), 0] }),
    "'0.bias'.data_offsets: expected [48, ",
  ],
  ['one offset', withEntry({ data_offsets: [48] }), "'0.bias'.data_offsets.length: expected a whole number"],
  [
    'a negative offset',
    withEntry({ data_offsets: [-8, 8] }),
    "'0.bias'.data_offsets[0]: expected a whole number",
  ],
  [
    'offsets in turn',
    withEntry({ data_offsets: [64, 48] }),
    "'0.bias'.data_offsets: expected [48, 64], got [64, 48]",
  ],
  [
    'an overlap',
    withEntry({ data_offsets: [44, 60] }),
    "'0.bias'.data_offsets: expected [48, 64], got [44, 60]",
  ],
  ['a gap', withEntry({ data_offsets: [52, 68] }), "'0.bias'.data_offsets: expected [48, 64], got [52, 68]"],
  [
    'the same place twice',
    withEntries({ '1.bias': { ...header['1.bias']!, data_offsets: [0, 8] } }),
    "'0.weight'.data_offsets: expected [8, 56], got [0, 48]",
  ],
  [
    'data that end early',
    makeFile(header, data.subarray(0, -1)),
    'expected 104 bytes after the header, got 103',
  ],
  [
    'bytes after the end',
    makeFile(header, Buffer.concat([data, data])),
    'expected 104 bytes after the header, got 208',
  ],
  ['a weight of NaN', withFloat(0, NaN), '0.weight[0] is NaN; expected a finite number'],
  ['an infinite weight', withFloat(100, -Infinity), '1.bias[1] is -Infinity; expected a finite number'],
  [
    'a tensor too many',
    withEntries({ x: { dtype: 'F32', shape: [0], data_offsets: [0, 0] } }),
    "'x': expected no more",
  ],
  [
    'a tensor too few',
    makeFile(without('1.bias'), data.subarray(0, 96)),
    "'1.bias.shape': expected [2], got [no such tensor]",
  ],
  ['weights transposed', withText('[4,3]', '[3,4]'), "'0.weight.shape': expected [4,3], got [3,4]"],
  ['weights in a row', withText('[4,3]', '[12]'), "'0.weight.shape': expected [4,3], got [12]"],
  ['a spec that is no JSON', withJSON('{'), /JSON/],
  ['a spec that is a number', withJSON('7'), 'json: expected an object from toJSON, got 7'],
  ['a spec with a name twice', withJSON(bp4.replace('"version"', '"format"')), 'bp4: duplicate name'],
  [
    'another format',
    withSpec({ format: 'onnx' }),
    "expected format 'bp4', version 1, got format 'onnx', version 1",
  ],
  [
    'another version',
    withSpec({ version: 2 }),
    "expected format 'bp4', version 1, got format 'bp4', version 2",
  ],
  ['a broken seed', withSpec({ seed: 0.5 }), 'seed: expected a whole number'],
  ['a generator of zeros', withSpec({ generator: [0, 0, 0, 0] }), 'generator: expected four words'],
  ['other inputs', withSpec({ inputs: 4 }), "'0.weight.shape': expected [4,4], got [4,3]"],
  [
    'huge layers',
    withSpec({ layers: [{ units: 2 ** 28, activation: 'softmax' }] }),
    "'0.weight.shape': expected [268435456",
  ],
  [
    'a layer too few',
    withSpec({ layers: [{ units: 4, activation: 'tanh' }], loss: 'quadratic' }),
    "'1.weight': expected no more",
  ],
  [
    'a spec nested too deep',
    withSpec({ x: JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown }),
    'bp4: nested deeper than 32',
  ],
  ['a header nested very deep', makeFile('{"a":'.repeat(200_000), data), 'header: nested deeper than 32'],
  [
    'a header of very many parts',
    makeFile(`{"a":[${'[],'.repeat(600_000)}0]}`, data),
    'or has more than 524288 parts',
  ],
];

describe('load', () => {
  it.each(cases)('load rejects a file with %s', async (_, bytes, message) => {
    const error = await catchError(() => Network.load(bytes));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/^expected a network from save: /);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).cause).toBeInstanceOf(Error);
  });

  it.each([
    ['nothing at all', undefined, 'bytes: expected a Uint8Array or an ArrayBuffer, got undefined'],
    ['a string', '{}', "bytes: expected a Uint8Array or an ArrayBuffer, got '{}'"],
    ['numbers', Array.from(saved), 'bytes: expected a Uint8Array or an ArrayBuffer, got an array'],
    ['a length', 8, 'bytes: expected a Uint8Array or an ArrayBuffer, got 8'],
  ])('load rejects %s instead of bytes', async (_, bytes, message) => {
    await expectError(() => Network.load(bytes as never), [TypeError, message]);
  });

  it('load rejects an unknown option', async () => {
    await expectError(
      () => Network.load(saved, { seed: 1 } as object),
      [TypeError, "options: unknown 'seed'"],
    );
  });
});

describe('load, of valid files,', () => {
  it.each([
    ['a header of other spaces', makeFile(JSON.stringify(header, undefined, 2), data)],
    ['other metadata beside its own', withEntries({ __metadata__: { format: 'pt', bp4 } })],
    ['what a later version may add', withSpec({ note: { nested: [1, 2] } })],
  ])('load accepts %s', async (_, bytes) => {
    expect((await Network.load(bytes)).save()).toEqual(saved);
  });

  it('load accepts names that are properties of every object', async () => {
    const json = bp4.replace('{', '{"__proto__":{"inputs":9},"constructor":1,');
    expect((await Network.load(withJSON(json))).save()).toEqual(saved);
    const proto = text.replace('{', '{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},');
    await expectError(
      () => Network.load(makeFile(proto, data)),
      [FormatError, "'__proto__': expected no more tensors"],
    );
    expect({}).not.toHaveProperty('dtype');
  });
});
