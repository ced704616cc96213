import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  fromTFJS,
  toTFJS,
  type TFJSModel,
  type TFJSOptions,
  type TFJSWeights,
} from '../../src/formats/tfjs/index.js';
import { FormatError, Network } from '../../src/index.js';
import { toBits, combinations, extreme, trained } from '../support/combinations.js';
import { expectError, type Expected } from '../support/patient.js';
import { networks } from '../support/portable-networks.js';

// LayersModels out and in. What TensorFlow.js itself makes of them is in test/clients/tfjs.test.mjs.

/** As a file would have it. */
const makeCopy = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

async function roundTrip(net: Network): Promise<Network> {
  const { model, weights } = toTFJS(net);
  return await fromTFJS(makeCopy(model), weights, { engine: 'reference' });
}

async function expectSame(back: Network, net: Network): Promise<void> {
  expect(back.toJSON()).toEqual(net.toJSON());
  expect(toBits(back)).toEqual(toBits(net));
  expect(toBits(await roundTrip(back))).toEqual(toBits(net));
}

describe('a network', () => {
  it.each(Object.entries(networks))('fromTFJS restores a network with the same bits: %s', async (_, spec) => {
    const net = await Network.create(spec);
    await expectSame(await roundTrip(net), net);
  });

  it('fromTFJS restores a network with the same bits for every activation and every loss', async () => {
    expect(combinations.length).toBeGreaterThan(400);
    for (const spec of combinations) {
      const net = await Network.create(spec);
      const back = await roundTrip(net);
      await expectSame(back, net);
      for (const one of [net, back]) one.dispose();
    }
  });

  it('fromTFJS restores a network with the same bits at the limits of single precision', async () => {
    const net = await extreme();
    await expectSame(await roundTrip(net), net);
  });

  it('fromTFJS restores a network without the state of its training', async () => {
    const net = await trained();
    await expectSame(await roundTrip(net), net);
    expect(JSON.stringify(toTFJS(net).model)).not.toMatch('training');
  });
});

it('toTFJS writes kernels as [in][units], one after the other, little-endian', async () => {
  const { weights, model } = toTFJS(await extreme());
  const view = new DataView(weights.buffer);
  const most = 3.4028234663852886e38;
  const floats = Array.from({ length: 8 }, (_, i) => view.getFloat32(4 * i, true));
  expect(floats).toEqual([-0, -(2 ** -149), 2 ** -149, Math.fround(1 / 3), most, 16777216, -most, -0]);
  expect(model.weightsManifest).toEqual([
    {
      paths: ['weights.bin'],
      weights: [
        { name: 'dense_1/kernel', shape: [3, 2], dtype: 'float32' },
        { name: 'dense_1/bias', shape: [2], dtype: 'float32' },
      ],
    },
  ]);
});

it('toTFJS rejects a transform that single precision cannot hold', async () => {
  const createNet = (transforms: object): Promise<Network> =>
    Network.create({ inputs: 2, layers: [{ units: 1, activation: 'linear' }], transforms });
  const identity = { kind: 'identity' };
  const cases: [object, RegExp][] = [
    [{ inputs: [identity, { kind: 'standardize', mean: 0, deviation: 1e-40 }] }, /^transforms.inputs\[1\]: /],
    [{ inputs: [{ kind: 'minMax', min: 1e39, max: 2e39 }, identity] }, /^transforms.inputs\[0\]: /],
    [
      { inputs: [{ kind: 'oneHot', categories: [0, 2 ** -148] }] },
      /^transforms.inputs\[0\] \(0\): .* cannot separate/,
    ],
    [
      { inputs: [{ kind: 'oneHot', categories: [1, 1 + 2 ** -30], name: 'c' }] },
      /^transforms.inputs\[0\] \('c'\): .* cannot separate/,
    ],
    [{ targets: [{ kind: 'standardize', mean: 1e39, deviation: 1 }] }, /^transforms.targets\[0\]: /],
    [{ inputs: [{ kind: 'piecewiseLinear', edges: [0, 1e39] }, identity] }, /^transforms.inputs\[0\]: /],
  ];
  for (const [transforms, message] of cases) {
    const net = await createNet(transforms);
    await expectError(() => toTFJS(net), [RangeError, message]);
  }
});

