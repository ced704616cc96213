import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/index.js';
import { Ensemble } from '../../src/ensemble/index.js';
import { toNPZ } from '../../src/formats/numpy/index.js';
import { fromONNX, toONNX } from '../../src/formats/onnx/index.js';
import { fromSafetensors, toSafetensors } from '../../src/formats/safetensors/index.js';
import { toTFJS } from '../../src/formats/tfjs/index.js';
import { logLoss } from '../../src/metrics/index.js';
import { Network, type NetworkOptions, type Transforms } from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { makeFile, pickParts } from '../support/safetensors.js';

const engines = ['wasm', 'reference'] as const;

const softmax = (seed: number, more: Partial<NetworkOptions> = {}): Promise<Network> =>
  Network.create({
    inputs: 3,
    layers: [
      { units: 4 + seed, activation: 'tanh' },
      { units: 3, activation: 'softmax' },
    ],
    seed,
    ...more,
  });

const regression = (seed: number, targets: Transforms['targets'], loss = 'quadratic' as const) =>
  Network.create({
    inputs: 3,
    layers: [{ units: 2, activation: 'linear' }],
    loss,
    seed,
    transforms: { inputs: [standard('a'), standard('b'), standard('c')], ...(targets && { targets }) },
  });

const standard = (name: string) => ({ kind: 'standardize', mean: 0.1, deviation: 2, name }) as const;

const random = Random.fromSeed(5);
const inputs = Float32Array.from({ length: 30 }, () => random.normal());
const labels = Array.from({ length: 10 }, (_, n) => n % 3);

const bitsOf = (floats: Float32Array): Uint32Array => new Uint32Array(floats.buffer);

describe.each(engines)('an ensemble on the engine %s', (engine) => {
  it('one member returns the bits of its network, whatever its weight', async () => {
    const network = await softmax(1, { engine });
    for (const weight of [1, 3, 0.1]) {
      const ensemble = await Ensemble.fromNetworks([{ network, weight }], { engine });
      expect(ensemble.engine).toBe(engine);
      expect(bitsOf(ensemble.predict(inputs))).toEqual(bitsOf(network.predict(inputs)));
    }
  });

  it('outputs are the weighted mean, summed in double precision and rounded once', async () => {
    const networks = await Promise.all([softmax(1), softmax(2), softmax(3)]);
    const weights = [2, 1, 0.7];
    const ensemble = await Ensemble.fromNetworks(
      networks.map((network, i) => ({ network, weight: weights[i]! })),
      { engine },
    );
    const [a, b, c] = networks.map((network) => network.predict(inputs)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const w = Math.fround(0.7);
    const expected = a.map((_, i) => (2 * a[i]! + 1 * b[i]! + w * c[i]!) / (2 + 1 + w));
    expect(bitsOf(ensemble.predict(inputs))).toEqual(bitsOf(expected));
    expect(ensemble.members.map(({ weight }) => weight)).toEqual(weights);
  });

  it('a saved ensemble answers with the same bits, and is saved with the same bytes', async () => {
    const networks = await Promise.all([softmax(1), softmax(2)]);
    await networks[0].train({ inputs, labels }, { epochs: 2, optimizer: 'adam' });
    const ensemble = await Ensemble.fromNetworks([
      { network: networks[0], weight: 0.1 },
      { network: networks[1] },
    ]);
    for (const network of networks) network.dispose();
    const bytes = ensemble.save();
    const again = await Ensemble.load(bytes, { engine });
    expect(bitsOf(again.predict(inputs))).toEqual(bitsOf(ensemble.predict(inputs)));
    expect(again.save()).toEqual(bytes);
    expect(again.members).toEqual(ensemble.members);
  });
});

it('one member keeps the sign of a zero', async () => {
  const network = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'leakyRelu' }] });
  const { state } = network;
  // 0.01 of the smallest float is −0
  const zero = { weights: Float32Array.of(0), biases: Float32Array.of(-(2 ** -149)) };
  const still = await Network.fromState({ ...state, parameters: [zero] });
  const ensemble = await Ensemble.fromNetworks([{ network: still }]);
  expect([...still.predict([1]), ...ensemble.predict([1])]).toEqual([-0, -0]);
});

