import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Network,
  StateError,
  type Data,
  type EngineOptions,
  type EpochReport,
  type NetworkOptions,
  type Stream,
  type TrainOptions,
} from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { Window } from '../../src/training/window.js';
import { catchError, expectError, expectHarmlessError, goodData } from '../support/patient.js';

// Training that stops anywhere and resumes, in the same network or in one loaded from a file, ends with the same bits as
// training that never stops.

const INPUTS = 5;
const COUNT = 23;
const EPOCHS = 4;

afterEach(() => {
  vi.restoreAllMocks();
});

const draw = Random.fromSeed(11);
const data: Data = {
  inputs: new Float32Array(COUNT * INPUTS).map(() => draw.uniform(-1, 1)),
  labels: new Uint8Array(COUNT).map(() => draw.below(3)),
};

/** The same samples in batches that most mini-batch sizes do not divide. */
const stream: Stream = {
  *batches() {
    const { inputs, labels } = data as { inputs: Float32Array; labels: Uint8Array };
    for (let from = 0; from < COUNT; from += 9) {
      const to = Math.min(from + 9, COUNT);
      yield { inputs: inputs.subarray(from * INPUTS, to * INPUTS), labels: labels.subarray(from, to) };
    }
  },
};

const spec = (dropout: number): NetworkOptions => ({
  inputs: INPUTS,
  layers: [
    { units: 6, activation: 'tanh', dropout },
    { units: 4, activation: 'relu' },
    { units: 3, activation: 'softmax' },
  ],
  seed: 2,
});

/** All lasting state: that of the generator, and the bits of the parameters, which tell −0 from 0. */
const copyState = (net: Network): unknown => ({
  json: net.toJSON(),
  bits: net.layers.map(({ weights, biases }) => [weights, biases].map((w) => new Uint32Array(w.buffer))),
});

type Optimizer = NonNullable<TrainOptions['optimizer']>;

const optimizers: Optimizer[] = [
  ...(['sgd', 'momentum', 'nesterov', 'adagrad', 'rmsprop', 'adam'] as const),
  { name: 'adamw', weightDecay: 0.1 },
];
const rates: TrainOptions['learningRate'][] = [
  0.05,
  { schedule: 'step', rate: 0.05, every: 2, factor: 0.5 },
  { schedule: 'exponential', rate: 0.05, factor: 0.7 },
  { schedule: 'inverseTime', rate: 0.05, decay: 0.5 },
  { schedule: 'cosine', rate: 0.05, warmUp: 1, minRate: 0.001 },
  { schedule: 'plateau', rate: 0.3, patience: 0, factor: 0.5, minDelta: 0.1 },
  ({ step, epoch, stepsPerEpoch }) => 0.05 / (1 + step + epoch * stepsPerEpoch),
];

interface Case {
  readonly what: string;
  readonly data: Data | Stream;
  readonly dropout: number;
  readonly options: TrainOptions;
  readonly engine: EngineOptions;
  readonly hasWindow: boolean;
  /** Whether it resumes from a file. */
  readonly isSaved: boolean;
  /** The share of all steps taken before the stop. */
  readonly share: number;
}

/** A random combination; each optimizer and schedule occurs equally often. */
function findCase(n: number): Case {
  const random = Random.fromSeed(1000 + n);
  const one = <T>(...of: readonly T[]): T => of[random.below(of.length)]!;
  const isStream = random.below(5) === 0;
  const options: TrainOptions = {
    epochs: EPOCHS,
    miniBatchSize: one(1, 4, 7, 40),
    optimizer: optimizers[n % optimizers.length]!,
    learningRate: rates[Math.floor(n / optimizers.length) % rates.length]!,
    shuffle: one(true, true, false),
    l2: one(0, 0.01),
    ...one<TrainOptions>({}, { clip: { norm: 0.5 } }, { maxNorm: 1 }, { frozen: [1] }),
    ...one<TrainOptions>({}, { classWeights: [1, 2, 0.5] }),
    ...(isStream ? one({}, { validation: data }) : one({}, { validationSplit: 0.3 })),
    ...one<TrainOptions>(
      {},
      { earlyStopping: { patience: 1, restoreBest: true } },
      { earlyStopping: { patience: 0, monitor: 'accuracy' } },
      { earlyStopping: { patience: 1, restoreBest: false } },
    ),
  };
  const threads = n % 50 === 7 ? 2 : 1;
  return {
    what: `${n}: ${JSON.stringify(options)}`,
    data: isStream ? stream : data,
    dropout: one(0, 0.3),
    options,
    engine: threads > 1 ? { engine: 'wasm', threads } : { engine: one('wasm', 'wasm', 'reference') },
    hasWindow: random.below(3) > 0,
    isSaved: n % 2 === 1,
    share: random.uniform(0, 1),
  };
}

