import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.js';
import { Dataset } from '../../src/data/index.js';
import { Ensemble } from '../../src/ensemble/index.js';
import { importance, type ImportanceOptions } from '../../src/explain/index.js';
import { Network, type Data } from '../../src/index.js';
import { meanAbsoluteError, rocAUC } from '../../src/metrics/index.js';
import { expectHarmlessError, goodData, type Expected } from '../support/patient.js';

// Importance by permutation, compared with permutations done by hand, and between forms of the data.

const ROWS = 80;
const random = Random.fromSeed(1);
/** y depends on strong, hardly on weak, not on noise; fixed is constant; color matters much. */
const objects = Array.from({ length: ROWS }, () => {
  const [strong, weak, noise] = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)];
  const color = ['red', 'green', 'blue'][random.below(3)]!;
  return { strong, noise, color, weak, fixed: 3, y: 3 * strong + 0.2 * weak + (color === 'red' ? 4 : 0) };
});
const inputs = ['strong', 'noise', 'color', 'weak', 'fixed'];
const dataset = Dataset.fromObjects(objects, { inputs, targets: ['y'] });

async function train(engine: 'wasm' | 'reference' = 'wasm', seed = 1): Promise<Network> {
  const net = await Network.create({
    inputs: 7,
    layers: [
      { units: 8, activation: 'tanh' },
      { units: 1, activation: 'linear' },
    ],
    loss: 'meanSquaredError',
    transforms: dataset.fitTransforms(),
    seed,
    engine,
  });
  await net.train(dataset, { epochs: 60, optimizer: 'adam', learningRate: 0.02 });
  return net;
}
const net = await train();
const whole = await importance(net, dataset);

it('ranks the columns by what they say, a column of categories as one', () => {
  expect(whole.columns.map(({ column }) => column)).toEqual(inputs);
  const ranked = [...whole.columns].sort((a, b) => b.importance - a.importance);
  expect(
    ranked
      .slice(0, 2)
      .map(({ column }) => column)
      .sort(),
  ).toEqual(['color', 'strong']);
  const of = new Map(whole.columns.map(({ column, importance }) => [column, importance]));
  expect(of.get('strong')).toBeGreaterThan(20 * of.get('weak')!);
  expect(of.get('weak')).toBeGreaterThan(Math.abs(of.get('noise')!));
  expect(whole.columns.at(-1)).toEqual({ column: 'fixed', importance: 0, deviation: 0 });
  expect(whole).toMatchObject({ score: net.evaluate(dataset).loss, samples: ROWS });
});

it('is the mean increase of the loss, with its standard deviation', async () => {
  const { columns } = await importance(net, dataset, { repeats: 3, seed: 7 });
  const random = Random.fromSeed(7);
  const { loss } = net.evaluate(dataset);
  const targets = objects.map(({ y }) => [y]);
  for (const [k, column] of inputs.entries()) {
    const losses = Array.from({ length: 3 }, () => {
      const order = random.permutation(ROWS);
      const permuted = objects.map((row, n) => ({ ...row, [column]: objects[order[n]!]![column as 'weak'] }));
      return net.evaluate({ inputs: permuted, targets }).loss - loss;
    });
    const mean = (losses[0]! + losses[1]! + losses[2]!) / 3;
    const square = losses.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 3;
    expect(columns[k]!.importance).toBeCloseTo(mean, 12);
    expect(columns[k]!.deviation).toBeCloseTo(Math.sqrt(square), 12);
  }
});

it('is the same for every form of the data, order of the columns, and engine', async () => {
  const targets = objects.map(({ y }) => [y]);
  const rows = objects.map(({ strong, noise, color, weak, fixed }) => [strong, noise, color, weak, fixed]);
  const others: Data[] = [
    { inputs: objects, targets },
    { inputs: rows, targets },
    { inputs: Float64Array.from(dataset.inputs), targets: targets.flat() },
    Dataset.fromObjects(objects, { inputs: [...inputs].reverse(), targets: ['y'] }),
  ];
  for (const data of others) expect(await importance(net, data)).toEqual(whole);
  expect(await importance(await train('reference'), dataset)).toEqual(whole);
  expect(await importance(net, dataset, { seed: 1 })).not.toEqual(whole);
});

