import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/index.js';
import { Network, Random } from '../../src/index.js';

// `withInputs` and `withClasses`: the old weights, and new ones from the generator.

const engines = ['wasm', 'reference'] as const;
const random = Random.fromSeed(7);
const rows = (width: number): Float32Array =>
  Float32Array.from({ length: 30 * width }, () => random.uniform(-1, 1));
const narrow = rows(3);
const labels = Array.from({ length: 30 }, (_, n) => n % 2);

/** The rows of `narrow`, and after each of them two more numbers. */
const widen = (more: (n: number) => readonly [number, number]): Float32Array =>
  Float32Array.from({ length: 30 * 5 }, (_, i) =>
    i % 5 < 3 ? narrow[3 * Math.floor(i / 5) + (i % 5)]! : more(Math.floor(i / 5))[(i % 5) - 3]!,
  );

async function train(
  engine: (typeof engines)[number],
  last: 'softmax' | 'sigmoid' = 'softmax',
): Promise<Network> {
  const net = await Network.create({
    inputs: 3,
    layers: [
      { units: 6, activation: 'tanh' },
      { units: 2, activation: last },
    ],
    seed: 3,
    engine,
  });
  await net.train({ inputs: narrow, labels }, { epochs: 3, optimizer: 'adam' });
  return net;
}

describe.each(engines)('on engine %s', (engine) => {
  it('more inputs keep the outputs to the bit where the new ones are 0, and change them elsewhere', async () => {
    const net = await train(engine);
    const before = net.toJSON();
    const larger = await net.withInputs(5);
    expect(larger.inputs).toBe(5);
    expect(larger.engine).toBe(engine);
    expect(larger.predict(widen(() => [0, 0]))).toEqual(net.predict(narrow));
    expect(larger.predict(widen(() => [0, 1]))).not.toEqual(net.predict(narrow));
    expect(larger.predict(widen(() => [1, 0]))).not.toEqual(net.predict(narrow));
    expect(net.toJSON()).toEqual(before);
  });

  it('more classes keep the ratios of softmax and the outputs of sigmoid', async () => {
    const softmax = await train(engine);
    const larger = await softmax.withClasses(4);
    const old = softmax.predict(narrow);
    const grown = larger.predict(narrow);
    for (let n = 0; n < 30; n++) {
      // Two roundings in each quotient.
      expect(grown[4 * n]! / grown[4 * n + 1]! / (old[2 * n]! / old[2 * n + 1]!)).toBeCloseTo(1, 5);
      expect(grown[4 * n + 2]!).toBeGreaterThan(0);
    }
    const sigmoid = await train(engine, 'sigmoid');
    const outputs = (await sigmoid.withClasses(3)).predict(narrow);
    expect(outputs.filter((_, i) => i % 3 < 2)).toEqual(sigmoid.predict(narrow));
  });
});

it('both engines draw the same new weights and then train to the same bits', async () => {
  const [wasm, reference] = await Promise.all(
    engines.map(async (engine) => {
      const larger = await (await (await train(engine)).withInputs(5)).withClasses(3);
      const targets = Array.from({ length: 30 }, (_, n) => n % 3);
      await larger.train(
        { inputs: widen((n) => [n / 30, 1]), labels: targets },
        { epochs: 2, optimizer: 'adam' },
      );
      return larger.toJSON();
    }),
  );
  expect(wasm).toEqual(reference);
});

it('the new weights come from the generator: the next draws, by the default initializer of the activation', async () => {
  const net = await train('wasm');
  const larger = await net.withInputs(5);
  const next = new Random(net.state.generator);
  const bound = Math.sqrt(6 / (5 + 6));
  const [{ weights: old }] = net.layers as [Network['layers'][number]];
  const [{ weights }] = larger.layers as [Network['layers'][number]];
  const expected = Float32Array.from({ length: 30 }, (_, i) =>
    i % 5 < 3 ? old[3 * Math.floor(i / 5) + (i % 5)]! : next.uniform(-bound, bound),
  );
  expect(weights).toEqual(expected);
  expect(larger.state.generator).toEqual(next.state);
});

it('a saved and loaded network grows to the same weights', async () => {
  const net = await train('wasm');
  const loaded = await Network.load(net.save());
  expect((await loaded.withClasses(3)).toJSON()).toEqual((await net.withClasses(3)).toJSON());
});

it('the optimizer begins without a state, and useOptimizer stays', async () => {
  const net = await train('wasm');
  net.useOptimizer({ name: 'adam', beta1: 0.8 });
  net.step({ inputs: narrow, labels });
  const { run, optimizer } = (await net.withInputs(4)).state;
  expect(run).toBeUndefined();
  expect(optimizer).toEqual(net.state.optimizer);
});

