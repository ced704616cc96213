import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  fromNPZ,
  readNPY,
  readNPZ,
  toNPZ,
  writeNPY,
  writeNPZ,
  type WritableValues,
} from '../../src/formats/numpy/index.js';
import { FormatError, Network, type LayerSpec, type LossSpec } from '../../src/index.js';
import { expectError, type Expected } from '../support/patient.js';

// Arrays of NumPy as its format says; test/clients/numpy.test.mjs has NumPy itself on the other side.

/** An array as np.save writes it, of any header. */
function npy(header: string, values: Uint8Array = new Uint8Array(0), version = 1): Uint8Array {
  const prefix = version === 1 ? 10 : 12;
  const length = Math.ceil((prefix + header.length + 1) / 64) * 64 - prefix;
  const bytes = new Uint8Array(prefix + length + values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(header.padEnd(length - 1) + '\n'), prefix);
  bytes.set(values, prefix + length);
  return bytes;
}

const readHeader = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

const bytesIn = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('an array', () => {
  it.each<[string, WritableValues]>([
    ['int8', Int8Array.of(-128, 0, 1, 127, 5, 6)],
    ['int16', Int16Array.of(-32768, 0, 1, 32767, 5, 6)],
    ['int32', Int32Array.of(-(2 ** 31), 0, 1, 2 ** 31 - 1, 5, 6)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 0n, 1n, 2n ** 63n - 1n, 5n, 6n)],
    ['uint8', Uint8Array.of(0, 1, 2, 255, 5, 6)],
    ['uint8', Uint8ClampedArray.of(0, 1, 2, 255, 5, 6)],
    ['uint16', Uint16Array.of(0, 1, 2, 65535, 5, 6)],
    ['uint32', Uint32Array.of(0, 1, 2, 2 ** 32 - 1, 5, 6)],
    ['uint64', BigUint64Array.of(0n, 1n, 2n, 2n ** 64n - 1n, 5n, 6n)],
    ['float32', Float32Array.of(-0, 1.5, NaN, Infinity, 5, 6)],
    ['float64', Float64Array.of(-0, 0.1, NaN, -Infinity, 5, 6)],
  ])('readNPY reads an array of %s as it was written, to the bit', (dtype, values) => {
    for (const shape of [[6], [2, 3], [3, 1, 2], [6, 1]]) {
      const array = readNPY(writeNPY(values, shape));
      expect(array.dtype).toBe(dtype);
      expect(array.shape).toEqual(shape);
      expect(bytesIn(array.values as Float32Array)).toEqual(bytesIn(values));
    }
  });

  it('readNPY reads an array of no dimensions or no values as it was written', () => {
    expect(readNPY(writeNPY(Float64Array.of(3), []))).toMatchObject({
      shape: [],
      values: Float64Array.of(3),
    });
    expect(readNPY(writeNPY(new Float32Array(0), [0, 5])).shape).toEqual([0, 5]);
  });

  it('writeNPY begins values at a multiple of 64', () => {
    for (let size = 1; size < 1e9; size *= 7) {
      const bytes = writeNPY(new Uint8Array(0), [0, size]);
      expect(bytes.length % 64).toBe(0);
    }
  });
});