it('an ensemble takes the samples that a network takes: rows, objects, and a Dataset by its names', async () => {
  const table = Dataset.fromCSV('b,a,kind\n1,2,x\n3,5,y\n2,2,x\n4,4,y\n', { label: 'kind' });
  const transforms = Dataset.fromCSV('a,b,kind\n2,1,x\n5,3,y\n', { label: 'kind' }).fitTransforms();
  const options = { inputs: 2, layers: [{ units: 2, activation: 'softmax' }], transforms } as const;
  const network = await Network.create(options);
  const ensemble = await Ensemble.fromNetworks([
    { network },
    { network: await Network.create({ ...options, seed: 1 }) },
  ]);
  const expected = ensemble.predict([
    [2, 1],
    [5, 3],
    [2, 2],
    [4, 4],
  ]);
  expect(ensemble.predict(table)).toEqual(expected);
  expect(ensemble.predict([{ b: 1, a: 2 }])).toEqual(expected.subarray(0, 2));
  expect(ensemble.predict(Uint8Array.of(4, 2), { inputScale: 0.5 })).toEqual(expected.subarray(0, 2));
  expect(ensemble.evaluate(table).accuracy).toBeGreaterThanOrEqual(0);
});

describe('evaluate', () => {
  it.each([
    ['crossEntropy', 'softmax', 3],
    [{ name: 'crossEntropy', labelSmoothing: 0.1 }, 'softmax', 3],
    ['binaryCrossEntropy', 'sigmoid', 1],
    [{ name: 'binaryCrossEntropy', labelSmoothing: 0.2 }, 'sigmoid', 3],
    ['focal', 'softmax', 3],
    [{ name: 'focal', gamma: 0 }, 'softmax', 3],
    ['binaryFocal', 'sigmoid', 1],
    [{ name: 'binaryFocal', gamma: 0.5, alpha: 0.9 }, 'sigmoid', 3],
    ['hinge', 'tanh', 3],
    ['hinge', 'linear', 1],
    ['quadratic', 'sigmoid', 3],
    ['meanSquaredError', 'linear', 3],
    ['meanAbsoluteError', 'sigmoid', 1],
    [{ name: 'huber', delta: 0.3 }, 'linear', 2],
  ] as const)('one member is measured as its network is: %j of %s', async (loss, activation, units) => {
    const network = await Network.create({
      inputs: 3,
      layers: [{ units, activation }],
      loss,
    });
    const ensemble = await Ensemble.fromNetworks([{ network }]);
    const sampleWeights = labels.map((label) => 1 + label);
    const most = Math.max(1, units - 1);
    for (const data of [
      { inputs, labels: labels.map((label) => Math.min(label, most)) },
      { inputs, labels: labels.map((label) => Math.min(label, most)), sampleWeights },
      {
        inputs,
        targets: Array.from({ length: 10 * units }, (_, i) =>
          i % units === 0 ? 1 : network.loss === 'hinge' ? -1 : 0,
        ),
      },
    ]) {
      const expected = network.evaluate(data);
      const found = ensemble.evaluate(data);
      // outputs are rounded to single precision before their cost is taken
      expect(found.loss).toBeCloseTo(expected.loss, 5);
      expect(found.accuracy).toBe(expected.accuracy);
    }
    expect(ensemble.loss).toBe(network.loss);
  });

  it.each(['binaryCrossEntropy', 'binaryFocal', 'quadratic'] as const)(
    'a missing target has no cost, as in its network: %s',
    async (loss) => {
      const network = await Network.create({
        inputs: 3,
        layers: [{ units: 2, activation: 'sigmoid' }],
        loss,
        missingTargets: 'ignore',
      });
      const ensemble = await Ensemble.fromNetworks([{ network }]);
      const data = {
        inputs,
        targets: Array.from({ length: 20 }, (_, i) => (i % 4 === 1 ? NaN : i % 3 && 1)),
      };
      expect(ensemble.evaluate(data).loss).toBeCloseTo(network.evaluate(data).loss, 5);
    },
  );

  const targets = Array.from({ length: 20 }, (_, i) => 100 + i);
  const scaled = [standard('x'), { kind: 'minMax', min: 90, max: 120, name: 'y' } as const];

  it('the loss refers to transformed targets if all members transform them alike', async () => {
    const network = await regression(1, scaled);
    const ensemble = await Ensemble.fromNetworks([{ network }, { network, weight: 3 }]);
    expect(ensemble.evaluate({ inputs, targets }).loss).toBeCloseTo(
      network.evaluate({ inputs, targets }).loss,
      2,
    );
  });

  it('the loss is the mean squared error in the own units of the targets if the members transform them differently', async () => {
    const networks = [await regression(1, scaled), await regression(2, [standard('x'), standard('y')])];
    const ensemble = await Ensemble.fromNetworks(networks.map((network) => ({ network })));
    const answers = ensemble.predict(inputs);
    const errors = targets.map((y, i) => (y - answers[i]!) ** 2);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(ensemble.loss).toBe('meanSquaredError');
    expect(ensemble.evaluate({ inputs, targets }).loss / mean).toBeCloseTo(1, 5);
  });

  it('members with several losses are measured by the log loss of their mean', async () => {
    const smoothed = await softmax(2, { loss: { name: 'crossEntropy', labelSmoothing: 0.3 } });
    const ensemble = await Ensemble.fromNetworks([{ network: await softmax(1) }, { network: smoothed }]);
    const { loss } = ensemble.evaluate({ inputs, labels });
    expect(loss).toBeCloseTo(logLoss(ensemble.predict(inputs), { labels }), 12);
  });

  it('evaluate refuses data as a network does', async () => {
    const ensemble = await Ensemble.fromNetworks([{ network: await softmax(1) }]);
    expect(() => ensemble.evaluate({ inputs, labels: labels.map(() => 3) })).toThrow('labels[0] is 3');
    expect(() => ensemble.evaluate({ inputs })).toThrow('expected either targets or labels');
    expect(() => ensemble.predict([1, 2])).toThrow('inputs: expected a multiple of 3 values, got 2');
  });
});

