import { expect, it } from 'vitest';
import { Network, Random, type TrainOptions } from '../../src/index.js';

// `ema` beside the same steps taken one by one, with the average computed here.

const engines = ['wasm', 'reference'] as const;
const COUNT = 41;
const random = Random.fromSeed(3);
const inputs = Float32Array.from({ length: 3 * COUNT }, () => random.uniform(-1, 1));
const targets = Float32Array.from({ length: COUNT }, (_, n) =>
  Math.fround(inputs[3 * n]! * inputs[3 * n + 1]!),
);
const data = { inputs, targets };

const create = (engine: (typeof engines)[number]): Promise<Network> =>
  Network.create({
    inputs: 3,
    layers: [
      { units: 6, activation: 'tanh' },
      { units: 1, activation: 'linear' },
    ],
    seed: 2,
    engine,
  });

const options = { epochs: 5, miniBatchSize: 8, optimizer: 'adam', ema: 0.9 } satisfies TrainOptions;

it.each(engines)('ema averages the weights after each step, on engine %s', async (engine) => {
  const net = await create(engine);
  const plain = await create(engine);
  const { fround } = Math;
  const averages = net.parameters;
  let step = 0;
  await plain.train(data, {
    ...options,
    ema: 0,
    onBatch() {
      const w = plain.parameters;
      const rest = fround(1 - Math.min(0.9, (1 + step) / (10 + step)));
      for (const [i, v] of averages.entries()) averages[i] = v + fround(rest * fround(w[i]! - v));
      step++;
    },
  });
  await net.train(data, options);
  expect(step).toBe(30);
  expect(net.parameters).toEqual(averages);
  expect(net.parameters).not.toEqual(plain.parameters);
});

it.each(engines)(
  'validation, predictions and files during training have the averages, on engine %s',
  async (engine) => {
    const net = await create(engine);
    const seen: unknown[] = [];
    const found: unknown[] = [];
    await net.train(data, {
      ...options,
      validation: data,
      async onEpoch({ validation }) {
        found.push(validation!.loss);
        seen.push(net.evaluate(data).loss);
        const copy = await Network.load(net.save());
        expect(copy.predict(inputs)).toEqual(net.predict(inputs));
      },
    });
    expect(found).toEqual(seen);
    expect(found.at(-1)).toBe(net.evaluate(data).loss);
  },
);

it('both engines learn the same averages', async () => {
  const [wasm, reference] = await Promise.all(
    engines.map(async (engine) => {
      const net = await create(engine);
      await net.train(data, { ...options, earlyStopping: { patience: 1 }, validationSplit: 0.2 });
      return net.parameters;
    }),
  );
  expect(wasm).toEqual(reference);
});

it('a training that stops in the middle of an epoch resumes to the bit, from its file', async () => {
  const whole = await create('wasm');
  await whole.train(data, { ...options, earlyStopping: { patience: 9 } });
  const net = await create('wasm');
  const controller = new AbortController();
  let steps = 0;
  const stopping = net.train(data, {
    ...options,
    earlyStopping: { patience: 9 },
    signal: controller.signal,
    onBatch() {
      if (++steps === 13) controller.abort();
    },
  });
  await expect(stopping).rejects.toThrow('aborted');
  const again = await Network.load(net.save());
  await again.train(data, { ...options, earlyStopping: { patience: 9 }, resume: true });
  expect(again.parameters).toEqual(whole.parameters);
  await expect(again.train(data, { ...options, ema: 0.5, resume: true })).rejects.toThrow(
    'resume: ema was 0.9, and is 0.5',
  );
});

it('a training that diverges keeps its last finite step', async () => {
  const net = await create('wasm');
  await expect(net.train(data, { ...options, optimizer: 'sgd', learningRate: 1e30 })).rejects.toThrow(
    'diverged',
  );
  expect(net.parameters.every(Number.isFinite)).toBe(true);
});

it('a loss of your own that throws leaves the averages in the network', async () => {
  let calls = 0;
  const net = await Network.create({
    inputs: 3,
    layers: [{ units: 1, activation: 'linear' }],
    loss: {
      name: 'half square',
      cost: (a, y) => 0.5 * (a[0]! - y[0]!) ** 2,
      slope(a, y) {
        if (++calls > 3 * 8) throw new Error('in the fourth step');
        return [a[0]! - y[0]!];
      },
    },
  });
  let averages = net.parameters;
  const training = net.train(data, { ...options, onBatch: () => void (averages = net.parameters) });
  await expect(training).rejects.toThrow('in the fourth step');
  expect(net.parameters).toEqual(averages);
});

it.each([
  [1, 'ema: expected a number from 0 to below 1, got 1'],
  [-0.1, 'ema: expected a number from 0 to below 1, got -0.1'],
])('ema of %d is refused', async (ema, message) => {
  const net = await create('wasm');
  await expect(net.train(data, { ...options, ema })).rejects.toThrow(message);
});
