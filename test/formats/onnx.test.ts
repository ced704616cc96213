import { describe, expect, it } from 'vitest';
import { fromONNX, toONNX } from '../../src/formats/onnx/index.js';
import { RangeFault } from '../../src/errors.js';
import { decode } from '../../src/formats/onnx/decode.js';
import { model, type GivenModel } from '../../src/formats/onnx/proto.js';
import { FormatError, Network, StateError, type ActivationName, type LossName } from '../../src/index.js';
import { lossNames, partners } from '../../src/model/spec.js';
import { changed, withoutMetadata } from '../support/onnx.js';

// Files of bp4 itself. test/clients/onnx.test.mjs has the programs of others on the other side.

const hidden: readonly ActivationName[] = [
  ...([
    'sigmoid',
    'tanh',
    'relu',
    'leakyRelu',
    'elu',
    'softplus',
    'swish',
    'gelu',
    'geluExact',
    'selu',
    'mish',
    'softsign',
    'linear',
  ] as const),
];

const combinations = lossNames.flatMap((loss) => partners[loss].map((last) => [loss, last] as const));

const create = (loss: LossName, last: ActivationName, l: number): Promise<Network> =>
  Network.create({
    inputs: 1 + (l % 7),
    layers: [
      { units: 1 + (l % 5), activation: hidden[l % hidden.length]!, dropout: l % 2 ? 0.25 : 0 },
      { units: last === 'softmax' ? 3 : 1 + (l % 4), activation: last },
    ],
    loss: loss === 'huber' ? { name: loss, delta: 1.5 } : loss,
    seed: l,
  });

const columns = {
  inputs: [
    { kind: 'standardize', mean: 1990.123456789, deviation: 0.75, name: 'year' },
    { kind: 'oneHot', categories: ['red', 'green'], name: 'constructor' },
    { kind: 'minMax', min: 5, max: 5 },
    { kind: 'identity' },
    { kind: 'oneHot', categories: [0.1, 3], name: '__proto__' },
  ],
  targets: [
    { kind: 'minMax', min: -1, max: 0 },
    { kind: 'standardize', mean: 1e6, deviation: 0.1 },
  ],
} as const;

const transformed = (): Promise<Network> =>
  Network.create({ inputs: 7, layers: [{ units: 2, activation: 'tanh' }], transforms: columns, seed: 5 });

/** Its graph in words: operators, and what they take. */
const listNodes = (bytes: Uint8Array): string[] =>
  decode(model, bytes).graph!.node.map(
    ({ opType, input, output }) => `${output.join(' ')} = ${opType!} ${input.join(' ')}`,
  );

