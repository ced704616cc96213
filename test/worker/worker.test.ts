import { once } from 'node:events';
import { Worker as NodeWorker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
// The build is tested, because a worker starts from a file.
import {
  Network,
  type Data,
  type NetworkOptions,
  type Stream,
  type ThreadError,
  type TrainOptions,
} from '../../dist/index.js';
import { Dataset } from '../../dist/data/index.js';
import { trainInWorker, type WorkerOptions } from '../../dist/worker/index.js';
import { finish } from '../../src/base/work.js';
import { copyLarge } from '../../src/worker/copy.js';
import { catchError } from '../support/patient.js';
import { randomData } from '../support/random-data.js';
import { amount } from '../support/thorough.js';

// A training in a worker equals one in this thread: the same calls, the same result, the same errors, and at each call the
// same network, bit for bit.

const spec: NetworkOptions = {
  inputs: 3,
  layers: [
    { units: 5, activation: 'tanh', dropout: 0.1 },
    { units: 2, activation: 'softmax' },
  ],
  loss: 'crossEntropy',
  seed: 4,
};
const data = randomData(40, 3, 2) as Data;
const validation = randomData(20, 3, 2, 5) as Data;

/** Two batches of 20 samples; logs how it is used. */
function makeStream(log: unknown[], fails = false): Stream {
  return {
    async *batches() {
      log.push('begin');
      try {
        const inputs = data.inputs as Float32Array;
        const targets = data.targets as Float32Array;
        for (const n of [0, 20]) {
          await Promise.resolve();
          if (fails && n > 0) throw new RangeError('the disk is gone');
          yield {
            inputs: inputs.subarray(n * 3, (n + 20) * 3),
            targets: targets.subarray(n * 2, (n + 20) * 2),
          };
        }
      } finally {
        log.push('end');
      }
    },
  };
}

interface Scene {
  readonly data?: Data | Stream;
  readonly options: TrainOptions;
}

/** Sets a scene up, given the network. `log` takes whatever else is to be compared. */
type Play = (log: unknown[], net: Network) => Scene;

/** Everything that is observable of a training. */
async function see(play: Play, train: typeof trainInWorker): Promise<unknown> {
  const net = await Network.create(spec);
  const log: unknown[] = [];
  const { data: given = data, options } = play(log, net);
  const outcome = await train(net, given, { epochs: 3, miniBatchSize: 8, ...options }).catch(
    (error: unknown) => {
      const { name, message, ...others } = error as Error;
      return { class: (error as object).constructor, name, message, others };
    },
  );
  const saved = net.save();
  const further = await net.train(data, { epochs: 1 });
  return { outcome, log, saved, further };
}

const here: typeof trainInWorker = (net, data, options) => net.train(data, options);

const looks: Record<string, Play> = {
  'default options': () => ({ options: {} }),
  'an onEpoch': (log, net) => ({ options: { onEpoch: (report) => log.push(report, net.save()) } }),
  'an onEpoch that returns a promise': (log, net) => ({
    options: {
      onEpoch: async (report) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push(report, net.predict([[1, 2, 3]]));
      },
    },
  }),
  'an onBatch': (log, net) => ({ options: { onBatch: (report) => log.push(report, net.evaluate(data)) } }),
  'a learning rate function': (log) => ({
    options: {
      learningRate: (position) => {
        log.push(position);
        return 0.1 / (1 + position.step);
      },
    },
  }),
  'a learning rate schedule': () => ({
    options: { optimizer: 'adam', learningRate: { schedule: 'cosine', rate: 0.01 } },
  }),
  'callbacks that return functions and promises of functions': (log) => {
    const done = (what: unknown) => () => log.push(what);
    return {
      options: {
        onEpoch: () => done('epoch'),
        onBatch: () => Promise.resolve(done('batch')),
        checkpoint: { everySteps: 2, write: () => done('checkpoint') },
      },
    };
  },
  checkpoints: (log) => ({
    options: {
      optimizer: 'momentum',
      checkpoint: { everySteps: 2, write: (bytes) => log.push(bytes.slice()) },
    },
  }),
  metrics: (log) => ({
    options: {
      validation,
      metrics: {
        mean(outputs, answers) {
          log.push(outputs, answers);
          return outputs.reduce((sum, a) => sum + a) / outputs.length;
        },
      },
      diagnose: true,
      earlyStopping: { patience: 1 },
    },
  }),
  'a stream': (log) => ({ data: makeStream(log), options: {} }),
  'a stream that fails': (log) => ({ data: makeStream(log, true), options: {} }),
  'a stream whose batches are a number': () => ({
    data: { batches: () => 5 as unknown as Data[] },
    options: {},
  }),
  'an onBatch that throws during a stream': (log, net) => ({
    data: makeStream(log),
    options: {
      onBatch: () => {
        log.push(net.save());
        throw new TypeError('enough');
      },
    },
  }),
  'an onEpoch that throws': () => ({
    options: {
      onEpoch: ({ epoch }) => {
        if (epoch === 2) throw new TypeError('a mistake');
      },
    },
  }),
  'a divergence': () => ({ options: { learningRate: 1e38, maxNorm: 1e38 } }),
  'a signal that is aborted during training': () => {
    const stop = new AbortController();
    return {
      options: {
        signal: stop.signal,
        onBatch: ({ epoch, batch }) => {
          if (epoch === 2 && batch === 3) stop.abort(new RangeError('that will do'));
        },
      },
    };
  },
  'a signal that is aborted beforehand': () => ({
    options: { signal: AbortSignal.abort(new RangeError('never')) },
  }),
  'invalid data': () => ({ data: { inputs: [[1, 2, NaN]], labels: [0] }, options: {} }),
  'undefined data': () => ({ data: undefined as unknown as Data, options: {} }),
  'an invalid option': () => ({ options: { miniBatchSize: 1.5 } }),
  'invalid metrics': () => ({ options: { validation, metrics: { mean: 5 } as never } }),
  'a learning rate function that returns NaN': () => ({ options: { learningRate: () => NaN } }),
  'callbacks that all return functions': (log) => {
    const answer = (): unknown => () => log.push('never');
    const checkpoint = { everyEpochs: 1, write: answer };
    return { options: { onEpoch: answer, onBatch: answer, checkpoint } };
  },
  'data and options that are instances of classes': () => ({
    data: new (class {
      get inputs() {
        return data.inputs;
      }
      get targets() {
        return data.targets!;
      }
    })(),
    options: new (class {
      get epochs() {
        return 2;
      }
      get validation() {
        return Dataset.fromArrays({ inputs: [[1, 2, 3]], targets: [[0, 1]] });
      }
    })(),
  }),
  'data with a circular reference': () => {
    const self: Record<string, unknown> = { ...data };
    self['self'] = self;
    return { data: self as unknown as Data, options: {} };
  },
  'data with a property named giveUp': () => ({ data: { ...data, giveUp: 1 } as Data, options: {} }),
  'a stream with further properties': (log) => ({
    data: { ...makeStream(log), more: 1 } as Stream,
    options: {},
  }),
  'a stream whose batches is not a function': () => ({
    data: { batches: 5 } as unknown as Stream,
    options: {},
  }),
  'resume without an earlier training': () => ({ options: { resume: true } }),
};

