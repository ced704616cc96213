import { describe, expect, it } from 'vitest';
import { fromONNX } from '../../src/formats/onnx/index.js';
import { encode } from '../../src/formats/onnx/encode.js';
import { model } from '../../src/formats/onnx/proto.js';
import { toTensor } from '../../src/formats/onnx/tensor.js';
import { FormatError, type NetworkJSON } from '../../src/index.js';
import { file, node, numbers, tensor } from '../support/onnx.js';

// Graphs as others write them, and what is refused. test/clients/onnx.test.mjs has files that PyTorch itself wrote.

const read = async (bytes: Uint8Array, output?: string): Promise<NetworkJSON> =>
  (await fromONNX(bytes, { engine: 'reference', ...(output !== undefined && { output }) })).toJSON();

const constant = (name: string, ...values: number[]): ReturnType<typeof tensor> =>
  toTensor({ name, dims: values.length === 1 ? [] : [values.length], values: Float32Array.from(values) });

const describeShape = (name: string, ...values: bigint[]): ReturnType<typeof tensor> =>
  toTensor({ name, dims: [values.length], values: BigInt64Array.from(values) });

const w = tensor('w', 3, 2);
const b = tensor('b', 2);
const gemm = node('Gemm', ['x', 'w', 'b'], 'z');
const answer = node('Gemm', ['x', 'w', 'b'], 'y');

/** w, turned: [units][fanIn]. */
const weights = [
  [0.125, 0.375, 0.625],
  [0.25, 0.5, 0.75],
];
const biases = [0.125, 0.25];

describe('layers', () => {
  const expected = { units: 2, activation: 'tanh', weights, biases };
  const tanh = node('Tanh', ['z'], 'y');
  const turned = toTensor({ name: 'w', dims: [2, 3], values: Float32Array.from(weights.flat()) });

  it.each([
    ['Gemm', [gemm, tanh], [w, b]],
    ['Gemm of turned weights', [node('Gemm', ['x', 'w', 'b'], 'z', { transB: 1 }), tanh], [turned, b]],
    [
      'Gemm of Transpose',
      [node('Transpose', ['w'], 't'), node('Gemm', ['x', 't', 'b'], 'z'), tanh],
      [turned, b],
    ],
    ['MatMul, Add', [node('MatMul', ['x', 'w'], 'm'), node('Add', ['m', 'b'], 'z'), tanh], [w, b]],
    ['Add of the bias first', [node('MatMul', ['x', 'w'], 'm'), node('Add', ['b', 'm'], 'z'), tanh], [w, b]],
    [
      'Gemm without bias, Add',
      [node('Gemm', ['x', 'w', ''], 'm'), node('Add', ['m', 'b'], 'z'), tanh],
      [w, b],
    ],
    [
      'what leaves numbers as they are',
      [
        node('Flatten', ['x'], 'f'),
        node('Cast', ['f'], 'c', { to: 1 }),
        node('Identity', ['w'], 'v'),
        node('Gemm', ['c', 'v', 'b'], 'g'),
        node('Dropout', ['g'], 'd'),
        node('Reshape', ['d', 'shape'], 'z'),
        node('Tanh', ['z'], 't'),
        node('Identity', ['t'], 'y'),
      ],
      [w, b, describeShape('shape', -1n, 2n)],
    ],
    [
      'a row by the size of the batch',
      [
        node('Shape', ['x'], 's'),
        node('Gather', ['s', 'zero'], 'n', { axis: 0 }),
        node('Unsqueeze', ['n', 'axes'], 'u'),
        node('Concat', ['u', 'rest'], 'to', { axis: 0 }),
        node('Reshape', ['x', 'to'], 'r'),
        node('Gemm', ['r', 'w', 'b'], 'z'),
        tanh,
      ],
      [
        w,
        b,
        toTensor({ name: 'zero', dims: [], values: BigInt64Array.of(0n) }),
        describeShape('axes', 0n),
        describeShape('rest', -1n),
      ],
    ],
  ])('fromONNX reads layers from %s', async (_, nodes, initializers) => {
    const { inputs, layers, loss, transforms } = await read(file(nodes, initializers));
    expect({ inputs, layers, loss, transforms }).toEqual({
      inputs: 3,
      layers: [expected],
      loss: 'quadratic',
      transforms: undefined,
    });
  });

  it('fromONNX reads layers with alpha, beta and a bias for all units', async () => {
    const nodes = [node('Gemm', ['x', 'w', 'b'], 'y', { alpha: 0.5, beta: 2.5 })];
    const { layers } = await read(file(nodes, [w, constant('b', 4)]));
    expect(layers[0]!.weights).toEqual(weights.map((row) => row.map((weight) => weight / 2)));
    expect(layers[0]!.biases).toEqual([10, 10]);
  });

  it('fromONNX reads layers from numbers of all types, raw or not', async () => {
    const plain = { name: 'w', dims: [3, 2] };
    const halves = [0x3000, 0x3400, 0x3600, 0x3800, 0x3900, 0x3a00];
    const upperBits = Array.from(new Uint32Array(numbers(6).buffer), (bits) => bits >>> 16);
    for (const given of [
      { ...plain, dataType: 1, floatData: [...numbers(6)] },
      { ...plain, dataType: 11, doubleData: [...numbers(6)] },
      { ...plain, dataType: 16, int32Data: upperBits },
      { ...plain, dataType: 16, rawData: new Uint8Array(Uint16Array.from(upperBits).buffer) },
      { ...plain, dataType: 10, int32Data: halves },
      { ...plain, dataType: 10, rawData: new Uint8Array(Uint16Array.from(halves).buffer) },
      toTensor({ ...plain, values: Float64Array.from(numbers(6)) }),
    ]) {
      expect((await read(file([node('Gemm', ['x', 'w'], 'y')], [given]))).layers[0]!.weights).toEqual(
        weights,
      );
    }
    const odd = { ...plain, dataType: 10, int32Data: [0x0001, 0x8001, 0x0400, 0x7bff, 0x8000, 0xc000] };
    const { layers } = await read(file([node('Gemm', ['x', 'w'], 'y')], [odd]));
    expect(layers[0]!.weights).toEqual([
      [2 ** -24, 2 ** -14, -0].map((value) => expect.closeTo(value, 12) as number),
      [-(2 ** -24), 65504, -2].map((value) => expect.closeTo(value, 12) as number),
    ]);
  });

  it('fromONNX reads layers up to the output of a given name', async () => {
    const nodes = [gemm, node('Softmax', ['z'], 'y'), node('ArgMax', ['y'], 'label')];
    const bytes = file(nodes, [w, b], { graph: { output: [{ name: 'label' }, { name: 'y' }] } });
    expect((await read(bytes, 'y')).layers[0]!.activation).toBe('softmax');
    await expect(read(bytes)).rejects.toThrow(
      /expected a graph of one output, got 'label', 'y'; set options\.output/,
    );
    await expect(read(bytes, 'label')).rejects.toThrow(
      /graph\.node\[2\], ArgMax 'the label': it computes labels, not the outputs of a network/,
    );
  });
});

