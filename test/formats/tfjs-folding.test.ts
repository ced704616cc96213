import { describe, expect, it } from 'vitest';
import { fromTFJS } from '../../src/formats/tfjs/index.js';
import { FormatError } from '../../src/index.js';
import { catchError } from '../support/patient.js';

// BatchNormalization folds into the weights of a Dense, layers that scale the inputs become transforms, and activations come as
// objects. Figures are in double precision.

interface Layer {
  readonly class_name: string;
  readonly config: Record<string, unknown>;
}
type Row = readonly number[];

const layer = (class_name: string, name: string, config: object = {}): Layer => ({
  class_name,
  config: { name, ...config },
});
const dense = (name: string, units: number, config: object = {}): Layer =>
  layer('Dense', name, { units, activation: 'linear', use_bias: false, ...config });
const norm = (name: string, config: object = {}): Layer => layer('BatchNormalization', name, config);
const relu = layer('ReLU', 'r');
const input = layer('InputLayer', 'in', { batch_input_shape: [null, 2] });

/** A kernel [2][2], and the statistics of two units. */
const kernel = [
  [1, -2],
  [0.5, 3],
];
const statistics = { gamma: [2, -1], beta: [0.5, 4], moving_mean: [1, -1], moving_variance: [0.25, 4] };

/** Every kernel is the same, and every normalization too. */
function model(layers: readonly Layer[]): [object, Uint8Array] {
  const tensors = layers.flatMap(({ class_name, config }): [string, number[], number[]][] => {
    const name = String(config['name']);
    if (class_name === 'Dense') return [[`${name}/kernel`, [2, 2], kernel.flat()]];
    if (class_name !== 'BatchNormalization') return [];
    return Object.entries(statistics).flatMap(([part, values]) =>
      (part === 'gamma' && config['scale'] === false) || (part === 'beta' && config['center'] === false)
        ? []
        : [[`${name}/${part}`, [values.length], values]],
    );
  });
  const weightSpecs = tensors.map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const values = Float32Array.from(tensors.flatMap(([, , numbers]) => numbers));
  return [
    { modelTopology: { class_name: 'Sequential', config: { name: 's', layers } }, weightSpecs },
    new Uint8Array(values.buffer),
  ];
}

const row = [0.5, -1];
const predict = async (...layers: Layer[]): Promise<number[]> => {
  const net = await fromTFJS(...model(layers));
  return [...net.predict([row])];
};
const multiply = (values: Row): number[] =>
  [0, 1].map((j) => values[0]! * kernel[0]![j]! + values[1]! * kernel[1]![j]!);
const rectify = (values: Row): number[] => values.map((value) => Math.max(0, value));
const normalize = (values: Row, epsilon = 1e-3, { scale = 1, center = 1 } = {}): number[] =>
  values.map((value, k) => {
    const { gamma, beta, moving_mean: mean, moving_variance: variance } = statistics;
    const standardized = (value - mean[k]!) / Math.sqrt(variance[k]! + epsilon);
    return standardized * (scale ? gamma[k]! : 1) + (center ? beta[k]! : 0);
  });
const closeTo = (values: Row): number[] => values.map((value) => expect.closeTo(value, 5) as number);

