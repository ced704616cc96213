import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/index.js';
import { Network, StateError } from '../../src/index.js';
import {
  choice,
  float,
  inline,
  int,
  runTask,
  study,
  when,
  type Executor,
  type Journal,
  type NetworkShape,
  type Pruner,
  type Sampler,
  type StudyOptions,
  type StudyResult,
  type Task,
} from '../../src/search/index.js';
import { Random } from '../../src/base/random.js';
import { accuracy } from '../../src/metrics/index.js';
import { decodeState } from '../../src/model/file.js';
import { hashWeights } from '../../src/search/hash-weights.js';
import { describesNetwork, divide } from '../../src/search/task.js';
import { expectError } from '../support/patient.js';

const random = Random.fromSeed(7);
/** Three overlapping classes of points. */
const data = Dataset.fromArrays({
  inputs: Array.from({ length: 60 }, (_, n) => [random.normal() + (n % 3), random.normal() - (n % 3)]),
  labels: Array.from({ length: 60 }, (_, n) => n % 3),
});

const space = {
  learningRate: float(0.01, 1, { log: true }),
  units: int(2, 8),
  optimizer: choice('sgd', 'momentum'),
  momentum: when({ optimizer: 'momentum' }, float(0.5, 0.99)),
};

const options = {
  space,
  data,
  folds: 3,
  trials: 12,
  window: 4,
  seed: 3,
  trial: ({ learningRate, units, optimizer, momentum }, { outputs }) => ({
    layers: [
      { units, activation: 'tanh' },
      { units: outputs, activation: 'softmax' },
    ],
    train: {
      epochs: 9,
      learningRate,
      miniBatchSize: 8,
      optimizer: optimizer === 'momentum' ? { name: 'momentum', momentum: momentum! } : 'sgd',
    },
  }),
} as const satisfies StudyOptions<typeof space>;

/** A journal in memory. */
function keepLines(lines: string[] = []): Journal & { readonly lines: string[] } {
  return {
    lines,
    read: () => Promise.resolve([...lines]),
    append: (more) => Promise.resolve(void lines.push(...more)),
  };
}

const withoutTimes = (lines: readonly string[]): unknown[] =>
  lines.map((line) => {
    const fields = JSON.parse(line) as Record<string, unknown>;
    return { ...fields, datetime_start: '', datetime_complete: '' };
  });

/** The result of a study in a form that can be compared; its ensemble is disposed. */
function summarize({ best, trials, ensemble, ensembleScore, chosen, importances }: StudyResult): object {
  const bytes = Buffer.from(ensemble.save()).toString('base64');
  ensemble.dispose();
  const plain = trials.map((trial) => ({ ...trial, seconds: 0 }));
  return { best: best.number, trials: plain, bytes, ensembleScore, chosen: [...chosen], importances };
}

/** Runs several tasks at once, and ends them in an order of its own. */
function scramble(seed: number): Executor {
  const order = Random.fromSeed(seed);
  let given: Dataset;
  return {
    open: (data) => Promise.resolve(void (given = data)),
    async run(task, options) {
      const result = await runTask(task, given, options);
      for (let turns = order.below(40); turns > 0; turns--) await new Promise(setImmediate);
      return result;
    },
    close: () => Promise.resolve(),
  };
}

const pruners: readonly (readonly [string, Pruner | undefined])[] = [
  ['no pruner', undefined],
  ['halving', { kind: 'halving' }],
  ['hyperband', { kind: 'hyperband' }],
  ['the median', { kind: 'median', startup: 3 }],
];

describe.each(pruners)('a study with %s', (_, pruner) => {
  const study_ = async (more: Partial<StudyOptions<typeof space>>): Promise<StudyResult<typeof space>> =>
    await study({ ...options, ...(pruner && { pruner }), ...more });

  it('gives the same journal and ensemble, in whatever order its tasks end', async () => {
    const journal = keepLines();
    const expected = summarize(await study_({ journal }));
    for (const seed of [1, 2]) {
      const other = keepLines();
      expect(summarize(await study_({ journal: other, executor: scramble(seed) }))).toEqual(expected);
      expect(withoutTimes(other.lines)).toEqual(withoutTimes(journal.lines));
    }
  });

  it('continues from any line of its journal to the same result', async () => {
    const journal = keepLines();
    const expected = summarize(await study_({ journal }));
    for (let kept = 0; kept <= journal.lines.length; kept += 11) {
      const cut = keepLines(journal.lines.slice(0, kept));
      expect(summarize(await study_({ journal: cut }))).toEqual(expected);
      expect(withoutTimes(cut.lines)).toEqual(withoutTimes(journal.lines));
    }
  });
});