it.each(Object.entries(looks))('trainInWorker has the same outcome as train with %s', async (_, play) => {
  expect(await see(play, trainInWorker)).toEqual(await see(play, here));
});

it('resumes a training across train and trainInWorker to the bits of an uninterrupted one', async () => {
  const options: TrainOptions = { optimizer: 'adam', miniBatchSize: 7 };
  const mixed = await Network.create(spec);
  await trainInWorker(mixed, data, { ...options, epochs: 1 });
  await mixed.train(data, { ...options, epochs: 2, resume: true });
  await trainInWorker(mixed, data, { ...options, epochs: 4, resume: true });
  const whole = await Network.create(spec);
  await whole.train(data, { ...options, epochs: 4 });
  expect(mixed.save()).toEqual(whole.save());
});

it('continues the optimizer across train and trainInWorker', async () => {
  const options: TrainOptions = { optimizer: 'adam', miniBatchSize: 7 };
  const [mixed, plain] = await Promise.all([Network.create(spec), Network.create(spec)]);
  for (const train of [trainInWorker, here, trainInWorker]) {
    await train(mixed, data, { ...options, epochs: 2 });
    await plain.train(data, { ...options, epochs: 2 });
  }
  expect(mixed.save()).toEqual(plain.save());
  expect(mixed.state.run!.stepsBefore).toBe(24);
});