describe('what does not fit together', () => {
  const named = (names: readonly string[], more: Partial<NetworkOptions> = {}): Promise<Network> =>
    softmax(1, { transforms: { inputs: names.map(standard) }, ...more });
  const colors = (...categories: string[]): Promise<Network> =>
    Network.create({
      inputs: categories.length,
      layers: [{ units: 3, activation: 'softmax' }],
      transforms: { inputs: [{ kind: 'oneHot', categories, name: 'color' }] },
    });
  const plain = (
    activation: 'sigmoid' | 'linear' | 'softmax',
    units = 3,
    transforms?: Transforms,
  ): Promise<Network> =>
    Network.create({ inputs: 3, layers: [{ units, activation }], ...(transforms && { transforms }) });

  it.each<[string, () => Promise<Network>, () => Promise<Network>]>([
    [
      'the number of inputs to be 3, as in members[0], got 4',
      () => softmax(1),
      () => softmax(1, { inputs: 4 }),
    ],
    [
      'the number of outputs to be 3, as in members[0], got 2',
      () => plain('sigmoid'),
      () => plain('sigmoid', 2),
    ],
    [
      "the name of inputs[1] to be 'b', as in members[0], got 'x'",
      () => named(['a', 'b', 'c']),
      () => named(['a', 'x', 'c']),
    ],
    [
      "the name of inputs[0] to be 'a', as in members[0], got undefined",
      () => named(['a', 'b', 'c']),
      () => softmax(1),
    ],
    [
      "category 1 of inputs[0] to be 'green', as in members[0], got 'blue'",
      () => colors('red', 'green'),
      () => colors('red', 'blue'),
    ],
    [
      'the number of categories of inputs[0] to be 2, as in members[0], got 3',
      () => colors('red', 'green'),
      () => colors('red', 'green', 'blue'),
    ],
    [
      "the kind of outputs to be 'softmax probabilities', as in members[0], got 'sigmoid probabilities'",
      () => plain('softmax'),
      () => plain('sigmoid'),
    ],
    [
      "the kind of outputs to be 'sigmoid probabilities', as in members[0], got 'numbers'",
      () => plain('sigmoid'),
      () => plain('linear'),
    ],
    [
      "the kind of outputs to be 'logarithms of counts', as in members[0], got 'numbers'",
      () => Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }], loss: 'poisson' }),
      () => Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] }),
    ],
    [
      "the name of outputs[1] to be 'y', as in members[0], got 'z'",
      () => plain('linear', 2, { outputs: ['x', 'y'] }),
      () => plain('linear', 2, { targets: [standard('x'), standard('z')], outputs: ['x', 'z'] }),
    ],
  ])('members that differ are refused: expected %s', async (problem, first, second) => {
    const networks = [await first(), await second()];
    const making = Ensemble.fromNetworks(networks.map((network) => ({ network })));
    await expect(making).rejects.toThrow(`members[1]: expected ${problem}; combine networks`);
  });

  it('what is no list of networks with weights is refused by its place', async () => {
    const network = await softmax(1);
    const make = (members: unknown, options = {}): Promise<Ensemble> =>
      Ensemble.fromNetworks(members as [], options);
    await expect(make([])).rejects.toThrow('members: expected at least one');
    await expect(make({ network })).rejects.toThrow('members: expected an array, got an object');
    await expect(make([network])).rejects.toThrow(TypeError);
    await expect(make([{ network: {} }])).rejects.toThrow(
      'members[0].network: expected a Network, got an object',
    );
    for (const weight of [0, -1, NaN, Infinity, 1e-60])
      await expect(make([{ network }, { network, weight }])).rejects.toThrow(
        'members[1].weight: expected a 32-bit float above 0',
      );
    await expect(make([{ network }], { threads: 2 })).rejects.toThrow("options: unknown 'threads'");
    expect(() => Reflect.construct(Ensemble, []) as unknown).toThrow(
      'use `await Ensemble.fromNetworks(members)`',
    );
  });
});