describe('the trials of a study', () => {
  it('score what training and testing each fold by hand does', async () => {
    const { trials, ensemble } = await study({ ...options, trials: 2, metric: 'accuracy' });
    ensemble.dispose();
    for (const { spec, score } of trials) {
      const byHand: number[] = [];
      for (const [fold, { train, test }] of [...data.folds(3, { seed: 3 })].entries()) {
        const generator = Random.fromSeed(3);
        const seeds = [generator.bits(), generator.bits(), generator.bits()];
        const net = await Network.create({
          inputs: 2,
          layers: spec.layers,
          seed: seeds[fold]!,
          transforms: train.fitTransforms(),
        });
        await net.train(train, spec.train);
        byHand.push(net.evaluate(test).accuracy);
        net.dispose();
      }
      expect(score).toBe((byHand[0]! + byHand[1]! + byHand[2]!) / 3);
    }
  });

  it('that are promoted end with the weights of an uninterrupted training', async () => {
    const halved = keepLines();
    const plain = keepLines();
    const { best, ensemble } = await study({
      ...options,
      sampler: 'sobol',
      journal: halved,
      pruner: { kind: 'halving' },
    });
    ensemble.dispose();
    (await study({ ...options, sampler: 'sobol', journal: plain })).ensemble.dispose();
    expect(hashesOf(halved.lines, best.number)).toHaveLength(3);
    expect(hashesOf(halved.lines, best.number)).toEqual(hashesOf(plain.lines, best.number));
  });

  it('that diverge are recorded, and the study goes on', async () => {
    const { trials, best, ensemble } = await study({
      ...options,
      space: { learningRate: [1e30, 0.1] },
      sampler: 'grid',
      trials: 2,
      trial: ({ learningRate }, shape) => ({
        ...options.trial({ learningRate, units: 2, optimizer: 'sgd' }, shape),
        loss: 'quadratic',
        layers: [{ units: shape.outputs, activation: 'linear' }],
      }),
      metric: 'accuracy',
    });
    ensemble.dispose();
    expect(trials.map(({ state }) => state)).toEqual(['diverged', 'complete']);
    expect(trials[0]).toMatchObject({ score: undefined, error: expect.stringContaining('epoch') as string });
    expect(best.number).toBe(1);
  });

  it('from which no network can be made fail with the message, and the study goes on', async () => {
    const { trials, ensemble } = await study({
      ...options,
      space: { units: [0, 2] },
      sampler: 'grid',
      trials: 2,
      trial: ({ units }, shape) => options.trial({ learningRate: 0.1, units, optimizer: 'sgd' }, shape),
    });
    ensemble.dispose();
    expect(trials.map(({ state }) => state)).toEqual(['failed', 'complete']);
    expect(trials[0]!.error).toMatch(/^layers\[0\]\.units/);
  });

  it('are named when none completes', async () => {
    await expectError(
      () =>
        study({
          ...options,
          space: { units: [0] },
          trials: 1,
          trial: ({ units }, shape) => options.trial({ learningRate: 0.1, units, optimizer: 'sgd' }, shape),
        }),
      [StateError, /^study: none of 1 trials completed; trial 0: layers\[0\]\.units/],
    );
  });

  it.each(['executor', 'journal'])('are not proposed if the %s is not one', async (name) => {
    const wrong = { ...options, [name]: () => undefined };
    await expectError(
      () => study(wrong),
      [TypeError, /^(executor|journal): expected an object with the methods /],
    );
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'other',
      { learningRate: 0.1, units: 4, optimizer: 'adamax' },
      "optimizer: expected a value of the domain, got 'adamax'",
    ],
    [
      'missing',
      { learningRate: 0.1, optimizer: 'sgd' },
      'units: expected a value of the domain, got undefined',
    ],
  ])('hold no %s value, even from a sampler of your own', async (_, proposal, message) => {
    const sampler: Sampler = { propose: () => proposal };
    await expectError(() => study({ ...options, trials: 1, sampler }), [RangeError, `trial 0: ${message}`]);
  });

  it('cannot hold a function', async () => {
    await expectError(
      () => study({ ...options, trial: () => ({ layers: [], train: { learningRate: (() => 1) as never } }) }),
      [TypeError, /trial 0\.train\.learningRate/],
    );
  });
});

