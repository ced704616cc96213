import { describe, expect, it } from 'vitest';
import { RangeFault, TypeFault } from '../../src/errors.js';
import {
  Network,
  Random,
  type ActivationName,
  type LossSpec,
  type NetworkOptions,
  type OwnLoss,
} from '../../src/index.js';

// A loss of the user's own must learn the bits of a loss of bp4 with the same formula.

const engines = ['wasm', 'reference'] as const;
const COUNT = 37;
const random = Random.fromSeed(1);
const inputs = Float32Array.from({ length: 3 * COUNT }, () => random.uniform(-1, 1));
const targets = Float32Array.from({ length: 2 * COUNT }, () => random.uniform(0, 1));
const labels = Uint8Array.from({ length: COUNT }, (_, n) => n % 2);
const sampleWeights = Float32Array.from({ length: COUNT }, (_, n) => n % 3);

/** meanSquaredError as bp4 rounds it. */
const squared: OwnLoss = {
  name: 'squared',
  cost(a, y) {
    let sum = 0;
    for (let j = 0; j < a.length; j++) sum += (a[j]! - y[j]!) ** 2;
    return sum / a.length;
  },
  slope: (a, y) => Array.from(a, (value, j) => (2 * Math.fround(value - y[j]!)) / a.length),
};

const describeNetwork = (loss: LossSpec | OwnLoss, last: ActivationName, dropout = 0): NetworkOptions => ({
  inputs: 3,
  layers: [
    { units: 5, activation: 'tanh', dropout },
    { units: 2, activation: last },
  ],
  loss,
  seed: 3,
});

describe.each(engines)('a loss of your own on engine %s', (engine) => {
  const create = (...spec: Parameters<typeof describeNetwork>): Promise<Network> =>
    Network.create({ ...describeNetwork(...spec), engine });

  it.each([
    ['linear', 0],
    ['sigmoid', 0],
    ['sigmoid', 0.3],
  ] as const)(
    'trains, evaluates and stops early as the loss of bp4 does: %s outputs, dropout %d',
    async (last, dropout) => {
      const train = async (loss: LossSpec | OwnLoss): Promise<unknown> => {
        const net = await create(loss, last, dropout);
        const data = { inputs, targets, sampleWeights };
        const options = { epochs: 4, miniBatchSize: 7, optimizer: 'adam', validationSplit: 0.2 } as const;
        const history = await net.train(data, { ...options, earlyStopping: { patience: 2 } });
        const step = net.step(data);
        return { history, step, parameters: net.parameters, evaluated: net.evaluate({ inputs, targets }) };
      };
      expect(await train(squared)).toEqual(await train('meanSquaredError'));
    },
  );

  it('counts class weights', async () => {
    const train = async (loss: LossSpec | OwnLoss): Promise<unknown> => {
      const net = await create(loss, 'sigmoid');
      const history = await net.train({ inputs, labels }, { epochs: 3, classWeights: [1, 3] });
      return { history, parameters: net.parameters };
    };
    expect(await train(squared)).toEqual(await train('meanSquaredError'));
  });

  it('verifies its slopes by checkGradients, also after softmax, and finds wrong ones', async () => {
    for (const last of ['tanh', 'softmax'] as const) {
      const right = await create(squared, last);
      const data = last === 'softmax' ? { inputs, labels } : { inputs, targets };
      expect(await right.checkGradients(data)).toMatchObject({ ok: true });
      const wrong = await create({ ...squared, slope: (a, y) => a.map((v, j) => v - 1.1 * y[j]!) }, last);
      expect(await wrong.checkGradients(data)).toMatchObject({ ok: false });
    }
  });

  it('takes targets that the outputs cannot reach, because what they mean is up to the loss', async () => {
    const net = await create(squared, 'sigmoid');
    expect(net.evaluate({ inputs: [1, 2, 3], targets: [5, -7] }).loss).toBeGreaterThan(1);
  });
});

