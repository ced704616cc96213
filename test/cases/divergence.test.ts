import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  DivergenceError,
  Network,
  Random,
  type Data,
  type EngineOptions,
  type NetworkOptions,
  type Stream,
  type TrainOptions,
} from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { catchError } from '../support/patient.js';
import { randomData } from '../support/random-data.js';

// Training ends when its loss or a weight is no longer finite, and leaves the network as if it had stopped just before.

const engines: EngineOptions[] = [
  { engine: 'wasm' },
  { engine: 'reference' },
  { engine: 'wasm', threads: 2 },
];

interface Case {
  readonly spec: NetworkOptions;
  readonly data: Data | Stream;
  readonly options: TrainOptions;
  readonly stepsPerEpoch: number;
  /** Whether training can continue from the last finite weights; where outputs overflow it cannot. */
  readonly goesOn?: true;
  /** Whether its first step diverges, so that nothing has been trained. */
  readonly divergesAtOnce?: true;
}

const linear: NetworkOptions = {
  inputs: 3,
  layers: [
    { units: 5, activation: 'linear' },
    { units: 2, activation: 'linear' },
  ],
  seed: 2,
};
const samples = randomData(17, 3, 2);

/** z = w·x of one input: infinite weights saturate it, and its loss stays finite. */
const saturating: NetworkOptions = { inputs: 1, layers: [{ units: 2, activation: 'sigmoid' }], seed: 4 };
const positive: Data = {
  inputs: Float32Array.from({ length: 12 }, (_, n) => 1 + (n % 4) / 4),
  targets: Float32Array.from({ length: 24 }, (_, i) => (i % 5) / 4),
};

const inBatches: Stream = {
  *batches() {
    for (let from = 0; from < 17; from += 7) {
      yield {
        inputs: samples.inputs.subarray(3 * from, 3 * (from + 7)),
        targets: samples.targets.subarray(2 * from, 2 * (from + 7)),
      };
    }
  },
};

const enormous = { ...samples, inputs: samples.inputs.map((x) => x * 1e37) };

const cases: [string, Case][] = [
  [
    'outputs that overflow',
    {
      spec: linear,
      data: samples,
      options: { learningRate: 3, miniBatchSize: 4 },
      stepsPerEpoch: 5,
      goesOn: true,
    },
  ],
  [
    'inputs that are too large',
    { spec: linear, data: enormous, options: {}, stepsPerEpoch: 1, divergesAtOnce: true },
  ],
  [
    'momentum, dropout, a schedule and early stopping',
    {
      spec: { ...linear, layers: [{ ...linear.layers[0]!, dropout: 0.4 }, linear.layers[1]!] },
      data: samples,
      options: {
        optimizer: 'momentum',
        learningRate: { schedule: 'exponential', rate: 0.13, factor: 1.5 },
        miniBatchSize: 4,
        validationSplit: 0.2, // 3 of 17
        earlyStopping: { patience: 100 },
      },
      stepsPerEpoch: 4,
      goesOn: true,
    },
  ],
  [
    'a stream',
    {
      spec: linear,
      data: inBatches,
      options: { learningRate: 3, miniBatchSize: 3 },
      stepsPerEpoch: 3 + 3 + 1, // of batches of 7, 7 and 3
      goesOn: true,
    },
  ],
  // w −= η·λ·w, by which it grows to −2w.
  [
    'weights that grow for 128 steps while the loss stays finite',
    {
      spec: saturating,
      data: positive,
      options: { l2: 30, learningRate: 0.1, miniBatchSize: 1 },
      stepsPerEpoch: 12,
      goesOn: true,
    },
  ],
  // They grow by 3% in each of 3000 steps; a snapshot is kept every thousand.
  [
    'weights that grow for hundreds of epochs',
    {
      spec: saturating,
      data: positive,
      options: { l2: 2.03, learningRate: 1, miniBatchSize: 3 },
      stepsPerEpoch: 4,
      goesOn: true,
    },
  ],
  [
    'a learning rate given as a function',
    {
      spec: saturating,
      data: positive,
      options: { learningRate: ({ step }) => (step < 700 ? 0.1 : 1e38), l2: 1e6, clip: { value: 10 } },
      stepsPerEpoch: 1,
      goesOn: true,
    },
  ],
];

