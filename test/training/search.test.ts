import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/index.js';
import { Network, Random, StateError } from '../../src/index.js';
import { accuracy, logLoss, rSquared } from '../../src/metrics/index.js';
import {
  crossValidate,
  float,
  formatTrial,
  gridSearch,
  inline,
  int,
  randomSearch,
  study,
  when,
  type TrialSpec,
} from '../../src/search/index.js';
import { expectError } from '../support/patient.js';

/** Two classes that a line separates. */
const data = Dataset.fromArrays({
  inputs: Array.from({ length: 40 }, (_, n) => [n % 7, n < 20 ? n : n + 10]),
  labels: Array.from({ length: 40 }, (_, n) => Number(n >= 20)),
});
const train = { epochs: 20, learningRate: 0.5, miniBatchSize: 8 };
const spec: TrialSpec = { layers: [{ units: 2, activation: 'softmax' }], train };

describe('cross-validation', () => {
  it('crossValidate gives the figures of training and testing each fold by hand', async () => {
    const { folds } = await crossValidate(spec, data, { folds: 4, seed: 5, metrics: { again: accuracy } });
    const seeds = Random.fromSeed(5);
    const byHand = [];
    for (const { train: learned, test } of data.folds(4, { seed: 5 })) {
      const transforms = learned.fitTransforms({ inputs: 'standardize' });
      const net = await Network.create({ inputs: 2, layers: spec.layers, transforms, seed: seeds.bits() });
      await net.train(learned, train);
      byHand.push(net.evaluate(test));
      net.dispose();
    }
    const expected = byHand.map((figures, fold) => ({
      fold,
      ...figures,
      metrics: { again: figures.accuracy },
    }));
    expect(folds).toEqual(expected);
  });

  it('crossValidate trains the networks that a trial of a study trains', async () => {
    const { mean } = await crossValidate(spec, data, { folds: 3, seed: 2, metrics: { logLoss } });
    const { best, ensemble } = await study({
      space: { units: [2] },
      trial: () => spec,
      ...{ data, folds: 3, seed: 2, trials: 1 },
    });
    ensemble.dispose();
    expect(mean.metrics!.logLoss).toBe(best.score);
  });

  it('crossValidate awaits metrics that are promises', async () => {
    const late = (...given: Parameters<typeof accuracy>): Promise<number> =>
      new Promise((resolve) => setTimeout(resolve, 1, accuracy(...given)));
    const { folds, mean } = await crossValidate(spec, data, { metrics: { late } });
    for (const fold of folds) expect(fold.metrics).toEqual({ late: fold.accuracy });
    expect(mean.metrics!.late).toBe(mean.accuracy);
  });

  it('crossValidate gives the mean and deviation over the folds', async () => {
    const brief = { ...spec, train: { epochs: 1 } };
    const { folds, mean, deviation } = await crossValidate(brief, data, { folds: 2 });
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
      { layers: [{ units: 1, activation: 'linear' }], train: { epochs: 100, learningRate: 0.1 } },
      line,
      { folds: 3, metrics: { rSquared } },
    );
    expect(mean.metrics!.rSquared).toBeGreaterThan(0.99);
  });

  it('crossValidate passes each network to onFold and disposes of it, even after an error', async () => {
    const nets: Network[] = [];
    const stop = new Error('enough');
    const run = crossValidate(spec, data, {
      onFold: async ({ fold }, net, { test }) => {
        await Promise.resolve();
        nets.push(net);
        net.predict(test.inputs);
        if (fold === 1) throw stop;
      },
    });
    await expect(run).rejects.toBe(stop);
    expect(nets).toHaveLength(2);
    for (const net of nets) expect(() => net.layers).toThrow(StateError);
  });

  it('crossValidate stops within a fold when its signal aborts, and closes its executor', async () => {
    const stop = new AbortController();
    const executor = inline();
    let isClosed = false;
    const run = crossValidate({ ...spec, train: { epochs: 1e6 } }, data, {
      executor: { ...executor, close: () => Promise.resolve(void (isClosed = true)) },
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(new Error('stopped')), 1);
    await expect(run).rejects.toThrow('stopped');
    expect(isClosed).toBe(true);
  });

  it('crossValidate names the fold whose training diverges', async () => {
    const wild: TrialSpec = {
      layers: [{ units: 1, activation: 'linear' }],
      transforms: { inputs: 'identity' },
      train: { epochs: 100, learningRate: 1e3 },
    };
    const line = Dataset.fromArrays({ inputs: [[1e3], [2e3], [3e3]], targets: [[1], [3], [2]] });
    await expectError(() => crossValidate(wild, line), [StateError, 'fold 0: the training diverged: ']);
  });

  it('crossValidate rejects invalid arguments', async () => {
    const bad: [unknown, unknown, unknown, ErrorConstructor, string][] = [
      [() => spec, data, {}, TypeError, 'trial: expected an object'],
      [{ ...spec, units: 2 }, data, {}, TypeError, "trial: unknown 'units'"],
      [spec, {}, {}, TypeError, 'data: expected a Dataset'],
      [spec, data, { folds: 1 }, RangeError, 'folds: expected'],
      [spec, data, { seed: 0.5 }, RangeError, 'seed: expected'],
      [spec, data, { fold: 1 }, TypeError, "unknown 'fold'"],
      [spec, data, { metrics: { mine: 1 } }, TypeError, 'metrics.mine: expected a function'],
      [spec, data, { signal: 5 }, TypeError, 'signal: expected an AbortSignal'],
    ];
    for (const [network, samples, options, type, message] of bad) {
      await expectError(
        () => crossValidate(network as never, samples as never, options as never),
        [type, message],
      );
    }
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
      'trial 0  score 3  learningRate 0.1  units 3',
      'trial 1  score 1  learningRate 0.1  units 1',
      'trial 2  score 2  learningRate 0.1  units 2',
      'trial 3  score 3  learningRate 0.5  units 3',
      'trial 4  score 1  learningRate 0.5  units 1',
      'trial 5  score 2  learningRate 0.5  units 2',
    ]);
    expect(results.map(({ number }) => number)).toEqual([1, 4, 2, 5, 0, 3]);
    expect(results[1]).toEqual({
      number: 4,
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

  it('randomSearch draws from domains, and gridSearch leaves out what does not exist', async () => {
    const domains = {
      rate: float(0.1, 1, { step: 0.3 }),
      depth: int(1, 2),
      width: when({ depth: 2 }, [4, 8]),
    };
    const seen: unknown[] = [];
    const look = (values: object): Promise<number> => Promise.resolve(seen.push(values));
    await randomSearch({ ...domains, rate: float(0.1, 1) }, look, { trials: 9, seed: 4 });
    expect(new Set(seen.map((values) => (values as { rate: number }).rate)).size).toBe(9);
    seen.length = 0;
    await gridSearch(domains, look);
    expect(seen.slice(0, 4)).toEqual([
      { rate: 0.1, depth: 1 },
      { rate: 0.1, depth: 2, width: 4 },
      { rate: 0.1, depth: 2, width: 8 },
      { rate: 0.4, depth: 1 },
    ]);
    expect(seen).toHaveLength(12);
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
    expect(results.map(({ number }) => number)).toEqual([1, 0]);
    expect(results[1]!.score).toBe(Infinity);
    expect(results[1]!.error).toMatch(/epoch/);
    expect(formatTrial(results[1]!)).toBe(`trial 0  failed  learningRate 1000  ${results[1]!.error}`);
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
      [TypeError, 'space.units: expected an array, or a domain'],
    );
    await expectError(() => gridSearch(space, 1 as never), [TypeError, 'trial: expected a function']);
    await expectError(
      () => gridSearch(space, () => Promise.resolve(NaN)),
      [TypeError, 'trial: expected it to return a number or { score }, got NaN'],
    );
    await expectError(
      () => gridSearch(space, () => Promise.resolve('1' as never)),
      [TypeError, 'trial: expected it to return a number or { score }'],
    );
    await expectError(
      () => randomSearch(space, score, { trials: 7 }),
      [RangeError, 'trials: expected a whole number from 1 to 6'],
    );
    await expectError(() => randomSearch(space, score, {} as never), [TypeError, 'trials: expected']);
    await expectError(
      () => gridSearch(space, score, { signal: 5 as never }),
      [TypeError, 'signal: expected an AbortSignal'],
    );
  });
});