describe('data for a worker', () => {
  it('trains alike on data that are copied, shared or transferred', async () => {
    const shared = new Float32Array(new SharedArrayBuffer(40 * 3 * 4));
    shared.set(data.inputs as Float32Array);
    const targets = (data.targets as Float32Array).slice();
    const saved = [];
    for (const [inputs, transfer] of [
      [data.inputs, []],
      [shared, []],
      [(data.inputs as Float32Array).slice(), [targets.buffer]],
    ] as const) {
      const net = await Network.create(spec);
      await trainInWorker(net, { inputs, targets }, {}, { transfer });
      saved.push(net.save());
    }
    expect(targets).toHaveLength(0);
    expect(data.inputs).toHaveLength(120);
    expect(saved[1]).toEqual(saved[0]);
    expect(saved[2]).toEqual(saved[0]);
  });

  it('takes datasets and streams by their names', async () => {
    const rows = [
      { x: 0, y: 'p' },
      { x: 1, y: 'q' },
      { x: 2, y: 'r' },
    ];
    const data = Dataset.fromObjects(rows, { label: 'y' });
    const validation = Dataset.fromObjects(rows.slice(1), { label: 'y' });
    const layers = [{ units: 3, activation: 'softmax' }] as const;
    const create = async (): Promise<Network> => await Network.create({ inputs: 1, layers, seed: 1 });
    const nets = [await create(), await create()];
    const reports = await nets[0]!.train(data, { epochs: 2, validation: data.subset([1, 2]) });
    expect(await trainInWorker(nets[1]!, data, { epochs: 2, validation })).toEqual(reports);
    expect(nets[1]!.evaluate(validation)).toEqual(nets[0]!.evaluate(data.subset([1, 2])));
    const stream = { batches: () => [validation] };
    const streamed = await nets[0]!.train({ batches: () => [data.subset([1, 2])] }, { epochs: 1 });
    expect(await trainInWorker(nets[1]!, stream, { epochs: 1 })).toEqual(streamed);
    for (const net of nets) net.dispose();
  });

  it('trains as train does on large data, and leaves them to the caller', async () => {
    const inputs = new Float32Array(3 * 100_000).map((_, i) => Math.fround(Math.sin(i)));
    const labels = Array.from({ length: 100_000 }, (_, n) => n % 2);
    const bytes = Buffer.alloc(3 * 400_000, 7);
    const copy = inputs.slice();
    for (const large of [
      { inputs, labels },
      { inputs: bytes, inputScale: 1 / 255, labels: new Uint8Array(400_000) },
    ]) {
      const play: Play = () => ({ data: large, options: { epochs: 1, miniBatchSize: 1000 } });
      expect(await see(play, trainInWorker)).toEqual(await see(play, here));
    }
    expect(Buffer.compare(Buffer.from(inputs.buffer), Buffer.from(copy.buffer))).toBe(0);
    expect(bytes).toHaveLength(3 * 400_000);
  });

  it('copies a large array into a buffer of its own for transfer, also in a Dataset', () => {
    const inputs = new Float32Array(300_000).fill(7);
    const labels = new Uint8Array(300_000);
    for (const large of [{ inputs, labels }, Dataset.fromArrays({ inputs, labels })]) {
      const transfer: ArrayBuffer[] = [];
      const copy = finish(copyLarge({ data: large }, transfer)) as { data: Data };
      expect(transfer).toHaveLength(1);
      expect(transfer[0]).not.toBe(inputs.buffer);
      expect(transfer[0]).toBe((copy.data.inputs as Float32Array).buffer);
      expect(inputs.every((x, i) => x === (copy.data.inputs as Float32Array)[i])).toBe(true);
    }
  });

  it('copies only the part of a buffer that an array covers', async () => {
    // If the whole buffer were copied each time, it would be 64 GB.
    const whole = new Float32Array(2 ** 24);
    const inputs = whole.subarray(0, 3);
    inputs.set([1, 2, 3]);
    const stream: Stream = { batches: () => Array.from({ length: 1000 }, () => ({ inputs, labels: [1] })) };
    const play: Play = () => ({ data: stream, options: { epochs: 1 } });
    expect(await see(play, trainInWorker)).toEqual(await see(play, here));
  });

  it('rejects data whose buffer is transferred while they are copied', async () => {
    // Copying them takes several slices, also on a fast machine.
    const inputs = new Float32Array(3 * 2 ** 22);
    const labels = new Uint8Array(2 ** 22);
    const net = await Network.create(spec);
    const training = trainInWorker(net, { inputs, labels }, { epochs: 1 });
    structuredClone(inputs, { transfer: [inputs.buffer] });
    expect(await catchError(() => training)).toMatchObject({
      message: expect.stringMatching(/buffer of a typed array was transferred/) as string,
    });
  });

  it.each([
    [
      'a net that is not a Network',
      () => trainInWorker({} as never, data),
      TypeError,
      /^net: expected a Network, got an object$/,
    ],
    [
      'data that cannot be sent to a worker',
      async () => trainInWorker(await Network.create(spec), { ...data, labels: [Symbol('x')] as never }),
      TypeError,
      /^data: cannot be sent to a worker: .*Symbol/,
    ],
    [
      'an unknown option in where',
      async () => trainInWorker(await Network.create(spec), data, {}, { threads: 2 } as never),
      TypeError,
      /^where: unknown 'threads'/,
    ],
    [
      'a worker function that returns no Worker',
      async () => trainInWorker(await Network.create(spec), data, {}, { worker: () => ({}) as Worker }),
      TypeError,
      /^worker: expected a function that returns a Worker, got one that returns an object$/,
    ],
  ])('trainInWorker rejects %s', async (_, call, Class, message) => {
    const error = await catchError(call);
    expect(error).toBeInstanceOf(Class);
    expect((error as Error).message).toMatch(message);
  });
});