/** Trains until it diverges. */
async function diverged({ spec, data, options }: Case, engine: EngineOptions, more: TrainOptions = {}) {
  const net = await Network.create({ ...spec, ...engine });
  const error = await catchError(() => net.train(data, { epochs: 20_000, ...options, ...more }));
  expect(error).toBeInstanceOf(DivergenceError);
  return { net, error: error as DivergenceError };
}

/** Trains for the given number of steps. */
async function stoppedAfter(steps: number, { spec, data, options }: Case): Promise<Network> {
  const net = await Network.create(spec);
  if (steps === 0) return net;
  const stop = new AbortController();
  let done = 0;
  const onBatch = (): void => {
    if (++done === steps) stop.abort('stopped');
  };
  const { signal } = stop;
  expect(await catchError(() => net.train(data, { epochs: 20_000, ...options, onBatch, signal }))).toBe(
    'stopped',
  );
  return net;
}

const pickParts = ({ message, epoch, step, layer, largestGradient }: DivergenceError): object => ({
  message,
  epoch,
  step,
  layer,
  largestGradient,
});

/** The number of steps taken before the one that diverged. */
const stepsBefore = ({ epoch, step }: DivergenceError, { stepsPerEpoch }: Case): number =>
  (epoch - 1) * stepsPerEpoch + step - 1;

/** The outcome of resuming: the history, or the divergence at the same step again. */
async function resume(net: Network, { data, options }: Case, { epoch }: DivergenceError): Promise<unknown> {
  const smaller = { ...options, learningRate: 1e-30, l2: 0, epochs: epoch + 1, resume: true };
  const end = await net.train(data, smaller).catch((error: unknown) => error);
  return { end: end instanceof DivergenceError ? pickParts(end) : end, file: net.save() };
}

describe.each(cases.filter(([, one]) => !one.divergesAtOnce))('divergence: %s', (_, one) => {
  it('resumes a diverged training like one stopped at its last finite step', async () => {
    const { net, error } = await diverged(one, engines[0]!);
    const stopped = await stoppedAfter(stepsBefore(error, one), one);
    expect(await resume(stopped, one, error)).toEqual(await resume(net, one, error));
  });
});

describe.each(cases)('divergence: %s', (_, one) => {
  it('leaves the network as it is after the last finite step, on every engine', async () => {
    const { net, error } = await diverged(one, engines[0]!);
    expect(net.layers.every(({ weights, biases }) => [...weights, ...biases].every(Number.isFinite))).toBe(
      true,
    );
    const steps = stepsBefore(error, one);
    expect(steps > 0).toBe(!one.divergesAtOnce);
    const before = await stoppedAfter(steps, one);
    const print = fingerprint(before);
    expect(fingerprint(net)).toBe(print);
    for (const engine of engines.slice(1)) {
      const other = await diverged(one, engine);
      expect(pickParts(other.error)).toEqual(pickParts(error));
      expect(fingerprint(other.net)).toBe(print);
      other.net.dispose();
    }
    // With a callback for each step, too.
    let seen = 0;
    const watched = await diverged(one, engines[0]!, { onBatch: () => seen++ });
    expect(seen).toBeGreaterThanOrEqual(steps);
    expect(pickParts(watched.error)).toEqual(pickParts(error));
    expect(fingerprint(watched.net)).toBe(print);
  });

  it('resumes a diverged training from a file as it does from memory', async () => {
    const { net, error } = await diverged(one, engines[0]!);
    const copy = await Network.load(net.save());
    const end = await resume(net, one, error);
    expect(await resume(copy, one, error)).toEqual(end);
    const { epoch, step } = error;
    // A training that stands after the last step of an epoch reports that epoch first.
    const ended = step === 1 && epoch > 1 ? [{ epoch: epoch - 1 }] : [];
    const reports = [...ended, { epoch }, { epoch: epoch + 1 }];
    expect(end).toMatchObject({ end: one.goesOn ? reports : { epoch, step } });
  });
});

