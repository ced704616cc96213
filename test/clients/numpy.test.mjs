import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Network } from 'bp4';
import { Dataset } from 'bp4/data';
import { fromNPZ, readNPY, readNPZ, toNPZ, writeNPY, writeNPZ } from 'bp4/numpy';
import { afterAll, describe, expect, it } from 'vitest';
import { pythonText } from './python.mjs';

// NumPy itself writes what we read, and reads what we write.

const folder = mkdtempSync(join(tmpdir(), 'bp4-numpy-'));
const path = (name) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns what the program printed, as JSON */
function python(program) {
  const text = pythonText(`import json, numpy as np\n${program}`, [], ['python3-numpy'], folder);
  return text === '' ? undefined : JSON.parse(text);
}

const numbers = [
  ...['f2', 'f4', 'f8', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8'].flatMap((kind) => [
    `<${kind}`,
    `>${kind}`,
  ]),
  '?',
];

describe('NumPy writes', () => {
  it('readNPY reads every type that NumPy writes, in both orders of bytes and of dimensions, in any shape', () => {
    python(`
for i, dtype in enumerate(json.loads('${JSON.stringify(numbers)}')):
    for j, shape in enumerate([(), (0, 3), (24,), (4, 6), (2, 3, 4), (2, 1, 3, 4)]):
        n = int(np.prod(shape))
        a = (np.arange(n) % 2 if dtype == '?' else np.arange(n)).astype(dtype).reshape(shape)
        np.save(f'{i}-{j}-C.npy', a)
        np.save(f'{i}-{j}-F.npy', np.asfortranarray(a).reshape(shape))
`);
    const shapes = [[], [0, 3], [24], [4, 6], [2, 3, 4], [2, 1, 3, 4]];
    for (const [i, dtype] of numbers.entries()) {
      for (const [j, shape] of shapes.entries()) {
        const count = shape.reduce((product, size) => product * size, 1);
        for (const order of 'CF') {
          const array = readNPY(readFileSync(path(`${i}-${j}-${order}.npy`)));
          expect(array.shape, `${dtype} ${order}`).toEqual(shape);
          const expected = Array.from({ length: count }, (_, n) => (dtype === '?' ? n % 2 : n));
          expect(Array.from(array.values, Number), `${dtype} ${order}`).toEqual(expected);
        }
      }
    }
  });

  it('readNPY reads every half that NumPy writes, to the bit', () => {
    python(`
a = np.arange(65536, dtype=np.uint16).view(np.float16)
np.save('halves.npy', a)
np.save('singles.npy', a.astype(np.float32))`);
    const halves = readNPY(readFileSync(path('halves.npy'))).values;
    expect(halves).toEqual(readNPY(readFileSync(path('singles.npy'))).values);
  });

  it('readNPY reads strings that NumPy writes', () => {
    python(`np.save('strings.npy', np.array([['a', 'äöü'], ['', '\\U0001f600']]))`);
    expect(readNPY(readFileSync(path('strings.npy')))).toMatchObject({
      dtype: 'str',
      shape: [2, 2],
      values: ['a', 'äöü', '', '\u{1f600}'],
    });
  });

  it('readNPZ reads files of arrays that NumPy writes, packed or not', () => {
    python(`
a, b = np.arange(10000).reshape(100, 100), np.linspace(0, 1, 7, dtype='f4')
np.savez('plain.npz', a=a, b=b)
np.savez_compressed('packed.npz', a=a, b=b)`);
    for (const name of ['plain.npz', 'packed.npz']) {
      const arrays = readNPZ(readFileSync(path(name)));
      expect([...arrays.keys()]).toEqual(['a', 'b']);
      expect(arrays.get('a').shape).toEqual([100, 100]);
      expect(Number(arrays.get('a').values[9999])).toBe(9999);
      expect(arrays.get('b').values).toEqual(Float32Array.from({ length: 7 }, (_, i) => Math.fround(i / 6)));
      const data = Dataset.fromNPZ(readFileSync(path(name)), { inputs: 'a', targets: 'a' });
      expect([data.count, data.width]).toEqual([100, 100]);
    }
  });

  it('readNPY rejects the objects, dates and fields that NumPy writes', () => {
    python(`
np.save('objects.npy', np.array([{'a': 1}, None]), allow_pickle=True)
np.save('dates.npy', np.array(['2020-01-01'], dtype='datetime64[D]'))
np.save('fields.npy', np.zeros(3, dtype=[('a', 'f4'), ('b', 'i2')]))`);
    expect(() => readNPY(readFileSync(path('objects.npy')))).toThrow('pickled Python objects');
    expect(() => readNPY(readFileSync(path('dates.npy')))).toThrow('is not supported');
    expect(() => readNPY(readFileSync(path('fields.npy')))).toThrow('the array has named fields');
  });
});