describe('fromONNX', () => {
  const [one, half, third] = [constant('one', 1), constant('half', 0.5), constant('three', 3)];
  it.each([
    ['swish', [node('Sigmoid', ['z'], 's'), node('Mul', ['s', 'z'], 'y')], []],
    [
      'softsign',
      [node('Abs', ['z'], 'a'), node('Add', ['one', 'a'], 's'), node('Div', ['z', 's'], 'y')],
      [one],
    ],
    [
      'sigmoid',
      [
        node('Mul', ['z', 'half'], 'h'),
        node('Tanh', ['h'], 't'),
        node('Add', ['t', 'one'], 's'),
        node('Mul', ['half', 's'], 'y'),
      ],
      [one, half],
    ],
    [
      'tanh',
      [
        node('Add', ['z', 'z'], 'w2'),
        node('Sigmoid', ['w2'], 's'),
        node('Add', ['s', 's'], 'd'),
        node('Sub', ['d', 'one'], 'y'),
      ],
      [one],
    ],
    ['gelu', [node('Gelu', ['z'], 'y', { approximate: 'tanh' })], []],
    ['geluExact', [node('Gelu', ['z'], 'y')], []],
    [
      'geluExact', // as torch.onnx.export writes it
      [
        node('Div', ['z', 'root'], 'q'),
        node('Erf', ['q'], 'e'),
        node('Add', ['e', 'one'], 's'),
        node('Mul', ['z', 's'], 'p'),
        node('Mul', ['p', 'half'], 'y'),
      ],
      [one, half, constant('root', Math.SQRT2)],
    ],
    ['selu', [node('Selu', ['z'], 'y')], []],
    ['selu', [node('Selu', ['z'], 'y', { alpha: 1.6732632, gamma: 1.0507009 })], []],
    ['mish', [node('Mish', ['z'], 'y')], []],
    ['mish', [node('Softplus', ['z'], 's'), node('Tanh', ['s'], 't'), node('Mul', ['z', 't'], 'y')], []],
    [
      'gelu',
      [
        node('Pow', ['z', 'three'], 'p'),
        node('Mul', ['p', 'kappa'], 'k'),
        node('Add', ['k', 'z'], 's'),
        node('Mul', ['s', 'beta'], 'm'),
        node('Tanh', ['m'], 't'),
        node('Add', ['t', 'one'], 'u'),
        node('Mul', ['u', 'z'], 'v'),
        node('Mul', ['v', 'half'], 'y'),
      ],
      [one, half, third, constant('kappa', 0.044715), constant('beta', Math.sqrt(2 / Math.PI))],
    ],
    [
      'relu',
      [node('Abs', ['z'], 'a'), node('Add', ['a', 'z'], 's'), node('Mul', ['s', 'half'], 'y')],
      [half],
    ],
    [
      'sigmoid',
      [
        node('Neg', ['z'], 'n'),
        node('Exp', ['n'], 'e'),
        node('Sum', ['one', 'e'], 's'),
        node('Reciprocal', ['s'], 'y'),
      ],
      [one],
    ],
  ])('fromONNX recognizes %s however it is written', async (activation, nodes, more) => {
    for (const bytes of [
      file([gemm, ...nodes], [w, b, ...more]),
      // and where another layer comes after it
      file([gemm, ...nodes, node('Gemm', ['y', 'w1'], 'z1')], [w, b, ...more, tensor('w1', 2, 4)], {
        graph: { output: [{ name: 'z1' }] },
      }),
    ]) {
      const { layers, transforms } = await read(bytes);
      expect(layers[0]!.activation).toBe(activation);
      expect(transforms).toBeUndefined();
    }
  });
});