describe('the DivergenceError', () => {
  /** One weight, no bias. */
  async function withWeight(weight: number, activation: 'linear' | 'sigmoid'): Promise<Network> {
    const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation }] });
    const json = net.toJSON();
    const layers = [{ ...json.layers[0]!, weights: [[weight]], biases: [0] }];
    return await Network.fromJSON({ ...json, layers });
  }

  it('the error names the step, the layer with the largest gradient, and the cure', async () => {
    const net = await Network.create(linear);
    const data = { ...samples, inputs: samples.inputs.map((x) => x * 1e15) };
    const largest = net
      .backprop(data)
      .layers.map(({ weightGradients, biasGradients }) =>
        Math.max(...[...weightGradients, ...biasGradients].map(Math.abs)),
      );
    const options = { learningRate: 1e15, miniBatchSize: 17, shuffle: false };
    const error = (await catchError(() => net.train(data, options))) as DivergenceError;
    expect(error).toMatchObject({ name: 'DivergenceError', epoch: 1, step: 1 });
    expect(error.layer).toBe(largest.indexOf(Math.max(...largest)));
    // The mean is rounded to single precision there, and not here: half an ulp, 6e-8.
    expect(Math.abs(error.largestGradient / Math.max(...largest) - 1)).toBeLessThan(6e-8);
    expect(error.message).toBe(
      'train: diverged in epoch 1, step 1: a weight or an optimizer slot became infinite; the largest gradient, ' +
        `${error.largestGradient.toPrecision(3)}, is in layers[${error.layer}]. The network keeps its last finite ` +
        'step; use clip: { norm: 1 }, or inputs scaled to about 1, with transforms: dataset.fitTransforms()',
    );
  });

  it('the error names the step and the layer where the loss is not finite', async () => {
    const net = await withWeight(2, 'linear');
    // z = 2·3e38 overflows, and with it δ and the gradient.
    const error = await catchError(() => net.train({ inputs: [[3e38]], targets: [[0]] }, { epochs: 1 }));
    expect(error).toMatchObject({ epoch: 1, step: 1, layer: 0, largestGradient: Infinity });
    expect((error as Error).message).toMatch(
      /^train: diverged in epoch 1, step 1: the loss is Infinity; the largest gradient, Infinity, is in layers\[0\]\. /,
    );
    expect(net.layers[0]!.weights[0]).toBe(2);
  });

  it('the error names the step where a weight becomes infinite, with the gradient of that step', async () => {
    const net = await withWeight(0, 'sigmoid');
    const data = { inputs: [[1e30]], targets: [[0.9]] };
    const error = await catchError(() => net.train(data, { learningRate: 1e10 }));
    // (½ − 0.9)·¼·1e30, and times 1e10 it is more than the largest float. Three digits are shown.
    expect(error).toMatchObject({ epoch: 1, step: 1, layer: 0 });
    expect((error as DivergenceError).largestGradient / 1e29).toBeCloseTo(1, 6);
    expect((error as Error).message).toMatch(
      /^train: diverged in epoch 1, step 1: a weight or an optimizer slot became infinite; the largest gradient, 1\.00e\+29, is in layers\[0\]/,
    );
    expect((error as Error).message).toContain('learningRate below 1300000000,');
    expect(net.layers[0]!.weights[0]).toBe(0);
  });

  it('the error names step 1 of the epoch that diverges when an epoch has a single step', async () => {
    const spec: NetworkOptions = { inputs: 1, layers: [{ units: 1, activation: 'linear' }] };
    const data = { inputs: [[50], [80], [120], [200]], targets: [[150], [240], [360], [600]] };
    const net = await Network.create(spec);
    const error = await catchError(() => net.train(data, { epochs: 100, shuffle: false }));
    const single = await Network.create(spec);
    const limit = 1e6 * Math.max(single.evaluate(data).loss, 600 ** 2);
    let epoch = 1;
    for (; single.evaluate(data).loss <= limit; epoch++) {
      // The last of them reports the loss after its step.
      await single.train(data, { epochs: 1, shuffle: false }).catch(() => undefined);
    }
    expect(epoch).toBeGreaterThan(1);
    expect(error).toMatchObject({ name: 'DivergenceError', epoch, step: 1 });
    expect(net.layers[0]!.weights).toEqual(single.layers[0]!.weights);
  });

  it('the error counts steps across the batches of a stream', async () => {
    let closed = 0;
    const batches = function* () {
      try {
        yield* inBatches.batches() as Iterable<Data>; // 3 + 3 + 1 steps of 3
        yield enormous;
      } finally {
        closed++;
      }
    };
    const net = await Network.create(linear);
    const before = await Network.create(linear);
    await before.train(inBatches, { epochs: 1, miniBatchSize: 3, learningRate: 0.01, shuffle: false });
    const options = { miniBatchSize: 3, learningRate: 0.01, shuffle: false };
    expect(await catchError(() => net.train({ batches }, options))).toMatchObject({ epoch: 1, step: 8 });
    expect(fingerprint(net)).toBe(fingerprint(before));
    expect(closed).toBe(2); // the pass that diverged, and the pass that located the step
  });

  it('training throws before onEpoch or a checkpoint receives values that are not finite', async () => {
    const net = await Network.create(saturating);
    const losses: number[] = [];
    const files: Uint8Array[] = [];
    const error = await catchError(() =>
      net.train(positive, {
        epochs: 1000,
        l2: 30,
        miniBatchSize: 1,
        validation: positive,
        onEpoch: ({ loss, validation }) => losses.push(loss, validation!.loss),
        checkpoint: { everyEpochs: 1, write: (bytes) => files.push(bytes) },
      }),
    );
    expect(error).toBeInstanceOf(DivergenceError);
    const { epoch } = error as DivergenceError;
    expect(losses).toHaveLength(2 * (epoch - 1));
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(files).toHaveLength(epoch - 1);
    await Network.load(files.at(-1)!);
  });
});