const hashesOf = (lines: readonly string[], trial: number): string[] =>
  lines
    .map(
      (line) =>
        JSON.parse(line) as { trial_id?: number; user_attr?: { bp4?: { parts: { hash: string }[] } } },
    )
    .filter(({ trial_id, user_attr }) => trial_id === trial && user_attr?.bp4)
    .flatMap(({ user_attr }) => user_attr!.bp4!.parts.map(({ hash }) => hash));

describe('the journal of a study', () => {
  it.each([
    ['seed', { seed: 4 }, /these differ: seed, division;/],
    ['data', { data: data.subset([...Array(59).keys()]) }, /these differ: data;/],
    ['space', { space: { ...space, units: int(2, 9) } }, /these differ: space;/],
  ])('refuses a study with other %s', async (_, more, message) => {
    const journal = keepLines();
    (await study({ ...options, trials: 2, journal })).ensemble.dispose();
    const before = [...journal.lines];
    await expectError(
      () => study({ ...options, trials: 2, journal, ...(more as object) }),
      [StateError, message],
    );
    expect(journal.lines).toEqual(before);
  });

  it('refuses a study whose trials have other networks', async () => {
    const journal = keepLines();
    (await study({ ...options, trials: 2, journal })).ensemble.dispose();
    const other: typeof options.trial = (values, shape) => options.trial({ ...values, units: 3 }, shape);
    await expectError(
      () => study({ ...options, trials: 2, journal, trial: other }),
      [StateError, /trials differ/],
    );
  });

  it('extends to more trials, which equal those of a longer study', async () => {
    const short = keepLines();
    (await study({ ...options, trials: 6, journal: short })).ensemble.dispose();
    const whole = keepLines();
    const expected = summarize(await study({ ...options, trials: 9, journal: whole }));
    expect(summarize(await study({ ...options, trials: 9, journal: short }))).toEqual(expected);
    // The lines of the last trials of the shorter study stand before those of the new trials, and so does its ensemble.
    const sorted = (lines: readonly string[]): string[] =>
      withoutTimes(lines)
        .map((line) => JSON.stringify(line))
        .filter((line) => !line.includes('"bp4_ensemble":{"trials":6,'))
        .sort();
    expect(short.lines.length).toBe(whole.lines.length + 1);
    expect(sorted(short.lines)).toEqual(sorted(whole.lines));
  });

  it('refuses a study of fewer trials, and is left as it is', async () => {
    const journal = keepLines();
    (await study({ ...options, trials: 3, journal })).ensemble.dispose();
    const before = [...journal.lines];
    await expectError(
      () => study({ ...options, trials: 2, journal }),
      [StateError, /^trials: the journal has 3 trials, more than 2; set trials to 3 or more/],
    );
    expect(journal.lines).toEqual(before);
  });

  it('marks the trials that ran anew by their seconds, also if nothing was trained', async () => {
    const failing = {
      space: { units: [0, 2] },
      sampler: 'grid' as const,
      trials: 2,
      trial: ({ units }: { readonly units: number }, shape: NetworkShape) =>
        options.trial({ learningRate: 0.1, units, optimizer: 'sgd' }, shape),
    };
    const journal = keepLines();
    for (const isNew of [true, false]) {
      const { trials, ensemble } = await study({ data, ...failing, journal });
      ensemble.dispose();
      expect(trials.map(({ seconds }) => seconds !== undefined)).toEqual([isNew, isNew]);
    }
  });
});

describe('the metric of a study', () => {
  const { trial, ...more } = options;
  it.each([
    [
      { labels: [0, 1, 0] },
      'rSquared',
      /^metric: rSquared measures targets, .* labels; use logLoss, accuracy, macroF1$/,
    ],
    [
      { targets: [0, 1, 2] },
      'macroF1',
      /^metric: macroF1 measures labels, .* targets; use rootMeanSquaredError/,
    ],
  ] as const)('is refused for %j if it is %s', async (answers, metric, message) => {
    const journal = keepLines();
    const wrong = Dataset.fromArrays({ inputs: [[0], [1], [2]], ...answers });
    await expectError(
      () => study({ ...more, data: wrong, trial, metric, journal, trials: 1 }),
      [TypeError, message],
    );
    expect(journal.lines).toEqual([]);
  });

  it('can be the accuracy of targets from 0 to 1', async () => {
    const shares = Dataset.fromArrays({
      inputs: [...data.inputs].map((x) => [x]),
      targets: [...data.inputs].map((x) => [Number(x > 0)]),
    });
    const { best, ensemble } = await study({
      ...more,
      data: shares,
      metric: 'accuracy',
      trials: 1,
      trial: () => ({
        layers: [{ units: 1, activation: 'sigmoid' }],
        loss: 'binaryCrossEntropy',
        transforms: { inputs: 'standardize', targets: 'identity' },
        train: { epochs: 20, learningRate: 1 },
      }),
    });
    ensemble.dispose();
    expect(best.score).toBeGreaterThan(0.8);
  });
});