it('toTFJS names a transform that no layer computes', async () => {
  const log1p = { kind: 'log1p', mean: 0, deviation: 1, name: 'price' } as const;
  const layers = [{ units: 1, activation: 'linear' }] as const;
  for (const [inputs, one] of [
    [1, log1p],
    [1, { kind: 'robust', median: 0, range: 1 }],
    [4, { kind: 'hash', buckets: 4 }],
    [2, { kind: 'bagOfWords', weights: [1, 1] }],
  ] as const) {
    const net = await Network.create({ inputs, layers, transforms: { inputs: [one] } });
    const message = new RegExp(
      `^transforms.inputs\\[0\\].*: no layer of TensorFlow.js computes '${one.kind}'`,
    );
    await expectError(() => toTFJS(net), [RangeError, message]);
  }
  const net = await Network.create({ inputs: 1, layers, transforms: { targets: [log1p] } });
  await expectError(
    () => toTFJS(net),
    [RangeError, /^transforms.targets\[0\] \('price'\): .*; write the model as ONNX or \.mjs \(bp4\/code\)/],
  );
});

// Models as others write them.

interface Layer {
  readonly class_name: string;
  readonly config: Record<string, unknown>;
  readonly inbound_nodes?: unknown;
}

const layer = (class_name: string, name: string, config: object = {}): Layer => ({
  class_name,
  config: { name, ...config },
});
const dense = (name: string, units: number, config: object = {}): Layer =>
  layer('Dense', name, { units, activation: 'linear', use_bias: true, ...config });
const input = layer('InputLayer', 'in', { batch_input_shape: [null, 2] });

/** The float n of the file is n. */
const floats = (count: number): Uint8Array =>
  new Uint8Array(Float32Array.from({ length: count }, (_, n) => n).buffer);

const specs = (...weights: [name: string, ...shape: number[]][]): object[] =>
  weights.map(([name, ...shape]) => ({ name, shape, dtype: 'float32' }));

const first = specs(['a/kernel', 2, 3], ['a/bias', 3]);
const both = [...first, ...specs(['b/kernel', 3, 1], ['b/bias', 1])];

/** Inputs, 3 units, and after what is between 1 unit. */
const sequential = (...between: Layer[]): object => ({
  class_name: 'Sequential',
  config: { name: 's', layers: [input, dense('a', 3), ...between, dense('b', 1)] },
});
const makeModel = (modelTopology: object, weightSpecs = both, more: object = {}): object => ({
  modelTopology,
  weightSpecs,
  ...more,
});