describe('a divergence that its repetition does not show', () => {
  const whole: Data = { inputs: [[1], [2], [3]], targets: [[0], [1], [2]] };

  it.each([
    ['in memory', whole],
    ['of a stream', { batches: () => [whole] }],
  ])(
    'is a DivergenceError that names a quarter of the learning rate at which it was noticed, for data %s',
    async (_, data) => {
      for (const engine of engines) {
        const net = await Network.create({
          inputs: 1,
          layers: [{ units: 1, activation: 'linear' }],
          ...engine,
        });
        let calls = 0;
        const learningRate = (): number => (++calls === 4 ? 1e38 : 0.01);
        const error = await catchError(() => net.train(data, { epochs: 3, miniBatchSize: 1, learningRate }));
        expect(error).toBeInstanceOf(DivergenceError);
        expect((error as DivergenceError).cure).toContain('a learningRate below 0.0025,');
        expect(net.layers[0]!.weights.every(Number.isFinite)).toBe(true);
      }
    },
  );
});

describe('a loss that grows and stays finite', () => {
  const inputs = Array.from({ length: 20 }, (_, n) => n + 1);
  const line: Data = { inputs, targets: inputs.map((x) => 3 * x - 1) };
  const spec: NetworkOptions = {
    inputs: 1,
    layers: [{ units: 1, activation: 'linear' }],
    loss: 'meanSquaredError',
    seed: 5,
  };

  it.each([
    ['over its epochs', line, { epochs: 60, learningRate: 0.01 }],
    ['in its last step', line, { epochs: 1, learningRate: 1e6, miniBatchSize: 20 }],
    ['in a stream', { batches: () => [line] }, { epochs: 60, learningRate: 0.01 }],
  ] as [string, Data | Stream, TrainOptions][])('is a divergence, %s', async (_, data, options) => {
    const net = await Network.create(spec);
    const error = await catchError(() => net.train(data, options));
    expect(error).toBeInstanceOf(DivergenceError);
    expect((error as DivergenceError).problem).toContain('over a million times that of the start');
    expect(net.layers[0]!.weights.every(Number.isFinite)).toBe(true);
  });

  it.each(['sgd', 'momentum', 'nesterov'] as const)(
    'the rate that the error advises works, for %s',
    async (optimizer) => {
      const train = async (learningRate: number): Promise<unknown> => {
        const net = await Network.create(spec);
        return await catchError(() => net.train(line, { epochs: 100, optimizer, learningRate })).then(
          (error) => error,
          () => net.evaluate(line).loss,
        );
      };
      const error = (await train(0.3)) as DivergenceError;
      expect(error).toBeInstanceOf(DivergenceError);
      const [advised] = error.option!.values as number[];
      expect(error.cure).toContain(`use a learningRate below ${advised},`);
      expect(await train(0.9 * advised!)).toBeLessThan(20);
    },
  );

  it('the rate that the error advises works for an optimizer that continues', async () => {
    const plane = randomData(16, 2, 1);
    const optimizer = { name: 'momentum', momentum: 0.95 } as const;
    const options: TrainOptions = { optimizer, miniBatchSize: 16, epochs: 15, learningRate: 0.1 };
    const net = await Network.create({ ...spec, inputs: 2 });
    await net.train(plane, options);
    const before = net.save();
    const error = await catchError(() => net.train(plane, { ...options, epochs: 400, learningRate: 1000 }));
    const [learningRate] = (error as DivergenceError).option!.values as [number];
    const again = await Network.load(before);
    const losses = (await again.train(plane, { ...options, epochs: 20, learningRate })).map(
      ({ loss }) => loss,
    );
    expect(Math.max(...losses)).toBeLessThan(2 * losses[0]!);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });

  it('an optimizer slot that becomes infinite is a divergence, and the network can be saved', async () => {
    const net = await Network.create(spec);
    const huge = { inputs: [[1e15]], targets: [[1e15]] };
    const options: TrainOptions = { optimizer: 'adam', epochs: 3 };
    expect(await catchError(() => net.train(huge, options))).toBeInstanceOf(DivergenceError);
    await Network.load(net.save());
  });

  it('a training that is stopped while its weights are infinite leaves finite ones', async () => {
    const net = await Network.create(saturating);
    const stop = new AbortController();
    const onBatch = () => !net.layers[0]!.weights.every(Number.isFinite) && stop.abort('stopped');
    const options: TrainOptions = { epochs: 100, l2: 30, miniBatchSize: 1, onBatch, signal: stop.signal };
    expect(await catchError(() => net.train(positive, options))).toBe('stopped');
    await Network.load(net.save());
  });
});