it('learns the same bits on both engines', async () => {
  const learned = engines.map(async (engine) => {
    const net = await Network.create({ ...describeNetwork(squared, 'softmax'), engine });
    await net.train({ inputs, labels, sampleWeights }, { epochs: 3, optimizer: 'adam' });
    return net.parameters;
  });
  const [wasm, reference] = await Promise.all(learned);
  expect(wasm).toEqual(reference);
});

describe('a file', () => {
  it('stores the name of the loss, which must be passed again', async () => {
    const net = await Network.create(describeNetwork(squared, 'tanh'));
    expect(net.loss).toBe('squared');
    expect(net.toJSON().loss).toEqual({ name: 'squared', own: true });
    const missing = new TypeFault({
      place: 'loss',
      problem: "'squared' has functions of your own, which are neither stored in files nor sent to workers",
      cure: "to load a file, pass { loss: { name: 'squared', cost, slope } }; to train, use net.train",
    });
    await expect(Network.load(net.save())).rejects.toThrow(missing);
    await expect(Network.fromJSON(net.toJSON())).rejects.toThrow(missing);
    await expect(Network.fromState(net.state)).rejects.toThrow(missing);
    await expect(Network.load(net.save(), { loss: { ...squared, name: 'other' } })).rejects.toThrow(
      new RangeFault({
        place: 'loss.name',
        problem: "expected 'squared', with which the network was saved, got 'other'",
      }),
    );
    const again = await Network.load(net.save(), { loss: squared });
    const clone = await net.clone();
    for (const one of [net, again, clone]) await one.train({ inputs, targets }, { epochs: 2 });
    expect(again.parameters).toEqual(net.parameters);
    expect(clone.parameters).toEqual(net.parameters);
  });

  it('of another loss takes none', async () => {
    const net = await Network.create(describeNetwork('quadratic', 'tanh'));
    await expect(Network.load(net.save(), { loss: squared })).rejects.toThrow(
      "loss: the network has the loss 'quadratic'; leave it out",
    );
  });
});

it.each([
  [{ name: 'huber' }, "loss.name: 'huber' is a loss of bp4; choose another"],
  [{ slope: 5 }, 'loss.slope: expected a function, got 5'],
  [{ cost: undefined }, 'loss.cost: expected a function, got undefined'],
  [{ delta: 1 }, "loss: unknown 'delta'; the names are name, cost, slope"],
])('%j is refused', async (change, message) => {
  const loss = { ...squared, ...change } as OwnLoss;
  await expect(Network.create(describeNetwork(loss, 'tanh'))).rejects.toThrow(message);
});

it('is refused by several threads', async () => {
  await expect(Network.create({ ...describeNetwork(squared, 'tanh'), threads: 2 })).rejects.toThrow(
    "threads: the functions of the loss 'squared' run on one thread, got 2; leave it out",
  );
  const net = await Network.create({ ...describeNetwork(squared, 'tanh'), threads: 'auto' });
  expect(net.threads).toBe(1);
});

it.each([
  [{ cost: () => 'much' }, "loss.cost: the result: expected a number, got 'much'"],
  [{ slope: () => undefined }, 'loss.slope: expected it to return an array of 2, got undefined'],
  [{ slope: () => [1] }, 'loss.slope: expected it to return 2 numbers, one for each output, got 1'],
  [{ slope: () => [0, NaN] }, 'loss.slope: the slope of output 1 is NaN'],
  [
    {
      slope: () => {
        throw new Error('mine');
      },
    },
    'mine',
  ],
])('a step whose loss fails changes nothing: %j', async (change, message) => {
  const net = await Network.create(describeNetwork({ ...squared, ...change } as OwnLoss, 'tanh'));
  const before = net.save();
  expect(() => net.step({ inputs, targets })).toThrow(message);
  expect(net.save()).toEqual(before);
  await expect(net.train({ inputs, targets }, { epochs: 1 })).rejects.toThrow(message);
  expect(net.parameters).toEqual((await Network.load(before, { loss: squared })).parameters);
});

it('a cost that is not finite is a divergence', async () => {
  const net = await Network.create(describeNetwork({ ...squared, cost: () => NaN }, 'tanh'));
  await expect(net.train({ inputs, targets }, { epochs: 1 })).rejects.toThrow('diverged in epoch 1, step 1');
});
