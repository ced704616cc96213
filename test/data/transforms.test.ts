import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Network,
  type Data,
  type NetworkJSON,
  type NetworkOptions,
  type RawRows,
  type Transforms,
} from '../../src/index.js';
import { expectError, type Expected } from '../support/patient.js';
import { fingerprint } from '../support/fingerprint.js';

// A network with transforms treats raw data, to the bit, as a network without them treats data transformed beforehand.

const engines = ['wasm', 'reference'] as const;

const transforms: Transforms = {
  inputs: [
    { kind: 'standardize', mean: 5.1, deviation: 0.7, name: 'length' },
    { kind: 'minMax', min: -2, max: 7.3, name: 'height' },
    { kind: 'oneHot', categories: ['blue', 'green', 'red'], name: 'color' },
    { kind: 'oneHot', categories: [3, 4, 8], name: 'cylinders' },
    { kind: 'identity', name: 'as is' },
    { kind: 'standardize', mean: 4, deviation: 0, name: 'constant' },
  ],
  targets: [
    { kind: 'standardize', mean: 1000, deviation: 300 },
    { kind: 'minMax', min: 10, max: 20 },
  ],
};
const rows = [
  [4.4, 3, 'red', 8, 0.1, 4],
  [5.3, -2, 'blue', 3, -7, 4],
  [6.1, 7.3, 'green', 4, 1e-3, 5],
];
const targets = [
  [900, 10],
  [1700, 20],
  [1000, 13.7],
];

/** Written out for these rows, in double precision and rounded once at the end. */
const transformed = Float32Array.from([
  ...[(4.4 - 5.1) / 0.7, (3 - -2) / (7.3 - -2), 0, 0, 1, 0, 0, 1, 0.1, 0],
  ...[(5.3 - 5.1) / 0.7, 0, 1, 0, 0, 1, 0, 0, -7, 0],
  ...[(6.1 - 5.1) / 0.7, 1, 0, 1, 0, 0, 1, 0, 1e-3, 0],
]);
const transformedTargets = Float32Array.from([
  ...[(900 - 1000) / 300, 0],
  ...[(1700 - 1000) / 300, 1],
  ...[0, (13.7 - 10) / 10],
]);

const spec: NetworkOptions = {
  inputs: 10,
  layers: [
    { units: 5, activation: 'tanh' },
    { units: 2, activation: 'linear' },
  ],
  seed: 4,
};

const colors = ['blue', 'green', 'red'];
const typedRows = Float64Array.from(
  rows.flat().map((value) => (typeof value === 'string' ? colors.indexOf(value) : value)),
);
const names = transforms.inputs!.map(({ name }) => name!);
const records = rows.map((row) => Object.fromEntries(row.map((value, k) => [names[k]!, value])));
const forms: [string, RawRows][] = [
  ['rows with strings', rows],
  ['rows with indices in place of strings', [0, 1, 2].map((n) => typedRows.subarray(6 * n, 6 * n + 6))],
  ['a typed array', typedRows],
  ['a flat array', Array.from(typedRows)],
  ['objects', records],
  [
    'objects without a prototype',
    records.map((row) => Object.assign(Object.create(null) as typeof row, row)),
  ],
  ['objects with further keys', records.map((row) => ({ more: 'than that', ...row }))],
];

const options = { epochs: 3, miniBatchSize: 2, learningRate: 0.1 };