describe('a divergence where import() is forbidden', () => {
  afterEach(() => {
    vi.doUnmock('../../src/training/explain-divergence.js');
    vi.resetModules();
  });

  it('names the step, the layer and the learning rate that diverged, and keeps the last finite step', async () => {
    vi.resetModules();
    vi.doMock('../../src/training/explain-divergence.js', () => {
      throw new TypeError('import() is disallowed on ServiceWorkerGlobalScope');
    });
    const { Network: Here } = await import('../../src/index.js');
    const [here, there] = [await Here.create(linear), await Network.create(linear)];
    const options = { learningRate: 3, miniBatchSize: 4 };
    const error = (await catchError(() => here.train(samples, options))) as DivergenceError;
    const usual = (await catchError(() => there.train(samples, options))) as DivergenceError;
    expect({ ...pickParts(error), message: '' }).toEqual({ ...pickParts(usual), message: '' });
    expect(error.message).toMatch(
      /^train: diverged in epoch \d+, step \d+: the largest gradient, \S+, is in layers\[\d\]\. The network keeps its last finite step; use a learningRate below 3$/,
    );
    expect(fingerprint(here)).toBe(fingerprint(there));
  });
});

it('the rate that the error advises works for other data, networks and optimizers', async () => {
  const random = Random.fromSeed(7);
  let diverged = 0;
  for (let seed = 0; seed < 40; seed++) {
    const width = 1 + random.below(5);
    const count = 8 + random.below(200);
    const scale = 10 ** random.below(3);
    const inputs = Float32Array.from({ length: width * count }, () => random.normal() * scale);
    const slopes = Array.from({ length: width }, () => random.normal());
    const targets = Float32Array.from({ length: count }, (_, n) =>
      slopes.reduce((sum, slope, k) => sum + slope * inputs[n * width + k]!, 1 + 0.1 * random.normal()),
    );
    const spec: NetworkOptions = {
      inputs: width,
      layers: [
        ...Array.from({ length: random.below(3) }, () => ({ units: 8, activation: 'tanh' as const })),
        { units: 1, activation: 'linear' },
      ],
      seed,
    };
    const options: TrainOptions = {
      epochs: 30,
      miniBatchSize: [4, 16, 32, 256][random.below(4)]!,
      optimizer: (['sgd', 'momentum', 'adam'] as const)[random.below(3)]!,
    };
    const learningRate = 10 ** random.uniform(1, 4);
    const net = await Network.create(spec);
    const error: unknown = await net
      .train({ inputs, targets }, { ...options, learningRate })
      .catch((error: unknown) => error);
    if (!(error instanceof DivergenceError)) continue;
    diverged++;
    const [advised] = error.option!.values as number[];
    const again = await Network.create(spec);
    const before = again.evaluate({ inputs, targets }).loss;
    await again.train({ inputs, targets }, { ...options, learningRate: advised! });
    expect(again.evaluate({ inputs, targets }).loss).toBeLessThanOrEqual(before);
  }
  expect(diverged).toBeGreaterThan(8);
});