describe('readNPY', () => {
  it('readNPY reads big-endian values', () => {
    const view = new DataView(new ArrayBuffer(16));
    view.setFloat64(0, 0.1);
    view.setFloat64(8, -7);
    const bytes = npy(readHeader('>f8', '(2,)'), bytesIn(view));
    expect(readNPY(bytes).values).toEqual(Float64Array.of(0.1, -7));
    expect(bytesIn(view)).toEqual(bytes.subarray(-16)); // the user's bytes stay as they are
  });

  it('readNPY reads Fortran order of three dimensions', () => {
    // a[i][j][k] = 12i + 4j + k, the first index fastest
    const values = new Int32Array(24);
    let at = 0;
    for (let k = 0; k < 4; k++)
      for (let j = 0; j < 3; j++) for (let i = 0; i < 2; i++) values[at++] = 12 * i + 4 * j + k;
    const array = readNPY(npy(readHeader('<i4', '(2, 3, 4)', 'True'), bytesIn(values)));
    expect(array.values).toEqual(Int32Array.from({ length: 24 }, (_, i) => i));
  });

  it('readNPY reads float16 in single precision', () => {
    const halves = Uint16Array.of(
      0x3c00,
      0xc000,
      0x0001,
      0x03ff,
      0x0400,
      0x7bff,
      0x7c00,
      0xfc00,
      0x7e00,
      0x8000,
    );
    const { values, dtype } = readNPY(npy(readHeader('<f2', '(10,)'), bytesIn(halves)));
    expect(dtype).toBe('float16');
    expect(values).toEqual(
      Float32Array.of(1, -2, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 65504, Infinity, -Infinity, NaN, -0),
    );
  });

  it('readNPY reads bool and strings', () => {
    expect(readNPY(npy(readHeader('|b1', '(2,)'), Uint8Array.of(1, 0)))).toMatchObject({
      dtype: 'bool',
      values: Uint8Array.of(1, 0),
    });
    const codes = Uint32Array.from(Array.from('añ\u{1f600}b\0\0', (char) => char.codePointAt(0)!));
    expect(readNPY(npy(readHeader('<U3', '(2,)'), bytesIn(codes)))).toMatchObject({
      dtype: 'str',
      values: ['añ\u{1f600}', 'b'],
    });
  });

  it('readNPY reads versions 2 and 3, keys in another order, names in double quotes and sizes of Python 2', () => {
    const header = `{"shape": (2L, 1), 'fortran_order': False, "descr": "<u2"}`;
    for (const version of [1, 2, 3]) {
      expect(readNPY(npy(header, Uint8Array.of(1, 0, 2, 0), version))).toMatchObject({
        shape: [2, 1],
        values: Uint16Array.of(1, 2),
      });
    }
  });

  it('readNPY returns a view of the bytes where nothing must be changed, and a copy otherwise', () => {
    const bytes = writeNPY(Float32Array.of(1, 2));
    expect((readNPY(bytes).values as Float32Array).buffer).toBe(bytes.buffer);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(readNPY(shifted.subarray(1)).values).toEqual(Float32Array.of(1, 2));
    expect(readNPY(Buffer.from(bytes)).values).toEqual(Float32Array.of(1, 2));
    expect(readNPY(bytes.slice().buffer).values).toEqual(Float32Array.of(1, 2));
  });
});

describe('an npz file', () => {
  it('an npz file keeps names and order, and has the same bytes each time', () => {
    const arrays = { x: { values: Float32Array.of(1, 2, 3, 4), shape: [2, 2] }, y: Uint8Array.of(1, 0) };
    const bytes = writeNPZ(arrays);
    const read = readNPZ(bytes);
    expect([...read.keys()]).toEqual(['x', 'y']);
    expect(read.get('x')).toMatchObject({ dtype: 'float32', shape: [2, 2] });
    expect(read.get('y')!.values).toEqual(Uint8Array.of(1, 0));
    expect(writeNPZ(new Map(Object.entries(arrays)))).toEqual(bytes);
    const ofAnotherRealm = runInNewContext('new Map(entries)', { entries: Object.entries(arrays) }) as Map<
      string,
      never
    >;
    expect(writeNPZ(ofAnotherRealm)).toEqual(bytes);
  });

  it('an npz file accepts any name, and no name touches a prototype', () => {
    const names = ['__proto__', 'constructor', 'toString', '../up', 'ä', ''];
    const read = readNPZ(writeNPZ(new Map(names.map((name, i) => [name, Uint8Array.of(i)]))));
    expect([...read.keys()].sort()).toEqual([...names].sort());
    expect(({} as Record<string, unknown>)['0']).toBeUndefined();
  });
});

const networks: [string, LayerSpec[], LossSpec][] = [
  [
    'softmax',
    [
      { units: 4, activation: 'tanh' },
      { units: 3, activation: 'softmax' },
    ],
    'crossEntropy',
  ],
  [
    'sigmoid, dropout',
    [
      { units: 4, activation: 'leakyRelu', alpha: 0.2, dropout: 0.3 },
      { units: 3, activation: 'sigmoid' },
    ],
    { name: 'binaryCrossEntropy', labelSmoothing: 0.1 },
  ],
  ['linear', [{ units: 3, activation: 'linear' }], { name: 'huber', delta: 2 }],
];

