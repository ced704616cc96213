import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Dataset,
  DataStream,
  transformedWidth,
  type FitKind,
  type FitOptions,
} from '../../src/data/index.js';
import { normalQuantile } from '../../src/data/normal-quantile.js';
import { exp, log1p } from '../../src/base/exp.js';
import { hash, splitWords } from '../../src/model/formulas.js';
import {
  Network,
  type NetworkJSON,
  type NetworkOptions,
  type RawRows,
  type Transforms,
} from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { expectError } from '../support/patient.js';

// The kinds of transforms that load on demand: robust, log1p, quantile, piecewiseLinear, hash and bagOfWords.

/** A network whose outputs are its inputs, as the first layer sees them. */
async function mirror(transforms: Transforms, inputs = transformedWidth(transforms)): Promise<Network> {
  const weights = Array.from({ length: inputs }, (_, j) =>
    Array.from({ length: inputs }, (_, k) => Number(j === k)),
  );
  const layers = [{ units: inputs, activation: 'linear', weights, biases: weights.map(() => 0) } as const];
  return await Network.fromJSON({ format: 'bp4', version: 1, inputs, loss: 'quadratic', layers, transforms });
}

async function transformed(rows: RawRows, transforms: Transforms): Promise<number[][]> {
  const net = await mirror({ inputs: transforms.inputs! });
  const values = Array.from(net.predict(rows));
  const width = net.inputs;
  net.dispose();
  return Array.from({ length: values.length / width }, (_, n) => values.slice(n * width, (n + 1) * width));
}

const { fround } = Math;
/** Nine numbers with a long tail. */
const skewed = [1.134, 0.8763, 1.8973, 1.1106, 0.5853, 1.4355, 3.6819, 2.5772, 0.4948];
const column = skewed.map((x) => [x]);
const fit = (inputs: FitKind, more: FitOptions = {}): Transforms =>
  Dataset.fromArrays({ inputs: column }).fitTransforms({ inputs, ...more });

