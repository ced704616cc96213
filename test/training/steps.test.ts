import { describe, expect, it } from 'vitest';
import {
  DivergenceError,
  Network,
  StateError,
  type Data,
  type NetworkOptions,
  type UpdateOptions,
} from '../../src/index.js';
import { Dataset } from '../../src/data/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { catchError, expectError, expectHarmlessError, goodData, type Expected } from '../support/patient.js';
import { randomData } from '../support/random-data.js';
import { toRows } from '../support/rows.js';

// One step at a time. The oracle is `train`: an epoch of one mini-batch in the original order is the same step.

const INPUTS = 5;
const COUNT = 7;
const { inputs } = randomData(COUNT, INPUTS, 1);
const labels = Uint8Array.of(0, 1, 2, 1, 0, 2, 2);
const engines = ['wasm', 'reference'] as const;

const spec: NetworkOptions = {
  inputs: INPUTS,
  layers: [
    { units: 6, activation: 'tanh', dropout: 0.25 },
    { units: 9, activation: 'relu' },
    { units: 3, activation: 'softmax' },
  ],
  seed: 3,
};

const regression: NetworkOptions = {
  inputs: INPUTS,
  layers: [
    { units: 6, activation: 'tanh' },
    { units: 2, activation: 'linear' },
  ],
  seed: 3,
};

const updates: UpdateOptions[] = [
  { name: 'sgd' },
  { name: 'momentum', clip: { norm: 0.1 } },
  { name: 'nesterov', l2: 0.01, penalizeBiases: true },
  { name: 'adagrad', maxNorm: 0.5 },
  { name: 'rmsprop', decay: 0.8, l1: 1e-3, clip: { value: 0.01 } },
  { name: 'adam', beta2: 0.99, frozen: [1] },
  { name: 'adamw', weightDecay: 0.1, frozen: [0] },
];

/** The options of `train` for the update of some steps. */
function trainOptions({ name, momentum, decay, beta1, beta2, epsilon, weightDecay, ...rest }: UpdateOptions) {
  const numbers = { momentum, decay, beta1, beta2, epsilon, weightDecay };
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return { ...rest, optimizer: { name, ...Object.fromEntries(given) } };
}

describe.each(engines)('step on %s', (engine) => {
  it.each(updates)('takes the steps of train, to the bit: $name', async (update) => {
    const [trained, stepped] = [
      await Network.create({ ...spec, engine }),
      await Network.create({ ...spec, engine }),
    ];
    const history = await trained.train(
      { inputs, labels },
      { ...trainOptions(update), epochs: 6, miniBatchSize: COUNT, learningRate: 0.05, shuffle: false },
    );
    stepped.useOptimizer(update);
    const results = history.map(() => stepped.step({ inputs, labels }, { learningRate: 0.05 }));
    expect(results).toEqual(history.map(({ loss, accuracy }) => ({ loss, accuracy })));
    expect(fingerprint(stepped)).toBe(fingerprint(trained));
  });

  it.each(updates)('continues to the bit from the bytes of save and from state: $name', async (update) => {
    const net = await Network.create({ ...spec, engine });
    net.useOptimizer({ ...update, learningRate: 0.03 });
    for (let i = 0; i < 3; i++) net.step({ inputs, labels });
    const copies = [
      await Network.load(net.save(), { engine }),
      await Network.fromState(net.state, { engine }),
    ];
    for (const each of [net, ...copies]) for (let i = 0; i < 3; i++) each.step({ inputs, labels });
    for (const copy of copies) expect(copy.save()).toEqual(net.save());
  });

  it('continues the sgd of steps without useOptimizer, with its keys of dropout', async () => {
    const net = await Network.create({ ...spec, engine });
    net.step({ inputs, labels });
    const copy = await Network.load(net.save(), { engine });
    for (const each of [net, copy]) each.step({ inputs, labels });
    expect(copy.save()).toEqual(net.save());
  });
});