describe('NumPy reads', () => {
  it('NumPy reads the arrays of every type and the files that bp4 writes', () => {
    const arrays = {
      i1: Int8Array.of(-128, 127),
      i8: BigInt64Array.of(-(2n ** 62n), 5n),
      u2: Uint16Array.of(0, 65535),
      u8: BigUint64Array.of(2n ** 63n, 1n),
      f4: Float32Array.of(0.1, -2),
      f8: Float64Array.of(0.1, -2),
    };
    writeFileSync(path('written.npz'), writeNPZ(arrays));
    writeFileSync(path('written.npy'), writeNPY(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
    expect(
      python(`
z = np.load('written.npz', allow_pickle=False)
a = np.load('written.npy', allow_pickle=False)
print(json.dumps([{k: [z[k].dtype.str, [str(v) for v in z[k].tolist()]] for k in z.files}, a.tolist()]))`),
    ).toEqual([
      {
        i1: ['|i1', ['-128', '127']],
        i8: ['<i8', ['-4611686018427387904', '5']],
        u2: ['<u2', ['0', '65535']],
        u8: ['<u8', ['9223372036854775808', '1']],
        f4: ['<f4', [String(Math.fround(0.1)), '-2.0']],
        f8: ['<f8', ['0.1', '-2.0']],
      },
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ]);
  });
});

describe('networks', () => {
  const hidden = {
    sigmoid: 'Z = 1/(1+np.exp(-Z))',
    tanh: 'Z = np.tanh(Z)',
    relu: 'Z = np.maximum(Z, 0)',
    leakyRelu: 'Z = np.where(Z > 0, Z, 0.01*Z)',
    elu: 'Z = np.where(Z > 0, Z, np.exp(np.minimum(Z, 0))-1)',
    softplus: 'Z = np.log1p(np.exp(Z))',
    swish: 'Z = Z/(1+np.exp(-Z))',
    gelu: 'Z = 0.5*Z*(1+np.tanh(np.sqrt(2/np.pi)*(Z+0.044715*Z**3)))',
    geluExact: 'import math; Z = 0.5*Z*(1+np.vectorize(math.erf)(Z/np.sqrt(2)))',
    selu: 'Z = 1.0507009873554805*np.where(Z > 0, Z, 1.6732632423543772*np.expm1(np.minimum(Z, 0)))',
    mish: 'Z = Z*np.tanh(np.log1p(np.exp(Z)))',
    softsign: 'Z = Z/(1+np.abs(Z))',
    linear: '',
  };
  const last = {
    softmax: ['crossEntropy', 'Z = np.exp(Z-Z.max(1, keepdims=True)); Z = Z/Z.sum(1, keepdims=True)'],
    sigmoid: ['binaryCrossEntropy', hidden.sigmoid],
    linear: ['meanSquaredError', ''],
  };
  const cases = Object.keys(hidden).flatMap((one, i) => [[one, Object.keys(last)[i % 3]]]);

  it.each([...cases, ['tanh', 'softmax'], ['relu', 'sigmoid']])(
    'NumPy computes the outputs of bp4 from the arrays of a network, and writes them back to the bit: %s, then %s',
    async (one, end) => {
      const [loss, step] = last[end];
      const layers = [
        { units: 5, activation: one },
        { units: 3, activation: end },
      ];
      const net = await Network.create({ inputs: 4, layers, loss, seed: 7 });
      const inputs = [
        [0.5, -1, 2, 0.25],
        [-3, 1, 0, 1],
      ];
      writeFileSync(path('net.npz'), toNPZ(net));
      const outputs = python(`
n = np.load('net.npz')
Z = np.array(${JSON.stringify(inputs)})
Z = Z @ n['0.weight'].T.astype('f8') + n['0.bias']
${hidden[one]}
Z = Z @ n['1.weight'].T.astype('f8') + n['1.bias']
${step}
np.savez_compressed('back.npz', **{k: n[k] for k in n.files if k != 'bp4.json'})
print(json.dumps([Z.ravel().tolist(), json.loads(n['bp4.json'])['loss']]))`);
      const ours = net.predict(inputs);
      for (const [i, output] of outputs[0].entries()) expect(Math.abs(ours[i] - output)).toBeLessThan(1e-5);
      expect(outputs[1]).toBe(loss);
      const back = await fromNPZ(readFileSync(path('back.npz')), { activations: [one, end], loss });
      expect(back.layers).toEqual(net.layers);
      expect(back.predict(inputs)).toEqual(ours);
      expect((await fromNPZ(readFileSync(path('net.npz')))).toJSON()).toEqual(net.toJSON());
    },
  );
});