it('uses a sample of each interval if there are too many, not always the first: classes may take turns', async () => {
  const some = await importance(net, dataset, { samples: 40 });
  const half = dataset.subset(Array.from({ length: 40 }, (_, i) => 2 * i + (i % 2)));
  expect(some).toEqual(await importance(net, half));
});

it('measures an ensemble', async () => {
  const members = [{ network: net }, { network: await train('wasm', 2) }];
  const ensemble = await Ensemble.fromNetworks(members);
  const { score, columns } = await importance(ensemble, dataset);
  expect(score).toBe(ensemble.evaluate(dataset).loss);
  expect(columns.map(({ column }) => column)).toEqual(inputs);
  expect(columns[0]!.importance).toBeGreaterThan(columns[1]!.importance + 1);
  const alone = await Ensemble.fromNetworks([{ network: net }]);
  const one = await importance(alone, dataset);
  for (const [k, { importance }] of one.columns.entries())
    expect(importance).toBeCloseTo(whole.columns[k]!.importance, 5);
});

describe('with a metric', () => {
  const labels = objects.map(({ y }) => Number(y > 1));
  const bytes = Uint8Array.from(
    objects.flatMap(({ strong, noise }) => [100 + 99 * strong, 100 + 99 * noise]),
  );
  const data: Data = { inputs: bytes, inputScale: 1 / 255, labels, sampleWeights: labels.map(() => 1) };

  it('measures how much lower a score becomes that should be high', async () => {
    const layers = [{ units: 1, activation: 'sigmoid' }] as const;
    const net = await Network.create({ inputs: 2, layers, loss: 'binaryCrossEntropy' });
    await net.train(data, { epochs: 60, learningRate: 2 });
    const found = await importance(net, data, { metric: rocAUC, direction: 'maximize' });
    const outputs = net.predict(bytes, { inputScale: 1 / 255 });
    expect(found.score).toBe(rocAUC(outputs, { labels }));
    expect(found.columns.map(({ column }) => column)).toEqual(['0', '1']);
    expect(found.columns[0]!.importance).toBeGreaterThan(0.1);
    expect(found.columns[1]!.importance).toBeLessThan(0.05);
  });
});

it('a metric leaves missing targets out, as the network does', async () => {
  const net = await Network.create({
    inputs: 2,
    layers: [{ units: 2, activation: 'linear' }],
    missingTargets: 'ignore',
  });
  const data = { inputs: [1, 2, 3, 4, 5, 7], targets: [[1, NaN], [NaN, 2], [3, 4]] }; // prettier-ignore
  const found = await importance(net, data, { metric: meanAbsoluteError, direction: 'minimize' });
  expect(found.score).toBe(
    meanAbsoluteError(net.predict(data.inputs), { ...data, outputs: 2, missingTargets: 'ignore' }),
  );
});

it.each<[string, unknown, unknown, Expected]>([
  ['no repeats', goodData, { repeats: 0 }, [RangeError, 'repeats: ']],
  ['an unknown option', goodData, { repeat: 1 }, [TypeError, "options: unknown 'repeat'"]],
  ['a metric without a direction', goodData, { metric: rocAUC }, [RangeError, 'direction: expected one of']],
  ['a metric by name', goodData, { metric: 'rocAUC' }, [TypeError, 'metric: ']],
  ['a direction of the loss', goodData, { direction: 'maximize' }, [RangeError, 'direction: ']],
  ['no answers', { inputs: goodData.inputs }, {}, [TypeError, 'targets: expected either']],
  [
    'NaN',
    { ...goodData, inputs: [[1, 2, NaN], ...goodData.inputs.slice(1)] },
    {},
    [RangeError, 'inputs[0][2]'],
  ],
  ['one sample', { inputs: [[1, 2, 3]], labels: [0] }, {}, [RangeError, 'inputs: a single row cannot']],
])('refuses %s', (_, data, options, expected) =>
  expectHarmlessError((net) => importance(net, data as Data, options as ImportanceOptions), expected),
);
