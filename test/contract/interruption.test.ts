import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Network, StateError, type TrainOptions } from '../../src/index.js';
import { Window } from '../../src/training/window.js';
import { atTurn, everyLookTakes } from '../support/clock.js';
import { fingerprint } from '../support/fingerprint.js';
import {
  afterGoodTraining,
  catchError,
  expectError,
  expectHarmlessError,
  goodData,
  spec,
} from '../support/patient.js';
import { randomData } from '../support/random-data.js';

// Training that is stopped, by whatever, leaves a network after a whole step, and one that trains on.

const data = randomData(22, 3, 2);
const options: TrainOptions = { epochs: 3, miniBatchSize: 4, learningRate: 0.2 };
/** What is below happens in the middle of the second epoch. */
const STEP = 8;

/** The fingerprint of the network after each step of a training that nothing interrupts; first, as created. */
const trace = await (async () => {
  const net = await Network.create(spec);
  const fingerprints = [fingerprint(net)];
  await net.train(data, { ...options, onBatch: () => fingerprints.push(fingerprint(net)) });
  return fingerprints;
})();

/** A network that has taken so many steps trains on as one that did so by itself. */
async function expectStoppedAfter(steps: number, net: Network): Promise<void> {
  expect(fingerprint(net)).toBe(trace[steps]);
  const twin = await Network.fromJSON(net.toJSON());
  expect(await afterGoodTraining(net)).toBe(await afterGoodTraining(twin));
}

/** Calls `act` at step STEP, and counts the steps. */
function atStep(act: () => unknown): { count: number; readonly onBatch: () => unknown } {
  const steps = { count: 0, onBatch: () => (++steps.count === STEP ? act() : undefined) };
  return steps;
}

afterEach(() => {
  vi.restoreAllMocks();
});

it('the training of these tests takes three epochs of six steps', () => {
  expect(trace).toHaveLength(1 + 3 * 6);
  expect(new Set(trace).size).toBe(trace.length);
});