describe('fromONNX, of what toONNX wrote,', () => {
  it(`fromONNX restores every loss after every last layer: ${combinations.length} networks`, async () => {
    for (const [l, [loss, last]] of combinations.entries()) {
      const net = await create(loss, last, l);
      const bytes = toONNX(net);
      const back = await fromONNX(bytes);
      expect(back.toJSON()).toEqual(net.toJSON());
      expect(back.layers).toEqual(net.layers);

      // and by the graph alone: all but loss, dropout and seed
      const bare = await fromONNX(withoutMetadata(bytes));
      expect(bare.layers).toEqual(net.layers);
      expect(bare.loss).toBe(last === 'softmax' ? 'crossEntropy' : 'quadratic');
    }
  });

  it('fromONNX restores alpha', async () => {
    const layers = [
      { units: 2, activation: 'leakyRelu', alpha: 0.3 },
      { units: 2, activation: 'elu', alpha: 0.7 },
      { units: 2, activation: 'leakyRelu' },
    ] as const;
    const net = await Network.create({ inputs: 2, layers });
    for (const bytes of [toONNX(net), withoutMetadata(toONNX(net))]) {
      const { layers: found } = (await fromONNX(bytes)).toJSON();
      expect(found.map(({ alpha }) => alpha)).toEqual([0.3, 0.7, 0.01]);
    }
  });

  it('fromONNX restores all transforms by metadata, and those of numbers by the graph alone', async () => {
    const net = await transformed();
    const bytes = toONNX(net);
    expect(decode(model, bytes).graph!.input[0]!.type!.tensor!.shape!.dim[1]!.size).toBe(5);
    expect((await fromONNX(bytes)).toJSON()).toEqual(net.toJSON());
    // categories are branches
    await expect(fromONNX(withoutMetadata(bytes))).rejects.toThrow(
      /graph\.node\[0\], Split 'inputs\.0\.Split'/,
    );

    const inputs = [columns.inputs[0], columns.inputs[2], columns.inputs[3]];
    const ofNumbers = await Network.create({
      inputs: 3,
      layers: [{ units: 2, activation: 'tanh' }],
      transforms: { inputs, targets: columns.targets },
    });
    const bare = await fromONNX(withoutMetadata(toONNX(ofNumbers)));
    expect(bare.toJSON().transforms).toEqual({
      inputs: [
        { kind: 'standardize', mean: 1990.123456789, deviation: 0.75 },
        { kind: 'standardize', mean: 5, deviation: 0 },
        { kind: 'identity' },
      ],
      targets: [
        { kind: 'standardize', mean: -1, deviation: 1 },
        { kind: 'standardize', mean: 1e6, deviation: 0.1 },
      ],
    });
    const rows = [[1991, 5, 0.5]];
    expect(bare.predict(rows)).toEqual(ofNumbers.predict(rows));
  });

  it('fromONNX restores a trained network, which trains on', async () => {
    const data = {
      inputs: [
        [0, 1],
        [1, 0],
      ],
      labels: [0, 1],
    };
    const net = await Network.create({
      inputs: 2,
      layers: [
        { units: 3, activation: 'relu', dropout: 0.5 },
        { units: 2, activation: 'softmax' },
      ],
    });
    await net.train(data, { epochs: 2, optimizer: 'adam' });
    const back = await fromONNX(toONNX(net));
    expect(back.predict(data.inputs)).toEqual(net.predict(data.inputs));
    // the generator is where it was: order and dropout are drawn alike
    expect(await back.train(data, { epochs: 2 })).toEqual(await net.train(data, { epochs: 2 }));
    expect(back.layers).toEqual(net.layers);
  });

  it('fromONNX reads weights that another program changed', async () => {
    const net = await create('quadratic', 'tanh', 3);
    const bytes = changed(toONNX(net), (given) => {
      const initializer = given.graph!.initializer.map((tensor) =>
        tensor.name === '1.bias' ? { ...tensor, rawData: undefined, floatData: [1, 2, 3, 4] } : tensor,
      );
      return { ...given, graph: { ...given.graph, initializer } } as GivenModel;
    });
    const { layers } = await fromONNX(bytes);
    expect(Array.from(layers[1]!.biases)).toEqual([1, 2, 3, 4]);
    expect(layers[1]!.weights).toEqual(net.layers[1]!.weights);
  });
});

