import { describe, expect, it } from 'vitest';
import { Network, type EarlyStopping, type EpochReport, type TrainOptions } from '../../src/index.js';
import { brierScore, rocAUC, rSquared } from '../../src/metrics/index.js';
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
  it('stops when patience runs out and restores the weights of the best epoch, or of the start if none is better', async () => {
    const net = await Network.create(spec);
    const monitor = earlyStopping.monitor === 'accuracy' ? 'accuracy' : 'loss';
    const [start, kept] = [net.evaluate(validation)[monitor], history[best - 1]!.validation![monitor]];
    const isWorse = monitor === 'loss' ? kept > start : kept < start;
    const atStart = net.layers;
    expect(await net.train(data, { ...options, earlyStopping })).toEqual(history.slice(0, last));
    expect(net.layers).toEqual(isWorse ? atStart : layers[best - 1]);
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

it.each(['memory', 'a stream'])(
  'goes by the weights that it keeps without validation data, in %s',
  async (place) => {
    const samples = place === 'memory' ? data : { batches: () => [data] };
    const net = await Network.create(spec);
    const alone: TrainOptions = { epochs: 60, miniBatchSize: 3, learningRate: 0.9 };
    const losses: number[] = [];
    const kept: (typeof net.layers)[] = [];
    const onEpoch = () => {
      losses.push(net.evaluate(data).loss);
      kept.push(net.layers);
    };
    const whole = await net.train(samples, { ...alone, onEpoch });
    const { last, best } = expected(losses, (value, best) => value < best, 2);
    const other = await Network.create(spec);
    expect(await other.train(samples, { ...alone, earlyStopping: { patience: 2 } })).toEqual(
      whole.slice(0, last),
    );
    expect(other.layers).toEqual(kept[best - 1]);
    expect(last).toBeLessThan(60);
  },
);

describe('a training that only makes the network worse', () => {
  const steep: TrainOptions = { epochs: 3, miniBatchSize: 12, learningRate: 60 };
  const far = { inputs: data.inputs, targets: Float32Array.from(data.labels, (label) => 3 * label - 1) };
  const linear = { ...spec, layers: [{ units: 1, activation: 'linear' }], loss: 'quadratic' } as const;

  it.each<[string, TrainOptions]>([
    ['its own loss', {}],
    ['the validation loss', { validation: far }],
  ])('ends with the weights of the start, watching %s', async (_, more) => {
    const net = await Network.create(linear);
    const [before, loss] = [net.layers, net.evaluate(far).loss];
    await net.train(far, { ...steep, ...more, epochs: 1, earlyStopping: { patience: 5 } });
    expect(net.layers).toEqual(before);
    const other = await Network.create(linear);
    await other.train(far, { ...steep, epochs: 1 });
    expect(other.evaluate(far).loss).toBeGreaterThan(loss);
  });
});

describe('figures that are no monitor', () => {
  const prices = { inputs: data.inputs, targets: Float32Array.from(data.labels, (_, n) => 100 + 10 * n) };
  const regression = {
    ...spec,
    layers: [{ units: 1, activation: 'linear' }],
    loss: 'meanSquaredError',
  } as const;
  const unweighted = { ...validation, sampleWeights: new Float32Array(9) };

  it('refuses the accuracy of a regression', async () => {
    const net = await Network.create(regression);
    const before = net.layers;
    for (const more of [{}, { validation: prices }, { validationSplit: 0.3 }]) {
      const options: TrainOptions = { ...more, earlyStopping: { monitor: 'accuracy' } };
      await expect(net.train(prices, options)).rejects.toThrow(
        "earlyStopping.monitor: 'accuracy' has no meaning for regression or several right answers; use 'loss', or one of metrics",
      );
    }
    expect(net.layers).toEqual(before);
  });

  it.each([
    ['targets of 0 and 1', regression, [0, 1]],
    ['targets of -1 and 1', regression, [-1, 1]],
    ['labels', spec, undefined],
  ] as const)('takes the accuracy of %s', async (_, net, values) => {
    const answers = values
      ? { inputs: data.inputs, targets: Float32Array.from(data.labels, (label) => values[label]!) }
      : data;
    const options: TrainOptions = { epochs: 1, learningRate: 0.01, earlyStopping: { monitor: 'accuracy' } };
    expect(await (await Network.create(net)).train(answers, options)).toHaveLength(1);
  });

  it('refuses the accuracy of several right answers', async () => {
    const layers = [{ units: 2, activation: 'sigmoid' }] as const;
    const net = await Network.create({ ...spec, layers, loss: 'binaryCrossEntropy' });
    const targets = Array.from({ length: 12 }, (_, n) => (n === 11 ? [1, 1] : [n % 2, 1 - (n % 2)]));
    const earlyStopping = { monitor: 'accuracy' } as const;
    const { inputs } = data;
    await expect(net.train({ inputs, targets }, { earlyStopping })).rejects.toThrow(
      "earlyStopping.monitor: 'accuracy' has no meaning",
    );
    targets[11] = [1, 0];
    expect(await net.train({ inputs, targets }, { epochs: 1, earlyStopping })).toHaveLength(1);
  });

  it('refuses samples whose weights are all 0', async () => {
    const net = await Network.create(spec);
    await expect(net.train(data, { validation: unweighted })).rejects.toThrow(
      'validation.sampleWeights: all are 0',
    );
    const weighted = { ...data, sampleWeights: new Float32Array(12) };
    await expect(net.train(weighted)).rejects.toThrow('sampleWeights: all are 0');
    await expect(net.train(weighted, { validationSplit: 0.3 })).rejects.toThrow('validationSplit: all are 0');
    await expect(net.train(weighted, { earlyStopping: {} })).rejects.toThrow('sampleWeights: all are 0');
  });

  it('refuses a metric that cannot measure the validation data, before anything is learned', async () => {
    const net = await Network.create(regression);
    const before = net.layers;
    const options: TrainOptions = { validationSplit: 0.1, metrics: { spread: rSquared } };
    await expect(net.train(prices, options)).rejects.toThrow(
      'metrics.spread: outputs: expected at least 2 rows, got 1',
    );
    expect(net.layers).toEqual(before);
  });

  it('refuses the accuracy of a regression that is a stream before anything is learned', async () => {
    const net = await Network.create(regression);
    const before = net.layers;
    const options: TrainOptions = { earlyStopping: { monitor: 'accuracy' } };
    await expect(net.train({ batches: () => [prices] }, options)).rejects.toThrow('earlyStopping.monitor');
    expect(net.layers).toEqual(before);
  });
});

describe('a metric as the monitor', () => {
  const metrics = { area: rocAUC, brier: brierScore };
  const measureEach = async (): Promise<Record<'area' | 'brier', number>[]> => {
    const net = await Network.create(spec);
    const reports = await net.train(data, { ...options, metrics });
    return reports.map(({ validation }) => validation!.metrics as Record<'area' | 'brier', number>);
  };

  it.each([
    ['area', 'maximize', (value: number, best: number) => value > best],
    ['brier', 'minimize', (value: number, best: number) => value < best],
  ] as const)('stops by %s, to %s', async (monitor, direction, isBetter) => {
    const values = (await measureEach()).map((figures) => figures[monitor]);
    const { last, best } = expected(values, isBetter, 4);
    expect(last).toBeLessThan(60);
    const net = await Network.create(spec);
    const measure = metrics[monitor];
    const start = measure(net.predict(validation.inputs), validation);
    const atStart = net.layers;
    const earlyStopping = { patience: 4, monitor, direction };
    expect(await net.train(data, { ...options, metrics, earlyStopping })).toHaveLength(last);
    expect(net.layers).toEqual(isBetter(start, values[best - 1]!) ? atStart : layers[best - 1]);
  });

  it('keeps to it when the run is resumed', async () => {
    const earlyStopping = { patience: 4, monitor: 'area', direction: 'maximize' } as const;
    const whole = await Network.create(spec);
    const reports = await whole.train(data, { ...options, metrics, earlyStopping });
    const first = await Network.create(spec);
    const files: Uint8Array[] = [];
    const checkpoint = { everyEpochs: 3, write: (bytes: Uint8Array) => files.push(bytes) };
    await first.train(data, { ...options, metrics, earlyStopping, checkpoint });
    const second = await Network.load(files[0]!);
    const rest = await second.train(data, { ...options, metrics, earlyStopping, resume: true });
    expect(rest).toEqual(reports.slice(3));
    expect(second.layers).toEqual(whole.layers);
  });

  it('takes precedence over the accuracy of the same name', async () => {
    const net = await Network.create(spec);
    const earlyStopping = { patience: 1, monitor: 'accuracy', direction: 'minimize' } as const;
    let calls = 0;
    const accuracy = () => calls++;
    expect(await net.train(data, { ...options, metrics: { accuracy }, earlyStopping })).toHaveLength(2);
  });

  it.each<[string, TrainOptions, Expected]>([
    [
      'no direction',
      { metrics, earlyStopping: { monitor: 'area' } },
      [RangeError, "earlyStopping.direction: expected one of 'minimize', 'maximize'"],
    ],
    [
      'another name',
      { metrics, earlyStopping: { monitor: 'toString' } },
      [RangeError, "earlyStopping.monitor: expected one of 'loss', 'accuracy', 'area', 'brier'"],
    ],
    [
      'NaN',
      { metrics: { none: () => NaN }, earlyStopping: { monitor: 'none', direction: 'minimize' } },
      [RangeError, 'metrics.none is NaN'],
    ],
  ])('refuses %s', (_, options, expected) =>
    expectHarmlessError((net) => net.train(goodData, { ...options, validation: goodData }), expected),
  );

  it('refuses one class alone', async () => {
    const net = await Network.create(spec);
    const alone = { ...validation, labels: new Uint8Array(9) };
    const earlyStopping = { monitor: 'area', direction: 'maximize' } as const;
    await expect(net.train(data, { ...options, validation: alone, metrics, earlyStopping })).rejects.toThrow(
      'metrics.area: labels: every sample belongs to class 0',
    );
  });
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
    [
      TypeError,
      'earlyStopping: expected an object { patience, minDelta, monitor, direction, restoreBest }, got true',
    ],
  ],
  ['an unknown option', { wait: 1 }, [TypeError, "earlyStopping: unknown 'wait'"]],
  ['a patience below 0', { patience: -1 }, [RangeError, 'earlyStopping.patience: ']],
  ['a minDelta below 0', { minDelta: -1 }, [RangeError, 'earlyStopping.minDelta: ']],
  [
    'an unknown monitor',
    { monitor: 'f1' },
    [RangeError, "earlyStopping.monitor: expected one of 'loss', 'accuracy'"],
  ],
  [
    'a direction that is not the one of the loss',
    { direction: 'maximize' },
    [RangeError, "earlyStopping.direction: expected one of 'minimize'"],
  ],
  ['restoreBest as a string', { restoreBest: 'yes' }, [TypeError, 'earlyStopping.restoreBest: ']],
])('earlyStopping rejects %s', (_, earlyStopping, expected) =>
  expectHarmlessError(
    (net) => net.train(goodData, { earlyStopping: earlyStopping as EarlyStopping }),
    expected,
  ),
);