describe.each(engines)('transforms on engine %s', (engine) => {
  it.each(forms)('trains and predicts on %s as on data transformed beforehand', async (_, inputs) => {
    const plain = await Network.create({ ...spec, engine });
    const net = await Network.create({ ...spec, engine, transforms });
    const raw: Data = { inputs, targets };
    const done: Data = { inputs: transformed, targets: transformedTargets };
    expect(net.evaluate(raw)).toEqual(plain.evaluate(done));
    expect(net.backprop(raw)).toEqual(plain.backprop(done));
    const { inputs: seen, targets: wanted } = net.backprop(raw);
    expect([seen, wanted]).toEqual([transformed, transformedTargets]);
    expect(await net.train(raw, { ...options, validation: raw })).toEqual(
      await plain.train(done, { ...options, validation: done }),
    );
    expect(net.layers).toEqual(plain.layers);
    const answers = plain.predict(transformed).map((y, i) => (i % 2 ? y * (20 - 10) + 10 : y * 300 + 1000));
    expect(net.predict(inputs)).toEqual(answers);
  });

  it('a network restored from JSON predicts and trains to the same bits', async () => {
    const net = await Network.create({ ...spec, engine, transforms });
    await net.train({ inputs: rows, targets }, options);
    const text = JSON.stringify(net);
    const same = await Network.fromJSON(JSON.parse(text) as NetworkJSON, { engine });
    expect(JSON.stringify(same)).toBe(text);
    expect(same.predict(records)).toEqual(net.predict(rows));
    await same.train({ inputs: rows, targets }, options);
    await net.train({ inputs: rows, targets }, options);
    expect(fingerprint(same)).toBe(fingerprint(net));
  });

  it('the inverse transform restores a value to within a rounding to single precision', async () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        finite,
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        finite,
        async (shift, range, x) => {
          // An identity network, whose transforms are each other's inverse.
          const net = await Network.fromJSON(
            {
              format: 'bp4',
              version: 1,
              inputs: 2,
              loss: 'quadratic',
              layers: [
                {
                  units: 2,
                  activation: 'linear',
                  weights: [
                    [1, 0],
                    [0, 1],
                  ],
                  biases: [0, 0],
                },
              ],
              transforms: {
                inputs: [
                  { kind: 'standardize', mean: shift, deviation: range },
                  { kind: 'minMax', min: shift, max: shift + range },
                ],
                targets: [
                  { kind: 'standardize', mean: shift, deviation: range },
                  { kind: 'minMax', min: shift, max: shift + range },
                ],
              },
            },
            { engine },
          );
          // (x − shift)/range is rounded to single precision once, relative 2^-24 (or half its least number, 2^-150), and
          // so is the answer; what double precision adds is a billionth of that.
          const underflow = 2 ** -150 * (range + 1);
          const tolerance = (2 ** -24 * (Math.abs(x - shift) + Math.abs(x)) + underflow) * 1.001;
          const errors = Array.from(net.predict([[x, x]]), (answer) => Math.abs(answer - x));
          expect(errors).toHaveLength(2);
          expect(Math.max(...errors)).toBeLessThanOrEqual(tolerance);
          net.dispose();
        },
      ),
      { numRuns: 200 },
    );
  });
});

it('both engines train and predict to the same bits with transforms', async () => {
  const [wasm, reference] = await Promise.all(
    engines.map(async (engine) => {
      const net = await Network.create({ ...spec, engine, transforms });
      await net.train({ inputs: rows, targets }, options);
      return [fingerprint(net), net.predict(rows)];
    }),
  );
  expect(wasm).toEqual(reference);
});

it('predict scales inputs before it transforms them', async () => {
  const net = await Network.create({
    inputs: 1,
    layers: [{ units: 1, activation: 'linear' }],
    transforms: { inputs: [{ kind: 'minMax', min: 0.25, max: 0.75 }] },
  });
  const bytes = Uint8Array.of(64, 128, 192);
  expect(net.predict(bytes, { inputScale: 1 / 256 })).toEqual(net.predict([[0.25], [0.5], [0.75]]));
});

it('backprop returns the samples as the network receives them', async () => {
  const net = await Network.create({
    inputs: 2,
    layers: [
      { units: 5, activation: 'tanh' }, // padded to a stride of eight
      { units: 3, activation: 'softmax' },
    ],
    loss: 'crossEntropy',
  });
  const bytes = Uint8Array.of(0, 51, 102, 255);
  const { inputs, targets } = net.backprop({ inputs: bytes, inputScale: 1 / 255, labels: [2, 0] });
  expect(inputs).toEqual(Float32Array.from(bytes, (byte) => byte * Math.fround(1 / 255)));
  expect(targets).toEqual(Float32Array.of(0, 0, 1, 1, 0, 0));
});

it('predict transforms inputs before it rounds them to single precision', async () => {
  const net = await Network.create({
    inputs: 1,
    layers: [{ units: 1, activation: 'linear' }],
    transforms: { inputs: [{ kind: 'standardize', mean: 1.7e12, deviation: 1000 }] },
  });
  const plain = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] });
  expect(net.predict([[1.7e12 + 500]])).toEqual(plain.predict([[0.5]]));
});