describe('toONNX', () => {
  it('toONNX writes Gemm and activations', async () => {
    const net = await Network.create({
      inputs: 2,
      layers: [
        { units: 2, activation: 'linear' },
        { units: 2, activation: 'swish' },
        { units: 2, activation: 'softmax' },
      ],
    });
    const bytes = toONNX(net);
    expect(listNodes(bytes)).toEqual([
      '0.preActivations = Gemm inputs 0.weight 0.bias',
      '1.preActivations = Gemm 0.preActivations 1.weight 1.bias',
      '1.activations.gate = Sigmoid 1.preActivations',
      '1.activations = Mul 1.preActivations 1.activations.gate',
      '2.preActivations = Gemm 1.activations 2.weight 2.bias',
      'outputs = Softmax 2.preActivations',
    ]);
    const { irVersion, opsetImport, producerName, graph } = decode(model, bytes);
    expect({ irVersion, opsetImport, producerName }).toEqual({
      irVersion: 7,
      opsetImport: [{ domain: '', version: 13 }],
      producerName: 'bp4',
    });
    expect(graph!.output).toEqual([
      {
        name: 'outputs',
        type: { tensor: { elementType: 1, shape: { dim: [{ name: 'batch' }, { size: 2 }] } } },
      },
    ]);
  });

  it('toONNX counts an unknown category as other, if the network does', async () => {
    const oneHot = { kind: 'oneHot', categories: ['blue', 'other', 'red'], name: 'color' } as const;
    const write = async (unknown: 'zeros' | 'other'): Promise<Uint8Array> =>
      toONNX(
        await Network.create({
          ...{ inputs: 3, layers: [{ units: 1, activation: 'linear' }] },
          transforms: { inputs: [{ ...oneHot, unknown }] },
        }),
      );
    expect(listNodes(await write('zeros')).join()).not.toContain('withOther');
    const bytes = await write('other');
    expect(listNodes(bytes)[2]).toBe('inputs.withOther = Gemm inputs.oneHot inputs.weight inputs.bias');
    const net = await fromONNX(bytes);
    expect(net.state.spec.transforms!.inputs![0]).toMatchObject({ unknown: 'other' });
  });

  it('toONNX names a column of texts, which no operator reads', async () => {
    const net = await Network.create({
      inputs: 4,
      layers: [{ units: 1, activation: 'linear' }],
      transforms: { inputs: [{ kind: 'hash', buckets: 4, name: 'city' }] },
    });
    expect(() => toONNX(net)).toThrow(
      "transforms: ONNX has no operator for 'hash' of city; write the model as .mjs (bp4/code)",
    );
  });

  it('toONNX writes transforms, in double precision where single would lose digits', async () => {
    const bytes = toONNX(await transformed());
    expect(listNodes(bytes)).toEqual([
      'inputs.0 inputs.1 inputs.2 inputs.3 = Split inputs inputs.sizes',
      'inputs.0.double = Cast inputs.0',
      'inputs.0.Sub = Sub inputs.0.double inputs.0.shifts',
      'inputs.0.Div = Div inputs.0.Sub inputs.0.ranges',
      'inputs.0.single = Cast inputs.0.Div',
      'inputs.1.equal = Equal inputs.1 inputs.1.categories',
      'inputs.1.oneHot = Cast inputs.1.equal',
      'inputs.2.Sub = Sub inputs.2 inputs.2.shifts',
      'inputs.2.Div = Div inputs.2.Sub inputs.2.ranges',
      'inputs.3.equal = Equal inputs.3 inputs.3.categories',
      'inputs.3.oneHot = Cast inputs.3.equal',
      'inputs.all = Concat inputs.0.single inputs.1.oneHot inputs.2.Div inputs.3.oneHot',
      '0.preActivations = Gemm inputs.all 0.weight 0.bias',
      '0.activations = Tanh 0.preActivations',
      '0.activations.double = Cast 0.activations',
      '0.activations.Mul = Mul 0.activations.double 0.activations.ranges',
      '0.activations.Add = Add 0.activations.Mul 0.activations.shifts',
      'outputs = Cast 0.activations.Add',
    ]);
  });

  it('toONNX rejects what it cannot write', async () => {
    expect(() => toONNX(JSON.parse('{}') as Network)).toThrow(TypeError);
    const net = await Network.create({
      inputs: 2,
      layers: [{ units: 1, activation: 'tanh' }],
      transforms: { inputs: [{ kind: 'oneHot', categories: [0.1, 0.1 + 1e-12], name: 'size' }] },
    });
    expect(() => toONNX(net)).toThrow(
      new RangeFault({
        place: 'transforms',
        problem: 'two categories of size are equal in single precision, which ONNX uses',
        cure: 'use strings as categories',
      }),
    );
    net.dispose();
    expect(() => toONNX(net)).toThrow(StateError);
  });
});

