import { describe, expect, it } from 'vitest';
import { csvBatches } from '../../src/data/index.js';
import {
  Network,
  type BatchReport,
  type Data,
  type NetworkOptions,
  type Stream,
  type TrainOptions,
} from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { catchError, expectError, expectHarmlessError, goodData, type Expected } from '../support/patient.js';
import { randomData } from '../support/random-data.js';

// Training on batches that arrive one by one, for data that does not fit into memory.

const INPUTS = 3;
const COUNT = 26;
const spec: NetworkOptions = {
  inputs: INPUTS,
  layers: [
    { units: 5, activation: 'tanh', dropout: 0.2 },
    { units: 3, activation: 'softmax' },
  ],
  seed: 3,
};
const all = {
  inputs: randomData(COUNT, INPUTS, 1).inputs,
  labels: Uint8Array.from({ length: COUNT }, (_, n) => (n * n) % 3),
};

const part = (from: number, to: number): { inputs: Float32Array; labels: Uint8Array } => ({
  inputs: all.inputs.subarray(from * INPUTS, to * INPUTS),
  labels: all.labels.subarray(from, to),
});

function* inBatches(...sizes: number[]): Generator<Data, void> {
  let from = 0;
  for (const size of sizes) yield part(from, (from += size));
}

async function* slowly(...sizes: number[]): AsyncGenerator<Data, void> {
  for (const batch of inBatches(...sizes)) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    yield batch;
  }
}

/** An iterator without the methods of a generator. */
const bare = (...sizes: number[]): Iterable<Data> => {
  const batches = [...inBatches(...sizes)];
  return {
    [Symbol.iterator]: () => ({ next: () => ({ done: batches.length === 0, value: batches.shift()! }) }),
  };
};

const options: TrainOptions = { epochs: 3, miniBatchSize: 4, learningRate: 0.2 };

async function train(data: Data | Stream, more: TrainOptions = {}, engine: 'wasm' | 'reference' = 'wasm') {
  const net = await Network.create({ ...spec, engine });
  const history = await net.train(data, { ...options, ...more });
  return { history, print: fingerprint(net) };
}

describe('a stream whose batches are multiples of the mini-batch', () => {
  const forms: [string, Stream['batches']][] = [
    ['from a generator', () => inBatches(8, 4, 12, 2)],
    ['from an asynchronous generator', () => slowly(4, 20, 2)],
    ['from an array', () => [...inBatches(8, 8, 8, 2)]],
    ['from an iterator that has only next', () => bare(16, 8, 2)],
    ['of a single batch', () => [all]],
  ];
  const ways: [string, TrainOptions][] = [
    ['by plain gradient descent', {}],
    ['by adam with class weights', { optimizer: 'adam', learningRate: 0.02, classWeights: [1, 2, 0.5] }],
    [
      'with validation and early stopping',
      { validation: part(0, 9), earlyStopping: { patience: 1 }, learningRate: 0.9 },
    ],
    ['with an exponential schedule', { learningRate: { schedule: 'exponential', rate: 0.5, factor: 0.5 } }],
  ];

  it.each(forms.flatMap(([form, batches]) => ways.map(([way, more]) => [form, way, batches, more] as const)))(
    'a stream %s trains to the same bits as data in memory, %s',
    async (_, __, batches, more) => {
      const whole = await train(all, { ...more, shuffle: false });
      expect(await train({ batches }, { ...more, shuffle: false })).toEqual(whole);
      expect(await train({ batches }, { ...more, shuffle: false }, 'reference')).toEqual(whole);
    },
  );

  it('shuffles a stream of a single batch like data in memory', async () => {
    const whole = await train(all);
    expect(whole).not.toEqual(await train(all, { shuffle: false }));
    expect(await train({ batches: () => [all] })).toEqual(whole);
  });

  it('shuffles batches reproducibly, and alike on both engines', async () => {
    const batches = (): Iterable<Data> => inBatches(13, 13);
    const one = await train({ batches });
    expect(await train({ batches })).toEqual(one);
    expect(await train({ batches }, {}, 'reference')).toEqual(one);
    expect(one).not.toEqual(await train({ batches }, { shuffle: false }));
    expect(one).not.toEqual(await train(all));
  });
});