/** Trains up to a step and stops there. */
async function trainUntil(net: Network, last: number, { data, options }: Case): Promise<void> {
  const stop = new AbortController();
  let steps = 0;
  const onBatch = (): void => {
    if (++steps === last) stop.abort('stopped');
  };
  expect(await catchError(() => net.train(data, { ...options, onBatch, signal: stop.signal }))).toBe(
    'stopped',
  );
}

describe('100 random stops', () => {
  it.each(Array.from({ length: 100 }, (_, n) => findCase(n)))(
    'resumes to the same bits as an uninterrupted training, case $what',
    async (one) => {
      if (!one.hasWindow) {
        vi.spyOn(Window, 'chooseForm').mockReturnValue('none');
      }
      const { options, engine } = one;
      const create = (): Promise<Network> => Network.create({ ...spec(one.dropout), ...engine });
      const whole = await create();
      let steps = 0;
      const history = await whole.train(one.data, { ...options, onBatch: () => steps++ });
      // Possibly the first or the last step.
      const stop = 1 + Math.floor(one.share * steps);

      let net = await create();
      await trainUntil(net, stop, one);
      if (one.isSaved) {
        const bytes = net.save();
        net.dispose();
        net = await Network.load(bytes, engine);
      }
      let rest = 0;
      const tail = await net.train(one.data, { ...options, resume: true, onBatch: () => rest++ });
      expect(stop + rest).toBe(steps);
      expect(tail).toEqual(history.slice(history.length - tail.length));
      expect(tail.length).toBeGreaterThan(0);
      expect(copyState(net)).toEqual(copyState(whole));
      net.dispose();
      whole.dispose();
    },
  );

  it('the random stops cover streams, engines, threads, windows, early stopping, splits and dropout', () => {
    const cases = Array.from({ length: 100 }, (_, n) => findCase(n));
    const count = (is: (one: Case) => unknown): number => cases.filter(is).length;
    expect(count((one) => one.data === stream)).toBeGreaterThan(10);
    expect(count((one) => one.engine.engine === 'reference')).toBeGreaterThan(20);
    expect(count((one) => one.engine.threads)).toBe(2);
    expect(count((one) => !one.hasWindow)).toBeGreaterThan(20);
    expect(count((one) => one.options.earlyStopping)).toBeGreaterThan(50);
    expect(count((one) => one.options.validationSplit)).toBeGreaterThan(20);
    expect(count((one) => one.dropout)).toBeGreaterThan(30);
  });
});

const adam: TrainOptions = {
  epochs: 3,
  miniBatchSize: 4,
  optimizer: 'adam',
  learningRate: { schedule: 'cosine', rate: 0.05 },
  earlyStopping: { patience: 5 },
  validationSplit: 0.25,
};