describe('BatchNormalization', () => {
  it('fromTFJS folds it into the Dense before it', async () => {
    expect(await predict(input, dense('a', 2), norm('n'))).toEqual(closeTo(normalize(multiply(row))));
    expect(await predict(input, dense('a', 2), norm('n'), relu, dense('b', 2))).toEqual(
      closeTo(multiply(rectify(normalize(multiply(row))))),
    );
    expect(await predict(input, dense('a', 2), norm('n'), norm('m'), relu)).toEqual(
      closeTo(rectify(normalize(normalize(multiply(row))))),
    );
  });

  it('fromTFJS folds it into the Dense after it', async () => {
    expect(await predict(input, norm('n'), dense('a', 2))).toEqual(closeTo(multiply(normalize(row))));
    const drop = layer('Dropout', 'd', { rate: 0.25 });
    expect(
      await predict(input, dense('a', 2, { activation: 'relu' }), norm('n'), drop, dense('b', 2)),
    ).toEqual(closeTo(multiply(normalize(rectify(multiply(row))))));
    expect(await predict(input, dense('a', 2), drop, norm('n'), norm('m'), dense('b', 2))).toEqual(
      closeTo(multiply(normalize(normalize(multiply(row))))),
    );
  });

  it('fromTFJS heeds its epsilon, and that it has no scale or no center', async () => {
    const read = (config: object): Promise<number[]> => predict(input, dense('a', 2), norm('n', config));
    expect(await read({ epsilon: 0.75, momentum: 0.9, axis: [1] })).toEqual(
      closeTo(normalize(multiply(row), 0.75)),
    );
    expect(await read({ scale: false })).toEqual(closeTo(normalize(multiply(row), 1e-3, { scale: 0 })));
    expect(await read({ center: false, axis: -1 })).toEqual(
      closeTo(normalize(multiply(row), 1e-3, { center: 0 })),
    );
  });

  it('fromTFJS repeats it for the pixels of an image', async () => {
    const image = layer('InputLayer', 'in', { batch_input_shape: [null, 2, 1, 2] });
    const [topology, bytes] = model([image, norm('n', { axis: 3 }), layer('Flatten', 'f'), dense('a', 1)]);
    const specs = (topology as { weightSpecs: { name: string; shape: number[] }[] }).weightSpecs;
    specs.at(-1)!.shape = [4, 1];
    const net = await fromTFJS(topology, bytes);
    const [a, b, c, d] = [...normalize([1, 2]), ...normalize([3, 4])];
    expect([...net.predict([[1, 2, 3, 4]])]).toEqual(closeTo([a! - 2 * b! + 0.5 * c! + 3 * d!]));
  });

  it.each([
    [
      'between two activations',
      [dense('a', 2, { activation: 'relu' }), norm('n'), layer('Activation', 't', { activation: 'tanh' })],
      /layer 'n' .* is between two activations, so that it does not fold/,
    ],
    [
      'after the last activation',
      [dense('a', 2), relu, norm('n')],
      /layer 'n' .* is after the last activation/,
    ],
    ['of another axis', [dense('a', 2), norm('n', { axis: 2 })], /axis: expected -1 \(the last\), got 2/],
    [
      'of a negative epsilon',
      [dense('a', 2), norm('n', { epsilon: -1 })],
      /epsilon: expected a number of at least 0/,
    ],
  ] as const)('fromTFJS rejects it %s', async (_, layers, message) => {
    const error = await catchError(() => predict(input, ...layers));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });

  it('fromTFJS rejects one whose weights are missing or of another length', async () => {
    const [topology, bytes] = model([input, dense('a', 2), norm('n')]);
    const { weightSpecs } = topology as { weightSpecs: { name: string; shape: number[] }[] };
    const named = weightSpecs.map((spec) => ({ ...spec, name: spec.name.replace('beta', 'offset') }));
    await expect(fromTFJS({ ...topology, weightSpecs: named }, bytes)).rejects.toThrow(
      /'n\/beta': expected \[2\], got no such/,
    );
    const turned = weightSpecs.map((spec) => (spec.name === 'n/gamma' ? { ...spec, shape: [2, 1] } : spec));
    await expect(fromTFJS({ ...topology, weightSpecs: turned }, bytes)).rejects.toThrow(
      /'n\/gamma': expected \[2\], got \[2,1\]/,
    );
  });

  it('fromTFJS names other normalizations as such', async () => {
    for (const kind of ['LayerNormalization', 'GroupNormalization', 'UnitNormalization'])
      await expect(predict(input, dense('a', 2), layer(kind, 'n'))).rejects.toThrow(
        /is a normalization that does not fold/,
      );
  });
});