describe('figures from outside', () => {
  it('normal quantiles are those of SciPy', () => {
    // scipy.stats.norm.ppf
    const figures = [
      [1e-12, -7.034483825301131],
      [0.001, -3.090232306167813],
      [0.05, -1.6448536269514729],
      [0.3, -0.5244005127080407],
      [0.5, 0],
      [0.9, 1.2815515655446004],
      [0.9999, 3.719016485455709],
    ] as const;
    // Two units in the last place of the largest figure.
    for (const [p, x] of figures) expect(Math.abs(normalQuantile(p) - x)).toBeLessThanOrEqual(2e-15);
  });

  it('hashes are FNV-1a', () => {
    // the authors' test vectors
    expect(['', 'a', 'foobar'].map(hash)).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it('robust has the quartiles of NumPy and the formula of RealMLP', async () => {
    // numpy.quantile(x, [.25, .5, .75])
    const [low, median, high] = [0.8763, 1.134, 1.8973];
    const transforms = fit('robust');
    expect(transforms.inputs).toEqual([{ kind: 'robust', median, range: high - low }]);
    const wanted = skewed.map((x) => {
      const z = (x - median) / (high - low);
      return z / Math.sqrt(1 + (z / 3) ** 2);
    });
    const found = await transformed(column, transforms);
    // One rounding to single, of numbers below 3.
    for (const [n, [y]] of found.entries()) expect(Math.abs(y! - wanted[n]!)).toBeLessThan(2 ** -23);
    expect(await transformed([[1e300], [-1e300]], transforms)).toEqual([[3], [-3]]);
  });

  it('log1p is the standardized logarithm, of negative numbers too', async () => {
    const values = [-7, 0, 0.5, 1000];
    const rows = values.map((x) => [x]);
    const transforms = Dataset.fromArrays({ inputs: rows }).fitTransforms({ inputs: 'log1p' });
    const logs = values.map((x) => Math.sign(x) * log1p(Math.abs(x)));
    const mean = logs.reduce((sum, z) => sum + z, 0) / 4;
    const deviation = Math.sqrt(logs.reduce((sum, z) => sum + (z - mean) ** 2, 0) / 4);
    const found = await transformed(rows, transforms);
    // Rounding to single, and a few units in the last place of a double.
    for (const [n, [y]] of found.entries())
      expect(Math.abs(y! - (logs[n]! - mean) / deviation)).toBeLessThan(2 ** -23);
  });

  it('piecewiseLinear counts how much of each bin lies below', async () => {
    const transforms: Transforms = { inputs: [{ kind: 'piecewiseLinear', edges: [0, 1, 3, 7] }] };
    const rows = [[-5], [0.25], [1], [2], [6], [100]];
    expect(await transformed(rows, transforms)).toEqual([
      [0, 0, 0],
      [0.25, 0, 0],
      [1, 0, 0],
      [1, 0.5, 0],
      [1, 1, 0.75],
      [1, 1, 1],
    ]);
    // numpy.quantile(x, [0, .25, .5, .75, 1])
    expect(fit('piecewiseLinear', { bins: 4 }).inputs).toEqual([
      { kind: 'piecewiseLinear', edges: [0.4948, 0.8763, 1.134, 1.8973, 3.6819] },
    ]);
  });

  it('a bag of words has the weights and the norm of scikit-learn', async () => {
    const rows = ['The cat, the dog', 'a cat', '', 'bird'].map((note, n) => ({ note, y: n }));
    const data = Dataset.fromObjects(rows, { text: ['note'], targets: 'y' });
    const transforms = data.fitTransforms({ words: 64 });
    // TfidfTransformer(smooth_idf=True): ln(5/(1 + df)) + 1
    const [once, twice] = [Math.log(5 / 2) + 1, Math.log(5 / 3) + 1];
    const norm = Math.hypot(2 * once, twice, once);
    const [first, , third] = await transformed(rows, transforms);
    const at = (word: string): number => first![hash(word) % 64]!;
    expect([at('the'), at('cat'), at('dog'), at('bird')]).toEqual([
      fround((2 * once) / norm),
      fround(twice / norm),
      fround(once / norm),
      0,
    ]);
    expect(third!.every((x) => x === 0)).toBe(true);
    expect(splitWords('Größe: 42 CM, 大小!')).toEqual(['größe', '42', 'cm', '大', '小']);
  });
});

it('quantile makes normal scores: their order, their mean and their deviation', async () => {
  const values = Array.from({ length: 1000 }, (_, n) => exp(normalQuantile((n + 0.5) / 1000) * 2));
  const rows = values.map((x) => [x]);
  const transforms = Dataset.fromArrays({ inputs: rows }).fitTransforms({ inputs: 'quantile' });
  const scores = (await transformed(rows, transforms)).flat();
  expect(scores).toEqual(scores.slice().sort((a, b) => a - b));
  const mean = scores.reduce((sum, y) => sum + y, 0) / 1000;
  const deviation = Math.sqrt(scores.reduce((sum, y) => sum + y * y, 0) / 1000);
  // 200 quantiles end at ±2.81, and the exact scores at ±3.29; between the last two quantiles the scores of skewed values bend.
  expect(Math.abs(mean)).toBeLessThan(0.005);
  expect(Math.abs(deviation - 1)).toBeLessThan(0.02);
  expect(await transformed([[-1], [1e9]], transforms)).toEqual([[scores[0]], [scores[999]]]);
  // Equal values have the middle of their scores.
  const ties = Dataset.fromArrays({ inputs: [[1], [1], [1], [5]] }).fitTransforms({ inputs: 'quantile' });
  const middle = (normalQuantile(1 / 8) + normalQuantile(5 / 8)) / 2;
  expect(ties.inputs).toEqual([
    { kind: 'quantile', quantiles: [1, 5], scores: [middle, normalQuantile(7 / 8)] },
  ]);
});

const kinds = ['robust', 'log1p', 'quantile', 'piecewiseLinear'] as const;

it.each(kinds)('%s of a constant column is constant, and of any column finite', async (kind) => {
  const rows = [[4], [4], [4]];
  const data = Dataset.fromArrays({ inputs: rows });
  for (const row of await transformed(rows, data.fitTransforms({ inputs: kind })))
    expect(row.every((y) => y === 0)).toBe(true);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.double({ min: -1e300, max: 1e300, noNaN: true })), {
        minLength: 1,
        maxLength: 30,
      }),
      async (rows) => {
        const transforms = Dataset.fromArrays({ inputs: rows }).fitTransforms({ inputs: kind });
        for (const row of await transformed(rows, transforms)) expect(row.every(Number.isFinite)).toBe(true);
      },
    ),
    { numRuns: 30 },
  );
});