describe('a resumed training', () => {
  /** The final state and the history of an uninterrupted training with `adam`. */
  async function never(): Promise<[unknown, EpochReport[]]> {
    const net = await Network.create(spec(0.2));
    const history = await net.train(data, adam);
    return [copyState(net), history];
  }

  it('ends with the same bits when it stops and resumes at every step', async () => {
    const [state, history] = await never();
    const net = await Network.create(spec(0.2));
    let stops = 0;
    const all: EpochReport[] = [];
    for (;;) {
      const stop = new AbortController();
      const options = { ...adam, signal: stop.signal, resume: stops > 0 };
      const onBatch = (): void => stop.abort('stopped');
      const onEpoch = (report: EpochReport): unknown => all.push(report);
      const end = await net.train(data, { ...options, onBatch, onEpoch }).catch((error: unknown) => error);
      if (end !== 'stopped') break;
      stops++;
    }
    expect(stops).toBe(15); // 3 epochs of 5 steps
    expect(copyState(net)).toEqual(state);
    expect(all).toEqual(history);
  });

  it('does nothing when it resumes after its last epoch', async () => {
    const net = await Network.create(spec(0));
    await net.train(data, adam);
    const before = copyState(net);
    expect(await net.train(data, { ...adam, resume: true })).toEqual([]);
    expect(copyState(net)).toEqual(before);
  });

  it('does not resume a training that early stopping ended', async () => {
    const net = await Network.create(spec(0));
    const options = { epochs: 50, learningRate: 1e-30, earlyStopping: { patience: 2, minDelta: 0.1 } };
    expect(await net.train(data, options)).toHaveLength(3);
    expect(await net.train(data, { ...options, resume: true })).toEqual([]);
  });

  it('resumes with more epochs to the bits of an uninterrupted training', async () => {
    const plain = { miniBatchSize: 4, optimizer: 'momentum' } as const;
    const [net, whole] = await Promise.all([Network.create(spec(0.2)), Network.create(spec(0.2))]);
    await whole.train(data, { ...plain, epochs: 5 });
    await net.train(data, { ...plain, epochs: 2 });
    const tail = await net.train(data, { ...plain, epochs: 5, resume: true });
    expect(tail.map(({ epoch }) => epoch)).toEqual([3, 4, 5]);
    expect(copyState(net)).toEqual(copyState(whole));
  });

  it('resumes to the same bits when the network is used in between, even with larger batches', async () => {
    const [state] = await never();
    const net = await Network.create(spec(0.2));
    await trainUntil(net, 7, { ...findCase(0), data, options: adam });
    net.evaluate(data);
    const many = { inputs: new Float32Array(300 * INPUTS), labels: new Uint8Array(300) };
    net.backprop(many);
    await net.diagnose(many);
    await net.train(data, { ...adam, resume: true });
    expect(copyState(net)).toEqual(state);
  });

  it('keeps the state to resume from when a new training is rejected', async () => {
    const [state] = await never();
    const net = await Network.create(spec(0.2));
    await trainUntil(net, 7, { ...findCase(0), data, options: adam });
    await expectError(
      () => net.train({ ...data, labels: [9] }, { optimizer: 'sgd' }),
      [RangeError, 'labels'],
    );
    await net.train(data, { ...adam, resume: true });
    expect(copyState(net)).toEqual(state);
  });

  it.each(['onBatch', 'onEpoch'] as const)(
    'resumes to the same bits from files saved in %s',
    async (when) => {
      const [state, history] = await never();
      const net = await Network.create(spec(0.2));
      const files: Uint8Array[] = [];
      await net.train(data, { ...adam, [when]: () => files.push(net.save()) });
      expect(files.length).toBeGreaterThan(2);
      for (const bytes of files) {
        const copy = await Network.load(bytes);
        const tail = await copy.train(data, { ...adam, resume: true });
        expect(tail).toEqual(history.slice(history.length - tail.length));
        expect(copyState(copy)).toEqual(state);
      }
    },
  );
});

describe('a further training', () => {
  const rows = Array.from({ length: 20 }, (_, n) => ({
    inputs: (data as { inputs: Float32Array }).inputs.slice(n * INPUTS, (n + 1) * INPUTS),
    labels: [n % 3],
  }));
  const all: Data = {
    inputs: rows.map(({ inputs }) => [...inputs]),
    labels: rows.map(({ labels }) => labels[0]!),
  };
  const once = { epochs: 1, miniBatchSize: 1, shuffle: false, learningRate: 0.01 };

  /** A network after a call for each of the first samples. */
  async function trainOneByOne(net: Network, optimizer: Optimizer, count: number): Promise<void> {
    for (let n = 0; n < count; n++) await net.train(rows[n % rows.length]!, { ...once, optimizer });
  }

  describe.each(['wasm', 'reference'] as const)('on engine %s', (engine) => {
    it.each(optimizers)(
      'has the bits of one training of 200 steps after 200 calls with %o',
      async (optimizer) => {
        const [net, whole] = await Promise.all([0, 1].map(() => Network.create({ ...spec(0), engine })));
        await whole!.train(all, { ...once, optimizer, epochs: 10 });
        await trainOneByOne(net!, optimizer, 200);
        expect(copyState(net!)).toEqual(copyState(whole!));
      },
    );
  });

  it('continues the optimizer of a training that was stopped or saved', async () => {
    const whole = await Network.create(spec(0));
    await trainOneByOne(whole, 'adam', 8);
    let net = await Network.create(spec(0));
    await trainUntil(net, 4, { ...findCase(0), data: all, options: { ...once, optimizer: 'adam' } });
    net = await Network.load(net.save());
    for (const row of [rows[4]!, rows[5]!]) await net.train(row, { ...once, optimizer: 'adam' });
    net = await Network.fromState(net.state);
    for (const row of [rows[6]!, rows[7]!]) await net.train(row, { ...once, optimizer: 'adam' });
    expect(copyState(net)).toEqual(copyState(whole));
  });

  it.each<[Optimizer, Optimizer]>([
    ['adam', 'adamw'],
    ['adam', 'momentum'],
    ['momentum', 'nesterov'],
    ['momentum', { name: 'momentum', momentum: 0.8 }],
    ['rmsprop', { name: 'rmsprop', decay: 0.9 }],
    ['adam', { name: 'adam', beta1: 0.8 }],
    ['adam', { name: 'adam', beta2: 0.99 }],
  ])('starts afresh with another optimizer: %o, then %o', async (first, optimizer) => {
    const net = await Network.create(spec(0));
    await net.train(data, { optimizer: first, epochs: 2, learningRate: 0.01, earlyStopping: {} });
    const twin = await Network.fromJSON(net.toJSON());
    const options = { optimizer, epochs: 2, learningRate: 0.01 };
    expect(await net.train(data, options)).toEqual(await twin.train(data, options));
    expect(copyState(net)).toEqual(copyState(twin));
  });

  it('counts its epochs, its early stopping and its schedule from the start', async () => {
    const net = await Network.create(spec(0));
    const options: TrainOptions = {
      epochs: 3,
      optimizer: 'adam',
      learningRate: { schedule: 'exponential', rate: 0.5, factor: 0.5 },
      earlyStopping: { patience: 1, minDelta: 100 },
    };
    for (let call = 0; call < 2; call++) {
      const history = await net.train(data, options);
      expect(history.map(({ epoch, learningRate }) => [epoch, learningRate])).toEqual([
        [1, 0.5],
        [2, 0.25],
      ]);
    }
  });

  it('continues the slots of the last epoch after early stopping has restored the weights of the best', async () => {
    const net = await Network.create(spec(0));
    const options: TrainOptions = { epochs: 4, optimizer: 'momentum', learningRate: 0.01, miniBatchSize: 4 };
    await net.train(data, { ...options, earlyStopping: { minDelta: 0 } });
    const { run, ...state } = net.state;
    const twin = await Network.fromState({ ...state, run: { ...run!, slots: run!.slots.slice(0, 1) } });
    expect(await net.train(data, options)).toEqual(await twin.train(data, options));
    expect(copyState(net)).toEqual(copyState(twin));
  });
});