describe('layers that scale the inputs', () => {
  const scaled = layer('Normalization', 's', { axis: [-1], mean: [[10, -4]], variance: [[4, 0.25]] });
  const readTransforms = async (...layers: Layer[]): Promise<unknown> =>
    (await fromTFJS(...model([...layers, dense('a', 2)]))).toJSON().transforms?.inputs;

  it('fromTFJS makes transforms of a Normalization, whose numbers are in its config or among the weights', async () => {
    const expected = [
      { kind: 'standardize', mean: 10, deviation: 2 },
      { kind: 'standardize', mean: -4, deviation: 0.5 },
    ];
    expect(await readTransforms(input, scaled)).toEqual(expected);
    expect(await predict(input, scaled, dense('a', 2))).toEqual(closeTo(multiply([(0.5 - 10) / 2, 6])));
    const [topology, bytes] = model([input, layer('Normalization', 's'), dense('a', 2)]);
    const own = [
      { name: 's/mean', shape: [2], dtype: 'float32' },
      { name: 's/variance', shape: [2], dtype: 'float32' },
      { name: 's/count', shape: [], dtype: 'int32' },
    ];
    const { weightSpecs } = topology as { weightSpecs: object[] };
    const parts = [new Float32Array([10, -4, 4, 0.25]), new Int32Array([7])];
    const net = await fromTFJS({ ...topology, weightSpecs: [...own, ...weightSpecs] }, [
      ...parts.map(({ buffer }) => buffer),
      bytes,
    ]);
    expect(net.toJSON().transforms?.inputs).toEqual(expected);
  });

  it('fromTFJS makes one transform of Rescaling and Normalization, for each channel of an image', async () => {
    const image = layer('InputLayer', 'in', { batch_input_shape: [null, 1, 1, 2] });
    const bytes = layer('Rescaling', 'b', { scale: 0.5, offset: -1 });
    const one = layer('Normalization', 's', { axis: null, mean: 3, variance: 0 });
    // (x·0.5 − 1 − 10)/2 = (x − 22)/4
    expect(await readTransforms(image, bytes, scaled, layer('Flatten', 'f'))).toEqual([
      { kind: 'standardize', mean: 22, deviation: 4 },
      { kind: 'standardize', mean: -6, deviation: 1 },
    ]);
    expect(await readTransforms(input, one)).toEqual(
      [0, 1].map(() => ({ kind: 'standardize', mean: 3, deviation: 1e-7 })),
    );
  });

  it.each<[string, Layer[], RegExp]>([
    ['after a Dense', [dense('b', 2), scaled], /layer 's' .* must come directly after the inputs/],
    ['without numbers', [layer('Normalization', 's')], /weight 's\/mean': no such weight/],
    [
      'of three columns',
      [layer('Normalization', 's', { mean: [1, 2, 3], variance: [1, 2, 3] })],
      /expected a number for each of 2 inputs, got 3/,
    ],
    ['that is inverted', [layer('Normalization', 's', { invert: true })], /invert: expected false/],
    [
      'over several axes',
      [layer('Normalization', 's', { axis: [1, 2] })],
      /axis: expected the last, got 2 axes/,
    ],
    ['by a factor of 0', [layer('Rescaling', 's', { scale: 0 })], /scale: expected numbers above 0/],
    [
      'by a text',
      [layer('Rescaling', 's', { scale: ['2'] })],
      /scale\[0\]: expected a 32-bit float, got '2'/,
    ],
  ])('fromTFJS rejects one %s', async (_, layers, message) => {
    await expect(readTransforms(input, ...layers)).rejects.toThrow(message);
  });
});

describe('an activation as an object', () => {
  const activation = async (given: unknown): Promise<object> => {
    const net = await fromTFJS(...model([input, dense('a', 2, { activation: given })]));
    const [{ activation, alpha }] = net.toJSON().layers as unknown as [
      { activation: string; alpha?: number },
    ];
    return { activation, ...(alpha !== undefined && { alpha }) };
  };

  it.each([
    [
      { module: 'builtins', class_name: 'function', config: 'tanh', registered_name: 'function' },
      { activation: 'tanh' },
    ],
    [{ module: 'builtins', class_name: 'function', config: 'silu' }, { activation: 'swish' }],
    [{ class_name: 'sigmoid', config: {} }, { activation: 'sigmoid' }],
    [
      { module: 'keras.layers', class_name: 'ReLU', config: { name: 'r', negative_slope: 0 } },
      { activation: 'relu' },
    ],
    [
      { module: 'keras.layers', class_name: 'LeakyReLU', config: { negative_slope: 0.125 } },
      { activation: 'leakyRelu', alpha: 0.125 },
    ],
    [
      { class_name: 'ELU', config: { alpha: 0.5 } },
      { activation: 'elu', alpha: 0.5 },
    ],
    [
      { class_name: 'ReLU', config: { max_value: null, negative_slope: 0.25, threshold: 0 } },
      { activation: 'leakyRelu', alpha: 0.25 },
    ],
    [
      { module: 'keras.layers', class_name: 'Activation', config: { name: 'a', activation: 'tanh' } },
      { activation: 'tanh' },
    ],
    ['leaky_relu', { activation: 'leakyRelu', alpha: 0.2 }],
    ['elu', { activation: 'elu', alpha: 1 }],
    ['gelu', { activation: 'geluExact' }],
    ['mish', { activation: 'mish' }],
    ['selu', { activation: 'selu' }],
  ])('fromTFJS reads %o', async (given, expected) => {
    expect(await activation(given)).toMatchObject(expected);
  });

  it('fromTFJS rejects those that bp4 lacks by their names', async () => {
    await expect(activation({ class_name: 'function', config: 'relu6' })).rejects.toThrow(
      /activation 'relu6' is not supported/,
    );
    await expect(activation(['relu'])).rejects.toThrow(/activation an array is not supported/);
    await expect(activation({ class_name: 'ReLU', config: { max_value: 6 } })).rejects.toThrow(
      /max_value: expected null, got 6/,
    );
  });
});