describe('a model of another program', () => {
  const read = async (model: object, weights: TFJSWeights = floats(13), options: TFJSOptions = {}) =>
    (await fromTFJS(model, weights, options)).toJSON();

  it('fromTFJS transposes kernels', async () => {
    const { layers, inputs, loss } = await read(makeModel(sequential()));
    expect({ inputs, loss }).toEqual({ inputs: 2, loss: 'quadratic' });
    expect(layers).toEqual([
      {
        units: 3,
        activation: 'linear',
        weights: [
          [0, 3],
          [1, 4],
          [2, 5],
        ],
        biases: [6, 7, 8],
      },
      { units: 1, activation: 'linear', weights: [[9, 10, 11]], biases: [12] },
    ]);
  });

  const activations: [string, Layer[], object][] = [
    ['LeakyReLU', [layer('LeakyReLU', 'l', { alpha: 0.2 })], { activation: 'leakyRelu', alpha: 0.2 }],
    ['LeakyReLU without alpha', [layer('LeakyReLU', 'l')], { activation: 'leakyRelu', alpha: 0.3 }],
    [
      'LeakyReLU of Keras 3',
      [layer('LeakyReLU', 'l', { negative_slope: 0.5 })],
      { activation: 'leakyRelu', alpha: 0.5 },
    ],
    ['ELU', [layer('ELU', 'l', { alpha: 2 })], { activation: 'elu', alpha: 2 }],
    [
      'ELU, then LeakyReLU',
      [layer('ELU', 'l'), layer('LeakyReLU', 'm', { alpha: 3 })],
      { activation: 'elu', alpha: 3 },
    ],
    ['ReLU', [layer('ReLU', 'l', { max_value: null, threshold: 0 })], { activation: 'relu' }],
    ['silu', [layer('Activation', 'l', { activation: 'silu' })], { activation: 'swish' }],
    [
      'linear, then tanh',
      [layer('Activation', 'l', { activation: 'linear' }), layer('Activation', 'm', { activation: 'tanh' })],
      { activation: 'tanh' },
    ],
    ['Dropout', [layer('Dropout', 'l', { rate: 0.25 })], { activation: 'linear', dropout: 0.25 }],
    ['Dropout of 0', [layer('Dropout', 'l', { rate: 0 }), layer('ReLU', 'm')], { activation: 'relu' }],
    ['Flatten of what is flat', [layer('Flatten', 'l')], { activation: 'linear' }],
  ];

  it.each(activations)('fromTFJS keeps the activation of a layer: %s', async (_, between, expected) => {
    const { layers } = await read(makeModel(sequential(...between)));
    const { weights, biases } = layers[0]!;
    expect(layers[0]).toEqual({ units: 3, weights, biases, ...expected });
  });

  it('fromTFJS sets biases of 0 where a layer has none', async () => {
    const topology = { class_name: 'Sequential', config: [dense('a', 3, { use_bias: false })] };
    const { layers, inputs } = await read(makeModel(topology, specs(['a/kernel', 4, 3])), floats(12));
    expect(inputs).toBe(4);
    expect(layers[0]!.biases).toEqual([0, 0, 0]);
  });

  it('fromTFJS reads weights that are named by a path', async () => {
    const weights = specs(
      ['s/a/kernel:0', 2, 3],
      ['s/a/bias:0', 3],
      ['s/b/kernel:0', 3, 1],
      ['s/b/bias:0', 1],
    );
    expect(await read(makeModel(sequential(), weights))).toEqual(await read(makeModel(sequential())));
  });

  it('fromTFJS reads a functional model of Keras 3', async () => {
    const after = (name: string): object[] => [
      {
        args: [{ class_name: '__keras_tensor__', config: { shape: [null, 2], keras_history: [name, 0, 0] } }],
        kwargs: {},
      },
    ];
    const layers = [
      { ...dense('b', 1), name: 'b', inbound_nodes: after('a') },
      { ...layer('InputLayer', 'in', { batch_shape: [null, 2] }), name: 'in', inbound_nodes: [] },
      { ...dense('a', 3), name: 'a', inbound_nodes: after('in') },
    ];
    const config = { layers, input_layers: ['in', 0, 0], output_layers: ['b', 0, 0] };
    const functional = { class_name: 'Functional', config };
    expect(await read(makeModel(functional))).toEqual(await read(makeModel(sequential())));
  });

  it('fromTFJS reads weights from several files', async () => {
    const all = floats(13);
    const names = ['constructor', 'b.bin', 'c.bin'];
    const files = [all.subarray(0, 5), all.subarray(5, 36), all.subarray(36)];
    const model = {
      modelTopology: sequential(),
      weightsManifest: [
        { paths: ['constructor', 'b.bin'], weights: first },
        { paths: ['c.bin'], weights: both.slice(2) },
      ],
    };
    const expected = await read(makeModel(sequential()));
    const entries = names.map((name, i) => [name, files[i]!] as const);
    expect(await read(model, new Map(entries))).toEqual(expected);
    expect(await read(model, runInNewContext('new Map(entries)', { entries }) as never)).toEqual(expected);
    const buffers = entries.map(([name, bytes]) => [name, bytes.slice().buffer]);
    expect(await read(model, Object.fromEntries(buffers) as never)).toEqual(expected);
    expect(await read(model, Object.fromEntries(entries))).toEqual(expected);
    expect(await read(model, all)).toEqual(expected);
    expect(await read(model, all.slice().buffer)).toEqual(expected);
  });

  it('fromTFJS reads quantized weights', async () => {
    const quantized = (name: string, shape: number[], quantization: object): object => ({
      name,
      shape,
      dtype: 'float32',
      quantization,
    });
    const weights = [
      quantized('a/kernel', [2, 2], { dtype: 'uint8', scale: 0.5, min: -1 }),
      quantized('a/bias', [2], { dtype: 'uint16', scale: 0.25, min: 3 }),
      quantized('b/kernel', [2, 3], { dtype: 'float16' }),
      quantized('b/bias', [3], { dtype: 'float16' }),
    ];
    const topology = { class_name: 'Sequential', config: [dense('a', 2), dense('b', 3)] };
    const halves = [0x3c00, 0xc000, 0x0001, 0x8400, 0x7bff, 0x3555, 0, 0x8000, 0x03ff];
    const bytes = Uint8Array.of(
      0,
      2,
      4,
      255,
      1,
      0,
      0,
      1,
      ...halves.flatMap((half) => [half & 255, half >> 8]),
    );
    const { layers } = await read(makeModel(topology, weights), bytes);
    expect(layers[0]).toMatchObject({
      weights: [
        [-1, 1],
        [0, 126.5],
      ],
      biases: [3.25, 67],
    });
    const values = [1, -2, 2 ** -24, -(2 ** -14), 65504, 0x555 * 2 ** -12, 0, -0, 1023 * 2 ** -24];
    const shortest = values.map((value) => Math.fround(value));
    const read0 = [...layers[1]!.weights.flat(), ...layers[1]!.biases].map(Math.fround);
    const turned = [0, 3, 1, 4, 2, 5, 6, 7, 8].map((i) => shortest[i]);
    expect(read0).toEqual(turned);
  });

  const losses: [loss: unknown, last: string, expected: unknown][] = [
    ['mse', 'linear', 'meanSquaredError'],
    ['mean_absolute_error', 'linear', 'meanAbsoluteError'],
    ['binary_crossentropy', 'sigmoid', 'binaryCrossEntropy'],
    ['binaryCrossentropy', 'sigmoid', 'binaryCrossEntropy'],
    [['hinge'], 'tanh', 'hinge'],
    [{ b: 'mean_squared_error' }, 'relu', 'meanSquaredError'],
    [{ class_name: 'Huber', config: { delta: 2 } }, 'linear', { name: 'huber', delta: 2 }],
    [
      { class_name: 'BinaryCrossentropy', config: { from_logits: false, label_smoothing: 0.1 } },
      'sigmoid',
      { name: 'binaryCrossEntropy', labelSmoothing: 0.1 },
    ],
    [null, 'linear', 'quadratic'],
    [{}, 'linear', 'quadratic'],
  ];

  it.each(losses)(
    'fromTFJS sets the loss of a model compiled with %j',
    async (loss, activation, expected) => {
      const topology = { class_name: 'Sequential', config: [dense('a', 3, { activation })] };
      const training_config = { loss };
      const json = await read(makeModel(topology, first, { trainingConfig: training_config }), floats(9));
      expect(json.loss).toEqual(expected);
      expect(
        (await read(makeModel({ model_config: topology, training_config }, first), floats(9))).loss,
      ).toEqual(expected);
    },
  );

  it('fromTFJS sets the loss that is given', async () => {
    const model = makeModel(sequential(), both, { trainingConfig: { loss: 'poisson' } });
    expect((await read(model, floats(13), { loss: 'meanSquaredError' })).loss).toBe('meanSquaredError');
  });
});

