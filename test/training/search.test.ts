import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/index.js';
import { Network, StateError, type NetworkOptions } from '../../src/index.js';
import { accuracy, rSquared } from '../../src/metrics/index.js';
import { crossValidate, formatTrial, gridSearch, randomSearch } from '../../src/search/index.js';
import { expectError } from '../support/patient.js';

/** Two classes that a line separates. */
const data = Dataset.fromArrays({
  inputs: Array.from({ length: 40 }, (_, n) => [n % 7, n < 20 ? n : n + 10]),
  labels: Array.from({ length: 40 }, (_, n) => Number(n >= 20)),
});
const network = (train: Dataset): NetworkOptions => ({
  inputs: 2,
  layers: [{ units: 2, activation: 'softmax' }],
  transforms: train.fitTransforms({ inputs: 'standardize' }),
  seed: 3,
});
const train = { epochs: 20, learningRate: 0.5, miniBatchSize: 8 };

describe('cross-validation', () => {
  it('crossValidate gives the figures of training and testing each fold by hand', async () => {
    const k = 4;
    const { folds } = await crossValidate(network, data, { k, seed: 5, train, metrics: { again: accuracy } });
    const byHand = [];
    for (const { train: learned, test } of data.folds(k, { seed: 5 })) {
      const net = await Network.create(network(learned));
      await net.train(learned, train);
      byHand.push(net.evaluate(test));
      net.dispose();
    }
    const expected = byHand.map((figures, i) => ({
      fold: i + 1,
      ...figures,
      metrics: { again: figures.accuracy },
    }));
    expect(folds).toEqual(expected);
  });

  it('crossValidate awaits metrics that are promises', async () => {
    const late = (...given: Parameters<typeof accuracy>): Promise<number> =>
      new Promise((resolve) => setTimeout(resolve, 1, accuracy(...given)));
    const { folds, mean } = await crossValidate(network, data, { train, metrics: { late } });
    for (const fold of folds) expect(fold.metrics).toEqual({ late: fold.accuracy });
    expect(mean.metrics!.late).toBe(mean.accuracy);
  });

  it('crossValidate gives the mean and deviation over the folds', async () => {
    const { folds, mean, deviation } = await crossValidate(network, data, { k: 2, train: { epochs: 1 } });
    const [a, b] = folds.map(({ loss }) => loss) as [number, number];
    // For two numbers, √((a − m)² + (b − m)²) is |a − b|/√2; ten digits leave room for roundings in another order.
    expect(mean.loss).toBeCloseTo((a + b) / 2, 10);
    expect(a).not.toBe(b);
    expect(deviation.loss).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 10);
    expect(mean.metrics).toBeUndefined();
  });

  it('crossValidate takes targets and gives metrics in their units', async () => {
    const inputs = Array.from({ length: 30 }, (_, n) => [n]);
    const line = Dataset.fromArrays({ inputs, targets: inputs.map(([x]) => [1000 + 50 * x!]) });
    const { mean } = await crossValidate(
      (learned) => ({
        inputs: 1,
        layers: [{ units: 1, activation: 'linear' }],
        transforms: learned.fitTransforms({ inputs: 'standardize', targets: 'standardize' }),
      }),
      line,
      { k: 3, train: { epochs: 100, learningRate: 0.1 }, metrics: { rSquared } },
    );
    expect(mean.metrics!.rSquared).toBeGreaterThan(0.99);
  });

  it('crossValidate passes each network to onFold and disposes of it, even after an error', async () => {
    const nets: Network[] = [];
    const stop = new Error('enough');
    const run = crossValidate(network, data, {
      train: { epochs: 1 },
      onFold: async ({ fold }, net, { test }) => {
        await Promise.resolve();
        nets.push(net);
        net.predict(test.inputs);
        if (fold === 2) throw stop;
      },
    });
    await expect(run).rejects.toBe(stop);
    expect(nets).toHaveLength(2);
    for (const net of nets) expect(() => net.layers).toThrow(StateError);
  });

  it('crossValidate stops within a fold when its signal aborts', async () => {
    const stop = new AbortController();
    const run = crossValidate(network, data, {
      train: { epochs: 1e6, onEpoch: () => stop.abort(new Error('stopped')) },
      signal: stop.signal,
    });
    await expect(run).rejects.toThrow('stopped');
  });

  it('crossValidate rejects invalid arguments', async () => {
    await expectError(() => crossValidate({} as never, data), [TypeError, 'options: expected a function']);
    await expectError(() => crossValidate(network, {} as never), [TypeError, 'dataset: expected a Dataset']);
    await expectError(() => crossValidate(network, data, { k: 1 }), [RangeError, 'k: expected']);
    await expectError(
      () => crossValidate(network, data, { fold: 1 } as never),
      [TypeError, "unknown 'fold'"],
    );
    await expectError(
      () => crossValidate(network, data, { metrics: { mine: 1 as never } }),
      [TypeError, 'metrics.mine: expected a function'],
    );
    await expectError(
      () => crossValidate(network, data, { signal: 5 as never }),
      [TypeError, 'signal: expected an AbortSignal'],
    );
  });
});