it('a network takes transforms of inputs alone or of targets alone', async () => {
  const linear: NetworkOptions = { inputs: 1, layers: [{ units: 1, activation: 'linear' }] };
  const plain = await Network.create(linear);
  const halved: Transforms = { inputs: [{ kind: 'standardize', mean: 0, deviation: 2 }] };
  const doubled: Transforms = { targets: [{ kind: 'standardize', mean: 0, deviation: 2 }] };
  const [y] = plain.predict([[1]]);
  expect((await Network.create({ ...linear, transforms: halved })).predict([[2]])[0]).toBe(y);
  expect((await Network.create({ ...linear, transforms: doubled })).predict([[1]])[0]).toBe(2 * y!);
  expect(plain.toJSON()).not.toHaveProperty('transforms');
  expect(plain.transforms).toBeUndefined();
  expect((await Network.create({ ...linear, transforms: halved })).toJSON().transforms).toEqual(halved);
});

it('a network copies transforms when it takes and returns them', async () => {
  const mine = structuredClone(transforms);
  const net = await Network.create({ ...spec, transforms: mine });
  const before = net.predict(rows);
  (mine.inputs![0] as { mean: number }).mean = 0;
  const given = net.transforms!;
  expect(given).toEqual(transforms);
  (given.inputs![2] as unknown as { categories: string[] }).categories.pop();
  expect(net.toJSON().transforms).toEqual(transforms);
  expect(net.predict(rows)).toEqual(before);
});

describe('invalid data', () => {
  const cases: [string, unknown, Expected][] = [
    [
      'an unknown category',
      [[4, 3, 'purple', 8, 0, 4]],
      [RangeError, "inputs[0]['color']: 'purple' is not a category of the fitted transform"],
    ],
    [
      'an index of no category',
      [[4, 3, 3, 8, 0, 4]],
      [RangeError, "inputs[0]['color']: 3 is not a category"],
    ],
    [
      'an index where categories are numbers',
      [[4, 3, 2, 0, 0, 4]],
      [RangeError, "['cylinders']: 0 is not a category"],
    ],
    [
      'a string in place of a number',
      [['4', 3, 2, 8, 0, 4]],
      [TypeError, "inputs[0]['length']: expected a number, got '4'"],
    ],
    ['NaN', [[4, NaN, 2, 8, 0, 4]], [RangeError, "inputs[0]['height'] is NaN; expected a finite number"]],
    ['NaN in a constant column', [[4, 3, 2, 8, 0, NaN]], [RangeError, "inputs[0]['constant'] is NaN"]],
    ['Infinity', [[4, 3, 2, 8, Infinity, 4]], [RangeError, "inputs[0]['as is'] is Infinity"]],
    [
      'a number too large',
      [[4, 3, 2, 8, 1e39, 4]],
      [RangeError, "inputs[0]['as is'], transformed, is 1e+39, too large"],
    ],
    [
      'rows that are already transformed',
      transformed.subarray(0, 10),
      [RangeError, 'inputs: expected a multiple of 6 values, got 10'],
    ],
    ['a short row', [[1, 2]], [RangeError, 'inputs[0]: expected 6 values, got 2']],
    ['null in place of a row', [null], [TypeError, 'inputs[0]: expected an array of 6 numbers, got null']],
    [
      'a record without a column',
      [{ length: 4 }],
      [TypeError, "inputs[0]['height']: expected a number, got undefined"],
    ],
    ['an empty list of rows', [], [RangeError, 'inputs: expected at least one row of 6, got none']],
  ];
  it.each(cases)('predict and train reject %s', async (_, inputs, expected) => {
    const net = await Network.create({ ...spec, transforms });
    const before = fingerprint(net);
    await expectError(() => net.predict(inputs as RawRows), expected);
    await expectError(() => net.train({ inputs: inputs as RawRows, targets: [[1, 2]] }), expected);
    expect(fingerprint(net)).toBe(before);
  });

  it('evaluate rejects labels when targets are transformed', async () => {
    const net = await Network.create({ ...spec, transforms });
    await expectError(
      () => net.evaluate({ inputs: rows, labels: [0, 1, 0] }),
      [TypeError, 'labels: the network has transforms for targets; pass targets instead'],
    );
  });

  it('evaluate rejects a target that is NaN', async () => {
    const net = await Network.create({ ...spec, transforms });
    await expectError(
      () =>
        net.evaluate({
          inputs: rows,
          targets: [
            [1, 2],
            [1, NaN],
            [1, 2],
          ],
        }),
      [RangeError, 'targets[1][1] is NaN; expected a finite number'],
    );
  });
});