describe('what surrounds the layers', () => {
  it('fromONNX reads scales and shifts around the layers as transforms', async () => {
    const nodes = [
      node('Sub', ['x', 'means'], 'x1'),
      node('Div', ['x1', 'deviations'], 'x2'),
      node('Mul', ['half', 'x2'], 'x3'),
      node('Add', ['one', 'x3'], 'x4'),
      node('Gemm', ['x4', 'w', 'b'], 'z'),
      node('Sigmoid', ['z'], 'a'),
      node('Mul', ['a', 'ten'], 'a1'),
      node('Sub', ['a1', 'steps'], 'a2'),
      node('Div', ['a2', 'half'], 'y'),
    ];
    const given = (...deviations: number[]): Uint8Array =>
      file(nodes, [
        ...[w, b, constant('means', 1, 2, 3), constant('deviations', ...deviations), constant('half', 0.5)],
        ...[constant('one', 1), constant('ten', 10), constant('steps', 0, -1)],
      ]);
    // (x − 1)/2/2 + 1 = (x + 3)/4
    expect((await read(given(2, 4, 8))).transforms).toEqual({
      inputs: [
        { kind: 'standardize', mean: -3, deviation: 4 },
        { kind: 'standardize', mean: -6, deviation: 8 },
        { kind: 'standardize', mean: -13, deviation: 16 },
      ],
      targets: [
        { kind: 'standardize', mean: 0, deviation: 20 },
        { kind: 'standardize', mean: 2, deviation: 20 },
      ],
    });
    // always 0, and 1 added to it
    await expect(read(given(2, 4, Infinity))).rejects.toThrow(/transforms\.inputs\[2\]\.mean/);
  });

  it('fromONNX reads a shift after a scale as transforms', async () => {
    const nodes = [
      node('Div', ['x', 'four'], 'x1'),
      node('Sub', ['x1', 'three'], 'x2'),
      node('MatMul', ['x2', 'w'], 'y'),
    ];
    const { transforms } = await read(file(nodes, [w, constant('four', 4), constant('three', 3)]));
    // x/4 − 3 = (x − 12)/4
    const column = { kind: 'standardize', mean: 12, deviation: 4 };
    expect(transforms).toEqual({ inputs: [column, column, column] });
  });

  it('fromONNX reads the Scaler of skl2onnx as transforms', async () => {
    const scaler = {
      ...node('Scaler', ['x'], 's'),
      domain: 'ai.onnx.ml',
      attribute: [
        { name: 'offset', floats: [1, 2, 3], type: 6 },
        { name: 'scale', floats: [0.5, 1, 4], type: 6 },
      ],
    };
    const { transforms } = await read(file([scaler, node('MatMul', ['s', 'w'], 'y')], [w]));
    expect(transforms!.inputs).toEqual([
      { kind: 'standardize', mean: 1, deviation: 2 },
      { kind: 'standardize', mean: 2, deviation: 1 },
      { kind: 'standardize', mean: 3, deviation: 0.25 },
    ]);
  });
});