describe('by name', () => {
  const objects = [
    { size: 1, color: 'red', kind: 'a' },
    { size: 2, color: 'blue', kind: 'b' },
    { size: 4, color: 'red', kind: 'b' },
  ];
  const more = [...objects, { size: 3, color: 'green', kind: 'c', age: 7 }].map((row) => ({
    age: 3,
    ...row,
  }));
  const data = Dataset.fromObjects(objects, { label: 'kind' });
  const newData = Dataset.fromObjects(more, { label: 'kind' });

  async function fit(): Promise<Network> {
    const net = await Network.create({
      inputs: 3,
      layers: [{ units: 2, activation: 'softmax' }],
      transforms: data.fitTransforms(),
    });
    await net.train(data, { epochs: 5 });
    return net;
  }

  it('columns get the categories that they lack, and new columns come after them', async () => {
    const net = await fit();
    const larger = await net.withInputs(newData.fitTransforms().inputs!);
    expect(larger.state.spec.transforms!.inputs).toEqual([
      ...net.state.spec.transforms!.inputs!.map((column) =>
        column.name === 'color' ? { ...column, categories: ['blue', 'red', 'green'] } : column,
      ),
      newData.fitTransforms().inputs!.find(({ name }) => name === 'age'),
    ]);
    // 4 is the mean age, which becomes 0.
    const known = objects.map(({ size, color }) => ({ age: 4, size, color }));
    expect(larger.predict(known)).toEqual(net.predict(objects.map(({ size, color }) => ({ size, color }))));
  });

  it('a name alone is a number that is not transformed, and known names change nothing', async () => {
    const net = await fit();
    expect((await net.withInputs(['size', 'age'])).state.spec.transforms!.inputs!.at(-1)).toEqual({
      kind: 'identity',
      name: 'age',
    });
    const same = await net.withInputs(['size', 'color']);
    expect(same.layers).toEqual(net.layers);
  });

  it('the network learns new data with a new class and a new category', async () => {
    const net = await fit();
    const larger = await (
      await net.withInputs(newData.fitTransforms().inputs!)
    ).withClasses(newData.classes!);
    expect(larger.state.spec.transforms!.outputs).toEqual(['a', 'b', 'c']);
    await larger.train(newData, { epochs: 300, miniBatchSize: 4, learningRate: 0.5 });
    expect(larger.evaluate(newData).accuracy).toBe(1);
  });

  it.each([
    [(net: Network) => net.withInputs(4), "the network's inputs have transforms"],
    [
      (net: Network) => net.withInputs(['age', 'age']),
      "expected a name, or a transform with a name, each name once; got 'age'",
    ],
    [(net: Network) => net.withInputs([{ kind: 'identity' }]), 'each name once; got undefined'],
    [
      (net: Network) => net.withInputs([{ kind: 'piecewiseLinear', name: 'x' } as never]),
      'inputs[0].edges: expected',
    ],
    [
      (net: Network) => net.withInputs([{ kind: 'minMax', min: 0, max: 1, name: 'size' }]),
      "column 'size': the network has it as 'standardize'",
    ],
    [
      (net: Network) => net.withInputs([{ kind: 'oneHot', categories: [1], name: 'color' }]),
      'expected an array of strings or of numbers',
    ],
    [(net: Network) => net.withClasses(3), "the network's classes have names"],
    [(net: Network) => net.withClasses(['c', 'c']), 'classes: expected an array of strings'],
  ])('an invalid call is refused: %#', async (grow, message) => {
    await expect(grow(await fit())).rejects.toThrow(message);
  });
});

it.each([
  [(net: Network) => net.withInputs(2), 'inputs: expected a whole number from 3 to'],
  [(net: Network) => net.withInputs(['age']), "the network's inputs have no names"],
  [(net: Network) => net.withInputs('age' as never), "expected a number or an array, got 'age'"],
  [(net: Network) => net.withClasses(1), 'classes: expected a whole number from 2 to'],
  [(net: Network) => net.withClasses(['x']), "the network's classes have no names"],
])('a network without names refuses %#', async (grow, message) => {
  await expect(grow(await train('wasm'))).rejects.toThrow(message);
});

it('a network of one output or of numbers gets no classes', async () => {
  for (const activation of ['linear', 'sigmoid'] as const) {
    const net = await Network.create({ inputs: 3, layers: [{ units: 1, activation }] });
    await expect(net.withClasses(2)).rejects.toThrow('they need a last layer of softmax');
  }
});

it('a loss of your own goes along', async () => {
  const loss = {
    name: 'mine',
    cost: (a: Float32Array, y: Float32Array) => a.reduce((sum, one, j) => sum + (one - y[j]!) ** 2, 0),
    slope: (a: Float32Array, y: Float32Array) => a.map((one, j) => 2 * (one - y[j]!)),
  };
  const net = await Network.create({ inputs: 2, layers: [{ units: 1, activation: 'linear' }], loss });
  const larger = await net.withInputs(3);
  await larger.train({ inputs: [[1, 0, 1]], targets: [[1]] }, { epochs: 1 });
  expect(larger.loss).toBe('mine');
});