it('learns with one thread, to the same bits, where the network has several', async () => {
  const layers = spec.layers.map((layer) => ({ ...layer, units: layer.units * 8 }));
  const nets = [
    await Network.create({ ...spec, layers }),
    await Network.create({ ...spec, layers, threads: 2 }),
  ];
  for (const net of nets) {
    net.useOptimizer('adam');
    for (let i = 0; i < 4; i++) net.step({ inputs, labels });
  }
  expect(fingerprint(nets[1]!)).toBe(fingerprint(nets[0]!));
  for (const net of nets) net.dispose();
});

describe('a batch of step', () => {
  const targets = randomData(COUNT, 1, 2).targets;
  const sparse = inputs.map((x) => (x > 0 ? 0 : x));

  it.each<[string, NetworkOptions, Data, Data]>([
    [
      'rows',
      regression,
      { inputs, targets },
      { inputs: toRows(inputs, INPUTS), targets: toRows(targets, 2) },
    ],
    ['doubles', regression, { inputs, targets }, { inputs: Float64Array.from(inputs), targets }],
    ['mostly zeros', regression, { inputs: sparse, targets }, { inputs: [...sparse], targets }],
    ['plain labels', spec, { inputs, labels }, { inputs, labels: [...labels] }],
    ['labels of another type', spec, { inputs, labels }, { inputs, labels: Int16Array.from(labels) }],
    ['one-hot targets', spec, { inputs, labels }, { inputs, targets: oneHot(labels, 3) }],
    ['weights of 1', spec, { inputs, labels }, { inputs, labels, sampleWeights: [1, 1, 1, 1, 1, 1, 1] }],
    [
      'smoothed labels',
      { ...spec, loss: { name: 'crossEntropy', labelSmoothing: 0.1 } },
      { inputs, labels },
      { inputs: [...inputs], labels },
    ],
    [
      'labels of one output',
      { ...spec, layers: [{ units: 1, activation: 'sigmoid' }] },
      { inputs, labels: labels.map((label) => label % 2) },
      { inputs, targets: Float32Array.from(labels, (label) => label % 2) },
    ],
  ])('may be %s: the bits are the same', async (_, spec, data, other) => {
    const nets = [await Network.create(spec), await Network.create(spec)];
    for (let i = 0; i < 3; i++) expect(nets[1]!.step(other)).toEqual(nets[0]!.step(data));
    expect(fingerprint(nets[1]!)).toBe(fingerprint(nets[0]!));
  });

  it('may have transforms, weights and names, as in train', async () => {
    const data = Dataset.fromArrays({ inputs: toRows(inputs, INPUTS), targets: toRows(targets, 2) });
    const transforms = data.fitTransforms();
    const options = { epochs: 3, miniBatchSize: COUNT, shuffle: false };
    const [trained, stepped] = [
      await Network.create({ ...regression, transforms }),
      await Network.create({ ...regression, transforms }),
    ];
    await trained.train(data, options);
    for (let i = 0; i < 3; i++) stepped.step(data);
    expect(fingerprint(stepped)).toBe(fingerprint(trained));
    const weighted = { inputs, targets, sampleWeights: [0, 1, 2, 3, 0, 1, 2] };
    await trained.train(weighted, options);
    for (let i = 0; i < 3; i++) stepped.step(weighted);
    expect(fingerprint(stepped)).toBe(fingerprint(trained));
  });

  it("has weights of its own: those of one batch don't apply to the next", async () => {
    const nets = [await Network.create(regression), await Network.create(regression)];
    const sampleWeights = [0, 1, 2, 3, 0, 1, 2];
    for (const data of [
      { inputs, targets },
      { inputs, targets, sampleWeights },
      { inputs, targets },
    ]) {
      nets[0]!.step(data);
      await nets[1]!.train(data, { epochs: 1, miniBatchSize: COUNT, shuffle: false });
    }
    expect(fingerprint(nets[1]!)).toBe(fingerprint(nets[0]!));
  });

  it('may be larger than any before', async () => {
    const nets = [await Network.create(regression), await Network.create(regression)];
    const large = randomData(1000, INPUTS, 2);
    for (const data of [{ inputs, targets }, large, { inputs, targets }]) {
      nets[0]!.step(data);
      await nets[1]!.train(data, { epochs: 1, miniBatchSize: 1000, shuffle: false });
    }
    expect(fingerprint(nets[1]!)).toBe(fingerprint(nets[0]!));
  });
});