describe('checkpoint', () => {
  it.each([
    ['everyEpochs', { everyEpochs: 2 }, 2],
    // 18 samples make five steps, and there are four epochs.
    ['everySteps', { everySteps: 3 }, 6],
    ['both intervals', { everyEpochs: 1, everySteps: 7 }, 4 + 2],
  ])('resumes to the same bits from each checkpoint written with %s', async (_, when, count) => {
    const options = { ...adam, epochs: 4, validationSplit: 0.2 };
    const plain = await Network.create(spec(0.2));
    const history = await plain.train(data, options);
    const net = await Network.create(spec(0.2));
    const files: Uint8Array[] = [];
    let isWriting = false;
    const write = async (bytes: Uint8Array): Promise<void> => {
      expect(isWriting).toBe(false);
      isWriting = true;
      await Promise.resolve();
      isWriting = false;
      files.push(bytes);
    };
    // Writing checkpoints changes nothing.
    expect(await net.train(data, { ...options, checkpoint: { ...when, write } })).toEqual(history);
    expect(copyState(net)).toEqual(copyState(plain));
    expect(files).toHaveLength(count);
    for (const bytes of files) {
      const copy = await Network.load(bytes);
      const tail = await copy.train(data, { ...options, resume: true });
      expect(tail).toEqual(history.slice(history.length - tail.length));
      expect(copyState(copy)).toEqual(copyState(plain));
      // At its end it saves the same bytes as the training that never stopped.
      expect(copy.save()).toEqual(plain.save());
    }
  });

  it('an error in write ends the training, which then resumes to the same bits', async () => {
    const [net, whole] = await Promise.all([Network.create(spec(0)), Network.create(spec(0))]);
    const full = new Error('disk full');
    const write = (): void => {
      throw full;
    };
    expect(await catchError(() => net.train(data, { ...adam, checkpoint: { everySteps: 4, write } }))).toBe(
      full,
    );
    await whole.train(data, adam);
    await net.train(data, { ...adam, resume: true });
    expect(copyState(net)).toEqual(copyState(whole));
  });

  it.each([
    [
      'a number in place of options',
      1,
      [TypeError, 'checkpoint: expected an object { everyEpochs, everySteps, write }, got 1'],
    ],
    [
      'options without an interval',
      { write: (): number => 0 },
      [TypeError, 'checkpoint: expected everyEpochs or everySteps'],
    ],
    [
      'options without write',
      { everySteps: 1 },
      [TypeError, 'checkpoint.write: expected a function, got undefined'],
    ],
    [
      'an interval of 0 epochs',
      { everyEpochs: 0, write: (): number => 0 },
      [RangeError, /^checkpoint\.everyEpochs: .*got 0$/],
    ],
    [
      'an interval of half a step',
      { everySteps: 0.5, write: (): number => 0 },
      [RangeError, /^checkpoint\.everySteps: .*got 0\.5$/],
    ],
  ] as const)('checkpoint rejects %s', (_, checkpoint, expected) =>
    expectHarmlessError((net) => net.train(goodData, { checkpoint: checkpoint as never }), expected),
  );
});