describe('is refused:', () => {
  const functional = (layers: object[], ends: object = {}): object => ({
    class_name: 'Model',
    config: { layers, input_layers: [['in', 0, 0]], output_layers: [['b', 0, 0]], ...ends },
  });
  const node = (layer: Layer, ...from: string[]): object => ({
    ...layer,
    name: layer.config['name'],
    inbound_nodes: from.length === 0 ? [] : [from.map((name) => [name, 0, 0, {}])],
  });
  const chain = [node(input), node(dense('a', 3), 'in'), node(dense('b', 1), 'a')];
  const manifest = (paths: unknown, weights: unknown = both): object => ({
    modelTopology: sequential(),
    weightsManifest: [{ paths, weights }],
  });
  const deep: unknown = JSON.parse('['.repeat(5000) + ']'.repeat(5000));

  const cases: Record<string, [model: object, message: RegExp, weights?: TFJSWeights]> = {
    'a layer that is none of ours': [
      makeModel(sequential(layer('Conv2D', 'c'), layer('LSTM', 'd'))),
      /^layer 'c' \('Conv2D'\) is not supported, because bp4 has only dense layers/,
    ],
    'such a layer where there are branches': [
      makeModel(functional([...chain, node(layer('Add', 'sum'), 'a', 'b')])),
      /^layer 'sum' \('Add'\) is not/,
    ],
    'a name of Object': [
      makeModel(sequential(layer('constructor', '__proto__'))),
      /'__proto__' \('constructor'\) is not/,
    ],
    'an activation of Object': [
      makeModel(sequential(layer('Activation', 'g', { activation: '__proto__' }))),
      /'g'.*'__proto__' is not supported/,
    ],
    'a second activation': [
      makeModel(sequential(layer('ReLU', 'r'), layer('ReLU', 'q'))),
      /'q'.*the second activation of a layer, after 'relu'/,
    ],
    'a second activation, after elu': [
      makeModel(sequential(layer('ELU', 'e'), layer('ReLU', 'r'))),
      /'r'.*the second activation of a layer, after 'elu'/,
    ],
    'an activation after Dropout': [
      makeModel(sequential(layer('Dropout', 'd', { rate: 0.5 }), layer('ReLU', 'r'))),
      /'r'.*swap/,
    ],
    'a second Dropout': [
      makeModel(sequential(...[1, 2].map((n) => layer('Dropout', `d${n}`, { rate: 0.5 })))),
      /'d2'.*the second Dropout/,
    ],
    'Dropout of inputs': [
      makeModel(
        { class_name: 'Sequential', config: [layer('Dropout', 'd', { rate: 0.5 }), dense('a', 3)] },
        first,
      ),
      /'d'.*expected a Dense before/,
    ],
    'Dropout of outputs': [
      makeModel(
        { class_name: 'Sequential', config: [dense('a', 3), layer('Dropout', 'd', { rate: 0.5 })] },
        first,
      ),
      /layers\[0\].dropout is only for hidden layers/,
      floats(9),
    ],
    'a rate of 1': [
      makeModel(sequential(layer('Dropout', 'd', { rate: 1 }))),
      /'d'.*rate: expected a number from 0/,
    ],
    'softmax in between': [
      makeModel(sequential(layer('Softmax', 'x'))),
      /layers\[0\].activation: 'softmax' is only for the last layer/,
    ],
    'softmax over another axis': [makeModel(sequential(layer('Softmax', 'x', { axis: 2 }))), /'x'.*axis/],
    ReLU6: [
      makeModel(sequential(layer('ReLU', 'r', { max_value: 6 }))),
      /'r'.*max_value: expected null, got 6/,
    ],
    'α of 0': [makeModel(sequential(layer('ELU', 'e', { alpha: 0 }))), /'e'.*alpha/],
    'scaling that is no transform': [
      makeModel(sequential(layer('Rescaling', 'r', { scale: 2, offset: 0 }))),
      /'r' \('Rescaling'\): must come directly after the inputs/,
    ],
    'a model within the model': [
      makeModel(sequential(layer('Model', 'm', { layers: deep }))),
      /'m'.*is a nested model/,
    ],
    'Dense over a matrix': [
      makeModel(
        { class_name: 'Sequential', config: [dense('a', 3, { batch_input_shape: [null, 4, 2] })] },
        first,
      ),
      /'a'.*2 dimensions; put a Flatten/,
    ],
    'channels first': [
      makeModel(
        {
          class_name: 'Sequential',
          config: [layer('Flatten', 'f', { data_format: 'channels_first' }), dense('a', 3)],
        },
        first,
      ),
      /'f'.*data_format/,
    ],
    'no layers': [
      makeModel({ class_name: 'Sequential', config: { layers: [] } }, []),
      /at least one Dense/,
      new Uint8Array(0),
    ],
    'units of a word': [
      makeModel({ class_name: 'Sequential', config: [dense('a', 3, { units: '3' })] }, first),
      /'a'.*units: expected a whole number/,
      floats(9),
    ],
    'a graph model': [
      { format: 'graph-model', modelTopology: { node: [] } },
      /^modelTopology is a graph model.*--output_format=tfjs_layers_model/,
    ],
    'a graph model by its format': [
      { format: 'graph-model', modelTopology: {} },
      /^modelTopology is a graph model/,
    ],
    'no topology': [{}, /^modelTopology: expected an object/],
    'deep brackets': [
      { modelTopology: { class_name: 'Sequential', config: { layers: deep } } },
      /^layers\[0\]: expected an object/,
    ],
    'a cycle': [
      makeModel(functional([node(input), node(dense('a', 3), 'b'), node(dense('b', 1), 'a')])),
      /layer 'b': does not exist, or is used twice/,
    ],
    'a layer twice': [
      makeModel(functional([...chain, chain[1]!])),
      /'a'.*has the same name as another layer/,
    ],
    'a layer aside': [
      makeModel(functional([...chain, node(dense('c', 1), 'a')])),
      /'c'.*is not between the input and the output/,
    ],
    'two layers before one': [
      makeModel(functional([node(input), node(dense('a', 3), 'in'), node(dense('b', 1), 'a', 'in')])),
      /'b'.*one layer before it/,
    ],
    'two outputs': [
      makeModel(
        functional(chain, {
          output_layers: [
            ['a', 0, 0],
            ['b', 0, 0],
          ],
        }),
      ),
      /output_layers: expected one, .*got 2/,
    ],
    'another input': [
      makeModel(functional([node(dense('a', 3)), node(dense('b', 1), 'a')])),
      /'a'.*expected input layer 'in' before it/,
    ],
    'a loss that is none of ours': [
      makeModel(sequential(), both, { trainingConfig: { loss: 'poisson' } }),
      /training_config.loss.*'poisson'.*options.loss/,
    ],
    'a loss of Object': [
      makeModel(sequential(), both, { trainingConfig: { loss: { class_name: { toString: 1 } } } }),
      /training_config.loss/,
    ],
    'a loss from logits': [
      makeModel(sequential(), both, {
        trainingConfig: { loss: { class_name: 'MeanSquaredError', config: { from_logits: true } } },
      }),
      /from logits/,
    ],
    'a loss for another last layer': [
      makeModel(sequential(), both, { trainingConfig: { loss: 'categorical_crossentropy' } }),
      /'crossEntropy' needs a last layer of 'softmax'/,
    ],
    'no weights': [{ modelTopology: sequential() }, /^weightsManifest: expected an array/],
    'a weight that is missing': [
      makeModel(sequential(), first),
      /^weight 'b\/kernel': expected \[3,1\], got no such weight/,
      floats(9),
    ],
    'a weight too many': [
      makeModel(sequential(), [...both, ...specs(['c/kernel', 1])]),
      /^weight 'c\/kernel': no layer/,
      floats(14),
    ],
    'a weight twice': [
      makeModel(sequential(), [...both, ...specs(['b/bias', 1])]),
      /^weight 'b\/bias' is in the manifest twice/,
      floats(14),
    ],
    'two weights of one layer': [
      makeModel(sequential(), specs(['x/a/kernel', 2, 3], ['y/a/kernel', 1])),
      /weight 'a\/kernel': could be 'x\/a\/kernel' or 'y\/a\/kernel'/,
      floats(7),
    ],
    'a kernel of another shape': [
      makeModel(sequential(), [...specs(['a/kernel', 3, 2]), ...both.slice(1)]),
      /^weight 'a\/kernel': expected \[2,3\], got \[3,2\]/,
    ],
    'a kernel of nothing': [
      makeModel(
        { class_name: 'Sequential', config: [dense('a', 3)] },
        specs(['a/kernel', 0, 3], ['a/bias', 3]),
      ),
      /expected \[inputs,3\], got \[0,3\]/,
      floats(3),
    ],
    'too few bytes': [
      makeModel(sequential()),
      /^weight 'b\/bias': \[1\] takes bytes 48 to 52, but there are 51/,
      floats(13).subarray(0, 51),
    ],
    'too many bytes': [makeModel(sequential()), /^weights: expected 52 bytes, got 56/, floats(14)],
    'a shape that no memory holds': [
      makeModel(sequential(), specs(['a/kernel', 2 ** 40, 2 ** 40])),
      /takes bytes/,
    ],
    'a shape of many sizes': [
      makeModel(sequential(), specs(['a/kernel', ...Array.from({ length: 9 }, () => 1)])),
      /at most 8 sizes/,
    ],
    'a shape below 0': [
      makeModel(sequential(), specs(['a/kernel', -1, -4])),
      /shape\[0\]: expected a whole number/,
    ],
    integers: [
      makeModel(sequential(), [{ name: 'a/kernel', shape: [2, 3], dtype: 'int32' }]),
      /'a\/kernel': dtype: expected 'float32', got 'int32'; cast/,
    ],
    'quantized by another way': [
      makeModel(sequential(), [
        { name: 'a/kernel', shape: [2, 3], dtype: 'float32', quantization: { dtype: 'int4' } },
      ]),
      /quantization.dtype/,
    ],
    'quantized without a scale': [
      makeModel(sequential(), [
        { name: 'a/kernel', shape: [2, 3], dtype: 'float32', quantization: { dtype: 'uint8', min: 0 } },
      ]),
      /quantization.scale/,
    ],
    'a weight that is not finite': [
      makeModel(sequential()),
      /^model: 1.bias\[0\] is NaN/,
      new Uint8Array(Float32Array.of(...Array.from({ length: 12 }, () => 1), NaN).buffer),
    ],
    'a file twice': [manifest(['w.bin', 'w.bin']), /^weightsManifest\[0\].paths\[1\]: repeats 'w.bin'/],
    'a file that is not given': [
      manifest(['w.bin']),
      /^weights: expected file 'w.bin' of the manifest/,
      new Map(),
    ],
    'a file of Object': [manifest(['constructor']), /^weights: expected file 'constructor'/, {}],
    'paths that are no list': [manifest('w.bin'), /^weightsManifest\[0\].paths: expected an array/],
  };

  it.each(Object.entries(cases))(
    'fromTFJS rejects a model: %s',
    async (_, [model, message, weights = floats(13)]) => {
      await expectError(() => fromTFJS(model, weights), [FormatError, message]);
    },
  );

  const wrongCalls: Record<string, [args: unknown[], Expected]> = {
    'no model': [
      [undefined, floats(13)],
      [TypeError, /^model: expected/],
    ],
    text: [
      ['{}', floats(13)],
      [TypeError, /^model: expected .* as an object/],
    ],
    'no bytes': [
      [makeModel(sequential()), 5],
      [TypeError, /^weights: expected bytes/],
    ],
    'an unknown option': [
      [makeModel(sequential()), floats(13), { batch: 1 }],
      [TypeError, /unknown 'batch'/],
    ],
  };

  it.each(Object.entries(wrongCalls))('fromTFJS rejects the call: %s', async (_, [args, expected]) => {
    await expectError(() => fromTFJS(...(args as Parameters<typeof fromTFJS>)), expected);
  });
});