describe('a training in a worker', () => {
  it('lets the network predict but not be trained until it ends', async () => {
    const net = await Network.create(spec);
    const training = trainInWorker(net, data);
    expect(net.predict([[1, 2, 3]])).toHaveLength(2);
    for (const train of [here, trainInWorker]) {
      expect(await catchError(() => train(net, data))).toMatchObject({ name: 'StateError' });
    }
    await training;
    await net.train(data, { epochs: 1 });
  });

  it('rejects the training when the network is disposed of', async () => {
    const net = await Network.create(spec);
    const training = trainInWorker(net, data, { epochs: 1e9 });
    setTimeout(() => net.dispose(), 50);
    expect(await catchError(() => training)).toMatchObject({ name: 'StateError' });
  });

  it('stops on a signal between two callbacks, and keeps the weights reached', async () => {
    const net = await Network.create(spec);
    const before = net.save();
    const stop = new AbortController();
    // Once it has begun, and between two callbacks.
    const write = (): void => void setTimeout(() => stop.abort('enough'), 5);
    const checkpoint = { everySteps: 5000, write };
    const training = trainInWorker(net, data, { epochs: 1e9, checkpoint, signal: stop.signal });
    expect(await catchError(() => training)).toBe('enough');
    expect(net.save()).not.toEqual(before);
  });

  it.each(['signal', 'dispose'])('ends by %s although onEpoch never settles', async (way) => {
    const net = await Network.create(spec);
    const stop = new AbortController();
    const onEpoch = (): Promise<never> => {
      if (way === 'signal') setTimeout(() => stop.abort('late'));
      else setTimeout(() => net.dispose());
      return new Promise(() => undefined);
    };
    const error = await catchError(() =>
      trainInWorker(net, data, { epochs: 3, onEpoch, signal: stop.signal }),
    );
    if (way === 'signal') expect(error).toBe('late');
    else expect(error).toMatchObject({ name: 'StateError' });
  });

  it('stops on a signal although the worker never answers', async () => {
    const deaf = new NodeWorker('require("node:worker_threads").parentPort.on("message", () => {})', {
      eval: true,
    });
    const end = once(deaf, 'exit');
    const net = await Network.create(spec);
    const signal = AbortSignal.timeout(100);
    const error = await catchError(() =>
      trainInWorker(net, data, { signal }, { worker: () => deaf as never }),
    );
    expect(error).toBe(signal.reason);
    await end;
    await net.train(data, { epochs: 1 });
  });

  it('stops on a signal at any moment of its start', async () => {
    const stopAfter = async (turns: number): Promise<unknown> => {
      const stop = new AbortController();
      const training = trainInWorker(await Network.create(spec), data, { epochs: 1e9, signal: stop.signal });
      const error = catchError(() => training);
      for (let i = 0; i < turns; i++) await Promise.resolve();
      stop.abort('enough');
      return await error;
    };
    const turns = Array.from({ length: amount(10, 30) }, (_, i) => amount(3, 1) * i);
    expect(await Promise.all(turns.map(stopAfter))).toEqual(turns.map(() => 'enough'));
  });
});

