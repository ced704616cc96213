import { describe, expect, it } from 'vitest';
import { Network, type BatchReport, type EpochReport } from '../../src/index.js';
import { randomData } from '../support/random-data.js';

// What `train` reports: to its caller, to onEpoch and to onBatch.

const INPUTS = 4;
const OUTPUTS = 2;
const COUNT = 11;
const data = randomData(COUNT, INPUTS, OUTPUTS);
const validation = randomData(5, INPUTS, OUTPUTS, 2);

function create(): Promise<Network> {
  return Network.create({ inputs: INPUTS, layers: [{ units: OUTPUTS, activation: 'sigmoid' }], seed: 5 });
}

const sizes: [miniBatchSize: number, rows: number[]][] = [
  [1, Array<number>(COUNT).fill(1)],
  [4, [4, 4, 3]],
  [COUNT - 1, [COUNT - 1, 1]],
  [COUNT, [COUNT]],
  [COUNT + 1, [COUNT]],
  [2 ** 40, [COUNT]],
];

describe.each(sizes)('training with mini-batches of %i', (miniBatchSize, rows) => {
  async function reports(): Promise<{
    history: EpochReport[];
    epochs: EpochReport[];
    batches: BatchReport[];
  }> {
    const net = await create();
    const epochs: EpochReport[] = [];
    const batches: BatchReport[] = [];
    const history = await net.train(data, {
      epochs: 3,
      miniBatchSize,
      onEpoch: (report) => epochs.push(report),
      onBatch: (report) => batches.push(report),
    });
    return { history, epochs, batches };
  }

  it('returns an entry for each epoch and passes the same to onEpoch', async () => {
    const { history, epochs } = await reports();
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(epochs).toEqual(history);
  });

  it('numbers the mini-batches for onBatch, including a short last one', async () => {
    const { batches } = await reports();
    const expected = [1, 2, 3].flatMap((epoch) =>
      rows.map((_, i) => ({ epoch, batch: i + 1, batches: rows.length })),
    );
    expect(batches.map(({ epoch, batch, batches }) => ({ epoch, batch, batches }))).toEqual(expected);
  });

  it('the loss of an epoch is the mean over all its samples', async () => {
    const { history, batches } = await reports();
    expect(history).toHaveLength(3);
    for (const { epoch, loss } of history) {
      const ofEpoch = batches.filter((batch) => batch.epoch === epoch);
      const sum = ofEpoch.reduce((total, { loss }, i) => total + loss * rows[i]!, 0);
      // Sums of doubles in another order: COUNT roundings at most.
      expect(Math.abs(loss - sum / COUNT)).toBeLessThanOrEqual(COUNT * Number.EPSILON * loss);
    }
  });
});

it('the loss of a mini-batch is the mean over its samples before the update', async () => {
  const net = await create();
  const before = net.evaluate(data);
  const losses: number[] = [];
  const options = { epochs: 1, miniBatchSize: COUNT, shuffle: false };
  const [epoch] = await net.train(data, { ...options, onBatch: ({ loss }) => losses.push(loss) });
  expect(losses).toEqual([before.loss]);
  expect(epoch).toEqual({ epoch: 1, ...before });
});

it('evaluates validation data after each epoch without training on it', async () => {
  const [net, alone] = await Promise.all([create(), create()]);
  const after: unknown[] = [];
  const history = await net.train(data, {
    epochs: 3,
    validation,
    onEpoch: () => after.push(net.evaluate(validation)),
  });
  expect(history.map((report) => report.validation)).toEqual(after);
  await alone.train(data, { epochs: 3 });
  expect(net.toJSON()).toEqual(alone.toJSON());
});

it('accuracy is the share of samples whose largest output is the right one', async () => {
  const net = await create();
  const { inputs } = data;
  const outputs = net.predict(inputs);
  const answers = Uint8Array.from({ length: COUNT }, (_, n) =>
    outputs[2 * n]! >= outputs[2 * n + 1]! ? 0 : 1,
  );
  expect(net.evaluate({ inputs, labels: answers }).accuracy).toBe(1);
  expect(net.evaluate({ inputs, labels: answers.map((label) => 1 - label) }).accuracy).toBe(0);
  answers[3] = 1 - answers[3]!;
  expect(net.evaluate({ inputs, labels: answers }).accuracy).toBe((COUNT - 1) / COUNT);
});

it.each([
  ['one sample', 1, 3],
  ['one unit', 4, 1],
  ['10,000 outputs', 2, 10_000],
])('trains and predicts with %s', async (_, count, units) => {
  const net = await Network.create({ inputs: 2, layers: [{ units, activation: 'sigmoid' }] });
  const samples = randomData(count, 2, units);
  const history = await net.train(samples, { epochs: 2, learningRate: 1e-3 });
  expect(history.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(history[1]!.loss).toBeLessThan(history[0]!.loss);
  expect(net.predict(samples.inputs)).toHaveLength(count * units);
});