it.each([
  ['GaussianNoise', /is active only in training; leave it out/],
  ['SpatialDropout1D', /is active only in training/],
  ['StringLookup', /is a layer that prepares the inputs; leave it out/],
  ['Conv2D', /is not supported, because bp4 has only dense layers/],
  ['LSTM', /is not supported, because bp4 has only dense layers/],
  ['Sequential', /is a nested model.*replace it with its layers/],
])('fromTFJS names a layer of class %s with what to do', async (kind, message) => {
  await expect(predict(input, layer(kind, 'n'), dense('a', 2))).rejects.toThrow(message);
});

it('fromTFJS rejects a Dropout of the inputs with what to do', async () => {
  await expect(predict(input, layer('Dropout', 'd', { rate: 0.5 }), dense('a', 2))).rejects.toThrow(
    /'d' .*expected a Dense before it.*leave it out/,
  );
});

describe('weights', () => {
  const [topology, bytes] = model([input, dense('a', 2)]);
  const { weightSpecs, ...rest } = topology as { weightSpecs: object[] };
  const whole = { ...rest, weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }] };

  it('fromTFJS names a file that is missing, and those that are there', async () => {
    await expect(fromTFJS(whole, { 'weights (1).bin': bytes })).rejects.toThrow(
      /expected file 'weights\.bin' of the manifest, got 'weights \(1\)\.bin'/,
    );
    await expect(fromTFJS(whole, {})).rejects.toThrow(
      /expected file 'weights\.bin' of the manifest, got none/,
    );
  });

  it('fromTFJS reads the parts that TensorFlow.js loads', async () => {
    const parts = [bytes.slice(0, 5).buffer, bytes.slice(5).buffer];
    expect([...(await fromTFJS(topology, parts)).predict([row])]).toEqual(multiply(row));
    await expect(fromTFJS(topology, [bytes, 'AA=='] as never)).rejects.toThrow(TypeError);
  });

  it.each([
    ['a/0', 'n/0', 'n/1', 'n/2', 'n/3'],
    ['a/vars/0', 'n/vars/0', 'n/vars/1', 'n/vars/2', 'n/vars/3'],
  ])('fromTFJS reads weights that Keras 3 names by their places: %s, …', async (...names) => {
    const [topology, bytes] = model([input, dense('a', 2), norm('n')]);
    const { weightSpecs } = topology as { weightSpecs: object[] };
    const renamed = weightSpecs.map((spec, i) => ({ ...spec, name: names[i] }));
    const net = await fromTFJS({ ...topology, weightSpecs: renamed }, bytes);
    expect([...net.predict([row])]).toEqual(closeTo(normalize(multiply(row))));
  });

  it('fromTFJS leaves out the state of a Dropout in Keras 3', async () => {
    const seed = { name: 'dropout/seed_generator/seed_generator_state', shape: [2], dtype: 'int32' };
    const specs = [seed, ...weightSpecs];
    const net = await fromTFJS({ ...rest, weightSpecs: specs }, [new Uint8Array(8), bytes]);
    expect([...net.predict([row])]).toEqual(multiply(row));
  });

  it('fromTFJS names texts, and the JSON of a model without weights', async () => {
    await expect(fromTFJS(JSON.stringify(whole) as never, bytes)).rejects.toThrow(/JSON\.parse/);
    const { modelTopology } = topology as { modelTopology: { config: object } };
    const text = JSON.stringify(modelTopology);
    await expect(fromTFJS({ ...whole, modelTopology: text }, bytes)).rejects.toThrow(/JSON\.parse/);
    const json = { ...modelTopology, keras_version: '3.0.0' };
    await expect(fromTFJS(json, bytes)).rejects.toThrow(/model\.to_json\(\) writes, without its weights/);
  });

  it('fromTFJS names the way from base64 to bytes', async () => {
    await expect(fromTFJS(whole, { 'w.bin': 'AAAAQA==' as never })).rejects.toThrow(/\['w.bin'\].*atob/);
    await expect(fromTFJS(whole, Buffer.from(bytes).toString('base64') as never)).rejects.toThrow(
      /decode base64 with .*atob/,
    );
  });
});