it.each(['log1p', 'quantile'] as const)('the inverse of %s restores the targets', async (kind) => {
  const targets = [[3], [-0.5], [0], [1200], [7.25]];
  const data = Dataset.fromArrays({ inputs: targets, targets });
  const transforms = data.fitTransforms({ inputs: kind, targets: kind });
  const net = await mirror(transforms, 1);
  const found = Array.from(net.predict(targets));
  // The answers are single: 2^-24 of the transformed, which the slope of the inverse multiplies, up to 1e3 here.
  for (const [n, [y]] of targets.entries()) expect(Math.abs(found[n]! - y!)).toBeLessThan(1e-3);
  expect(net.evaluate(data).loss).toBeLessThan(1e-12);
});

const rows = Array.from({ length: 24 }, (_, n) => ({
  note: ['red hat', 'blue hat and red shoes', 'shoes', ''][n % 4]!,
  city: `city ${n % 11}`,
  size: (n * 7) % 13,
  price: 10 ** (n % 5),
  kind: n % 4 < 2 ? 'hat' : 'none',
}));
const reading = { label: 'kind', text: ['note'], categorical: ['city'] };
const options: FitOptions = {
  inputs: { size: 'piecewiseLinear', price: 'log1p' },
  hash: { city: 5 },
  words: 16,
  bins: 4,
};
const specOf = (transforms: Transforms): NetworkOptions => ({
  inputs: transformedWidth(transforms),
  layers: [
    { units: 4, activation: 'tanh' },
    { units: 2, activation: 'softmax' },
  ],
  loss: 'crossEntropy',
  seed: 3,
  transforms,
});

describe.each(['wasm', 'reference'] as const)('on engine %s', (engine) => {
  it('a network trains on texts, and is saved and restored with them', async () => {
    const data = Dataset.fromObjects(rows, reading);
    const net = await Network.create({ ...specOf(data.fitTransforms(options)), engine });
    const { loss } = net.evaluate(data);
    await net.train(data, { epochs: 20, learningRate: 0.5, validationSplit: 0.25 });
    expect(net.evaluate(data).loss).toBeLessThan(loss);
    const others = [
      await Network.load(net.save(), { engine }),
      await Network.fromJSON(JSON.parse(JSON.stringify(net)) as NetworkJSON, { engine }),
      await Network.fromState(net.state, { engine }),
    ];
    for (const other of others) {
      expect(fingerprint(other)).toBe(fingerprint(net));
      expect(other.predict(rows)).toEqual(net.predict(data));
    }
  });
});

it('both engines compute the same bits', async () => {
  const data = Dataset.fromObjects(rows, reading);
  const prints = new Set<string>();
  for (const engine of ['wasm', 'reference'] as const) {
    const net = await Network.create({ ...specOf(data.fitTransforms(options)), engine });
    await net.train(data, { epochs: 5, optimizer: 'adam' });
    prints.add(fingerprint(net));
  }
  expect(prints.size).toBe(1);
});

it('a second dataset has its texts in another order, and its cities as numbers', async () => {
  const data = Dataset.fromObjects(rows, reading);
  const net = await Network.create(specOf(data.fitTransforms(options)));
  const others = [rows[7]!, { ...rows[2]!, note: 'a new hat', city: 12345 as never as string }];
  const second = Dataset.fromObjects(
    others.map(({ note, size, price, kind }, n) => ({
      kind,
      price,
      note,
      size,
      city: ['city 7', '12345'][n]!,
    })),
    reading,
  );
  expect(net.predict(second)).toEqual(net.predict(others));
  // A number alone stands for a text that the network doesn't know.
  await expectError(
    () => net.predict([[0, 'city 1', 3, 4]]),
    [TypeError, /^inputs\[0\]\['note'\]: expected a text, got 0; pass the text itself, or a Dataset/],
  );
  await expectError(() => net.predict(second.inputs), [TypeError, /expected a text/]);
});