it('names the option and the settings of bundlers when the file of the worker was not found', async () => {
  const net = await Network.create(spec);
  const worker = (): never => new NodeWorker(new URL('nowhere.js', import.meta.url)) as never;
  const error = await catchError(() => trainInWorker(net, data, {}, { worker }));
  expect(error).toMatchObject({
    name: 'ThreadError',
    place: 'worker',
    problem: 'is gone: its file was not found',
  });
  expect((error as ThreadError).cure).toMatch(/\{ worker \}.*serverExternalPackages/);
});

describe('a worker that was started beforehand', () => {
  const start = (): NodeWorker => new NodeWorker(new URL('../../dist/worker/thread.js', import.meta.url));
  const onBatch = (): void => undefined;

  const unsendable = { ...data, labels: [Symbol('x')] as never };

  it.each<[string, Data, TrainOptions, string]>([
    ['the training ends', data, { epochs: 1 }, 'no error'],
    ['the data cannot be sent', unsendable, {}, 'TypeError'],
    [
      'the network is disposed of while the worker waits for an answer',
      data,
      { epochs: 1e9, onBatch },
      'StateError',
    ],
  ])('ends a worker that was started beforehand when %s', async (_, given, options, outcome) => {
    const net = await Network.create(spec);
    const worker = start();
    worker.on('message', ({ type }) => {
      if (type === 'call') net.dispose();
    });
    const end = once(worker, 'exit');
    const training = trainInWorker(net, given, options, { worker: () => worker as never });
    expect(await nameOfError(training)).toBe(outcome);
    expect(await end).toEqual([expect.any(Number)]);
  });

  it('starts no worker when the network is disposed of while the data are copied', async () => {
    const net = await Network.create(spec);
    let isStarted = false;
    const inputs = new Float32Array(3 * 4_000_000);
    const training = trainInWorker(
      net,
      { inputs, labels: new Uint8Array(4_000_000) },
      {},
      {
        worker: () => {
          isStarted = true;
          return start() as never;
        },
      },
    );
    setImmediate(() => net.dispose());
    expect(await catchError(() => training)).toMatchObject({ name: 'StateError' });
    expect(isStarted).toBe(false);
  });
});