describe('the ensemble of a study', () => {
  it('consists of the networks that the trials had', async () => {
    const journal = keepLines();
    const { ensemble, chosen } = await study({ ...options, journal });
    const expected = [...chosen].flatMap(([number, weight]) =>
      hashesOf(journal.lines, number).map((hash) => ({ hash, weight })),
    );
    const found = ensemble.members.map(({ state, weight }) => ({ hash: hashWeights(state), weight }));
    expect(found).toEqual(expected);
    ensemble.dispose();
  });

  it('is refused if a training leads to other weights than the journal has', async () => {
    const journal = keepLines();
    (await study({ ...options, trials: 3, journal })).ensemble.dispose();
    const forged = journal.lines.map((line) => line.replace(/("hash":")[0-9a-f]{4}/g, '$10000'));
    await expectError(
      () => study({ ...options, trials: 3, journal: keepLines(forged) }),
      [StateError, /have the hash/],
    );
  });

  it('is at least as good on the held-out parts as the best trial', async () => {
    const { trial, seed } = options;
    const { best, ensemble, ensembleScore, bestPooledScore } = await study({
      space,
      data,
      trial,
      seed,
      trials: 12,
      validation: 0.3,
    });
    ensemble.dispose();
    expect(bestPooledScore).toBe(best.score);
    expect(ensembleScore).toBeLessThanOrEqual(bestPooledScore);
  });

  it('of one trial has the pooled score of the best trial, which is no mean of parts', async () => {
    const numbers = Dataset.fromArrays({ inputs: [[0], [1], [2], [9]], targets: [[0], [1], [0], [5]] });
    const { best, ensemble, ensembleScore, bestPooledScore } = await study({
      data: numbers,
      space: { learningRate: [0.01, 0.02] },
      sampler: 'grid',
      folds: 2,
      ensemble: 1,
      trial: ({ learningRate }) => ({
        layers: [{ units: 1, activation: 'linear' }],
        train: { epochs: 3, learningRate },
      }),
    });
    ensemble.dispose();
    expect(ensembleScore).toBe(bestPooledScore);
    // The root of a mean of squares is at least the mean of the roots.
    expect(bestPooledScore).toBeGreaterThan(best.score! * 1.01);
  });

  it('is trained again from a whole journal without the trials that were not chosen', async () => {
    const journal = keepLines();
    const expected = await study({ ...options, journal });
    const hashes = new Set(expected.ensemble.members.map(({ state }) => hashWeights(state)));
    const needed: unknown[] = [];
    const here = inline();
    const executor: Executor = {
      ...here,
      run(task, more) {
        needed.push(more.expectedHash);
        return here.run(task, more);
      },
    };
    const lines = [...journal.lines];
    const again = await study({ ...options, journal, executor });
    expect(new Set(needed)).toEqual(hashes);
    expect(needed).toHaveLength(hashes.size);
    expect(journal.lines).toEqual(lines);
    expect(summarize(again)).toEqual(summarize(expected));
  });
});

it('a rung goes on from the networks of the last one, even where they are left elsewhere unless they are needed', async () => {
  const here = inline();
  const goesOn: boolean[] = [];
  const elsewhere: Executor = {
    ...here,
    run: async (task, more) => {
      if (more.expectedHash === undefined) goesOn.push(more.progress !== undefined);
      const result = { ...(await here.run(task, more)) };
      if (!more.needsNetwork) delete result.network;
      return result;
    },
  };
  const halving = { ...options, pruner: { kind: 'halving' } } as const;
  const there = summarize(await study({ ...halving, executor: elsewhere }));
  const first = options.trials * options.folds;
  expect(goesOn.slice(0, first)).not.toContain(true);
  expect(goesOn.slice(first)).not.toContain(false);
  expect(goesOn.length).toBeGreaterThan(first);
  expect(there).toEqual(summarize(await study(halving)));
});

it('the same weights behind other transforms are another network', async () => {
  const scale = (factor: number): Dataset =>
    Dataset.fromArrays({
      inputs: Array.from({ length: 12 }, (_, n) => [factor * Math.sqrt(n)]),
      targets: Array.from({ length: 12 }, (_, n) => [n % 3]),
    });
  const task: Task = {
    ...{ trial: 0, fold: 0, repeat: 0, seed: 1, metric: 'rootMeanSquaredError' },
    spec: { layers: [{ units: 1, activation: 'linear' }], train: { epochs: 2 } },
    division: { folds: 2, seed: 0 },
  };
  const [state, other] = await Promise.all(
    [1, 2].map(async (factor) => decodeState((await runTask(task, scale(factor))).network!).state),
  );
  expect(hashWeights(other!)).toBe(hashWeights(state!));
  expect(await describesNetwork(task, scale(1), state!.spec)).toBe(true);
  expect(await describesNetwork(task, scale(1), other!.spec)).toBe(false);
});

describe('a study that is stopped', () => {
  it('rejects with the reason, closes its executor, and can be resumed', async () => {
    const expected = summarize(await study(options));
    const journal = keepLines();
    const stop = new AbortController();
    let closed = 0;
    const executor = { ...inline(), close: () => Promise.resolve((closed++, undefined)) };
    const onTrial = ({ number }: { number: number }): void => {
      if (number === 2) stop.abort(new Error('enough'));
    };
    await expect(study({ ...options, journal, executor, onTrial, signal: stop.signal })).rejects.toThrow(
      'enough',
    );
    expect(closed).toBe(1);
    expect(summarize(await study({ ...options, journal }))).toEqual(expected);
  });
});

describe('a task', () => {
  it('has the same result from where it left off as from the start', async () => {
    const spec = options.trial(
      { learningRate: 0.1, units: 4, optimizer: 'momentum', momentum: 0.9 },
      { inputs: 2, outputs: 3 },
    );
    const task = {
      trial: 0,
      fold: 1,
      repeat: 0,
      spec,
      seed: 5,
      division: { folds: 3, seed: 3 },
      metric: 'logLoss',
    } as const;
    const whole = await runTask(task, data);
    const half = await runTask({ ...task, until: 4 }, data);
    expect(half).toMatchObject({ state: 'stopped', epochs: 4 });
    const rest = await runTask(task, data, { progress: { network: half.network!, scores: half.scores } });
    expect({ ...rest, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  });

  it('holds out each sample in exactly one fold', () => {
    const held = [0, 1, 2].flatMap((fold) => [...divide(data, { folds: 3, seed: 3 }, fold).test.inputs]);
    expect(held.sort()).toEqual([...data.inputs].sort());
  });
});

describe('a metric that is a function', () => {
  it('leads to the same trials as the metric of that name, with rungs or without', async () => {
    for (const pruner of [undefined, { kind: 'halving' } as const]) {
      const more = pruner ? { pruner } : {};
      const named = summarize(await study({ ...options, ...more, metric: 'accuracy' }));
      const given = await study({ ...options, ...more, metric: accuracy, direction: 'maximize' });
      expect(summarize(given)).toEqual(named);
    }
  });

  it('runs where the study does, on the networks of an executor that leaves them elsewhere otherwise', async () => {
    const here = inline();
    const elsewhere: Executor = {
      ...here,
      run: async (task, more) => {
        const result = { ...(await here.run(task, more)) };
        if (!more.needsNetwork) delete result.network;
        return result;
      },
    };
    const mine = { ...options, metric: accuracy, direction: 'maximize' } as const;
    const there = summarize(await study({ ...mine, executor: elsewhere }));
    expect(there).toEqual(summarize(await study(mine)));
  });

  it('needs a direction, which a name excludes, and excludes the median pruner', async () => {
    const bad: [object, string][] = [
      [{ metric: accuracy }, "direction: expected one of 'minimize', 'maximize'"],
      [{ metric: accuracy, direction: 'up' }, "direction: expected one of 'minimize', 'maximize'"],
      [{ metric: 'accuracy', direction: 'maximize' }, 'direction: accuracy has one of its own'],
      [{ direction: 'minimize' }, 'direction: logLoss has one of its own'],
      [
        { metric: accuracy, direction: 'maximize', pruner: { kind: 'median' } },
        "metric: a function doesn't work with the median pruner",
      ],
    ];
    for (const [more, message] of bad)
      await expectError(() => study({ ...options, ...more } as never), [Error, message]);
  });

  it('that gives NaN fails the trial', async () => {
    await expectError(
      () => study({ ...options, trials: 1, metric: () => NaN, direction: 'minimize' }),
      [StateError, 'metric: it is NaN for the samples held out'],
    );
  });
});