describe('metadata that disagree with the model:', async () => {
  const net = await Network.create(networks['strings']!);
  const { model, weights } = toTFJS(net);

  interface Held {
    modelTopology: { config: { layers: Layer[] } };
    userDefinedMetadata: {
      bp4: {
        layers: Record<string, unknown>[];
        inputs: number;
        transforms: { inputs: Record<string, unknown>[] };
      };
    };
  }
  type Change = (held: Held, weights: Uint8Array) => void;
  const changes: Record<string, [Change, RegExp]> = {
    'another activation': [
      ({ userDefinedMetadata: { bp4 } }) => (bp4.layers[0]!['activation'] = 'tanh'),
      /layers\[0\] differs from layer 'dense_1'/,
    ],
    dropout: [
      ({ userDefinedMetadata: { bp4 } }) => (bp4.layers[0]!['dropout'] = 0.5),
      /layers\[0\] differs from layer 'dense_1'/,
    ],
    'fewer layers': [
      ({ userDefinedMetadata: { bp4 } }) => bp4.layers.shift(),
      /it has 1 layers, but the model has 2/,
    ],
    'no network': [
      ({ userDefinedMetadata: { bp4 } }) => (bp4.inputs = 0),
      /^userDefinedMetadata.bp4: inputs: expected a whole number/,
    ],
    'another mean': [
      ({ userDefinedMetadata: { bp4 } }) => (bp4.transforms.inputs[0]!['mean'] = 3),
      /expected transforms in layer 'bp4_inputs_shift', got layer 'bp4_inputs_shift'/,
    ],
    'other categories': [
      ({ userDefinedMetadata: { bp4 } }) =>
        (bp4.transforms.inputs[3] = { kind: 'oneHot', categories: [1, 2, 4] }),
      /the weights of layer 'bp4_inputs_distances'/,
    ],
    'a layer of transforms that is missing': [
      ({ modelTopology: { config } }) => config.layers.splice(3, 1),
      /expected transforms in layer 'bp4_inputs_shift', got layer 'bp4_inputs_scale'/,
    ],
    'other weights of a transform': [
      (_, weights) => (weights[3] = 65),
      /the weights of layer 'bp4_inputs_distances'/,
    ],
    'transforms that single precision cannot hold': [
      ({ userDefinedMetadata: { bp4 } }) => (bp4.transforms.inputs[0]!['mean'] = 1e300),
      /userDefinedMetadata.bp4: transforms.inputs\[0\]/,
    ],
  };

  it.each(Object.entries(changes))(
    'fromTFJS rejects metadata that disagree with the model: %s',
    async (_, [change, message]) => {
      const held = makeCopy(model) as Held;
      const bytes = weights.slice();
      change(held, bytes);
      await expectError(() => fromTFJS(held, bytes), [FormatError, message]);
    },
  );

  it('fromTFJS rejects metadata that disagree with the model: another α', async () => {
    const { model, weights } = toTFJS(await Network.create(networks['elu']!));
    const held = makeCopy(model) as Held;
    held.userDefinedMetadata.bp4.layers[1]!['alpha'] = 2;
    await expectError(
      () => fromTFJS(held, weights),
      [FormatError, /layers\[1\] differs from layer 'dense_2'/],
    );
  });

  it('fromTFJS needs no metadata without transforms', async () => {
    const plain = await Network.create(networks['gelu']!);
    const { model, weights } = toTFJS(plain);
    const back = await fromTFJS({ ...model, userDefinedMetadata: undefined }, weights, {
      loss: 'meanSquaredError',
    });
    expect(back.toJSON().layers).toEqual(plain.toJSON().layers);
  });
});