it('a saved dataset keeps its texts', () => {
  const data = Dataset.fromObjects(rows, reading);
  const same = Dataset.load(data.save());
  expect(same.fitTransforms(options)).toEqual(data.fitTransforms(options));
  expect(same.categories).toEqual({ city: data.categories['city'] });
});

it('missing texts are empty, and categories that are rare become other', () => {
  const csv = 'note,color,y\n,red,1\nNA,red,2\nhi,blue,3\nho,green,4\n';
  const data = Dataset.fromCSV(csv, {
    text: ['note'],
    categorical: ['color'],
    targets: 'y',
    minFrequency: 2,
  });
  expect(data.count).toBe(4);
  expect(data.categories).toEqual({ color: ['other', 'red'] });
  const [note, color] = data.fitTransforms({ words: 8 }).inputs!;
  expect(note).toMatchObject({ kind: 'bagOfWords', name: 'note' });
  expect(color).toEqual({ kind: 'oneHot', categories: ['other', 'red'], unknown: 'other', name: 'color' });
});

it('a stream fits what needs no values in memory', async () => {
  const stream = await DataStream.fromObjects(() => rows, { ...reading, text: [], inputs: ['city', 'size'] });
  const data = Dataset.fromObjects(rows, { ...reading, text: [], inputs: ['city', 'size'] });
  const hashed: FitOptions = { hash: ['city'] };
  expect(await stream.fitTransforms(hashed)).toEqual(data.fitTransforms(hashed));
  await expectError(
    async () => await stream.fitTransforms({ inputs: 'robust' }),
    [
      TypeError,
      /^fitTransforms: 'robust' needs all values of a column in memory, and this is a stream; fit it to a Dataset/,
    ],
  );
  const texts = await DataStream.fromObjects(() => rows, reading);
  await expectError(() => texts.fitTransforms(), [TypeError, /'bagOfWords' needs all values/]);
});

it('faults of options and of transforms name the place', async () => {
  const data = Dataset.fromObjects(rows, reading);
  const cases = [
    [
      { hash: ['size'] },
      RangeError,
      /^hash: there is no categorical column 'size'; those with categories or texts are 'note', 'city'/,
    ],
    [{ hash: { city: 0 } }, RangeError, /^hash\['city'\]/],
    [{ targets: 'robust' as never }, TypeError, /^targets: the dataset has no targets/],
    [{ words: 0 }, RangeError, /^words/],
    [{ bins: 1.5 }, RangeError, /^bins/],
    [{ inputs: 'log' as never }, RangeError, /^inputs: .*log1p/],
  ] as const;
  for (const [wrong, type, message] of cases)
    await expectError(() => data.fitTransforms(wrong), [type, message]);
  const transforms = [
    [
      { kind: 'quantile', quantiles: [1, 1], scores: [0, 1] },
      RangeError,
      /\.quantiles: expected numbers in ascending/,
    ],
    [{ kind: 'quantile', quantiles: [1, 2], scores: [0] }, RangeError, /\.scores: expected 2 numbers/],
    [{ kind: 'piecewiseLinear', edges: [1] }, TypeError, /\.edges: expected an array of at least 2/],
    [{ kind: 'robust', median: 0, range: -1 }, RangeError, /\.range: expected at least 0/],
    [{ kind: 'robust', median: NaN, range: 1 }, RangeError, /\.median is NaN/],
    [{ kind: 'hash', buckets: 0 }, RangeError, /\.buckets/],
    [{ kind: 'bagOfWords', weights: [-1] }, RangeError, /\.weights: expected numbers of at least 0/],
    [{ kind: 'log1p', mean: 0, deviation: 1, range: 2 }, TypeError, /range/],
  ] as const;
  for (const [one, type, message] of transforms) {
    await expectError(async () => await mirror({ inputs: [one] }, 1), [type, message]);
  }
  await expectError(
    async () => await mirror({ targets: [{ kind: 'robust', median: 0, range: 1 } as never] }, 1),
    [RangeError, /transforms\.targets\[0\]\.kind/],
  );
});