describe('train', () => {
  const reasons: [string, unknown][] = [
    ['an error', new Error('enough')],
    ['a string', 'enough'],
    ['null', null],
  ];

  it.each(reasons)('train rejects with the reason of a signal aborted before it: %s', async (_, reason) => {
    const net = await Network.create(spec);
    const training = (): unknown => net.train(data, { ...options, signal: AbortSignal.abort(reason) });
    expect(await catchError(training)).toBe(reason);
    await expectStoppedAfter(0, net);
  });

  it.each(reasons)('train rejects with the reason of a signal aborted in onBatch: %s', async (_, reason) => {
    const net = await Network.create(spec);
    const stop = new AbortController();
    const steps = atStep(() => stop.abort(reason));
    expect(
      await catchError(() => net.train(data, { ...options, onBatch: steps.onBatch, signal: stop.signal })),
    ).toBe(reason);
    expect(steps.count).toBe(STEP);
    await expectStoppedAfter(STEP, net);
  });

  it('train stops when the signal is aborted while it waits for onBatch', async () => {
    const net = await Network.create(spec);
    const stop = new AbortController();
    const steps = atStep(async () => {
      await nextTurn();
      stop.abort('late');
    });
    expect(
      await catchError(() => net.train(data, { ...options, onBatch: steps.onBatch, signal: stop.signal })),
    ).toBe('late');
    await expectStoppedAfter(STEP, net);
  });

  it.each([1, 3])('train stops when the signal is aborted in onEpoch, after %i epochs', async (last) => {
    const net = await Network.create(spec);
    const stop = new AbortController();
    const onEpoch = ({ epoch }: { epoch: number }): void => {
      if (epoch === last) stop.abort('done');
    };
    expect(await catchError(() => net.train(data, { ...options, onEpoch, signal: stop.signal }))).toBe(
      'done',
    );
    await expectStoppedAfter(6 * last, net);
  });

  it('train stops when the signal is aborted between slices', async () => {
    everyLookTakes(8);
    const net = await Network.create(spec);
    const stop = new AbortController();
    let steps = 0;
    const onBatch = (): unknown => steps++;
    const training = (): Promise<unknown> => net.train(data, { ...options, onBatch, signal: stop.signal });
    expect(await catchError(() => atTurn(STEP, training, () => stop.abort('turn')))).toBe('turn');
    await expectStoppedAfter(steps, net);
  });

  it('train rejects with an AbortError when the signal has no reason', async () => {
    const net = await Network.create(spec);
    const error = await catchError(() => net.train(data, { ...options, signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ name: 'AbortError' });
  });

  it('train gives the same bits with a signal that is never aborted', async () => {
    const net = await Network.create(spec);
    await net.train(data, { ...options, signal: new AbortController().signal });
    expect(fingerprint(net)).toBe(trace.at(-1));
  });
});

describe('a callback', () => {
  const failures: [string, (error: unknown) => unknown][] = [
    [
      'throws',
      (error) => {
        throw error;
      },
    ],
    [
      'rejects',
      async (error) => {
        await nextTurn();
        throw error;
      },
    ],
  ];

  describe.each(failures)('that %s', (_, fail) => {
    it.each([new TypeError('mine'), 'mine', undefined])(
      'rejects train with what onBatch throws: %s',
      async (error) => {
        const net = await Network.create(spec);
        const { onBatch } = atStep(() => fail(error));
        expect(await catchError(() => net.train(data, { ...options, onBatch }))).toBe(error);
        await expectStoppedAfter(STEP, net);
      },
    );

    it.each([new TypeError('mine'), 'mine', undefined])(
      'rejects train with what onEpoch throws: %s',
      async (error) => {
        const net = await Network.create(spec);
        expect(await catchError(() => net.train(data, { ...options, onEpoch: () => fail(error) }))).toBe(
          error,
        );
        await expectStoppedAfter(6, net);
      },
    );
  });
});

describe("a user's function whose promise never settles", () => {
  const never = new Promise<never>(() => undefined);
  let hasClosed = false;

  /** Each waits after the first epoch, which has six steps, except for the stream, which has two. */
  const waits: [
    string,
    steps: number,
    (net: Network, options: TrainOptions, wait: () => unknown) => unknown,
  ][] = [
    ['onEpoch', 6, (net, given, onEpoch) => net.train(data, { ...given, onEpoch })],
    [
      'checkpoint.write',
      6,
      (net, given, write) => net.train(data, { ...given, checkpoint: { everyEpochs: 1, write } }),
    ],
    [
      'metrics',
      6,
      (net, given, wait) => {
        let calls = 0; // the first measures the network before it is trained
        const metrics = { wait: () => (calls++ === 0 ? 0 : wait()) as number };
        return net.train(data, { ...given, validation: data, metrics });
      },
    ],
    [
      'metrics before the training',
      0,
      (net, given, wait) => net.train(data, { ...given, validation: data, metrics: { wait: wait as never } }),
    ],
    ['the rate', 0, (net, given, wait) => net.train(data, { ...given, learningRate: wait as never })],
    [
      'batches.next()',
      2,
      (net, given, wait) => {
        const { inputs, targets } = data;
        const results = [
          { done: false, value: { inputs: inputs.subarray(0, 24), targets: targets.subarray(0, 16) } },
        ];
        const next = async (): Promise<never> => (results.shift() ?? (await wait())) as never;
        const close = (): Promise<never> => ((hasClosed = true), never);
        return net.train(
          { batches: () => ({ [Symbol.asyncIterator]: () => ({ next, return: close }) }) },
          given,
        );
      },
    ],
  ];

  /** Trains until the function waits, and then acts. @returns what the training is rejected with */
  async function actWhileWaiting(
    train: (typeof waits)[number][2],
    net: Network,
    given: TrainOptions,
    act: () => void,
  ): Promise<unknown> {
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const training = catchError(() => train(net, { ...options, ...given }, () => (begin(), never)));
    await begun;
    await nextTurn();
    act();
    return await training;
  }

  it.each(waits)('%s: an aborted signal settles train', async (name, steps, train) => {
    hasClosed = false;
    const net = await Network.create(spec);
    const stop = new AbortController();
    const { signal } = stop;
    expect(await actWhileWaiting(train, net, { signal }, () => stop.abort('late'))).toBe('late');
    expect(hasClosed).toBe(name === 'batches.next()');
    if (name !== 'batches.next()') await expectStoppedAfter(steps, net);
    await net.train(goodData);
  });

  it.each(waits)('%s: dispose settles train', async (_, __, train) => {
    const net = await Network.create(spec);
    const error = await actWhileWaiting(train, net, {}, () => net.dispose());
    expect(error).toBeInstanceOf(StateError);
  });

  it('leaves no listener at the signal', async () => {
    const net = await Network.create(spec);
    const { signal } = new AbortController();
    const remove = vi.spyOn(signal, 'removeEventListener');
    const add = vi.spyOn(signal, 'addEventListener');
    await net.train(data, { ...options, signal });
    expect(add).toHaveBeenCalledOnce();
    expect(remove.mock.calls).toEqual(add.mock.calls);
  });
});

describe('a second training', () => {
  it('train rejects a second training during the first, which continues', async () => {
    const net = await Network.create(spec);
    const first = net.train(data, options);
    await expectError(
      () => net.train(data, options),
      [StateError, /^train: the network is being trained; wait/],
    );
    await first;
    expect(fingerprint(net)).toBe(trace.at(-1));
  });

  it('train rejects a second training in onBatch, which may await it', async () => {
    const net = await Network.create(spec);
    const { onBatch } = atStep(() => net.train(data, options));
    await expectError(() => net.train(data, { ...options, onBatch }), [StateError, 'being trained']);
    await expectStoppedAfter(STEP, net);
  });

  it.each([
    ['by data', (net: Network) => net.train({ inputs: [1] })],
    ['by options', (net: Network) => net.train(goodData, { epochs: -1 })],
    ['by its signal', (net: Network) => net.train(goodData, { signal: AbortSignal.abort(new TypeError()) })],
  ])('train accepts another training after one that failed %s', async (_, call) => {
    await expectHarmlessError(call, [Error, '']);
  });
});

describe('dispose', () => {
  const disposed = [StateError, 'the network was disposed'] as const;

  /** Disposes of `net` and makes another at once, which may take over its memory; it must be as if made alone. */
  async function expectAnotherUndisturbed(
    train: (replace: (net: Network) => void) => Promise<void>,
  ): Promise<void> {
    let another: Promise<Network> | undefined;
    await train((net) => {
      net.dispose();
      another = Network.create({ ...spec, seed: 2 });
    });
    const [made, twin] = [await another!, await Network.create({ ...spec, seed: 2 })];
    expect(fingerprint(made)).toBe(fingerprint(twin));
    expect(await afterGoodTraining(made)).toBe(await afterGoodTraining(twin));
  }

  it.each(['onBatch', 'onEpoch'] as const)('dispose rejects train in %s', async (callback) => {
    await expectAnotherUndisturbed(async (replace) => {
      const net = await Network.create(spec);
      let calls = 0;
      const replaceOnce = (): void => {
        calls++;
        replace(net);
      };
      await expectError(() => net.train(data, { ...options, [callback]: replaceOnce }), disposed);
      expect(calls).toBe(1);
    });
  });

  it('dispose rejects train between slices', async () => {
    everyLookTakes(8);
    await expectAnotherUndisturbed(async (replace) => {
      const net = await Network.create(spec);
      const training = (): Promise<unknown> =>
        net.train(data, { ...options, onBatch: () => undefined, epochs: 10 });
      await expectError(() => atTurn(STEP, training, () => replace(net)), disposed);
    });
  });

  it('dispose rejects train while validation data are evaluated', async () => {
    everyLookTakes(8);
    await expectAnotherUndisturbed(async (replace) => {
      const net = await Network.create(spec);
      const validation = randomData(10_000, 3, 2);
      const training = (): Promise<unknown> => net.train(data, { ...options, validation });
      await expectError(() => atTurn(5, training, () => replace(net)), disposed);
    });
  });
});

describe('dispose during a diagnosis', () => {
  const disposed = [StateError, 'the network was disposed'] as const;
  const many = randomData(1000, 3, 2);
  const calls: [string, (net: Network) => Promise<unknown>][] = [
    ['diagnose', (net) => net.diagnose(many)],
    ['checkGradients', (net) => net.checkGradients(many)],
  ];

  it.each(calls)('dispose rejects %s right after the call', async (_, call) => {
    everyLookTakes(8); // so that the call cannot end before it returns
    const net = await Network.create(spec);
    const other = { ...spec, inputs: 4000, seed: 2 }; // its weights lie where a mini-batch did
    const expected = fingerprint(await Network.create(other));
    const result = catchError(() => call(net));
    net.dispose();
    const another = await Network.create(other);
    expect(await result).toBeInstanceOf(StateError);
    expect(fingerprint(another)).toBe(expected);
  });

  it.each(calls)('dispose rejects %s between slices', async (_, call) => {
    everyLookTakes(8);
    const net = await Network.create(spec);
    await expectError(
      () =>
        atTurn(
          4,
          () => call(net),
          () => net.dispose(),
        ),
      disposed,
    );
  });
});

describe('after dispose', () => {
  const uses: [string, (net: Network) => unknown][] = [
    ['layers', (net) => net.layers],
    ['predict', (net) => net.predict(goodData.inputs)],
    ['evaluate', (net) => net.evaluate(goodData)],
    ['backprop', (net) => net.backprop(goodData)],
    ['diagnose', (net) => net.diagnose(goodData)],
    ['checkGradients', (net) => net.checkGradients(goodData)],
    ['train', (net) => net.train(goodData)],
    ['toJSON', (net) => net.toJSON()],
    ['JSON.stringify', (net) => JSON.stringify(net)],
  ];

  it.each(uses)('%s throws after dispose', async (_, use) => {
    const net = await Network.create(spec);
    net.dispose();
    await expectError(
      () => use(net),
      [StateError, /^the network was disposed; create another, or dispose of it later$/],
    );
  });

  it('layers read before dispose do not show the memory of another network', async () => {
    const net = await Network.create(spec);
    const layers = net.layers;
    const before = structuredClone(layers);
    net.dispose();
    await Network.create({ ...spec, seed: 2 });
    expect(layers).toEqual(before);
  });

  it('a second dispose does nothing', async () => {
    const net = await Network.create(spec);
    net.dispose();
    net.dispose();
    const [one] = [await Network.create(spec), await Network.create({ ...spec, seed: 2 })];
    expect(fingerprint(one)).toBe(trace[0]);
  });

  it('the options of a network can be read after dispose', async () => {
    const net = await Network.create(spec);
    net.dispose();
    expect(net).toMatchObject({ engine: 'wasm', inputs: 3, outputs: 2, loss: 'crossEntropy' });
  });
});

describe('data that are changed or taken away during training', () => {
  it('train uses data as they were at the call when the network holds them', async () => {
    const net = await Network.create(spec);
    const { inputs, targets } = randomData(22, 3, 2);
    const { onBatch } = atStep(() => {
      targets.fill(NaN);
      structuredClone(inputs.buffer, { transfer: [inputs.buffer] });
    });
    await net.train({ inputs, targets }, { ...options, onBatch });
    expect(fingerprint(net)).toBe(trace.at(-1));
  });

  it('train does without labels that are taken away when the network holds them', async () => {
    const net = await Network.create(spec);
    const labels = new Uint8Array(22).map((_, n) => n % 2);
    const { onBatch } = atStep(() => void structuredClone(labels.buffer, { transfer: [labels.buffer] }));
    const history = await net.train({ inputs: randomData(22, 3, 2).inputs, labels }, { ...options, onBatch });
    expect(labels).toHaveLength(0);
    expect(history).toHaveLength(options.epochs!);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'data taken away in pause %i leave a network that is trained or unchanged',
    async (pause) => {
      const net = await Network.create(spec);
      const before = fingerprint(net);
      const { inputs, targets } = randomData(300, 3, 2);
      everyLookTakes(100);
      const history = await atTurn(
        pause,
        () => net.train({ inputs, targets }, { epochs: 1 }).catch(() => undefined),
        () => void structuredClone(0, { transfer: [inputs.buffer, targets.buffer] }),
      );
      vi.restoreAllMocks();
      expect(fingerprint(net) === before).toBe(history === undefined);
    },
  );
});

it("an effect that is undone and done again, as in React's StrictMode, trains as one that is done once", async () => {
  const start = (): { done: Promise<unknown>; undo: () => void } => {
    const stop = new AbortController();
    let net: Network | undefined;
    const train = async (): Promise<unknown> => {
      net = await Network.create(spec);
      await net.train(data, { ...options, signal: stop.signal });
      return fingerprint(net);
    };
    return {
      done: train().catch((error: unknown) => error),
      undo: () => {
        stop.abort('undone');
        net?.dispose();
      },
    };
  };
  const once = await start().done;
  expect(once).toBeTypeOf('string');
  for (const isTraining of [false, true]) {
    const first = start();
    if (isTraining)
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    first.undo();
    const second = start();
    const ends = await Promise.all([first.done, second.done]);
    if (!isTraining) expect(ends[0]).toBe('undone');
    expect(ends[1]).toBe(once);
  }
});

describe('data that are taken away during training, too many for the network to hold', () => {
  beforeEach(() => {
    vi.spyOn(Window, 'chooseForm').mockReturnValue('none');
  });
  const gone = [
    TypeError,
    /^data: the buffer of a typed array was transferred or made shorter; keep it/,
  ] as const;
  const changed = [RangeError, /^labels: changed since they were checked; keep them/] as const;

  /** Rows of 40 are copied whole, of 3 number by number. */
  it.each([3, 40])(
    'train rejects when the buffer of its data is transferred, in rows of %i',
    async (inputs) => {
      const net = await Network.create({ ...spec, inputs });
      const samples = randomData(22, inputs, 2);
      const { onBatch } = atStep(() =>
        structuredClone(samples.inputs.buffer, { transfer: [samples.inputs.buffer] }),
      );
      await expectError(() => net.train(samples, { ...options, onBatch }), gone);
      expect(net.layers[0]!.weights).not.toContain(NaN);
    },
  );

  it.each([-100, 2, 255, 0.5, NaN])('train rejects when a label becomes %d', async (label) => {
    const net = await Network.create(spec);
    const labels = new Float64Array(22);
    let whole: string | undefined;
    const { onBatch } = atStep(() => {
      whole = fingerprint(net);
      labels.fill(label);
    });
    await expectError(() => net.train({ inputs: data.inputs, labels }, { ...options, onBatch }), changed);
    expect(fingerprint(net)).toBe(whole);
    expect(net.evaluate({ inputs: data.inputs, labels: labels.fill(1) }).loss).not.toBeNaN();
  });
});
