import { describe, expect, it } from 'vitest';
import { fromONNX, toONNX, type ONNXOptions } from '../../src/formats/onnx/index.js';
import { toTensor } from '../../src/formats/onnx/tensor.js';
import type { GivenNode, GivenTensor } from '../../src/formats/onnx/proto.js';
import { FormatError, Network } from '../../src/index.js';
import { file, node } from '../support/onnx.js';
import { catchError } from '../support/patient.js';

// Nodes between the layers that fold into weights, and nodes that don't. Figures come from double precision.

type Row = readonly number[];

/** A constant of one row of numbers, or of a matrix. */
const floats = (name: string, values: readonly number[] | readonly Row[]): GivenTensor =>
  toTensor({
    name,
    dims: Array.isArray(values[0]) ? [values.length, values[0].length] : [values.length],
    values: Float32Array.from((values as readonly (number | Row)[]).flat()),
  });

const bytesOf = (
  name: string,
  dataType: number,
  dims: readonly number[],
  rawData: Uint8Array,
): GivenTensor => ({
  ...{ name, dataType, dims, rawData },
});

/** [3][2] */
const matrix = [
  [0.5, -1],
  [0.25, 2],
  [-0.75, 1],
];
const tensors = [
  floats('w', matrix),
  floats('b', [0.5, -0.25]),
  floats('v', [[1], [-2]]),
  floats('scale', [2, -0.5]),
  floats('shift', [0.25, 1]),
  floats('mean', [1, -3]),
  floats('variance', [0.25, 9]),
];
const parts = ['scale', 'shift', 'mean', 'variance'];
const row = [1, -2, 3];
const dense = node('Gemm', ['x', 'w', 'b'], 'z');
const z = [0, 1].map((j) => row.reduce((sum, x, k) => sum + x * matrix[k]![j]!, [0.5, -0.25][j]!));
const norm = (values: Row, epsilon: number): number[] =>
  values.map(
    (value, j) =>
      ((value - [1, -3][j]!) / Math.sqrt([0.25, 9][j]! + epsilon)) * [2, -0.5][j]! + [0.25, 1][j]!,
  );
const relu = (values: Row): number[] => values.map((value) => Math.max(0, value));
const last = (values: Row): number[] => [values[0]! - 2 * values[1]!];

const load = (
  nodes: readonly GivenNode[],
  more: readonly GivenTensor[] = [],
  options: ONNXOptions = {},
): Promise<Network> => fromONNX(file(nodes, [...tensors, ...more]), options);

const predict = async (nodes: readonly GivenNode[], more: readonly GivenTensor[] = []): Promise<number[]> => [
  ...(await load(nodes, more)).predict([row]),
];

const closeTo = (values: readonly number[]): number[] =>
  values.map((value) => expect.closeTo(value, 5) as number);