describe('options', () => {
  it('fromONNX takes loss and engine from its options, and rejects wrong ones', async () => {
    const bytes = toONNX(await create('quadratic', 'sigmoid', 1));
    const net = await fromONNX(bytes, { loss: 'binaryCrossEntropy', engine: 'reference' });
    expect(net.loss).toBe('binaryCrossEntropy');
    expect(net.engine).toBe('reference');
    for (const given of [bytes, withoutMetadata(bytes)]) {
      await expect(fromONNX(given, { loss: 'hinge' })).rejects.toThrow(
        /^loss: 'hinge' needs a last layer of/,
      );
      await expect(fromONNX(given, { loss: 'hinge' })).rejects.toThrow(RangeError);
    }
    await expect(fromONNX(withoutMetadata(bytes), { output: 'logits' })).rejects.toThrow(
      new RangeFault({
        place: 'options.output',
        problem: "expected 'outputs', or a value inside the graph, got 'logits'",
      }),
    );
    await expect(fromONNX(bytes, { outputs: 'x' } as object)).rejects.toThrow(/unknown 'outputs'/);
    await expect(fromONNX('model.onnx' as never)).rejects.toThrow(TypeError);
  });

  it('fromONNX reads a buffer and a view of one', async () => {
    const bytes = toONNX(await create('quadratic', 'sigmoid', 1));
    const padded = new Uint8Array(bytes.length + 7).fill(255);
    padded.set(bytes, 3);
    const layers = (await fromONNX(bytes)).layers;
    expect((await fromONNX(bytes.buffer)).layers).toEqual(layers);
    expect((await fromONNX(padded.subarray(3, 3 + bytes.length))).layers).toEqual(layers);
  });
});

describe('metadata that contradict the graph', () => {
  const tampered = async (change: (given: GivenModel) => GivenModel): Promise<Error> => {
    const bytes = changed(toONNX(await transformed()), (given) => change(given as GivenModel));
    return (await fromONNX(bytes).catch((error: unknown) => error)) as Error;
  };
  const spec = (change: (text: string) => string) => (given: GivenModel) => ({
    ...given,
    metadataProps: [{ key: 'bp4', value: change(given.metadataProps![0]!.value!) }],
  });

  it.each([
    [
      'another activation',
      spec((text) => text.replace('"tanh"', '"relu"')),
      /graph\.node\[13\] is inconsistent with metadata/,
    ],
    [
      'more units',
      spec((text) => text.replace('"units":2', '"units":268435456')),
      /transforms\.targets: they make 2/,
    ],
    [
      'another mean',
      spec((text) => text.replace('1990.12', '1991.12')),
      /initializer 'inputs\.0\.shifts' is inconsistent with/,
    ],
    [
      'more layers',
      spec((text) => text.replace('"layers":[', '"layers":[{"units":9,"activation":"relu"},')),
      /'0\.weight'/,
    ],
    ['no JSON', spec((text) => text.slice(1)), /^bytes: metadata_props 'bp4': /],
    ['a name twice', spec((text) => text.replace('{', '{"inputs":7,')), /duplicate name/],
    ['nothing', spec(() => 'null'), /expected an object from toJSON/],
    ['a long text', spec((text) => text + ' '.repeat(2 ** 24)), /its length/],
    [
      'a node more',
      (given: GivenModel) => ({
        ...given,
        graph: { ...given.graph, node: [...given.graph!.node!, given.graph!.node![0]!] },
      }),
      /graph\.node\[18\] is inconsistent with metadata_props 'bp4': the graph was changed after bp4 wrote it; delete that entry/,
    ],
    [
      'another output',
      (given: GivenModel) => ({ ...given, graph: { ...given.graph, output: [{ name: 'inputs.0' }] } }),
      /graph\.output is inconsistent with/,
    ],
  ])('fromONNX rejects metadata that contradict the graph: %s', async (_, change, message) => {
    const error = await tampered(change);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toMatch(message);
  });
});