describe('networks', () => {
  it.each(networks)('fromNPZ restores a network to the bit: %s', async (_name, layers, loss) => {
    const transforms = {
      inputs: [{ kind: 'standardize', mean: 1, deviation: 2, name: 'a' }, { kind: 'identity' }],
    } as const;
    const net = await Network.create({ inputs: 2, layers, loss, seed: 5, transforms });
    await net.train({ inputs: [[1, 2]], targets: [[0, 1, 0]] }, { epochs: 2, optimizer: 'adam' });
    const back = await fromNPZ(toNPZ(net));
    expect(back.toJSON()).toEqual(net.toJSON());
    expect(back.predict([[3, 4]])).toEqual(net.predict([[3, 4]]));
  });

  const weights = {
    '0.weight': { values: Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), shape: [3, 2] },
    '0.bias': Float32Array.of(1, 2, 3),
    '2.weight': { values: Float32Array.of(1, 2, 3), shape: [1, 3] },
    '2.bias': Float32Array.of(0.5),
  };

  it('fromNPZ reads arrays alone with their activations, and skips numbers of modules between', async () => {
    const net = await fromNPZ(writeNPZ(weights), {
      activations: ['tanh', 'sigmoid'],
      loss: 'binaryCrossEntropy',
    });
    expect(net.inputs).toBe(2);
    expect(net.loss).toBe('binaryCrossEntropy');
    expect(net.layers.map(({ units, activation }) => [units, activation])).toEqual([
      [3, 'tanh'],
      [1, 'sigmoid'],
    ]);
    expect(net.layers[0]!.weights).toEqual(Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6));
    expect(net.layers[1]!.biases).toEqual(Float32Array.of(0.5));
  });

  it('fromNPZ sets the loss of Network.create when none is given', async () => {
    const net = await fromNPZ(writeNPZ(weights), { activations: ['tanh', 'sigmoid'] });
    expect(net.loss).toBe('quadratic');
  });

  it.each<[string, Record<string, unknown>, object | undefined, Expected]>([
    [
      'no activations',
      weights,
      undefined,
      [TypeError, 'activations: expected an array, because the file holds only weights'],
    ],
    ['too few', weights, { activations: ['tanh'] }, [RangeError, 'activations: expected 2, one for each']],
    [
      'none that there is',
      weights,
      { activations: ['tanh', 'tan'] },
      [FormatError, 'npz: layers.1..activation'],
    ],
    [
      'no bias',
      { '0.weight': weights['0.weight'] },
      { activations: ['tanh'] },
      [FormatError, "npz has no array '0.bias'"],
    ],
    [
      'another array',
      { ...weights, x: Uint8Array.of(1) },
      { activations: ['tanh', 'tanh'] },
      [FormatError, "npz: the array 'x' is not one of '0.weight'"],
    ],
    [
      'whole numbers',
      { ...weights, '2.bias': Int32Array.of(1) },
      { activations: ['tanh', 'tanh'] },
      [FormatError, 'npz: 2.bias: expected floats with 1 dimensions, got int32'],
    ],
    [
      'rows that do not fit',
      { ...weights, '2.weight': { values: Float32Array.of(1, 2), shape: [1, 2] } },
      { activations: ['tanh', 'tanh'] },
      [FormatError, 'npz: 2.weight: expected rows of 3'],
    ],
    [
      'biases that do not fit',
      { ...weights, '2.bias': Float32Array.of(1, 2) },
      { activations: ['tanh', 'tanh'] },
      [FormatError, 'npz: 2.bias: expected 1 values'],
    ],
    [
      'NaN',
      { ...weights, '2.bias': Float32Array.of(NaN) },
      { activations: ['tanh', 'tanh'] },
      [FormatError, 'npz: .*NaN'],
    ],
    ['nothing', {}, { activations: ['tanh'] }, [FormatError, 'expected an .npz file, got an empty ZIP']],
    ['an unknown option', weights, { activation: 'tanh' }, [TypeError, "options: unknown 'activation'"]],
  ])('fromNPZ rejects arrays or activations: %s', async (_what, arrays, options, [Class, message]) => {
    await expectError(() => fromNPZ(writeNPZ(arrays as never), options), [Class, new RegExp(message)]);
  });

  it('fromNPZ rejects activations beside those of the file', async () => {
    const net = await Network.create({ inputs: 2, layers: [{ units: 1, activation: 'tanh' }] });
    await expectError(
      () => fromNPZ(toNPZ(net), { activations: ['tanh'] }),
      [TypeError, 'activations: the file holds activations and loss'],
    );
  });
});