describe('search', () => {
  const space = { learningRate: [0.1, 0.5], units: [3, 1, 2] };

  it('gridSearch tries the whole grid and returns the best first', async () => {
    const tried: string[] = [];
    const results = await gridSearch(
      space,
      ({ learningRate, units }) => Promise.resolve({ score: units, learningRate }),
      { onTrial: (result) => tried.push(formatTrial(result)) },
    );
    expect(tried).toEqual([
      'trial 1  score 3  learningRate 0.1  units 3',
      'trial 2  score 1  learningRate 0.1  units 1',
      'trial 3  score 2  learningRate 0.1  units 2',
      'trial 4  score 3  learningRate 0.5  units 3',
      'trial 5  score 1  learningRate 0.5  units 1',
      'trial 6  score 2  learningRate 0.5  units 2',
    ]);
    expect(results.map(({ trial }) => trial)).toEqual([2, 5, 3, 6, 1, 4]);
    expect(results[1]).toEqual({
      trial: 5,
      values: { learningRate: 0.5, units: 1 },
      score: 1,
      outcome: { score: 1, learningRate: 0.5 },
    });
  });

  it('randomSearch draws distinct combinations, and the same ones for the same seed', async () => {
    const drawn = async (trials: number, seed?: number): Promise<string[]> => {
      const options = { trials, ...(seed !== undefined && { seed }) };
      const results = await randomSearch(space, () => Promise.resolve(0), options);
      return results.map(({ values }) => JSON.stringify(values));
    };
    const all = await drawn(6);
    expect(new Set(all).size).toBe(6);
    expect(await drawn(4)).toEqual(all.slice(0, 4));
    expect(await drawn(6, 0)).toEqual(all);
    expect(await drawn(6, 1)).not.toEqual(all);
  });

  it('gridSearch ranks a training that diverges last, as failed', async () => {
    const [inputs, targets] = [
      [[1e3], [2e3]],
      [[1], [3]],
    ];
    const results = await gridSearch({ learningRate: [1e3, 1e-8] }, async ({ learningRate }, signal) => {
      const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] });
      try {
        const options = { learningRate, epochs: 100, ...(signal && { signal }) };
        const reports = await net.train({ inputs, targets }, options);
        return reports.at(-1)!.loss;
      } finally {
        net.dispose();
      }
    });
    expect(results.map(({ trial }) => trial)).toEqual([2, 1]);
    expect(results[1]!.score).toBe(Infinity);
    expect(results[1]!.error).toMatch(/epoch/);
    expect(formatTrial(results[1]!)).toBe(`trial 1  failed  learningRate 1000  ${results[1]!.error}`);
  });

  it('gridSearch ends on any other error and when its signal aborts', async () => {
    const broken = new Error('broken');
    await expect(gridSearch(space, () => Promise.reject(broken))).rejects.toBe(broken);
    const stop = new AbortController();
    let trials = 0;
    const run = gridSearch(
      space,
      (_, signal) => {
        expect(signal).toBe(stop.signal);
        return Promise.resolve(++trials);
      },
      { signal: stop.signal, onTrial: () => stop.abort(broken) },
    );
    await expect(run).rejects.toBe(broken);
    expect(trials).toBe(1);
  });

  it('gridSearch and randomSearch reject invalid arguments', async () => {
    const score = (): Promise<number> => Promise.resolve(0);
    await expectError(() => gridSearch({}, score), [RangeError, 'space: expected at least one name']);
    await expectError(() => gridSearch([] as never, score), [TypeError, 'space: expected an object']);
    await expectError(() => gridSearch({ units: [] }, score), [RangeError, 'space.units: expected at least']);
    await expectError(
      () => gridSearch({ units: 3 } as never, score),
      [TypeError, 'space.units: expected an'],
    );
    await expectError(() => gridSearch(space, 1 as never), [TypeError, 'trial: expected a function']);
    await expectError(
      () => gridSearch(space, () => Promise.resolve(NaN)),
      [RangeError, 'trial: returned NaN'],
    );
    await expectError(
      () => gridSearch(space, () => Promise.resolve('1' as never)),
      [TypeError, 'trial: expected it to return a number or { score }'],
    );
    await expectError(
      () => randomSearch(space, score, { trials: 7 }),
      [RangeError, 'expected at most 6, the number of combinations'],
    );
    await expectError(() => randomSearch(space, score, {} as never), [TypeError, 'trials: expected']);
    await expectError(
      () => gridSearch(space, score, { signal: 5 as never }),
      [TypeError, 'signal: expected an AbortSignal'],
    );
  });
});