describe('a worker that the training starts', () => {
  const long: TrainOptions = { epochs: 1e9 };
  const onBatch = (): void => undefined;

  type Ending = (net: Network, where: WorkerOptions) => Promise<unknown>;
  const endings: [string, Ending, outcome: string][] = [
    ['after training', (net, where) => trainInWorker(net, data, {}, where), 'no error'],
    [
      'when the data cannot be sent',
      (net, where) => trainInWorker(net, { ...data, labels: [Symbol('x')] as never }, {}, where),
      'TypeError',
    ],
    [
      'when a buffer cannot be transferred',
      (net, where) => trainInWorker(net, data, {}, { ...where, transfer: [5] as never }),
      'TypeError',
    ],
    [
      'when the signal is not an AbortSignal',
      (net, where) => trainInWorker(net, data, { signal: { throwIfAborted: onBatch } as AbortSignal }, where),
      'TypeError',
    ],
    [
      'when the network is disposed of between callbacks',
      (net, where) => {
        const training = trainInWorker(net, data, { ...long, onBatch }, where);
        setTimeout(() => net.dispose(), 300);
        return training;
      },
      'StateError',
    ],
    [
      'when a callback disposes of the network',
      (net, where) => trainInWorker(net, data, { ...long, onBatch: () => net.dispose() }, where),
      'StateError',
    ],
    [
      'when the training is aborted between callbacks',
      (net, where) => {
        const signal = AbortSignal.timeout(300);
        return trainInWorker(net, data, { ...long, onBatch, signal }, where);
      },
      'TimeoutError',
    ],
  ];

  it.each(endings)('ends the worker that it has started %s', async (_, ending, outcome) => {
    const exits: Promise<unknown>[] = [];
    const worker = (): Worker => {
      const started = new NodeWorker(new URL('../../dist/worker/thread.js', import.meta.url));
      exits.push(once(started, 'exit'));
      return started as unknown as Worker;
    };
    const training = ending(await Network.create(spec), { worker });
    expect(await nameOfError(training)).toBe(outcome);
    expect(exits).toHaveLength(1);
    expect(await exits[0]).toEqual([expect.any(Number)]);
  });
});

it('starts no worker when the network is disposed of right after the call', async () => {
  let isStarted = false;
  const net = await Network.create(spec);
  const large = { inputs: new Float32Array(3 * 2 ** 21), labels: new Uint8Array(2 ** 21) };
  const worker = (): Worker => {
    isStarted = true;
    throw new Error('a worker was started');
  };
  const training = trainInWorker(net, large, {}, { worker });
  net.dispose();
  expect(await nameOfError(training)).toBe('StateError');
  expect(isStarted).toBe(false);
});

/** The name of the error with which a promise is rejected. */
const nameOfError = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error as Error).name,
  );

it('a loss of the user, whose functions cannot be sent, is refused with a cure', async () => {
  const net = await Network.create({
    inputs: 1,
    layers: [{ units: 1, activation: 'linear' }],
    loss: { name: 'mine', cost: (a, y) => (a[0]! - y[0]!) ** 2, slope: (a, y) => [2 * (a[0]! - y[0]!)] },
  });
  const before = net.save();
  await expect(trainInWorker(net, { inputs: [1], targets: [2] })).rejects.toThrow(
    "loss: 'mine' has functions of your own, which are neither stored in files nor sent to workers",
  );
  expect(net.save()).toEqual(before);
  net.dispose();
});
