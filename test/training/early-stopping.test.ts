import { describe, expect, it } from 'vitest';
import { Network, type EarlyStopping, type EpochReport, type TrainOptions } from '../../src/index.js';
import { expectHarmlessError, goodData, spec, type Expected } from '../support/patient.js';
import { randomData } from '../support/random-data.js';

// Training that ends when it no longer improves.

const data = {
  inputs: randomData(12, 3, 1).inputs,
  labels: Uint8Array.from([0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0]),
};
const validation = {
  inputs: randomData(9, 3, 1, 8).inputs,
  labels: Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 1, 0]),
};
/** It overfits, and the loss goes up and down. */
const options: TrainOptions = { epochs: 60, miniBatchSize: 3, learningRate: 0.9, validation };

/** The history of the whole training, and the layers after each of its epochs. */
const { history, layers } = await (async () => {
  const net = await Network.create(spec);
  const layers: (typeof net.layers)[] = [];
  const history = await net.train(data, { ...options, onEpoch: () => layers.push(net.layers) });
  return { history, layers };
})();

/** The epoch after which training ends, and the best epoch, counted from 1. */
function expected(values: number[], isBetter: (value: number, best: number) => boolean, patience: number) {
  let best = 0;
  for (let e = 1; e < values.length; e++) {
    if (isBetter(values[e]!, values[best]!)) best = e;
    else if (e - best >= patience) return { last: e + 1, best: best + 1 };
  }
  return { last: values.length, best: best + 1 };
}

const computeLoss = ({ validation }: EpochReport): number => validation!.loss;
const measureAccuracy = ({ validation }: EpochReport): number => validation!.accuracy;

const cases: [EarlyStopping, ReturnType<typeof expected>][] = [
  ...[1, 2, 3, 5].map((patience): [EarlyStopping, ReturnType<typeof expected>] => [
    { patience },
    expected(history.map(computeLoss), (value, best) => value < best, patience),
  ]),
  [{}, expected(history.map(computeLoss), (value, best) => value < best, 10)],
  [{ patience: 0 }, expected(history.map(computeLoss), (value, best) => value < best, 0)],
  [
    { patience: 3, minDelta: 0.1 },
    expected(history.map(computeLoss), (value, best) => value < best - Math.fround(0.1), 3),
  ],
  [
    { patience: 4, monitor: 'accuracy' },
    expected(history.map(measureAccuracy), (value, best) => value > best, 4),
  ],
  [
    { patience: 4, monitor: 'accuracy', minDelta: 0.15 },
    expected(history.map(measureAccuracy), (value, best) => value > best + Math.fround(0.15), 4),
  ],
];

describe.each(cases)('early stopping with %j', (earlyStopping, { last, best }) => {
  it('stops when patience runs out and restores the weights of the best epoch', async () => {
    const net = await Network.create(spec);
    expect(await net.train(data, { ...options, earlyStopping })).toEqual(history.slice(0, last));
    expect(net.layers).toEqual(layers[best - 1]);
    expect(last).toBeLessThan(history.length);
  });

  it('keeps the weights of the last epoch when restoreBest is false', async () => {
    const net = await Network.create(spec);
    await net.train(data, { ...options, earlyStopping: { ...earlyStopping, restoreBest: false } });
    expect(net.layers).toEqual(layers[last - 1]);
  });
});

it('the cases stop at different epochs, and earlier with minDelta', () => {
  const findEnd = (option: EarlyStopping): number =>
    cases.find(([other]) => JSON.stringify(other) === JSON.stringify(option))![1].last;
  expect(findEnd({ patience: 3, minDelta: 0.1 })).toBeLessThan(findEnd({ patience: 3 }));
  const accuracy = { patience: 4, monitor: 'accuracy' } as const;
  expect(findEnd({ ...accuracy, minDelta: 0.15 })).toBeLessThan(findEnd(accuracy));
  expect(new Set(cases.map(([, { last }]) => last)).size).toBeGreaterThan(3);
  expect(cases.some(([, { last, best }]) => best > 1 && best < last)).toBe(true);
});

it('monitors the training loss when there is no validation data', async () => {
  const net = await Network.create(spec);
  const alone: TrainOptions = { epochs: 60, miniBatchSize: 3, learningRate: 0.9 };
  const whole = await net.train(data, alone);
  const { last } = expected(
    whole.map(({ loss }) => loss),
    (value, best) => value < best,
    1,
  );
  const other = await Network.create(spec);
  expect(await other.train(data, { ...alone, earlyStopping: { patience: 1 } })).toEqual(whole.slice(0, last));
  expect(last).toBeLessThan(60);
});

it('restores the best weights even when training reaches its last epoch', async () => {
  const net = await Network.create(spec);
  const epochs = 12;
  await net.train(data, { ...options, epochs, earlyStopping: { patience: 100 } });
  const { best } = expected(history.slice(0, epochs).map(computeLoss), (value, best) => value < best, 100);
  expect(best).toBeLessThan(epochs);
  expect(net.layers).toEqual(layers[best - 1]);
});

it('restores the best weights when the optimizer has state', async () => {
  const adam: TrainOptions = { ...options, optimizer: 'adam', learningRate: 0.2 };
  const states: unknown[] = [];
  const plain = await Network.create(spec);
  const whole = await plain.train(data, { ...adam, onEpoch: () => states.push(plain.layers) });
  const { last, best } = expected(whole.map(computeLoss), (value, best) => value < best, 3);
  const net = await Network.create(spec);
  expect(await net.train(data, { ...adam, earlyStopping: { patience: 3 } })).toEqual(whole.slice(0, last));
  expect(net.layers).toEqual(states[best - 1]);
});

it.each<[string, unknown, Expected]>([
  [
    'true in place of options',
    true,
    [TypeError, 'earlyStopping: expected an object { patience, minDelta, monitor, restoreBest }, got true'],
  ],
  ['an unknown option', { wait: 1 }, [TypeError, "earlyStopping: unknown 'wait'"]],
  ['a patience below 0', { patience: -1 }, [RangeError, 'earlyStopping.patience: ']],
  ['a minDelta below 0', { minDelta: -1 }, [RangeError, 'earlyStopping.minDelta: ']],
  [
    'an unknown monitor',
    { monitor: 'f1' },
    [RangeError, "earlyStopping.monitor: expected one of 'loss', 'accuracy'"],
  ],
  ['restoreBest as a string', { restoreBest: 'yes' }, [TypeError, 'earlyStopping.restoreBest: ']],
])('earlyStopping rejects %s', (_, earlyStopping, expected) =>
  expectHarmlessError(
    (net) => net.train(goodData, { earlyStopping: earlyStopping as EarlyStopping }),
    expected,
  ),
);