describe('BatchNormalization', () => {
  const [after, before] = [node('BatchNormalization', ['z', ...parts], 'n', { epsilon: 0.125 }), 0.125];

  it('fromONNX folds it into the layer before it', async () => {
    expect(await predict([dense, after, node('Relu', ['n'], 'y')])).toEqual(closeTo(relu(norm(z, before))));
    expect(await predict([dense, after, node('Identity', ['n'], 'y')])).toEqual(closeTo(norm(z, before)));
    const net = await load([dense, after, node('Identity', ['n'], 'y')]);
    expect(net.toJSON()).toMatchObject({ layers: [{ units: 2, activation: 'linear' }] });
    expect(net.toJSON().transforms).toBeUndefined();
  });

  it('fromONNX takes the epsilon that ONNX defines where it is omitted', async () => {
    const plain = node('BatchNormalization', ['z', ...parts], 'y', { momentum: 0.5 });
    expect(await predict([dense, plain])).toEqual(closeTo(norm(z, 1e-5)));
  });

  it('fromONNX folds it into the layer after it, with the activation and the dropout between them', async () => {
    const nodes = [
      dense,
      node('Relu', ['z'], 'a'),
      node('BatchNormalization', ['a', ...parts], 'n'),
      node('Dropout', ['n'], 'd'),
      node('MatMul', ['d', 'v'], 'y'),
    ];
    expect(await predict(nodes)).toEqual(closeTo(last(norm(relu(z), 1e-5))));
  });

  it('fromONNX folds it into the first layer, and keeps the scales before it as transforms', async () => {
    const nodes = [
      node('Mul', ['x', 'half'], 'h'),
      node('BatchNormalization', ['h', 's3', 'b3', 'm3', 'v3'], 'n'),
      node('Gemm', ['n', 'w', 'b'], 'y'),
    ];
    const three = [
      floats('half', [0.5]),
      floats('s3', [0, -1, 2]),
      floats('b3', [1, 0, 3]),
      floats('m3', [1, 1, 1]),
      floats('v3', [1, 4, 0.25]),
    ];
    const net = await load(nodes, three);
    const normalized = [1, -(-1 - 1) / Math.sqrt(4 + 1e-5), ((1.5 - 1) / Math.sqrt(0.25 + 1e-5)) * 2 + 3];
    const expected = [0, 1].map((j) =>
      normalized.reduce((sum, x, k) => sum + x * matrix[k]![j]!, [0.5, -0.25][j]!),
    );
    expect([...net.predict([row])]).toEqual(closeTo(expected));
    expect(net.toJSON().transforms).toEqual({
      inputs: Array.from({ length: 3 }, () => ({ kind: 'standardize', mean: 0, deviation: 2 })),
    });
  });

  it('fromONNX folds it where its result meets itself in swish', async () => {
    const nodes = [dense, after, node('Sigmoid', ['n'], 's'), node('Mul', ['n', 's'], 'y')];
    const net = await load(nodes);
    expect(net.toJSON().layers[0]!.activation).toBe('swish');
    expect([...net.predict([row])]).toEqual(
      closeTo(norm(z, before).map((value) => value / (1 + Math.exp(-value)))),
    );
  });

  it('fromONNX folds scales and shifts per unit as tf2onnx writes them', async () => {
    const nodes = [
      dense,
      node('Mul', ['z', 'scale'], 's'),
      node('Add', ['s', 'shift'], 'n'),
      node('Relu', ['n'], 'a'),
      node('Sub', ['a', 'mean'], 'c'),
      node('Div', ['c', 'variance'], 'd'),
      node('MatMul', ['d', 'v'], 'y'),
    ];
    const activations = relu([z[0]! * 2 + 0.25, z[1]! * -0.5 + 1]);
    const expected = last([(activations[0]! - 1) / 0.25, (activations[1]! + 3) / 9]);
    expect(await predict(nodes)).toEqual(closeTo(expected));
  });

  it.each([
    [
      'between two activations',
      [
        dense,
        node('Relu', ['z'], 'a'),
        node('BatchNormalization', ['a', ...parts], 'n'),
        node('Tanh', ['n'], 'y'),
      ],
      /node\[2\], BatchNormalization 'the n': it is between two activations/,
    ],
    [
      'after the last activation',
      [dense, node('Relu', ['z'], 'a'), node('BatchNormalization', ['a', ...parts], 'y')],
      /node\[2\], BatchNormalization 'the y': it follows the last activation/,
    ],
    [
      'in training mode',
      [dense, node('BatchNormalization', ['z', ...parts], 'y', { training_mode: 1 })],
      /training mode; export the model for inference/,
    ],
    [
      'with the outputs of training',
      [dense, { ...node('BatchNormalization', ['z', ...parts], 'y'), output: ['y', 'm', 'v'] }],
      /training mode/,
    ],
    [
      'of another width',
      [node('BatchNormalization', ['x', ...parts], 'n'), node('Gemm', ['n', 'w'], 'y')],
      /BatchNormalization 'the n': expected a constant of 1 or 3 numbers, got dims \[2\]/,
    ],
    [
      'of a negative variance',
      [dense, node('BatchNormalization', ['z', 'scale', 'shift', 'variance', 'mean'], 'y')],
      /expected variances above −epsilon/,
    ],
  ] as const)('fromONNX rejects it %s', async (_, nodes, message) => {
    const error = await catchError(() => load(nodes));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });
});