describe('invalid transforms', () => {
  const one: NetworkOptions = { inputs: 1, layers: [{ units: 1, activation: 'linear' }] };
  const oneInput = (transform: unknown): unknown => ({ inputs: [transform] });
  const cases: [string, unknown, Expected][] = [
    [
      'null in place of transforms',
      null,
      [TypeError, 'transforms: expected an object { inputs, targets, outputs }, got null'],
    ],
    [
      'an unknown key of transforms',
      { answers: [] },
      [TypeError, "transforms: unknown 'answers'; the names are inputs, targets, outputs"],
    ],
    [
      'an object in place of a list of transforms',
      { inputs: {} },
      [TypeError, 'transforms.inputs: expected an array of transforms'],
    ],
    [
      'a hole in a list of transforms',
      { inputs: Array(1) },
      [RangeError, 'transforms.inputs[0].kind: expected one of'],
    ],
    [
      'an unknown kind of transform',
      oneInput({ kind: 'log' }),
      [RangeError, "transforms.inputs[0].kind: expected one of 'oneHot'"],
    ],
    [
      'a kind named like a method',
      oneInput({ kind: 'constructor' }),
      [RangeError, 'transforms.inputs[0].kind'],
    ],
    [
      'an option of another kind',
      oneInput({ kind: 'identity', mean: 1 }),
      [TypeError, "transforms.inputs[0]: unknown 'mean'; the names are kind, name"],
    ],
    [
      'a standardization without a mean',
      oneInput({ kind: 'standardize', deviation: 1 }),
      [TypeError, 'transforms.inputs[0].mean: expected a number'],
    ],
    [
      'a minimum of NaN',
      oneInput({ kind: 'minMax', min: NaN, max: 1 }),
      [RangeError, 'transforms.inputs[0].min is NaN'],
    ],
    [
      'a deviation below 0',
      oneInput({ kind: 'standardize', mean: 0, deviation: -1 }),
      [RangeError, 'transforms.inputs[0]: expected a deviation, or max − min, of at least 0, got -1'],
    ],
    ['a max below min', oneInput({ kind: 'minMax', min: 2, max: 1 }), [RangeError, 'of at least 0, got -1']],
    ['a range too wide', oneInput({ kind: 'minMax', min: -1e308, max: 1e308 }), [RangeError, 'got Infinity']],
    [
      'a name that is a number',
      oneInput({ kind: 'identity', name: 1 }),
      [TypeError, 'transforms.inputs[0].name: expected a string, got 1'],
    ],
    ...[undefined, [], ['a', 1], ['a', 'a'], [NaN], [{}], 'ab', Array(2)].map(
      (categories): [string, unknown, Expected] => [
        `categories ${JSON.stringify(categories)}`,
        oneInput({ kind: 'oneHot', categories }),
        [TypeError, 'transforms.inputs[0].categories: expected an array of strings or of numbers, each once'],
      ],
    ),
    [
      'transforms of another width',
      oneInput({ kind: 'oneHot', categories: ['a', 'b'] }),
      [RangeError, 'transforms.inputs: they make 2 numbers per row, but the network has 1'],
    ],
    [
      'categories as targets',
      { targets: [{ kind: 'oneHot', categories: [1] }] },
      [RangeError, 'transforms.targets[0].kind'],
    ],
    [
      'too many transforms of targets',
      { targets: [{ kind: 'identity' }, { kind: 'identity' }] },
      [RangeError, 'transforms.targets: they make 2'],
    ],
  ];
  it.each(cases)('a network rejects %s', async (_, transforms, expected) => {
    await expectError(() => Network.create({ ...one, transforms: transforms as Transforms }), expected);
    const json = (await Network.create(one)).toJSON();
    await expectError(() => Network.fromJSON({ ...json, transforms: transforms as Transforms }), expected);
  });
});