it('ends mini-batches at the end of each batch and counts steps across batches', async () => {
  const reports: BatchReport[] = [];
  const onBatch = (report: BatchReport): unknown => reports.push(report);
  const { history } = await train({ batches: () => inBatches(6, 9, 1, 10) }, { epochs: 2, onBatch });
  const perEpoch = 2 + 3 + 1 + 3;
  expect(reports.map(({ epoch, batch, batches }) => [epoch, batch, batches])).toEqual(
    [1, 2].flatMap((epoch) =>
      Array.from({ length: perEpoch }, (_, i) => [epoch, i + 1, epoch === 1 ? 0 : perEpoch]),
    ),
  );
  const sizes = [4, 2, 4, 4, 1, 1, 4, 4, 2];
  for (const [e, { loss }] of history.entries()) {
    const sum = sizes.reduce((sum, size, i) => sum + size * reports[e * perEpoch + i]!.loss, 0);
    // The same doubles summed in another order: COUNT roundings at most.
    expect(Math.abs(loss - sum / COUNT)).toBeLessThanOrEqual(COUNT * Number.EPSILON * loss);
  }
});

it('trains alike on both engines with batches of different sizes, of floats, bytes and sparse values', async () => {
  const inputs = 40;
  const layers = [{ units: 3, activation: 'softmax' }] as const;
  const dense = randomData(7, inputs, 1).inputs;
  const sparse = randomData(30, inputs, 1, 2).inputs.map((x, i) => (i % 9 === 0 ? x : 0));
  const bytes = Uint8Array.from({ length: 3 * inputs }, (_, i) => (i * 31) % 256);
  const labeled = (values: Float32Array | Uint8Array): Data => ({
    inputs: values,
    labels: Array.from({ length: values.length / inputs }, (_, n) => n % 3),
  });
  const batches = (): Data[] => [
    labeled(dense),
    { ...labeled(bytes), inputScale: 1 / 255 },
    labeled(sparse),
    labeled(dense),
  ];
  const [net, other] = await Promise.all([
    Network.create({ inputs, layers }),
    Network.create({ inputs, layers, engine: 'reference' }),
  ]);
  expect(await other.train({ batches }, options)).toEqual(await net.train({ batches }, options));
  expect(fingerprint(other)).toBe(fingerprint(net));
});

it('gives samples weight 1 in batches without sampleWeights when other batches have them', async () => {
  const weights = [2, 0, 1, 0.5, 3, 1, 1, 0];
  const batches = (): Data[] => [part(0, 8), { ...part(8, 16), sampleWeights: weights }, part(16, 26)];
  const sampleWeights = all.inputs.slice(0, COUNT).fill(1);
  sampleWeights.set(weights, 8);
  const stream = await train({ batches }, { shuffle: false });
  expect(stream).toEqual(await train({ ...all, sampleWeights }, { shuffle: false }));
  expect(await train({ batches }, { shuffle: false }, 'reference')).toEqual(stream);
  expect(stream).not.toEqual(await train(all, { shuffle: false }));
});