describe('two classes of scikit-learn', () => {
  const sigmoid = [
    node('MatMul', ['x', 'k'], 'm'),
    node('Add', ['m', 'c'], 't'),
    node('Sigmoid', ['t'], 'p'),
  ];
  const one = [floats('k', [[0.5], [0.25], [-1]]), floats('c', [0.75]), floats('one', [1])];
  const p = 1 / (1 + Math.exp(-(0.5 - 0.5 - 3 + 0.75)));
  const rest = node('Sub', ['one', 'p'], 'n');

  it.each([
    ['[1 − p, p]', ['n', 'p'], [1 - p, p]],
    ['[p, 1 − p]', ['p', 'n'], [p, 1 - p]],
  ] as const)('fromONNX reads %s as a softmax', async (_, names, expected) => {
    const nodes = [...sigmoid, rest, node('Concat', names, 'y', { axis: 1 })];
    const net = await load(nodes, one);
    expect(net.toJSON()).toMatchObject({
      layers: [{ units: 2, activation: 'softmax' }],
      loss: 'crossEntropy',
    });
    expect([...net.predict([row])]).toEqual(closeTo(expected));
  });

  it.each([
    ['−p + 1', [node('Neg', ['p'], 'q'), node('Add', ['q', 'one'], 'n')]],
    ['the sigmoid of −t', [node('Neg', ['t'], 'u'), node('Sigmoid', ['u'], 'n')]],
    ['p·(−1) + 1', [node('Mul', ['p', 'minus'], 'q'), node('Sum', ['one', 'q'], 'n')]],
  ])('fromONNX reads 1 − p that is written as %s', async (_, other) => {
    const nodes = [...sigmoid, ...other, node('Concat', ['n', 'p'], 'y', { axis: 1 })];
    const net = await load(nodes, [...one, floats('minus', [-1])]);
    expect([...net.predict([row])]).toEqual(closeTo([1 - p, p]));
  });

  it('fromONNX reads two classes that are stacked', async () => {
    const nodes = [
      ...[...sigmoid, node('Reshape', ['p', 'flat'], 'f'), node('Sub', ['one', 'f'], 'n')],
      ...[node('Unsqueeze', ['n', 'axis'], 'n1'), node('Unsqueeze', ['f', 'axis'], 'p1')],
      node('Concat', ['n1', 'p1'], 'y', { axis: 1 }),
    ];
    const [flat, axis] = [-1n, 1n].map((value, i) =>
      toTensor({ name: ['flat', 'axis'][i]!, dims: [1], values: BigInt64Array.of(value) }),
    );
    const net = await load(nodes, [...one, flat!, axis!]);
    expect([...net.predict([row])]).toEqual(closeTo([1 - p, p]));
  });

  it('fromONNX reads the probabilities that ZipMap turns into maps, and a value inside the graph', async () => {
    const nodes = [
      ...sigmoid,
      rest,
      node('Concat', ['n', 'p'], 'both', { axis: 1 }),
      { ...node('ZipMap', ['both'], 'y'), domain: 'ai.onnx.ml' },
    ];
    expect([...(await load(nodes, one)).predict([row])]).toEqual(closeTo([1 - p, p]));
    expect([...(await load(nodes, one, { output: 'p' })).predict([row])]).toEqual(closeTo([p]));
    await expect(load(nodes, one, { output: 'q' })).rejects.toThrow(RangeError);
  });

  it('fromONNX rejects other joins', async () => {
    for (const names of [
      ['p', 'p'],
      ['n', 'n'],
      ['n', 'p', 'p'],
    ]) {
      await expect(load([...sigmoid, rest, node('Concat', names, 'y', { axis: 1 })], one)).rejects.toThrow(
        /Concat 'the y': bp4 joins only 1 − p and p of one sigmoid unit/,
      );
    }
  });
});

