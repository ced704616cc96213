import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dataset, transformedWidth, type FitOptions } from '../../src/data/index.js';
import { Network, type NetworkJSON, type NetworkOptions, type Transforms } from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { fingerprint } from '../support/fingerprint.js';
import { expectError, type Expected } from '../support/patient.js';

// Transforms fitted to a dataset, and networks that use them.

/** The dataset as the first layer of a network sees it: the answers of an identity network. */
async function transformed(data: Dataset, transforms: Transforms): Promise<Float32Array> {
  const inputs = transformedWidth(transforms);
  const weights = Array.from({ length: inputs }, (_, j) =>
    Array.from({ length: inputs }, (_, k) => (j === k ? 1 : 0)),
  );
  const layer = {
    units: inputs,
    activation: 'linear',
    weights,
    biases: Array<number>(inputs).fill(0),
  } as const;
  const net = await Network.fromJSON({
    format: 'bp4',
    version: 1,
    inputs,
    loss: 'quadratic',
    layers: [layer],
    transforms: { inputs: transforms.inputs! },
  });
  const { inputScale } = data;
  const answers = net.predict(data.inputs, inputScale === undefined ? {} : { inputScale });
  net.dispose();
  return answers;
}

const column = (values: ArrayLike<number>, width: number, k: number): number[] =>
  Array.from({ length: values.length / width }, (_, n) => values[n * width + k]!);
const average = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const columns = fc.array(fc.tuple(number, number, number), { minLength: 2, maxLength: 50 });

it('standardized columns have mean 0 and deviation 1', async () => {
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(columns, async (rows) => {
      const data = Dataset.fromArrays({ inputs: rows });
      const values = await transformed(data, data.fitTransforms());
      for (let k = 0; k < 3; k++) {
        const ofColumn = column(values, 3, k);
        const raw = rows.map((row) => row[k]!);
        const size = Math.max(...raw.map(Math.abs));
        const spread = Math.sqrt(average(raw.map((x) => (x - average(raw)) ** 2)));
        // A spread near the limits of double precision counts as none: there the deviation is mostly rounding.
        if (spread < 1e-9 * size || spread < 1e-150) continue;
        judged++;
        // Each value is rounded to single precision, relative 2^-24, and none is above √n: 50 of them at most 7.1 each.
        // The rounding of x − mean is relative to the size of x, 2^-53·size/deviation ≤ 2^-53·1e9 = 1.1e-7.
        expect(Math.abs(average(ofColumn))).toBeLessThan(7.1 * 2 ** -24 + 3e-7);
        expect(Math.abs(average(ofColumn.map((x) => x * x)) - 1)).toBeLessThan(2 * 7.1 * 2 ** -24 + 2e-6);
      }
    }),
  );
  expect(judged).toBeGreaterThan(100);
});

it('standardized columns of a single value are 0', async () => {
  await fc.assert(
    fc.asyncProperty(number, fc.integer({ min: 1, max: 50 }), async (value, count) => {
      const data = Dataset.fromArrays({ inputs: Array.from({ length: count }, () => [value]) });
      expect(await transformed(data, data.fitTransforms())).toEqual(new Float32Array(count));
    }),
  );
});

it('minMax columns range exactly from 0 to 1', async () => {
  await fc.assert(
    fc.asyncProperty(columns, async (rows) => {
      const data = Dataset.fromArrays({ inputs: rows });
      const values = await transformed(data, data.fitTransforms({ inputs: 'minMax' }));
      for (let k = 0; k < 3; k++) {
        const raw = rows.map((row) => row[k]!);
        const isConstant = raw.every((x) => x === raw[0]);
        const ofColumn = column(values, 3, k);
        expect([Math.min(...ofColumn), Math.max(...ofColumn)]).toEqual([0, isConstant ? 0 : 1]);
      }
    }),
  );
});

it.each([0.1, 1e-300, -7, 1e6, 1 / 3])(
  'a constant column of %d becomes 0, and a network trains and predicts with it',
  async (constant) => {
    for (const inputs of ['standardize', 'minMax'] as const) {
      const rows = Array.from({ length: 1000 }, () => [constant]);
      const data = Dataset.fromArrays({ inputs: rows, targets: rows });
      const transforms = data.fitTransforms({ inputs, targets: inputs });
      expect(await transformed(data, transforms)).toEqual(new Float32Array(1000));
      const layers = [{ units: 1, activation: 'linear' }] as const;
      const net = await Network.create({ inputs: 1, layers, transforms });
      await net.train(data, { epochs: 2 });
      expect(net.predict([[constant]])).toEqual(Float32Array.of(constant));
      expect(net.evaluate(data).loss).not.toBeNaN();
    }
  },
);