describe('arrays that cannot be read', () => {
  const two = new Uint8Array(16);
  it.each<[string, Uint8Array, string]>([
    [
      'another file',
      new TextEncoder().encode('a,b\n1,2\n3,4\n5,6\n'),
      'expected a NumPy array, which begins',
    ],
    ['nothing', new Uint8Array(0), 'ends within its header'],
    ['half a header', npy(readHeader('<f8', '(2,)')).subarray(0, 40), 'ends within its header'],
    ['a later version', npy(readHeader('<f8', '(2,)'), two, 4), 'format version 4 is not supported'],
    ['too few values', npy(readHeader('<f8', '(3,)'), two), 'float64 of shape .3. are 24 bytes, got 16'],
    ['too many values', npy(readHeader('<f8', '(1,)'), two), 'float64 of shape .1. are 8 bytes, got 16'],
    [
      'more than there can be',
      npy(readHeader('<f8', '(99999999999, 99999999999)'), two),
      'are .* bytes, got 16',
    ],
    ['objects', npy(readHeader('|O', '(2,)'), two), 'pickled Python objects, which can execute code'],
    ['dates', npy(readHeader('<M8[ns]', '(2,)'), two), "its type '<M8.ns.' is not supported"],
    ['complex numbers', npy(readHeader('<c16', '(1,)'), two), "its type '<c16' is not supported"],
    ['strings of nothing', npy(readHeader('<U0', '(99999999,)')), "its type '<U0' is not supported"],
    [
      'a string that is none',
      npy(readHeader('<U1', '(4,)'), two.slice().fill(255)),
      'a code point that is not a character',
    ],
    [
      'fields',
      npy(`{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }`, two),
      'named fields',
    ],
    [
      'an expression',
      npy(`{'descr': '<f8', 'fortran_order': False, 'shape': (1+1,), }`, two),
      'expected .* in the header',
    ],
    ['a call', npy(`__import__('os').system('true')`, two), 'expected a Python literal'],
    [
      'a name twice',
      npy(`{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2,)}`, two),
      'twice|expected',
    ],
    [
      'an unknown name',
      npy(`{'descr': '<f8', 'other': 1, 'fortran_order': False, 'shape': (2,)}`, two),
      "expected 'descr', 'fortran_order' or 'shape'",
    ],
    [
      'no shape',
      npy(`{'descr': '<f8', 'fortran_order': False}`, two),
      'expected descr, fortran_order and shape',
    ],
    ['something after it', npy(`${readHeader('<f8', '(2,)')} 1`, two), 'expected the end in the header'],
    ['a size below 0', npy(readHeader('<f8', '(-2,)'), two), 'expected a Python literal'],
    ['65 dimensions', npy(readHeader('<f8', `(${'1, '.repeat(65)})`), two), 'at most 64 dimensions'],
  ])('readNPY rejects an array that it cannot read: %s', async (_what, bytes, message) => {
    await expectError(() => readNPY(bytes), [FormatError, new RegExp(message)]);
  });

  it('readNPY, writeNPY and writeNPZ reject arguments of a wrong type or shape', async () => {
    await expectError(
      () => readNPY('x' as never),
      [TypeError, "bytes: expected the bytes of a NumPy array, got 'x'"],
    );
    await expectError(() => writeNPY([1, 2] as never), [TypeError, 'values: expected a typed array']);
    await expectError(() => writeNPY(Uint8Array.of(1), [2]), [RangeError, 'shape: (2) are 2 values, got 1']);
    await expectError(
      () => writeNPY(Uint8Array.of(1), [0.5, 2]),
      [RangeError, 'shape[0]: expected a whole number'],
    );
    await expectError(() => writeNPZ({ a: [1] as never }), [TypeError, "array 'a': values: expected"]);
  });
});

describe('broken zip files', () => {
  const whole = writeNPZ({ a: Float32Array.of(1, 2, 3), b: Uint8Array.of(1) });

  it('readNPZ rejects a file with a changed value by its checksum', async () => {
    const changed = whole.slice();
    const at = whole.findIndex((_, i) => whole[i] === 0x93 && whole[i + 1] === 0x4e) + 128;
    changed[at + 3]! ^= 1;
    await expectError(
      () => readNPZ(changed),
      [FormatError, "npz: the checksum of the entry 'a.npy' differs"],
    );
  });

  it('readNPZ rejects a file with an impossible size before it allocates memory', async () => {
    const { zipSync } = await import('fflate');
    const packed = zipSync({ 'a.npy': writeNPY(new Float32Array(1000)) }, { level: 9 });
    const view = new DataView(packed.buffer);
    // The size in the directory (§4.3.12 of APPNOTE.TXT).
    const directory = view.getUint32(packed.length - 22 + 16, true);
    view.setUint32(directory + 24, 2 ** 30, true);
    await expectError(
      () => readNPZ(packed),
      [FormatError, /a.npy': expected 1073741824 bytes unpacked, more than \d+ packed bytes can hold/],
    );
    view.setUint32(directory + 24, 2 ** 30 + 1, true);
    await expectError(
      () => readNPZ(packed),
      [FormatError, 'its entries decompress to more than 1073741824 bytes'],
    );
  });
});