describe('invalid streams', () => {
  /** Expects the error, and a network trained on the batches before it. */
  async function expectStoppedAfter(stream: Stream, sizes: number[], expected: Expected): Promise<void> {
    const [net, other] = await Promise.all([Network.create(spec), Network.create(spec)]);
    const once = { ...options, epochs: 1 };
    await expectError(() => net.train(stream, once), expected);
    await other.train({ batches: () => inBatches(...sizes) }, once);
    expect(fingerprint(net)).toBe(fingerprint(other));
  }

  const { inputs } = part(8, 10);
  it.each<[string, unknown, Expected]>([
    [
      'an input that is NaN',
      { inputs: [[1, 2, NaN]], labels: [0] },
      [RangeError, 'batches[2].inputs[0][2] is NaN'],
    ],
    ['a label out of range', { inputs, labels: [0, 3] }, [RangeError, 'batches[2].labels[1] is 3']],
    [
      'a batch without answers',
      { inputs },
      [TypeError, 'batches[2].targets: expected either targets or labels'],
    ],
    [
      'too few sampleWeights',
      { ...part(8, 10), sampleWeights: [1] },
      [RangeError, 'batches[2].sampleWeights: expected 2'],
    ],
    ['an unknown name', { ...part(8, 10), weights: [1, 1] }, [TypeError, "batches[2]: unknown 'weights'"]],
    ['a batch without samples', { inputs: [], labels: [] }, [RangeError, /^batches\[2\]\.inputs: /]],
    ['a batch that is null', null, [TypeError, 'batches[2]: expected an object']],
    ['a batch that is undefined', undefined, [TypeError, 'batches[2]: expected an object']],
  ])('names the batch when it rejects %s', async (_, bad, expected) => {
    const batches = function* (): Generator<Data> {
      yield* inBatches(4, 4);
      yield bad as Data;
    };
    await expectStoppedAfter({ batches }, [4, 4], expected);
  });

  it('passes an error of the source on unchanged', async () => {
    const offline = new Error('offline');
    const failing = async function* (): AsyncGenerator<Data> {
      yield* slowly(4, 8);
      throw offline;
    };
    await expectStoppedAfter({ batches: failing }, [4, 8], [Error, 'offline']);
    const rejecting = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(offline) }) };
    const net = await Network.create(spec);
    expect(await catchError(() => net.train({ batches: () => rejecting }))).toBe(offline);
  });

  it('rejects an epoch without batches', async () => {
    const nothing: Expected = [RangeError, 'batches: expected at least one batch in each epoch, got none'];
    await expectHarmlessError((net) => net.train({ batches: () => [] }), nothing);
    // For example, of an iterator that the first epoch used up.
    const [net, other] = await Promise.all([Network.create(spec), Network.create(spec)]);
    const used = inBatches(13, 13);
    await expectError(() => net.train({ batches: () => used }, options), nothing);
    await other.train({ batches: () => inBatches(13, 13) }, { ...options, epochs: 1 });
    expect(fingerprint(net)).toBe(fingerprint(other));
  });

  it.each<[string, unknown, Expected]>([
    [
      'batches that are not a function',
      { batches: [goodData] },
      [TypeError, 'batches: expected a function that returns batches, got an array'],
    ],
    [
      'batches that are undefined',
      { batches: undefined },
      [TypeError, 'batches: expected a function that returns batches, got undefined'],
    ],
    [
      'batches that return no iterable',
      { batches: () => goodData },
      [TypeError, 'batches: expected it to return an iterable, got an object'],
    ],
    [
      'batches that return a promise',
      { batches: () => Promise.resolve([]) },
      [TypeError, 'batches: expected it to return an iterable'],
    ],
    [
      'an unknown name beside batches',
      { batches: () => [goodData], labels: [] },
      [TypeError, "data: unknown 'labels'"],
    ],
  ])('train on a stream rejects %s', (_, stream, expected) =>
    expectHarmlessError((net) => net.train(stream as Stream), expected),
  );

  it('keeps an earlier run when the next stream is refused', async () => {
    const net = await Network.create(spec);
    await net.train(all, { ...options, optimizer: 'adam' });
    const saved = net.save();
    await expectError(() => net.train({ batches: 5 } as unknown as Stream), [TypeError, 'batches: expected']);
    expect(net.save()).toEqual(saved);
  });

  it('rejects classWeights when a batch has targets', async () => {
    const batches = (): Data[] => [{ inputs: [[1, 2, 3]], targets: [[0, 1]] }];
    await expectHarmlessError(
      (net) => net.train({ batches }, { classWeights: [1, 2] }),
      [TypeError, 'classWeights: for labels only; use sampleWeights'],
    );
  });
});