it('fitTransforms gives the figures worked out by hand', () => {
  const data = Dataset.fromObjects(
    [
      { a: 1, b: 10, c: 'x', y: 5 },
      { a: 3, b: 20, c: 'y', y: 7 },
    ],
    { targets: 'y' },
  );
  const a = { kind: 'standardize', mean: 2, deviation: 1, name: 'a' };
  const b = { kind: 'standardize', mean: 15, deviation: 5, name: 'b' };
  const c = { kind: 'oneHot', categories: ['x', 'y'], name: 'c' };
  expect(data.fitTransforms()).toEqual({ inputs: [a, b, c], outputs: ['y'] });
  expect(data.fitTransforms({ inputs: { b: 'minMax' }, targets: 'standardize' })).toEqual({
    inputs: [{ kind: 'identity', name: 'a' }, { kind: 'minMax', min: 10, max: 20, name: 'b' }, c],
    targets: [{ kind: 'standardize', mean: 6, deviation: 1, name: 'y' }],
  });
  expect(data.fitTransforms({ inputs: 'identity', targets: { y: 'minMax' } }).targets).toEqual([
    { kind: 'minMax', min: 5, max: 7, name: 'y' },
  ]);
  expect(transformedWidth(data.fitTransforms())).toBe(4);
});

it('fitTransforms fits to the subset and keeps the categories of the whole dataset', () => {
  const data = Dataset.fromArrays({
    inputs: [
      [1, 'a'],
      [2, 'b'],
      [30, 'c'],
    ],
  });
  const { inputs } = data.subset([0, 1]).fitTransforms({ inputs: 'minMax' });
  expect(inputs).toEqual([
    { kind: 'minMax', min: 1, max: 2 },
    { kind: 'oneHot', categories: ['a', 'b', 'c'] },
  ]);
});

it('fitTransforms fits to bytes after their inputScale', async () => {
  const data = Dataset.fromArrays({
    inputs: Uint8Array.of(0, 128, 255),
    labels: [0, 1, 0],
    inputScale: 1 / 255,
  });
  const transforms = data.fitTransforms({ inputs: 'minMax' });
  const values = await transformed(data, transforms);
  expect([values[0], values[2]]).toEqual([0, 1]);
  expect(transforms.inputs![0]).toEqual({ kind: 'minMax', min: 0, max: 255 * Math.fround(1 / 255) });
});

describe.each(['wasm', 'reference'] as const)('a regression from a table, on engine %s', (engine) => {
  const random = Random.fromSeed(1);
  const rows = Array.from({ length: 120 }, () => {
    const weight = random.uniform(1500, 5000);
    const origin = ['USA', 'Europe', 'Japan'][random.below(3)]!;
    return {
      weight,
      origin,
      doors: 3 + 2 * random.below(2),
      mpg: 50 - weight / 120 + (origin === 'Japan' ? 4 : 0),
    };
  });
  const data = Dataset.fromObjects(rows, { targets: 'mpg', categorical: ['doors'] });
  const { train, test } = data.split({ seed: 2 });
  const transforms = train.fitTransforms({ targets: 'standardize' });
  const spec: NetworkOptions = {
    inputs: transformedWidth(transforms),
    layers: [
      { units: 8, activation: 'tanh' },
      { units: 1, activation: 'linear' },
    ],
    transforms,
    engine,
    seed: 1,
  };

  it('the network answers in the units of the targets, and its copy from JSON gives the same bits', async () => {
    const net = await Network.create(spec);
    await net.train(train, { epochs: 200, miniBatchSize: 8, learningRate: 0.05, validation: test });
    const answers = net.predict(test.inputs);
    // It can learn this linear function: the errors are far below the deviation, which is about 8.
    for (const [n, answer] of answers.entries()) expect(Math.abs(answer - test.targets![n]!)).toBeLessThan(1);
    const same = await Network.fromJSON(JSON.parse(JSON.stringify(net)) as NetworkJSON, { engine });
    expect(same.predict(test.inputs)).toEqual(answers);
    const [first] = rows;
    const { weight, origin, doors } = first!;
    expect(same.predict([{ weight, origin, doors }])).toEqual(net.predict([[weight, origin, doors]]));
    expect(await same.train(train, { epochs: 1 })).toEqual(await net.train(train, { epochs: 1 }));
    expect(fingerprint(same)).toBe(fingerprint(net));
  });
});

describe('invalid options', () => {
  const data = Dataset.fromObjects([{ a: 1, y: 'b' }], { label: 'y' });
  const cases: [string, unknown, Expected][] = [
    [
      'an unknown kind',
      { inputs: 'log' },
      [
        RangeError,
        "inputs: expected one of 'standardize', 'minMax', 'identity', 'log1p', 'quantile', 'robust', 'piecewiseLinear', got 'log'",
      ],
    ],
    [
      'an unknown kind for a column',
      { inputs: { a: 'oneHot' } },
      [RangeError, "inputs['a']: expected one of"],
    ],
    ['an unknown column', { inputs: { b: 'minMax' } }, [TypeError, "inputs: unknown 'b'; the names are a"]],
    [
      'targets for a dataset with labels',
      { targets: 'minMax' },
      [TypeError, 'targets: the dataset has no targets to fit a transform to'],
    ],
    ['an unknown option', { input: 'minMax' }, [TypeError, "options: unknown 'input'"]],
  ];
  it.each(cases)('fitTransforms rejects %s', async (_, options, expected) => {
    await expectError(() => data.fitTransforms(options as FitOptions), expected);
  });
});