describe('applyGradients', () => {
  const targets = randomData(COUNT, 1, 2).targets;

  it.each(updates.filter(({ frozen }) => !frozen?.includes(1)))(
    'takes the steps of step, given the δ of BP1: $name',
    async (update) => {
      for (const engine of engines) {
        const nets = [
          await Network.create({ ...regression, engine }),
          await Network.create({ ...regression, engine }),
        ];
        for (const net of nets) net.useOptimizer(update);
        for (let i = 0; i < 5; i++) {
          nets[0]!.step({ inputs, targets }, { learningRate: 0.1 });
          const outputs = nets[1]!.predict(inputs);
          const delta = outputs.map((a, i) => a - targets[i]!); // rounds once, as BP1 does
          const batch = i % 2 ? { inputs, delta } : { inputs: [...inputs], delta: toRows(delta, 2) };
          nets[1]!.applyGradients(batch, { learningRate: 0.1 });
        }
        expect(nets[1]!.save()).toEqual(nets[0]!.save());
      }
    },
  );

  it('subtracts η times the mean gradients of backprop, without dropout', async () => {
    const net = await Network.create(spec);
    const { layers } = net.backprop({ inputs, labels });
    const before = net.layers;
    net.applyGradients({ inputs, delta: layers.at(-1)!.delta }, { learningRate: 0.5 });
    for (const [l, { weights, biases }] of net.layers.entries()) {
      const gradients = layers[l]!;
      // η/m is rounded before the product, and backprop divides after the sum: 2 ulp of a weight below 2
      const expectNear = (after: Float32Array, from: Float32Array, gradient: Float32Array): void => {
        for (const [i, w] of after.entries()) {
          expect(Math.abs(w - (from[i]! - 0.5 * gradient[i]!))).toBeLessThan(2.4e-7);
        }
      };
      expectNear(weights, before[l]!.weights, gradients.weightGradients);
      expectNear(biases, before[l]!.biases, gradients.biasGradients);
      expect(weights).not.toEqual(before[l]!.weights);
    }
  });

  it.each<[string, object, Expected]>([
    ['NaN', { inputs: [1, 2, 3], delta: [NaN, 0] }, [RangeError, 'delta[0][0] is NaN']],
    [
      'NaN in a Float32Array',
      { inputs: [1, 2, 3], delta: Float32Array.of(0, NaN) },
      [RangeError, 'delta[0][1] is NaN'],
    ],
    [
      'too few rows',
      { inputs: goodData.inputs, delta: [[0, 0]] },
      [RangeError, 'delta: expected 3, as many as rows'],
    ],
    [
      'half a row',
      { inputs: [1, 2, 3], delta: [0] },
      [RangeError, 'delta: expected a multiple of 2 values, got 1'],
    ],
    ['none', { inputs: [1, 2, 3] }, [TypeError, 'delta: expected']],
    ['targets', { ...goodData, delta: [0, 0] }, [TypeError, "batch: unknown 'labels'"]],
  ])('refuses a δ with %s, and leaves the network unchanged', (_, batch, expected) =>
    expectHarmlessError((net) => net.applyGradients(batch as never), expected),
  );

  it('refuses NaN after steps that were valid', async () => {
    const net = await Network.create(regression);
    const delta = new Float32Array(COUNT * 2);
    net.applyGradients({ inputs, delta });
    const before = net.save();
    delta[13] = NaN;
    await expectError(() => net.applyGradients({ inputs, delta }), [RangeError, 'delta[6][1] is NaN']);
    expect(net.save()).toEqual(before);
  });
});

