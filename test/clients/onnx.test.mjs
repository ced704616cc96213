import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError, Network } from 'bp4';
import { Ensemble } from 'bp4/ensemble';
import { fromONNX, toONNX } from 'bp4/onnx';
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { python } from './python.mjs';

// ONNX against onnxruntime (native, and in WebAssembly), the checker of ONNX itself, and files that PyTorch writes.

const PACKAGES = ['python3-onnx', 'python3-torch'];

/** Of outputs up to 1 in size that is absolute, of others relative to them: single precision, rounded in other orders. */
const TOLERANCE = 1e-5;

const folder = mkdtempSync(join(tmpdir(), 'bp4-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Numbers from −2 to 2, always the same. */
function samples(count, width) {
  let state = 1;
  return Float32Array.from({ length: count * width }, () => {
    state = (state * 48271) % 2147483647;
    return (state / 2147483647) * 4 - 2;
  });
}

function distance(given, expected) {
  expect(given.length).toBe(expected.length);
  return Math.max(
    ...Array.from(given, (value, i) => Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i]))),
  );
}

/** What onnxruntime answers. @param kind 'float32' or 'float64' */
async function answers({ InferenceSession, Tensor }, bytes, inputs, dims, output, kind = 'float32') {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const data = kind === 'float64' ? Float64Array.from(inputs) : inputs;
  const { [output]: tensor } = await session.run({ [session.inputNames[0]]: new Tensor(kind, data, dims) });
  await session.release();
  return { dims: tensor.dims, data: tensor.data };
}

const layer = (units, activation, more) => ({ units, activation, ...more });

/** Every activation, every loss, and shapes at which a reader of shapes may stumble. */
const networks = {
  'sigmoid, quadratic': { inputs: 4, layers: [layer(5, 'sigmoid'), layer(3, 'sigmoid')] },
  'tanh, hinge': { inputs: 3, layers: [layer(7, 'tanh'), layer(1, 'tanh')], loss: 'hinge' },
  'relu, cross-entropy': { inputs: 13, layers: [layer(11, 'relu', { dropout: 0.2 }), layer(3, 'softmax')] },
  'leakyRelu, smoothed': {
    inputs: 4,
    layers: [layer(5, 'leakyRelu', { alpha: 0.2 }), layer(2, 'softmax')],
    loss: { name: 'crossEntropy', labelSmoothing: 0.1 },
  },
  'elu, binary cross-entropy': {
    inputs: 4,
    layers: [layer(5, 'elu', { alpha: 0.5 }), layer(1, 'sigmoid')],
    loss: 'binaryCrossEntropy',
  },
  'softplus, mean squared error': {
    inputs: 4,
    layers: [layer(5, 'softplus'), layer(2, 'softplus')],
    loss: 'meanSquaredError',
  },
  'swish, huber': {
    inputs: 4,
    layers: [layer(5, 'swish'), layer(2, 'swish')],
    loss: { name: 'huber', delta: 2 },
  },
  'gelu, mean absolute error': {
    inputs: 4,
    layers: [layer(5, 'gelu'), layer(2, 'gelu')],
    loss: 'meanAbsoluteError',
  },
  'geluExact, log cosh': {
    inputs: 4,
    layers: [layer(5, 'geluExact'), layer(2, 'geluExact')],
    loss: 'logCosh',
  },
  'selu, focal': { inputs: 4, layers: [layer(5, 'selu'), layer(3, 'softmax')], loss: 'focal' },
  'mish, binary focal': { inputs: 4, layers: [layer(5, 'mish'), layer(2, 'sigmoid')], loss: 'binaryFocal' },
  'softsign, one of each': { inputs: 1, layers: [layer(1, 'softsign')] },
  'linear, deep': { inputs: 2, layers: [...Array(12).fill(layer(3, 'linear')), layer(1, 'linear')] },
  'one unit between': { inputs: 17, layers: [layer(1, 'tanh'), layer(19, 'elu'), layer(1, 'leakyRelu')] },
  large: { inputs: 784, layers: [layer(512, 'relu'), layer(512, 'relu'), layer(10, 'softmax')] },
};

async function createNetwork(name) {
  const net = await Network.create({ ...networks[name], seed: 7 });
  // trained a little, so that biases and a state of training are there
  const labels = Uint8Array.from({ length: 8 }, (_, n) => n % 2);
  const targets = Float32Array.from({ length: 8 * net.outputs }, (_, i) =>
    net.loss === 'hinge' ? 1 : i % 2,
  );
  const answer = net.outputs > 1 && ['crossEntropy', 'focal'].includes(net.loss) ? { labels } : { targets };
  await net.train({ inputs: samples(8, net.inputs), ...answer }, { epochs: 2, optimizer: 'adam' });
  return net;
}

