import { describe, expect, it } from 'vitest';
import { Network, Random, type TrainOptions } from '../../src/index.js';

// `ema` and `swa` beside the same steps without averages, which are computed here.

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

describe('swa', () => {
  const ofEpochs = { ...options, ema: 0, epochs: 8, swa: 3 } satisfies TrainOptions;
  /** The weights after each epoch of the same training without averages. */
  const listWeights = async (
    engine: (typeof engines)[number],
    more: TrainOptions,
  ): Promise<Float32Array[]> => {
    const plain = await create(engine);
    const weights: Float32Array[] = [];
    const others = Object.entries({ ...ofEpochs, ...more }).filter(([name]) => name !== 'swa');
    const onEpoch = (): void => void weights.push(plain.parameters);
    await plain.train(data, { ...(Object.fromEntries(others) as TrainOptions), onEpoch });
    return weights;
  };
  const mean = (weights: readonly Float32Array[]): Float32Array =>
    weights[0]!.map((_, i) => weights.reduce((sum, w) => sum + w[i]! / weights.length, 0));

  it.each([
    ['adam with l2', { l2: 0.01 }],
    ['momentum', { optimizer: 'momentum', learningRate: 0.05 }],
    ['plain steps', { optimizer: 'sgd' }],
    ['adamw, in order', { optimizer: 'adamw', shuffle: false }],
  ] satisfies [string, TrainOptions][])('is the mean of the weights that count: %s', async (_, more) => {
    const [wasm, reference] = await Promise.all(
      engines.map(async (engine) => {
        const net = await create(engine);
        const seen: Float32Array[] = [];
        await net.train(data, { ...ofEpochs, ...more, onEpoch: () => void seen.push(net.parameters) });
        const weights = await listWeights(engine, more);
        const counted = weights.slice(2);
        for (const epoch of [0, 1, 2]) expect(seen[epoch]).toEqual(weights[epoch]);
        expect(seen[3]).not.toEqual(weights[3]);
        // three roundings for each of five updates, of numbers up to about 1
        for (const [i, v] of mean(counted).entries())
          expect(Math.abs(net.parameters[i]! - v)).toBeLessThan(1e-6);
        expect(net.parameters).not.toEqual(weights[7]);
        return net.parameters;
      }),
    );
    expect(wasm).toEqual(reference);
  });

  it('validation and files have the mean, and a share of the epochs is rounded down', async () => {
    const net = await create('wasm');
    const losses: unknown[] = [];
    await net.train(data, {
      ...ofEpochs,
      swa: 0.75, // from epoch 7 of 8
      validation: data,
      async onEpoch({ epoch, validation }) {
        losses.push([epoch, validation!.loss]);
        expect(net.evaluate(data).loss).toBe(validation!.loss);
        expect((await Network.load(net.save())).parameters).toEqual(net.parameters);
      },
    });
    const weights = await listWeights('wasm', {});
    const other = await create('wasm');
    other.setParameters(mean(weights.slice(6)));
    expect(net.evaluate(data).loss).toBeCloseTo(other.evaluate(data).loss, 6);
    expect(losses).toHaveLength(8);
  });

  it.each([4, 15, 20, 29, 41])('resumes to the bit after step %d of 48', async (last) => {
    const early = { ...ofEpochs, earlyStopping: { patience: 9 } };
    const whole = await create('wasm');
    await whole.train(data, early);
    const net = await create('wasm');
    const controller = new AbortController();
    let steps = 0;
    const stopping = net.train(data, {
      ...early,
      signal: controller.signal,
      onBatch() {
        if (++steps === last) controller.abort();
      },
    });
    await expect(stopping).rejects.toThrow('aborted');
    const again = await Network.load(net.save());
    await again.train(data, { ...early, resume: true });
    expect(again.parameters).toEqual(whole.parameters);
    expect(again.save()).toEqual(whole.save());
    await expect(again.train(data, { ...early, swa: 4, resume: true })).rejects.toThrow(
      'resume: swa was 3, and is 4',
    );
  });

  it('has the same bits with several threads', async () => {
    const [one, several] = await Promise.all(
      ([1, 2] as const).map(async (threads) => {
        const net = await Network.create({
          inputs: 3,
          layers: [
            { units: 6, activation: 'tanh' },
            { units: 1, activation: 'linear' },
          ],
          threads,
        });
        await net.train(data, ofEpochs);
        const { parameters } = net;
        net.dispose();
        return parameters;
      }),
    );
    expect(several).toEqual(one);
  });

  it('a training that diverges keeps its last finite step', async () => {
    const net = await create('wasm');
    const training = net.train(data, {
      ...ofEpochs,
      optimizer: 'sgd',
      swa: 1,
      learningRate: ({ step }) => (step > 20 ? 1e30 : 0.01),
    });
    await expect(training).rejects.toThrow(/diverged in epoch 4/);
    expect(net.parameters.every(Number.isFinite)).toBe(true);
  });

  it.each([
    [9, 'swa: expected a whole number from 0 to 8, got 9'],
    [1.5, 'swa: expected a whole number from 0 to 8, got 1.5'],
    [-1, 'swa: expected a number of at least 0, got -1'],
    [NaN, 'swa: expected a whole number from 0 to 8, got NaN'],
  ])('%d is refused', async (swa, message) => {
    const net = await create('wasm');
    await expect(net.train(data, { ...ofEpochs, swa })).rejects.toThrow(message);
    await expect(net.train(data, { ...options, swa: 0.5 })).rejects.toThrow('swa: ema is also set');
  });
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