describe('a step that is refused leaves the network unchanged', () => {
  it.each<[string, (net: Network) => unknown, Expected]>([
    [
      'a target that is missing',
      (net) => net.step({ inputs: [1, 2, 3] }),
      [TypeError, 'targets: expected either'],
    ],
    ['NaN', (net) => net.step({ inputs: [1, NaN, 3], labels: [0] }), [RangeError, 'inputs[0][1] is NaN']],
    ['a label', (net) => net.step({ inputs: [1, 2, 3], labels: [2] }), [RangeError, 'labels[0] is 2']],
    ['a rate of 0', (net) => net.step(goodData, { learningRate: 0 }), [RangeError, 'learningRate: expected']],
    ['an option', (net) => net.step(goodData, { rate: 1 } as never), [TypeError, "options: unknown 'rate'"]],
    [
      'a name',
      (net) => net.step({ ...goodData, target: [] } as never),
      [TypeError, "data: unknown 'target'"],
    ],
    [
      'an optimizer',
      (net) => net.useOptimizer('adagram' as never),
      [RangeError, 'optimizer.name: expected one of'],
    ],
    [
      'another key',
      (net) => net.useOptimizer({ name: 'sgd', beta1: 1 }),
      [TypeError, 'optimizer sgd: unknown'],
    ],
    ['a layer', (net) => net.useOptimizer({ name: 'sgd', frozen: [2] }), [RangeError, 'frozen[0]: expected']],
    [
      'a schedule',
      (net) => net.useOptimizer({ name: 'adam', learningRate: () => 1 } as never),
      [TypeError, 'learningRate: expected a number, got a function'],
    ],
    [
      'null as a rate',
      (net) => net.useOptimizer({ name: 'adam', learningRate: null } as never),
      [TypeError, 'learningRate: expected a number, got null'],
    ],
    ['no data', (net) => net.step(undefined as never), [TypeError, 'data: expected an object']],
    ['null', (net) => net.step(null as never), [TypeError, 'data: expected an object']],
    ['no batch', (net) => net.applyGradients(undefined as never), [TypeError, 'batch: expected an object']],
    ...[null, 0.1, []].map((options): [string, (net: Network) => unknown, Expected] => [
      `options of ${JSON.stringify(options)}`,
      (net) => net.step(goodData, options as never),
      [TypeError, 'options: expected an object'],
    ]),
  ])('%s', (_, call, expected) => expectHarmlessError(call, expected));

  it.each<[string, (net: Network) => unknown]>([
    ['a step', (net) => net.step({ inputs: [1, 2, NaN, 4, 5], labels: [0] })],
    ['a step by gradients', (net) => net.applyGradients({ inputs: [1, 2, 3, 4, 5], delta: [NaN, 0, 0] })],
  ])('%s that would be the first', async (_, call) => {
    const net = await Network.create(spec);
    const before = net.save();
    await expectError(() => call(net), [RangeError, 'is NaN']);
    expect(net.save()).toEqual(before);
  });

  it('and so do null, numbers and arrays after a step that was valid', async () => {
    const net = await Network.create(spec);
    net.step({ inputs, labels });
    net.applyGradients({ inputs, delta: new Float32Array(COUNT * 3) });
    const before = net.save();
    for (const wrong of [null, undefined, 3, []] as never[]) {
      await expectError(() => net.step(wrong), [TypeError, 'data: expected an object']);
      await expectError(() => net.applyGradients(wrong), [TypeError, 'batch: expected an object']);
    }
    expect(net.save()).toEqual(before);
  });

  const row = Float32Array.of(1, 2, 3);
  it.each<[string, Data, Expected]>([
    [
      'Infinity',
      { inputs: Float32Array.of(1, Infinity, 3), labels: [0] },
      [RangeError, 'inputs[0][1] is Infinity'],
    ],
    ['a label', { inputs: row, labels: Uint8Array.of(2) }, [RangeError, 'labels[0] is 2']],
    ['two labels', { inputs: row, labels: [0, 1] }, [RangeError, 'labels: expected 1']],
    [
      'half a row',
      { inputs: Float32Array.of(1, 2), labels: [0] },
      [RangeError, 'inputs: expected a multiple'],
    ],
    ['an unknown name', { inputs: row, labels: [0], label: 1 } as Data, [TypeError, "data: unknown 'label'"]],
    ['both', { inputs: row, labels: [0], targets: [1, 0] }, [TypeError, 'got both']],
    ['two right answers', { inputs: row, targets: Float32Array.of(1, 1) }, [RangeError, 'one right answer']],
  ])('after a step that was valid: %s', async (_, data, expected) => {
    const layers = [{ units: 2, activation: 'softmax' }] as const;
    const net = await Network.create({ inputs: 3, layers, seed: 1 });
    net.step({ inputs: row, labels: [0] });
    const before = net.save();
    await expectError(() => net.step(data), expected);
    expect(net.save()).toEqual(before);
  });

  it.each<[string, number, string]>([
    ['sigmoid', 1.5, "targets[0][0] is 1.5; expected a number from 0 to 1 for sigmoid outputs; use 'linear'"],
    ['linear', NaN, 'targets[0][0] is NaN'],
  ])("after a step that was valid: a target that %s outputs can't reach", async (activation, y, message) => {
    const layers = [{ units: 1, activation: activation as 'sigmoid' }] as const;
    const net = await Network.create({ inputs: 3, layers, seed: 1 });
    net.step({ inputs: row, targets: Float32Array.of(0.5) });
    const before = net.save();
    await expectError(() => net.step({ inputs: row, targets: Float32Array.of(y) }), [RangeError, message]);
    expect(net.save()).toEqual(before);
  });

  it('while it is being trained, and after dispose', async () => {
    const net = await Network.create(spec);
    const stop = new AbortController();
    const training = net.train({ inputs, labels }, { epochs: 1e9, signal: stop.signal });
    for (const call of [
      () => net.step({ inputs, labels }),
      () => net.applyGradients({ inputs, delta: new Float32Array(COUNT * 3) }),
      () => net.useOptimizer('adam'),
    ]) {
      await expectError(call, [StateError, 'the network is being trained']);
    }
    stop.abort('enough');
    await training.catch(() => undefined);
    net.dispose();
    await expectError(() => net.step({ inputs, labels }), [StateError, 'disposed']);
  });
});