/** Rows of the user's own numbers, before any transform. */
const rows = [
  [1987, 1, 0.5, 7, 3.25, 30],
  [2024, 0, -3, 7, 4, 10],
  [1900, 2, 12, 7, 1e-3, 20],
];

const transforms = {
  inputs: [
    { kind: 'standardize', mean: 1990.5, deviation: 0.75, name: 'year' },
    { kind: 'oneHot', categories: ['red', 'green', 'blue'], name: 'color' },
    { kind: 'minMax', min: -3, max: 12, name: 'rest' },
    { kind: 'standardize', mean: 7, deviation: 0, name: 'constant' },
    { kind: 'identity', name: 'as it is' },
    { kind: 'oneHot', categories: [10, 20, 30], name: 'size' },
  ],
  targets: [
    { kind: 'standardize', mean: 2000, deviation: 0.5 },
    { kind: 'minMax', min: -1, max: 3 },
    { kind: 'identity' },
  ],
};

const transformed = () =>
  Network.create({ inputs: 10, layers: [layer(6, 'tanh'), layer(3, 'linear')], transforms, seed: 3 });

describe('what bp4 writes', () => {
  for (const name of Object.keys(networks)) {
    it(`onnxruntime answers as bp4 does: ${name}`, async () => {
      const net = await createNetwork(name);
      const bytes = toONNX(net);
      for (const count of [1, 100]) {
        const inputs = samples(count, net.inputs);
        const expected = net.predict(inputs);
        for (const runtime of [node, web]) {
          const { dims, data } = await answers(runtime, bytes, inputs, [count, net.inputs], 'outputs');
          expect(dims).toEqual([count, net.outputs]);
          expect(distance(data, expected)).toBeLessThan(TOLERANCE);
        }
      }
      const back = await fromONNX(bytes);
      expect(back.toJSON()).toEqual(net.toJSON());
      expect(back.layers).toEqual(net.layers);
    });
  }

  it('onnxruntime answers as an ensemble does: a branch for each network, and their weighted mean', async () => {
    const other = {
      ...transforms,
      inputs: transforms.inputs.map((one) => (one.name === 'rest' ? { ...one, max: 20 } : one)),
      targets: [{ kind: 'identity' }, { kind: 'minMax', min: 0, max: 5 }, { kind: 'identity' }],
    };
    const layers = [layer(4, 'gelu'), layer(3, 'linear')];
    const ensemble = await Ensemble.fromNetworks([
      { network: await transformed(), weight: 3 },
      { network: await Network.create({ inputs: 10, layers, transforms: other, seed: 4 }), weight: 0.5 },
      { network: await transformed() },
    ]);
    const bytes = toONNX(ensemble);
    const expected = ensemble.predict(rows);
    for (const runtime of [node, web]) {
      const { dims, data } = await answers(runtime, bytes, Float32Array.from(rows.flat()), [3, 6], 'outputs');
      expect(dims).toEqual([3, 3]);
      expect(distance(data, expected)).toBeLessThan(TOLERANCE);
    }
    await expect(fromONNX(bytes)).rejects.toThrow('it is an ensemble, with a branch for each network');
  });

  it('onnxruntime applies transforms in the graph, to 10⁻⁵ of the range of a target', async () => {
    const net = await transformed();
    const bytes = toONNX(net);
    const expected = net.predict(rows);
    for (const runtime of [node, web]) {
      const { data } = await answers(runtime, bytes, Float32Array.from(rows.flat()), [3, 6], 'outputs');
      const ranges = [0.5, 4, 1];
      // 2000 itself has 24 bits, of 10⁻⁴
      const errors = Array.from(data, (value, i) => Math.abs(value - expected[i]) / ranges[i % 3]);
      expect(Math.max(...errors.filter((_, i) => i % 3 > 0))).toBeLessThan(TOLERANCE);
      expect(Math.max(...errors)).toBeLessThan(2 ** -13 / 0.5 + TOLERANCE);
    }
    expect((await fromONNX(bytes)).toJSON()).toEqual(net.toJSON());
  });

  it('onnxruntime computes robust, log1p and quantile, and inverts them for targets', async () => {
    const quantile = { kind: 'quantile', quantiles: [1, 10, 100, 1e6], scores: [-2, -0.5, 0.5, 2] };
    const log1p = { kind: 'log1p', mean: 3, deviation: 2 };
    const net = await Network.create({
      inputs: 4,
      layers: [layer(5, 'tanh'), layer(3, 'linear')],
      transforms: {
        inputs: [{ kind: 'robust', median: 1990, range: 2 }, log1p, quantile, { kind: 'identity' }],
        targets: [log1p, { kind: 'identity' }, quantile],
      },
      seed: 5,
    });
    const rows = [
      [1989, -20, 30, 1],
      [1e30, 0, 0, -1],
      [-1e30, 1e-3, 1e9, 0],
      [1990, 1e6, 55, 2],
    ];
    const expected = net.predict(rows);
    for (const runtime of [node, web]) {
      const { data } = await answers(runtime, toONNX(net), Float32Array.from(rows.flat()), [4, 4], 'outputs');
      for (const [i, value] of data.entries())
        expect(Math.abs(value - expected[i])).toBeLessThan(
          20 * TOLERANCE * Math.max(1, Math.abs(expected[i])),
        );
    }
    expect((await fromONNX(toONNX(net))).toJSON()).toEqual(net.toJSON());
  });

  it('onnxruntime turns a category that was not fitted into zeros', async () => {
    const categories = { kind: 'oneHot', categories: ['a', 'b'] };
    const net = await Network.create({
      inputs: 2,
      layers: [layer(2, 'linear')],
      transforms: { inputs: [categories] },
    });
    expect(() => net.predict([[2]])).toThrow(RangeError);
    const { data } = await answers(node, toONNX(net), Float32Array.of(0, 1, 2), [3, 1], 'outputs');
    const [{ weights }] = net.layers;
    expect(Array.from(data)).toEqual([weights[0], weights[2], weights[1], weights[3], 0, 0]);
  });

  it('the checker of ONNX accepts what bp4 writes, and infers all shapes', { timeout: 60_000 }, async () => {
    const files = [];
    for (const name of Object.keys(networks)) {
      files.push(join(folder, `${files.length}.onnx`));
      writeFileSync(files.at(-1), toONNX(await createNetwork(name)));
    }
    files.push(join(folder, 'transformed.onnx'));
    writeFileSync(files.at(-1), toONNX(await transformed()));
    const members = [{ network: await transformed() }, { network: await transformed(), weight: 2 }];
    files.push(join(folder, 'ensemble.onnx'));
    writeFileSync(files.at(-1), toONNX(await Ensemble.fromNetworks(members)));
    const found = JSON.parse(python('onnx_peer.py', ['check', ...files], PACKAGES));
    const outputs = [...Object.values(networks).map(({ layers }) => layers.at(-1).units), 3, 3];
    expect(files.map((file) => found[file])).toEqual(
      outputs.map((units) => ({ name: 'outputs', dims: ['batch', units], withoutShape: [] })),
    );
  });
});