describe('closing a source', () => {
  /** Batches that record when they are opened, ended and closed. */
  function watched(sizes: number[], whenClosed?: () => never) {
    const said: string[] = [];
    const batches = (): AsyncIterable<Data> => {
      const generator = slowly(...sizes);
      said.push('opened');
      return {
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            const result = await generator.next();
            if (result.done) said.push('ended');
            return result;
          },
          return: () => {
            said.push('closed');
            whenClosed?.();
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      };
    };
    return { said, batches };
  }

  it('does not close a source that came to its end', async () => {
    const { said, batches } = watched([8, 8]);
    await train({ batches }, { epochs: 2 });
    expect(said).toEqual(['opened', 'ended', 'opened', 'ended']);
  });

  const stoppingAt = (step: number, act: () => void): TrainOptions => {
    let steps = 0;
    return { onBatch: () => (++steps === step ? act() : undefined) };
  };

  it.each<[string, (() => never) | undefined]>([
    ['', undefined],
    [
      ' and keeps the reason of the signal when closing throws',
      () => {
        throw new Error('while closing');
      },
    ],
  ])('closes the source when a signal stops the training%s', async (_, whenClosed) => {
    const { said, batches } = watched([8, 8], whenClosed);
    const stop = new AbortController();
    const watch = stoppingAt(1, () => stop.abort('enough'));
    expect(await catchError(() => train({ batches }, { ...watch, signal: stop.signal }))).toBe('enough');
    expect(said).toEqual(['opened', 'closed']);
  });

  it('closes the source when onBatch throws in the second epoch', async () => {
    const { said, batches } = watched([8, 8]);
    const watch = stoppingAt(5, () => {
      throw new Error('mine');
    });
    await expectError(() => train({ batches }, watch), [Error, 'mine']);
    expect(said).toEqual(['opened', 'ended', 'opened', 'closed']);
  });

  it('closes the source when a batch is invalid', async () => {
    let closed = 0;
    const batches = function* (): Generator<Data> {
      try {
        yield { inputs: [[1, 2]], labels: [0] };
      } finally {
        closed++;
      }
    };
    await expectError(() => train({ batches }), [RangeError, 'batches[0].inputs[0]']);
    expect(closed).toBe(1);
  });

  it('closes the source when the network is disposed during training', async () => {
    const { said, batches } = watched([8, 8]);
    const net = await Network.create(spec);
    await catchError(() => net.train({ batches }, { onBatch: () => net.dispose() }));
    expect(said).toEqual(['opened', 'closed']);
  });

  it('does not close a source that failed, just as for await does not', async () => {
    const said: string[] = [];
    const iterator = {
      next: () => Promise.reject(new Error('offline')),
      return: () => Promise.resolve({ done: true as const, value: said.push('closed') }),
    };
    await expectError(
      () => train({ batches: () => ({ [Symbol.asyncIterator]: () => iterator }) as AsyncIterable<Data> }),
      [Error, 'offline'],
    );
    expect(said).toEqual([]);
  });
});

it('trains on csvBatches of bp4/data as on the same data in memory', async () => {
  const rows = Array.from({ length: COUNT }, (_, n) => {
    const row = all.inputs.subarray(n * INPUTS, (n + 1) * INPUTS);
    return `${[...row].join()},class${all.labels[n]}\n`;
  });
  const text = `a,b,c,kind\n${rows.join('')}`;
  const classes = ['class0', 'class1', 'class2'];
  // In chunks cut at arbitrary places.
  const source = (): string[] => text.match(/[^]{1,50}/g)!;
  const batches = csvBatches(source, { label: 'kind', classes }, 8);
  const stream = await train({ batches }, { shuffle: false });
  expect(stream).toEqual(await train(all, { shuffle: false }));
});