describe('step and train', () => {
  const options = { epochs: 3, miniBatchSize: COUNT, learningRate: 0.05, shuffle: false } as const;

  it('hand the state of the optimizer to each other', async () => {
    const layers = spec.layers.map(({ units, activation }) => ({ units, activation }));
    const [whole, mixed] = [
      await Network.create({ ...spec, layers }),
      await Network.create({ ...spec, layers }),
    ];
    await whole.train({ inputs, labels }, { ...options, epochs: 9, optimizer: 'adam' });
    mixed.useOptimizer({ name: 'adam', learningRate: 0.05 });
    for (let i = 0; i < 3; i++) mixed.step({ inputs, labels });
    await mixed.train({ inputs, labels }, { ...options, optimizer: 'adam' });
    for (let i = 0; i < 3; i++) mixed.step({ inputs, labels });
    expect(fingerprint(mixed)).toBe(fingerprint(whole));
  });

  it('begin with a new state where the optimizer is another', async () => {
    const layers = spec.layers.map(({ units, activation }) => ({ units, activation }));
    const net = await Network.create({ ...spec, layers });
    net.useOptimizer('adam');
    net.step({ inputs, labels });
    net.useOptimizer('momentum');
    net.step({ inputs, labels });
    expect(net.state.run).toMatchObject({ optimizer: 'momentum', stepsBefore: 0, step: 1 });
  });

  it('resume is refused after steps, since there is no epoch to resume', async () => {
    const net = await Network.create(spec);
    net.step({ inputs, labels });
    await expectError(
      () => net.train({ inputs, labels }, { resume: true }),
      [StateError, 'resume: the network has learned by single steps since its last training; leave it out'],
    );
  });
});

