import { expect, it } from 'vitest';
import { Network, Random, type NetworkOptions, type OptimizerName } from '../../src/index.js';

const random = Random.fromSeed(1);
const COUNT = 120;
const inputs = Float32Array.from({ length: 2 * COUNT }, () => random.normal());
const labels = Uint8Array.from({ length: COUNT }, (_, n) => Number(inputs[2 * n]! * inputs[2 * n + 1]! > 0));
const data = { inputs, labels };
const spec = {
  inputs: 2,
  layers: [
    { units: 16, activation: 'relu' },
    { units: 2, activation: 'softmax' },
  ],
  seed: 2,
} as const;

it('leaves the network as it is, and finds the same on both engines and when it is called again', async () => {
  const found = [];
  for (const engine of ['wasm', 'reference'] as const) {
    const net = await Network.create({ ...spec, engine });
    const before = net.save();
    found.push(await net.findLearningRate(data, { optimizer: 'adam', miniBatchSize: 16 }));
    expect(net.save()).toEqual(before);
    expect(await net.findLearningRate(data, { optimizer: 'adam', miniBatchSize: 16 })).toEqual(found.at(-1));
  }
  expect(found[0]).toEqual(found[1]);
});

it('the curve rises from the first rate to the last, and ends where the loss has grown too far', async () => {
  const net = await Network.create(spec);
  const { curve, learningRate } = await net.findLearningRate(data, { from: 1e-4, to: 1e4, steps: 81 });
  expect(curve.length).toBeLessThan(81);
  expect(curve.slice(0, 11).map((point) => point.learningRate)).toEqual([
    0.0001, 0.000126, 0.000158, 0.0002, 0.000251, 0.000316, 0.000398, 0.000501, 0.000631, 0.000794, 0.001,
  ]);
  let average = 0;
  for (const [step, { loss, smoothed }] of curve.entries()) {
    average = 0.9 * average + 0.1 * loss;
    expect(smoothed).toBeCloseTo(average / (1 - 0.9 ** (step + 1)), 10);
  }
  const last = curve.at(-1)!;
  expect(learningRate).toBeLessThan(last.learningRate);
  expect(curve.some((point) => point.learningRate >= learningRate)).toBe(true);
});

it.each(['sgd', 'momentum', 'adam', 'rmsprop'] as OptimizerName[])(
  'a training at the rate for %s goes well, however large the inputs are',
  async (optimizer) => {
    for (const scale of [1, 10, 100]) {
      const scaled = { inputs: inputs.map((x) => scale * x), labels };
      const net = await Network.create(spec);
      const { learningRate } = await net.findLearningRate(scaled, { optimizer });
      await net.train(scaled, { optimizer, learningRate, epochs: 60 });
      expect(net.evaluate(scaled).accuracy).toBeGreaterThan(0.9);
    }
  },
);

it('a line whose default rate diverges gets a rate that leads home', async () => {
  const line: NetworkOptions = { inputs: 1, layers: [{ units: 1, activation: 'linear' }], seed: 1 };
  const xs = Array.from({ length: 24 }, (_, n) => n);
  const samples = { inputs: xs, targets: xs.map((x) => x + 2) };
  const net = await Network.create(line);
  await expect(net.train(samples)).rejects.toThrow('diverged');
  const other = await Network.create(line);
  const { learningRate } = await other.findLearningRate(samples);
  await other.train(samples, { learningRate, epochs: 20000 });
  expect(other.predict([[10]])[0]).toBeCloseTo(12, 1);
});

it('uses the loss of your own, and sample weights', async () => {
  const net = await Network.create({
    ...spec,
    loss: {
      name: 'squared',
      cost: (a, y) => a.reduce((sum, value, j) => sum + (value - y[j]!) ** 2, 0),
      slope: (a, y) => a.map((value, j) => 2 * (value - y[j]!)),
    },
  });
  const { learningRate } = await net.findLearningRate({
    ...data,
    sampleWeights: inputs.subarray(0, COUNT).map(Math.abs),
  });
  expect(learningRate).toBeGreaterThan(0);
});

it('a loss that stays infinite is refused', async () => {
  // The trials don't reach the first sample, but the loss is measured on it: from weights of 2 to the best ones, 1, it overflows.
  const rows = Array.from({ length: 2000 }, (_, n) => (n === 0 ? [3e38, 3e38] : [n % 7, n % 5]));
  const samples = { inputs: rows, targets: rows.map(([a, b], n) => (n === 0 ? 0 : a! + b!)) };
  const net = await Network.create({ inputs: 2, layers: [{ units: 1, activation: 'linear' }] });
  net.setParameters([2, 2, 0]);
  expect(net.evaluate(samples).loss).toBe(Infinity);
  await expect(net.findLearningRate(samples, { miniBatchSize: 1 })).rejects.toThrow(
    'findLearningRate: no rate from 0.000001 to 10 lowers the loss',
  );
});

it.each([
  [{ from: 0 }, 'from: expected a 32-bit float above 0, got 0'],
  [{ from: 1, to: 1 }, 'to: expected more than from (1), got 1'],
  [{ steps: 3 }, 'steps: expected a whole number of at least 10, got 3'],
  [{ epochs: 3 }, "options: unknown 'epochs'"],
  [null, 'options: expected an object { from, to, steps, optimizer, '],
  [{ from: 1e6, to: 1e7 }, 'findLearningRate: no rate from 1000000 to 10000000 lowers the loss'],
])('%j is refused', async (options, message) => {
  const net = await Network.create(spec);
  await expect(net.findLearningRate(data, options as object)).rejects.toThrow(message);
});