describe('fromONNX, of a graph it cannot read,', () => {
  const [one, two] = [constant('one', 1), constant('two', -2)];
  const next = [node('Gemm', ['a', 'w1'], 'y')];
  const w1 = tensor('w1', 2, 2);
  it.each([
    [
      'an operator',
      [gemm, node('Sin', ['z'], 'y')],
      [w, b],
      /^bytes: graph\.node\[1\], Sin 'the y': this operator is not supported; use Gemm, MatMul, Add/,
    ],
    [
      'an operator of others',
      [{ ...answer, domain: 'com.microsoft' }],
      [w, b],
      /node\[0\], com\.microsoft\.Gemm 'the y'/,
    ],
    ['a name of Object', [node('constructor', ['x'], 'y')], [], /node\[0\], constructor/],
    [
      'branches',
      [gemm, node('Gemm', ['z', 'w1'], 'a'), node('Add', ['a', 'z'], 'y')],
      [w, b, w1],
      /node\[2\], Add 'the y': branches of different layers meet/,
    ],
    [
      'weights that are computed',
      [gemm, node('MatMul', ['z', 'z'], 'y')],
      [w, b],
      /node\[1\], MatMul 'the y': expected its input 1 to be a constant/,
    ],
    [
      'constants alone',
      [node('Relu', ['w'], 'y'), gemm],
      [w, b],
      /an output that depends on one input, got none/,
    ],
    [
      'an input twice',
      [node('Add', ['x', 'v'], 'y')],
      [],
      /an output that depends on one input, got 'x', 'v'/,
    ],
    [
      'no layer',
      [node('Relu', ['x'], 'y')],
      [],
      /expected a graph of at least one layer \(Gemm, or MatMul\), got none/,
    ],
    ['no layer at all', [node('Identity', ['x'], 'y')], [], /at least one layer/],
    ['no node', [], [], /an output that depends on one input, got none/],
    [
      'an activation of inputs',
      [node('Relu', ['x'], 'r'), node('MatMul', ['r', 'w'], 'y')],
      [w],
      /node\[0\], Relu 'the r': before the first layer/,
    ],
    [
      'another function',
      [gemm, node('Mul', ['z', 'two'], 'm'), node('Tanh', ['m'], 'a'), ...next],
      [w, b, two, w1],
      /node\[2\], Tanh 'the a': its result is not one of the activations sigmoid, /,
    ],
    [
      'a scale within, before an activation',
      [gemm, node('Relu', ['z'], 'r'), node('Mul', ['r', 'b'], 's'), node('Tanh', ['s'], 'a'), ...next],
      [w, b, w1],
      /node\[3\], Tanh 'the a': its result is not one of the activations/,
    ],
    [
      'another function at the end',
      [gemm, node('Relu', ['z'], 'r'), node('Sigmoid', ['r'], 'y')],
      [w, b],
      /node\[2\], Sigmoid 'the y': after the last layer/,
    ],
    [
      'a negative range',
      [gemm, node('Mul', ['z', 'two'], 'y')],
      [w, b, two],
      /^bytes: transforms\.targets\[0\]: expected a deviation/,
    ],
    [
      'softmax within',
      [gemm, node('Softmax', ['z'], 'a'), ...next],
      [w, b, w1],
      /layers\[0\]\.activation: 'softmax' is only for the last layer/,
    ],
    [
      'softmax of an activation',
      [gemm, node('Relu', ['z'], 'a'), node('Softmax', ['a'], 'y')],
      [w, b],
      /node\[2\], Softmax 'the y': expected it directly after/,
    ],
    [
      'softmax of columns',
      [gemm, node('Softmax', ['z'], 'y', { axis: 0 })],
      [w, b],
      /axis: expected 1 or -1, got 0/,
    ],
    [
      'what comes after softmax',
      [gemm, node('Softmax', ['z'], 'a'), node('Relu', ['a'], 'y')],
      [w, b],
      /node\[2\], Relu 'the y': after the last/,
    ],
    [
      'softmax of one unit',
      [node('MatMul', ['x', 'w'], 'z'), node('Softmax', ['z'], 'y')],
      [tensor('w', 3, 1)],
      /softmax of a single unit/,
    ],
    [
      'selu with another α',
      [gemm, node('Selu', ['z'], 'y', { alpha: 1.5 })],
      [w, b],
      /node\[1\], Selu 'the y': expected the α and γ of selu, 1\.67/,
    ],
    [
      'a power',
      [gemm, node('Pow', ['z', 'two'], 'y')],
      [w, b, two],
      /Pow 'the y': expected the exponent 2 or 3/,
    ],
    ['transA', [node('Gemm', ['x', 'w'], 'y', { transA: 1 })], [w], /transA: expected 0/],
    [
      'a bias for each sample',
      [node('Gemm', ['x', 'w', 'c'], 'y')],
      [w, tensor('c', 2, 1)],
      /expected a constant of 1 or 2 numbers, got dims \[2,1\]/,
    ],
    [
      'a bias too long',
      [node('Gemm', ['x', 'w', 'c'], 'y')],
      [w, tensor('c', 3)],
      /expected a constant of 1 or 2 numbers, got dims \[3\]/,
    ],
    [
      'means too many',
      [node('Sub', ['x', 'b'], 's'), node('MatMul', ['s', 'w'], 'y')],
      [w, b],
      /node\[0\], Sub 'the s': expected a constant of 1 or 3 numbers/,
    ],
    [
      'weights that do not fit',
      [gemm, node('MatMul', ['z', 'w2'], 'y')],
      [w, b, tensor('w2', 3, 3)],
      /node\[1\], MatMul 'the y': its weights take 3 numbers, but its input has 2/,
    ],
    [
      'weights of three dims',
      [node('MatMul', ['x', 'w3'], 'y')],
      [tensor('w3', 3, 2, 2)],
      /expected weights of two dims, got dims \[3,2,2\]/,
    ],
    ['weights of none', [node('MatMul', ['x', 'w0'], 'y')], [tensor('w0', 0, 9)], /got dims \[0,9\]/],
    [
      'a Cast to integers',
      [node('Cast', ['x'], 'c', { to: 7 }), node('MatMul', ['c', 'w'], 'y')],
      [w],
      /Cast 'the c': to: expected a type of floats/,
    ],
    [
      'Flatten of all',
      [node('Flatten', ['x'], 'f', { axis: 0 }), node('MatMul', ['f', 'w'], 'y')],
      [w],
      /axis: expected 1/,
    ],
    [
      'Reshape to three',
      [node('Reshape', ['x', 's'], 'r'), node('MatMul', ['r', 'w'], 'y')],
      [w, describeShape('s', -1n, 1n, 3n)],
      /expected the shape \[-1, all numbers of a sample\], got \[-1,1,3\]/,
    ],
    ['a missing input', [node('Relu', [], 'y')], [], /an output that depends on one input/],
    ['a missing constant', [node('MatMul', ['x'], 'y')], [], /MatMul 'the y': its input 1 is missing/],
    [
      'a node too late',
      [node('MatMul', ['h', 'w'], 'y'), node('Identity', ['x'], 'h')],
      [w],
      /one input, got none/,
    ],
    [
      'a name twice',
      [gemm, node('Tanh', ['z'], 'y'), node('Relu', ['z'], 'y')],
      [w, b],
      /node\[2\], Relu 'the y': 'y' is defined twice/,
    ],
    [
      'a ring',
      [node('Add', ['x', 'r'], 'r'), node('MatMul', ['r', 'w'], 'y')],
      [w],
      /node\[0\], Add 'the r': no earlier node outputs its input 'r'/,
    ],
    [
      'an attribute of another type',
      [node('LeakyRelu', ['x'], 'y', { alpha: 1 })],
      [],
      /attribute alpha: expected type 1, got 2/,
    ],
    [
      'NaN',
      [node('MatMul', ['x', 'w'], 'y')],
      [toTensor({ name: 'w', dims: [1, 1], values: Float32Array.of(NaN) })],
      /^bytes: .*weight.* is NaN/,
    ],
    [
      'weights in another file',
      [answer],
      [
        {
          name: 'w',
          dataType: 1,
          dataLocation: 1,
          externalData: [{ key: 'location', value: '../../etc/passwd' }],
        },
        b,
      ],
      /initializer 'w': its numbers are in another file, '\.\.\/\.\.\/etc\/passwd'; pass that file in options\.files/,
    ],
    [
      'weights of strings',
      [answer],
      [{ ...w, dataType: 8 }, b],
      /initializer 'w': expected numbers of type float, double, float16, bfloat16, uint8, int8, int32, bool, int64, got type 8 of/,
    ],
    [
      'fewer numbers than dims ask for',
      [answer],
      [{ ...w, dims: [2 ** 31, 2 ** 31] }, b],
      /expected 4611686018427388000 numbers for dims \[2147483648,2147483648\], got 6/,
    ],
    [
      'the same weights many times',
      Array.from({ length: 2000 }, (_, l) =>
        node('Gemm', [l ? `z${l - 1}` : 'x', 'square'], l < 1999 ? `z${l}` : 'y'),
      ),
      [tensor('square', 300, 300)],
      /uses the same weights in too many layers/,
    ],
    [
      'many steps before',
      [
        ...Array.from({ length: 9 }, (_, i) => node('Add', [i ? `s${i - 1}` : 'x', 'one'], `s${i}`)),
        node('MatMul', ['s8', 'w'], 'y'),
      ],
      [w, one],
      /node\[0\], Add 'the s0': before the first layer, at most 8/,
    ],
    [
      'an error function alone',
      [gemm, node('Erf', ['z'], 'e'), node('MatMul', ['e', 'w2'], 'y')],
      [w, b, tensor('w2', 2, 1)],
      /Erf 'the e': its result is not one of the activations sigmoid/,
    ],
    [
      'an activation that bp4 does not have',
      [gemm, node('Clip', ['z', 'one'], 'y')],
      [w, b, one],
      /Clip 'the y': bp4 has no such activation; use one of sigmoid/,
    ],
    [
      'labels',
      [gemm, node('Greater', ['z', 'one'], 'y')],
      [w, b, one],
      /Greater 'the y': it computes labels/,
    ],
    [
      'a function of the model',
      [{ ...answer, domain: 'pkg.torch' }],
      [w, b],
      /it calls a function of the model; inline the functions/,
    ],
    [
      'a part of the units',
      [gemm, node('Gather', ['z', 'one'], 'y', { axis: 1 })],
      [w, b, one],
      /Gather 'the y': it picks some of the samples, or of the units; set options\.output/,
    ],
    [
      'several columns of inputs',
      [node('Concat', ['x', 'v'], 'c', { axis: 1 }), node('Gemm', ['c', 'w', 'b'], 'y')],
      [w, b],
      /one input, got 'x', 'v'; export it with all columns in one matrix/,
    ],
  ])('fromONNX names the first node that it rejects: %s', async (_, nodes, initializers, message) => {
    const bytes = file(nodes, initializers, { graph: { input: [{ name: 'x' }, { name: 'v' }] } });
    const error = (await fromONNX(bytes).catch((error: unknown) => error)) as Error;
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(message);
  });

  it('fromONNX rejects a number of inputs that the weights do not have', async () => {
    const input = (...sizes: number[]): object => ({
      graph: {
        input: [
          {
            name: 'x',
            type: { tensor: { shape: { dim: [{ name: 'n' }, ...sizes.map((size) => ({ size }))] } } },
          },
        ],
      },
    });
    const nodes = [node('Flatten', ['x'], 'f'), node('MatMul', ['f', 'w'], 'y')];
    expect((await read(file(nodes, [w], input(1, 3)))).inputs).toBe(3);
    await expect(read(file(nodes, [w], input(2, 2)))).rejects.toThrow(
      'bytes: the first layer takes 3 numbers, but the input of the graph has 4',
    );
  });

  it('fromONNX rejects models without a graph, and old ones', async () => {
    await expect(read(new Uint8Array())).rejects.toThrow('bytes: expected an ONNX model, got an empty file');
    await expect(read(encode(model, { irVersion: 7 }))).rejects.toThrow(
      'bytes: expected an ONNX model, got one without a graph',
    );
    await expect(read(file([gemm], [w, b], { opsetImport: [{ version: 6 }] }))).rejects.toThrow(
      'bytes: expected opset 7 or later, got 6; export it with a later opset',
    );
  });
});