describe('the resume option', () => {
  it('resume throws when the network was never trained', () =>
    expectHarmlessError(
      (net) => net.train(goodData, { resume: true }),
      [StateError, 'resume: this network was never trained; leave it out'],
    ));

  it('resume rejects a number', () =>
    expectHarmlessError(
      (net) => net.train(goodData, { resume: 1 as never }),
      [TypeError, 'resume: expected a boolean, got 1'],
    ));

  it('resume throws for a network from JSON, which holds no training state', async () => {
    const net = await Network.create(spec(0));
    await net.train(data);
    const copy = await Network.fromJSON(net.toJSON());
    await expectError(() => copy.train(data, { resume: true }), [StateError, 'was never trained']);
  });

  /** A network whose training stopped in its second epoch. */
  async function stopped(options: TrainOptions = adam): Promise<Network> {
    const net = await Network.create(spec(0));
    await trainUntil(net, 8, { ...findCase(0), data, options });
    return net;
  }

  it.each<[string, TrainOptions, string]>([
    ['optimizer', { optimizer: 'adamw' }, 'resume: optimizer was adam, and is adamw'],
    ['miniBatchSize', { miniBatchSize: 5 }, 'resume: miniBatchSize was 4, and is 5'],
    ['shuffle', { shuffle: false }, 'resume: shuffle was true, and is false'],
    ['restoreBest', { earlyStopping: { restoreBest: false } }, 'restoreBest has changed'],
  ])('resume rejects a changed %s and leaves the training resumable', async (_, other, message) => {
    const whole = await Network.create(spec(0));
    await whole.train(data, adam);
    const net = await stopped();
    const before = copyState(net);
    await expectError(() => net.train(data, { ...adam, ...other, resume: true }), [StateError, message]);
    expect(copyState(net)).toEqual(before);
    await net.train(data, { ...adam, resume: true });
    expect(copyState(net)).toEqual(copyState(whole));
  });

  const { inputs, labels } = data as { inputs: Float32Array; labels: Uint8Array };
  const few: Data = { inputs: inputs.subarray(0, 3 * INPUTS), labels: labels.subarray(0, 3) };

  it.each<[string, Data | Stream, Data | Stream, stop: number, learned: number, shuffle: boolean]>([
    ['samples', data, few, 6 + 3, 12, true],
    // The batches of 9, 9 and 5 make 3, 3 and 2 steps.
    ['samples of a stream', stream, { batches: () => [few] }, 8 + 3, 9, true],
    ['samples of an unshuffled stream', stream, { batches: () => [few] }, 8 + 3, 9, false],
  ])(
    'resume rejects fewer %s than were learned and leaves the training resumable',
    async (_, all, few, stop, learned, shuffle) => {
      const options = { epochs: 2, miniBatchSize: 4, shuffle };
      const whole = await Network.create(spec(0));
      await whole.train(all, options);
      const net = await Network.create(spec(0));
      await trainUntil(net, stop, { ...findCase(0), data: all, options });
      const before = copyState(net);
      await expectError(
        () => net.train(few, { ...options, resume: true }),
        [RangeError, `resume: expected at least the ${learned} samples it stopped after, got 3`],
      );
      expect(copyState(net)).toEqual(before);
      await net.train(all, { ...options, resume: true });
      expect(copyState(net)).toEqual(copyState(whole));
    },
  );

  it.each([true, false])(
    'resumes to the same bits after a stream fails before the point of the stop, with shuffle %s',
    async (shuffle) => {
      const options = { epochs: 2, miniBatchSize: 4, shuffle };
      const whole = await Network.create(spec(0));
      await whole.train(stream, options);
      const net = await Network.create(spec(0));
      await trainUntil(net, 6, { ...findCase(0), data: stream, options });
      const before = copyState(net);
      const failing = {
        *batches() {
          yield* [...(stream.batches() as Iterable<Data>)].slice(0, 1);
          throw new Error('offline');
        },
      };
      await expectError(() => net.train(failing, { ...options, resume: true }), [Error, 'offline']);
      expect(copyState(net)).toEqual(before);
      await net.train(stream, { ...options, resume: true });
      expect(copyState(net)).toEqual(copyState(whole));
    },
  );
});