it('an ensemble that was disposed says so', async () => {
  const ensemble = await Ensemble.fromNetworks([{ network: await softmax(1) }]);
  ensemble.dispose();
  ensemble.dispose();
  for (const call of [
    () => ensemble.predict(inputs),
    () => ensemble.evaluate({ inputs, labels }),
    () => ensemble.save(),
    () => ensemble.members,
  ])
    expect(call).toThrow('the ensemble was disposed');
});

it('the members are copies: training a network leaves the ensemble as it was', async () => {
  const network = await softmax(1);
  const ensemble = await Ensemble.fromNetworks([{ network }]);
  const before = ensemble.predict(inputs);
  await network.train({ inputs, labels }, { epochs: 1 });
  ensemble.members[0]!.state.parameters[0]!.weights.fill(0);
  expect(ensemble.predict(inputs)).toEqual(before);
});

interface JSONOfFile {
  readonly members: { weight: number; network: Record<string, unknown> }[];
}

describe('files', () => {
  const make = async (): Promise<Ensemble> =>
    Ensemble.fromNetworks([{ network: await softmax(1) }, { network: await softmax(2), weight: 2 }]);

  it('a file of a network, and one of an ensemble, are named for what they are', async () => {
    const network = await softmax(1);
    await expect(Ensemble.load(network.save())).rejects.toThrow(
      "expected format 'bp4-ensemble', version 1, got format 'bp4', version 1; it is a network: use Network.load",
    );
    await expect(Network.load((await make()).save())).rejects.toThrow(
      "expected format 'bp4', version 1, got format 'bp4-ensemble', version 1",
    );
    await expect(Ensemble.load('x' as never)).rejects.toThrow(
      "bytes: expected the bytes of an ensemble, got 'x'",
    );
  });

  it.each<[string, (json: JSONOfFile) => unknown]>([
    ['members: expected at least one', (json) => json.members.splice(0)],
    ['members[1].weight: expected a 32-bit float above 0, got -2', (json) => (json.members[1]!.weight = -2)],
    ["members[0]: unknown 'x'", (json) => Object.assign(json.members[0]!, { x: 1 })],
    [
      'members[1].network: inputs: expected a whole number',
      (json) => (json.members[1]!.network.inputs = 'three'),
    ],
    [
      "'member2.0.weight.shape': expected [5,3], got [no such tensor]",
      (json) => json.members.push(json.members[0]!),
    ],
    ["'member1.0.weight': expected no more tensors", (json) => json.members.pop()],
    [
      "members[1]: expected the name of outputs[0] to be undefined, as in members[0], got 'a'",
      (json) => (json.members[1]!.network.transforms = { outputs: ['a', 'b', 'c'] }),
    ],
  ])('a file that was changed is refused: %s', async (problem, change) => {
    const { header, data } = pickParts((await make()).save());
    const json = JSON.parse(header.__metadata__['bp4']!) as JSONOfFile;
    change(json);
    header.__metadata__['bp4'] = JSON.stringify(json);
    const file = makeFile(header, data);
    await expect(Ensemble.load(file)).rejects.toThrow(`expected an ensemble from save: ${problem}`);
  });
});

it('formats of one network refuse an ensemble by its name', async () => {
  const ensemble = await Ensemble.fromNetworks([{ network: await softmax(1) }]);
  for (const write of [toSafetensors, toNPZ, toTFJS]) {
    expect(() => write(ensemble as unknown as Network)).toThrow(
      'net: an ensemble has several networks, and this format holds one; write it with save, toONNX or toModule',
    );
  }
  await expect(fromSafetensors(ensemble.save())).rejects.toThrow("got format 'bp4-ensemble'");
  await expect(fromONNX(toONNX(ensemble))).rejects.toThrow(
    "bytes: metadata_props 'bp4': it is an ensemble, with a branch for each network; open the file that its save method wrote",
  );
});