it('fromONNX reads an inner value of a model of bp4, without its metadata', async () => {
  const net = await Network.create({
    inputs: 2,
    layers: [
      { units: 3, activation: 'tanh' },
      { units: 1, activation: 'linear' },
    ],
  });
  const inner = await fromONNX(toONNX(net), { output: '0.activations' });
  expect(inner.layers).toEqual(net.layers.slice(0, 1));
});

it.each([
  ['a temperature', node('Div', ['z', 'two'], 't'), 1 / 2],
  ['a sign', node('Neg', ['z'], 't'), -1],
])('fromONNX folds %s before softmax into the weights', async (_, scaling, factor) => {
  const nodes = [dense, scaling, node('Softmax', ['t'], 'y')];
  const powers = z.map((value) => Math.exp(value * factor));
  const sum = powers.reduce((total, power) => total + power, 0);
  expect(await predict(nodes, [floats('two', [2])])).toEqual(closeTo(powers.map((power) => power / sum)));
});

describe('Squeeze', () => {
  const to = node('MatMul', ['z', 'v'], 'o');
  const axes = (name: string, value: bigint): GivenTensor =>
    toTensor({ name, dims: [1], values: BigInt64Array.of(value) });

  it('fromONNX reads it where there is one unit', async () => {
    for (const squeeze of [
      node('Squeeze', ['o'], 'y'),
      node('Squeeze', ['o'], 'y', { axes: [1] }),
      node('Squeeze', ['o', 'axis'], 'y'),
      node('Reshape', ['o', 'axis'], 'y'),
      node('Gather', ['o', 'first'], 'y', { axis: 1 }),
    ])
      expect(await predict([dense, to, squeeze], [axes('axis', -1n), axes('first', 0n)])).toEqual(
        closeTo(last(z)),
      );
  });

  it('fromONNX rejects it for the dimension of the samples, or of several units', async () => {
    for (const axis of [0n, -2n])
      await expect(load([dense, to, node('Squeeze', ['o', 'a'], 'y')], [axes('a', axis)])).rejects.toThrow(
        /axes:/,
      );
    await expect(load([dense, node('Squeeze', ['z', 'a'], 'y')], [axes('a', 1n)])).rejects.toThrow(/axes:/);
  });
});

describe('integers of 8 bits', () => {
  const codes = Int8Array.of(10, -20, 30, 40, -50, 60);
  const integers = bytesOf('q', 3, [3, 2], new Uint8Array(codes.buffer));
  const scales = floats('s', [0.5, 0.25]);
  const zeros = bytesOf('zeros', 3, [2], Uint8Array.of(2, 254));

  it('fromONNX reads weights through DequantizeLinear, per tensor and per axis', async () => {
    const perTensor = node('DequantizeLinear', ['q', 'step'], 'w8');
    const perColumn = node('DequantizeLinear', ['q', 's', 'zeros'], 'w8');
    const answer = node('MatMul', ['x', 'w8'], 'y');
    const sums = (scale: Row, zero: Row): number[] =>
      [0, 1].map((j) => row.reduce((sum, x, k) => sum + x * (codes[2 * k + j]! - zero[j]!) * scale[j]!, 0));
    const step = toTensor({ name: 'step', dims: [], values: Float32Array.of(0.5) });
    expect(await predict([perTensor, answer], [integers, step])).toEqual(sums([0.5, 0.5], [0, 0]));
    expect(await predict([perColumn, answer], [integers, scales, zeros])).toEqual(sums([0.5, 0.25], [2, -2]));
  });

  it.each([
    ['weights without a scale', [node('MatMul', ['x', 'q'], 'y')]],
    [
      'inputs that become integers',
      [{ ...node('DynamicQuantizeLinear', ['x'], 'y'), output: ['y', 'a', 'c'] }],
    ],
    ['weights that are cast', [node('Cast', ['q'], 'w8', { to: 1 }), node('MatMul', ['x', 'w8'], 'y')]],
    ['integer products', [node('QLinearMatMul', ['x', 'w'], 'y')]],
    ['the operators of Microsoft', [{ ...node('QGemm', ['x', 'w'], 'y'), domain: 'com.microsoft' }]],
  ])('fromONNX names a quantized model: %s', async (_, nodes) => {
    await expect(load(nodes, [integers])).rejects.toThrow(
      /quantized to 8 bits or fewer.*export it unquantized/,
    );
  });
});