it.each(engines)('a step with an infinite loss throws before it changes anything: %s', async (engine) => {
  const net = await Network.create({ ...regression, engine });
  const batch = { inputs, targets: new Float32Array(COUNT * 2).fill(1e30) };
  net.step(batch, { learningRate: 1e30 });
  const before = net.layers;
  const error = await catchError(() => net.step(batch));
  expect(error).toBeInstanceOf(DivergenceError);
  expect(error).toMatchObject({ place: 'step', step: 2, epoch: 1 });
  expect((error as Error).message).toMatch(
    /^step: diverged in step 2: the loss is (NaN|Infinity); the largest/,
  );
  expect(net.layers).toEqual(before);
  const delta = new Float32Array(COUNT * 2);
  const other = await catchError(() => net.applyGradients({ inputs, delta }));
  expect(other).toBeInstanceOf(DivergenceError);
  expect(other).toMatchObject({ place: 'applyGradients' });
  expect(net.layers).toEqual(before);
});

describe.each(engines)('a step whose inputs make the loss infinite, on %s', (engine) => {
  const large: Data = { inputs: new Float32Array(INPUTS).fill(3e38), targets: Float32Array.of(1, 2) };
  const small: Data = { inputs, targets: new Float32Array(COUNT * 2).fill(0.5) };
  const relu: NetworkOptions = {
    ...regression,
    layers: [
      { units: 6, activation: 'relu', initializer: 'heNormal', dropout: 0.5 },
      { units: 50, activation: 'relu' },
      { units: 2, activation: 'linear' },
    ],
    seed: 1,
    engine,
  };
  const open = async (): Promise<Network> => {
    const net = await Network.create(relu);
    net.setLayer(0, { weights: new Float32Array(6 * INPUTS).fill(1) });
    return net;
  };

  it.each<[string, (net: Network) => unknown]>([
    ['of a new network', () => undefined],
    ['after steps of the same optimizer', (net) => net.step(small)],
    ['after another optimizer', (net) => net.train(small, { epochs: 2, optimizer: 'momentum' })],
    ['after the same optimizer', (net) => net.train(small, { epochs: 2, optimizer: 'adam' })],
  ])('changes nothing, nor the steps after it: %s', async (_, prepare) => {
    const net = await open();
    net.useOptimizer('adam');
    await prepare(net);
    const other = await net.clone();
    const before = net.save();
    expect(await catchError(() => net.step(large))).toBeInstanceOf(DivergenceError);
    expect(net.save()).toEqual(before);
    const delta = Float32Array.of(1, 2);
    const { inputs: given } = large;
    expect(await catchError(() => net.applyGradients({ inputs: given, delta }))).toBeInstanceOf(
      DivergenceError,
    );
    expect(net.save()).toEqual(before);
    for (const each of [net, other]) for (let i = 0; i < 3; i++) each.step(small);
    expect(net.save()).toEqual(other.save());
  });
});

it('useOptimizer takes a reactive object', async () => {
  const net = await Network.create(spec);
  net.useOptimizer(new Proxy<UpdateOptions>({ name: 'adam', clip: { norm: 1 }, frozen: [0] }, {}));
  expect(net.state.optimizer).toEqual({ name: 'adam', clip: { norm: 1 }, frozen: [0] });
});

it.each([
  ['an unknown optimizer', { name: 'newton' }],
  ['a frozen layer that does not exist', { name: 'sgd', frozen: [7] }],
])('a file with %s is refused', async (_, optimizer) => {
  const net = await Network.create(spec);
  net.useOptimizer('sgd');
  const text = new TextDecoder('latin1').decode(net.save());
  const bad = text.replace(
    String.raw`\"optimizer\":{\"name\":\"sgd\"}`,
    JSON.stringify(JSON.stringify({ optimizer })).slice(2, -2),
  );
  expect(bad).not.toBe(text);
  const length = Number(new DataView(net.save().buffer).getBigUint64(0, true)) + bad.length - text.length;
  const bytes = Uint8Array.from(bad, (letter) => letter.charCodeAt(0));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  expect(await catchError(() => Network.load(bytes))).toMatchObject({ name: 'FormatError' });
});

/** Labels as one-hot rows. */
function oneHot(labels: Uint8Array, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (const [n, label] of labels.entries()) rows[n * classes + label] = 1;
  return rows;
}