it("toTFJS counts unknown categories as 'other', as predict does", async () => {
  const categories = ['blue', 'other', 'red'] as const;
  const net = await Network.create({
    ...{ inputs: 4, layers: [{ units: 1, activation: 'linear' }], seed: 3 },
    transforms: { inputs: [{ kind: 'oneHot', categories, unknown: 'other' }, { kind: 'identity' }] },
  });
  const { model, weights } = toTFJS(net);
  expect((await fromTFJS(model, weights)).toJSON()).toEqual(net.toJSON());
  for (const [index, category] of [...categories, 'pink'].entries()) {
    const expected = net.predict([[category, 7]])[0]!;
    const given = category === 'pink' ? [-1, 3, 99] : [index];
    for (const code of given) expect(computeDense(model, weights, [code, 7])).toBeCloseTo(expected, 6);
  }
});

/** The single output of a model of Dense layers with relu or without activation. */
function computeDense(
  { modelTopology, weightsManifest }: TFJSModel,
  weights: Uint8Array,
  inputs: number[],
): number {
  const { layers } = (modelTopology as { config: { layers: Layer[] } }).config;
  const numbers = new Float32Array(weights.buffer, weights.byteOffset, weights.length / 4);
  let at = 0;
  let values = inputs;
  for (const { name, shape } of weightsManifest[0].weights) {
    const count = shape.reduce((product, size) => product * size, 1);
    const held = numbers.subarray(at, (at += count));
    if (name.endsWith('kernel'))
      values = Array.from({ length: shape[1]! }, (_, j) =>
        values.reduce((sum, value, i) => sum + value * held[i * shape[1]! + j]!, 0),
      );
    else {
      const layer = layers.find(({ config }) => `${String(config['name'])}/bias` === name);
      values = values.map((sum, j) => sum + held[j]!);
      if (layer?.config['activation'] === 'relu') values = values.map((sum) => Math.max(0, sum));
    }
  }
  return values[0]!;
}