describe('a second file', () => {
  const external = (name: string, dims: readonly number[], entries: Record<string, string>): GivenTensor => ({
    ...{ name, dims, dataType: 1, dataLocation: 1 },
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
  const weights = Float32Array.of(9, 0.5, -1, 0.25, 2, -0.75, 1);
  const data = new Uint8Array(weights.buffer);
  const from = (entries: Record<string, string>): Uint8Array =>
    file(
      [node('MatMul', ['x', 'e'], 'y')],
      [external('e', [3, 2], { location: 'net.onnx.data', ...entries })],
    );

  it('fromONNX reads numbers from a file that is passed by name', async () => {
    for (const files of [{ 'net.onnx.data': data }, new Map([['net.onnx.data', data]])]) {
      const net = await fromONNX(from({ offset: '4', length: '24' }), { files });
      expect([...net.predict([row])]).toEqual([-2.25, -2]);
    }
  });

  it('fromONNX reads as many numbers as dims ask for where the length is omitted', async () => {
    const net = await fromONNX(from({ offset: '0' }), { files: { 'net.onnx.data': data } });
    expect(net.toJSON().layers[0]!.weights.flat()).toEqual([9, -1, 2, 0.5, 0.25, -0.75]);
  });

  it.each([
    ['is missing', {}, undefined, /another file, 'net\.onnx\.data'; pass that file.*external_data=False/],
    ['has another name', {}, { 'net (1).onnx.data': data }, /'net\.onnx\.data', got 'net \(1\)\.onnx\.data'/],
    [
      'is too short',
      { offset: '8', length: '24' },
      { 'net.onnx.data': data },
      /takes 24 bytes from 8 on, but .* has 28/,
    ],
    [
      'has more than dims ask for',
      { length: '28' },
      { 'net.onnx.data': data },
      /expected 6 numbers for dims \[3,2\], got 7/,
    ],
  ] as const)('fromONNX rejects a file that %s', async (_, entries, files, message) => {
    await expect(fromONNX(from(entries), files ? { files } : {})).rejects.toThrow(message);
  });

  it('fromONNX rejects files that the model does not use, tensors that overlap, and what is no file', async () => {
    const plain = file([dense, node('Identity', ['z'], 'y')], tensors);
    await expect(fromONNX(plain, { files: { a: data } })).rejects.toThrow(
      /options\.files: the model uses none, not 'a'/,
    );
    const both = file(
      [node('MatMul', ['x', 'e'], 'm'), node('Add', ['m', 'f'], 'y')],
      [
        external('e', [3, 2], { location: 'd', offset: '4' }),
        external('f', [2], { location: 'd', offset: '0', length: '8' }),
      ],
    );
    await expect(fromONNX(both, { files: { d: data } })).rejects.toThrow(/overlap/);
    await expect(fromONNX(both, { files: { d: 'text' as never } })).rejects.toThrow(TypeError);
  });
});

it.each([
  ['LayerNormalization', '', /normalizes each sample by its own mean/],
  ['SkipLayerNormalization', 'com.microsoft', /normalizes each sample/],
  ['InstanceNormalization', '', /normalizes each sample/],
  ['ReduceMean', '', /normalizes each sample/],
  ['LogSoftmax', '', /bp4 outputs probabilities, not their logarithms; set options\.output to 'z'/],
  ['LSTM', '', /recurrent layers/],
  ['Conv', '', /convolutions/],
  ['TreeEnsembleClassifier', 'ai.onnx.ml', /another method, not a layer of a neural network/],
])('fromONNX names what it lacks: %s', async (operator, domain, message) => {
  await expect(load([dense, { ...node(operator, ['z'], 'y'), domain }])).rejects.toThrow(message);
});