describe('what others write', { timeout: 60_000 }, () => {
  const made = mkdtempSync(join(tmpdir(), 'bp4-onnx-'));
  afterAll(() => rmSync(made, { recursive: true }));
  beforeAll(() => void python('onnx_peer.py', ['make', made], PACKAGES));
  const read = (name) => new Uint8Array(readFileSync(join(made, `${name}.onnx`)));

  it('networks of PyTorch answer in bp4 and in onnxruntime as in PyTorch', async () => {
    const names = readdirSync(made).flatMap((file) => file.match(/^(torch-.*)\.json$/)?.[1] ?? []);
    expect(names.length).toBe(30);
    const figures = {};
    for (const name of names) {
      const { inputs, outputs } = JSON.parse(readFileSync(join(made, `${name}.json`), 'utf8'));
      const net = await fromONNX(read(name));
      figures[name] = distance(net.predict(inputs), outputs.flat());
      expect(figures[name], name).toBeLessThan(TOLERANCE);
      // and out again, without our metadata
      const again = await answers(
        node,
        toONNX(net),
        Float32Array.from(inputs.flat()),
        [4, inputs[0].length],
        'outputs',
      );
      expect(distance(again.data, outputs.flat()), name).toBeLessThan(TOLERANCE);
    }
  });

  it('fromONNX finds activations, losses and transforms in models of PyTorch', async () => {
    const findActivation = async (name) => {
      const { layers, loss } = (await fromONNX(read(name))).toJSON();
      return [
        ...layers.map(({ activation, alpha }) =>
          [activation, ...(alpha === undefined ? [] : [alpha])].join(),
        ),
        loss,
      ];
    };
    const activations = [
      ...['sigmoid', 'tanh', 'relu', 'softplus', 'swish'],
      ...['gelu', 'geluExact', 'selu', 'mish', 'softsign', 'linear'],
    ];
    for (const name of activations)
      expect(await findActivation(`torch-${name}`)).toEqual([name, 'softmax', 'crossEntropy']);
    expect(await findActivation('torch-leakyRelu')).toEqual(['leakyRelu,0.2', 'softmax', 'crossEntropy']);
    expect(await findActivation('torch-elu')).toEqual(['elu,0.5', 'softmax', 'crossEntropy']);
    expect(await findActivation('torch-viewed')).toEqual(['relu', 'linear', 'quadratic']);
    expect((await fromONNX(read('torch-standardized'))).toJSON().transforms).toEqual({
      inputs: [
        { kind: 'standardize', mean: 1, deviation: 2 },
        { kind: 'standardize', mean: -2, deviation: 0.5 },
        { kind: 'standardize', mean: 30, deviation: 10 },
      ],
    });
    expect((await fromONNX(read('target-units'))).toJSON().transforms).toEqual({
      targets: [
        { kind: 'standardize', mean: -1, deviation: 3 },
        { kind: 'standardize', mean: 2000, deviation: 50 },
      ],
    });
  });

  for (const name of [
    'keras',
    'keras-gelu',
    'gemm',
    'gelu20',
    'listed',
    'float-data',
    'double',
    'double-data',
    'sklearn',
    'target-units',
    'sklearn-two',
    'keras-norm',
    'scaled-norm',
    'dequantized',
    'torch-static',
  ]) {
    it(`${name} answers as in onnxruntime`, async () => {
      const bytes = read(name);
      const net = await fromONNX(bytes, name.startsWith('sklearn') ? { output: 'y' } : {});
      const count = name === 'torch-static' ? 1 : 10;
      const inputs = samples(count, net.inputs);
      const kind = name.startsWith('double') ? 'float64' : 'float32';
      const output = (await node.InferenceSession.create(bytes, { logSeverityLevel: 3 })).outputNames[0];
      const { data } = await answers(node, bytes, inputs, [count, net.inputs], output, kind);
      expect(distance(net.predict(inputs), data)).toBeLessThan(TOLERANCE);
    });
  }

  it('fromONNX widens floats of 16 bits, whether raw or not', async () => {
    // As onnxruntime reads them: [half] as it is, its weights made outputs by nothing but themselves.
    for (const name of ['half', 'half-data']) {
      const net = await fromONNX(read(name));
      const [{ weights }] = net.layers;
      const halves = Array.from(weights, (weight) => Math.round(weight * 2 ** 24) / 2 ** 24);
      expect(Array.from(weights)).toEqual(halves);
      expect(weights.some((weight) => Math.abs(weight) > 0.5)).toBe(true);
    }
  });

  it('fromONNX reads numbers from a second file', async () => {
    const files = { 'weights.bin': new Uint8Array(readFileSync(join(made, 'weights.bin'))) };
    const net = await fromONNX(read('refused-external'), { files });
    expect(net.layers).toEqual((await fromONNX(read('gemm'))).layers);
  });

  it('fromONNX rejects what bp4 lacks, and names the first node', async () => {
    const catchMessage = async (name, options) => {
      const error = await fromONNX(read(name), options).catch((error) => error);
      expect(error).toBeInstanceOf(FormatError);
      return error.message;
    };
    expect(await catchMessage('refused-conv')).toMatch(
      /^bytes: graph\.node\[0\], Conv '[^']+': bp4 has neither convolutions nor pooling/,
    );
    expect(await catchMessage('refused-residual')).toMatch(
      /graph\.node\[\d\], Add '[^']+': branches of different layers/,
    );
    expect(await catchMessage('refused-relu6')).toMatch(/graph\.node\[\d\], Clip '/);
    for (const name of ['between', 'last'])
      expect(await catchMessage(`refused-norm-${name}`)).toMatch(
        /graph\.node\[\d\], BatchNormalization '.*does not fold into the weights/,
      );
    expect(await catchMessage('refused-layer-norm')).toMatch(/ReduceMean '.*normalizes each sample/);
    expect(await catchMessage('refused-layer-norm17')).toMatch(
      /LayerNormalization '.*normalizes each sample/,
    );
    expect(await catchMessage('refused-log-softmax')).toMatch(/LogSoftmax '.*set options\.output to '/);
    expect(await catchMessage('refused-external')).toMatch(
      /initializer 'w0': its numbers are in another file, 'weights.bin'; pass that file in options\.files/,
    );
    expect(await catchMessage('sklearn')).toMatch(/one output, got 'y', 'label'; set options\.output/);
    expect(await catchMessage('sklearn', { output: 'label' })).toMatch(
      /graph\.node\[8\], ArgMax: it computes labels/,
    );
  });
});
