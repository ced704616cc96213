import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Network, type Data, type NetworkOptions, type TrainOptions } from '../../src/index.js';
import type * as Load from '../../src/kernels/load.js';
import { planLayout } from '../../src/memory/layout.js';
import { Net } from '../../src/memory/structs.js';
import { Views } from '../../src/memory/views.js';
import type * as Work from '../../src/base/work.js';
import { atEveryTurn, everyLookTakes } from '../support/clock.js';
import { fingerprint } from '../support/fingerprint.js';
import { catchError } from '../support/patient.js';
import { randomData } from '../support/random-data.js';

// The event loop has its turn while a network trains. No time is measured, since machines differ: a clock that moves
// only when it is looked at shows how much is done between two looks.

/** The multiplications of forward passes since the event loop had its last turn. */
const done = vi.hoisted(() => ({ multiplications: 0 }));

vi.mock('../../src/kernels/load.js', async (importOriginal) => {
  const load = await importOriginal<typeof Load>();
  const takeKernels: typeof load.takeKernels = async (engine) => {
    const kernels = await load.takeKernels(engine);
    const note = (net: number, rows: number): void => {
      done.multiplications += new Net(new Views(kernels), net).parameterCount * rows;
    };
    return {
      ...kernels,
      feedForward: (net, rows) => {
        note(net, rows);
        kernels.feedForward(net, rows);
      },
      descend: (net, window, first, count, size, learningRate) => {
        note(net, count);
        return kernels.descend(net, window, first, count, size, learningRate);
      },
    };
  };
  return { ...load, takeKernels };
});

beforeEach(() => {
  done.multiplications = 0;
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const mnist: NetworkOptions = {
  inputs: 784,
  layers: [
    { units: 30, activation: 'sigmoid' },
    { units: 10, activation: 'sigmoid' },
  ],
};

/** Bytes with labels, as MNIST has them. */
function images(count: number, inputs = 784): Data {
  const bytes = Uint8Array.from({ length: count * inputs }, (_, i) => (i * 31) % 256);
  const labels = Uint8Array.from({ length: count }, (_, n) => n % 10);
  return { inputs: bytes, inputScale: 1 / 255, labels };
}

interface Turns {
  readonly count: number;
  /** The most multiplications between two turns. */
  readonly most: number;
}

/** The turns of the event loop that the work gives, where each look at the clock takes so long. */
async function countTurns(work: () => Promise<unknown>, lookTakes = 8): Promise<Turns> {
  everyLookTakes(lookTakes);
  let count = 0;
  let most = 0;
  const note = (): void => {
    most = Math.max(most, done.multiplications);
    done.multiplications = 0;
  };
  await atEveryTurn(work, () => {
    count++;
    note();
  });
  note();
  return { count, most };
}

describe('the work between two looks at the clock', () => {
  /** What training may do without a look at the clock where steps are short: two calls of the kernels. */
  const LITTLE = 10_000_000;
  const forMnist = planLayout({ sizes: [784, 30, 10], rows: 1, bytesPerFloat: 4, base: 0 }).parameterCount;
  const imagesOfMnist = images(300);
  const cases: [string, NetworkOptions, Data, TrainOptions, most: number][] = [
    ['some steps of ten images', mnist, imagesOfMnist, { miniBatchSize: 10 }, LITTLE + forMnist * 10],
    ['one step of all images', mnist, imagesOfMnist, { miniBatchSize: 300 }, forMnist * 300],
    ['a chunk of validation', mnist, images(10), { validation: images(1000) }, forMnist * 128 + LITTLE],
    [
      'a smaller chunk of validation in the reference',
      { ...mnist, inputs: 2000, engine: 'reference' },
      images(10, 2000),
      { validation: images(200, 2000) },
      5e6 + LITTLE,
    ],
    [
      'many steps of a small network',
      {
        inputs: 2,
        layers: [
          { units: 3, activation: 'tanh' },
          { units: 1, activation: 'tanh' },
        ],
      },
      randomData(20_000, 2, 1),
      { miniBatchSize: 1 },
      LITTLE,
    ],
  ];

  it.each(cases)(
    'bounds the work between two looks at the clock in %s',
    async (_, spec, data, options, most) => {
      const net = await Network.create(spec);
      const turns = await countTurns(() => net.train(data, { epochs: 2, ...options }));
      expect(turns.most).toBeLessThanOrEqual(most);
      expect(turns.most).toBeGreaterThan(0);
    },
  );
});

describe('the check of large data', () => {
  /** Enough for eight looks at the clock. */
  const COUNT = 2 ** 21;
  const numbers = new Float32Array(COUNT);
  const labels = new Uint8Array(COUNT);
  const wrong = numbers.slice();
  wrong[COUNT - 1] = NaN;
  const plain = Array.from(wrong);
  const rows = Array.from({ length: COUNT / 64 }, (_, n) => plain.slice(64 * n, 64 * (n + 1)));
  const wrongLabels = labels.slice();
  wrongLabels[COUNT - 1] = 2;

  const cases: [string, inputs: number, Data][] = [
    ['inputs in a typed array', 1, { inputs: wrong, labels }],
    ['inputs in a flat array', 1, { inputs: plain, labels }],
    ['inputs in rows', 64, { inputs: rows, labels: labels.subarray(0, rows.length) }],
    ['targets', 1, { inputs: labels, targets: wrong }],
    ['labels in a typed array', 1, { inputs: labels, labels: wrongLabels }],
    ['labels in a plain array', 1, { inputs: labels, labels: Array.from(wrongLabels) }],
  ];

  it.each(cases)('yields to the event loop while it checks %s', async (_, inputs, data) => {
    const net = await Network.create({ inputs, layers: [{ units: 1, activation: 'sigmoid' }] });
    const { count, most } = await countTurns(() => catchError(() => net.train(data)));
    expect(count).toBeGreaterThanOrEqual(7);
    expect(most).toBe(0); // nothing was computed before all was checked
  });

  it('yields to the event loop while it checks validation data', async () => {
    const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'sigmoid' }] });
    const validation = { inputs: wrong, labels };
    const { count } = await countTurns(() =>
      catchError(() => net.train({ inputs: [1], labels: [0] }, { validation })),
    );
    expect(count).toBeGreaterThanOrEqual(7);
  });
});

describe('a slice', () => {
  /** Milliseconds of the clock between turns of the event loop, where each look takes so many. */
  async function gaps(lookTakes: number): Promise<number[]> {
    const net = await Network.create(mnist);
    const data = images(300);
    const clock = everyLookTakes(lookTakes);
    const turns = [clock.time];
    await atEveryTurn(
      () => net.train(data, { epochs: 1, miniBatchSize: 10 }),
      () => turns.push(clock.time),
    );
    return turns.slice(1).map((time, i) => time - turns[i]!);
  }

  it.each([1, 2, 4])('a slice lasts 16 ms at most, in looks of %i ms', async (lookTakes) => {
    expect(Math.max(...(await gaps(lookTakes)))).toBeLessThanOrEqual(16);
  });

  it.each([8, 50])('a slice takes one step when a step takes %i ms', async (lookTakes) => {
    // One look to end a slice, one to begin the next.
    expect(Math.max(...(await gaps(lookTakes)))).toBe(2 * lookTakes);
  });

  it('a slice does not end before its time', async () => {
    const net = await Network.create(mnist);
    const turns = await countTurns(() => net.train(images(100), { epochs: 1, miniBatchSize: 10 }), 0);
    expect(turns.count).toBe(0);
  });

  it.each([
    ['setImmediate', setImmediate],
    ['a MessageChannel, as in browsers', undefined],
  ])('a slice ends by %s', async (_, immediate) => {
    const turn = setImmediate;
    vi.stubGlobal('setImmediate', immediate);
    vi.resetModules();
    const { inSlices } = await import('../../src/base/work.js');
    everyLookTakes(8);
    const events: string[] = [];
    function* work(): Work.Work<string> {
      for (const part of ['first', 'second', 'third']) {
        events.push(part);
        turn(() => events.push(`others after ${part}`));
        yield;
      }
      return 'result';
    }
    expect(await inSlices(work(), () => events.push('asked'))).toBe('result');
    expect(events.filter((event) => !event.startsWith('others'))).toEqual([
      'first',
      'asked',
      'second',
      'asked',
      'third',
      'asked',
    ]);
    expect(events.indexOf('others after first')).toBeLessThan(events.indexOf('third'));
  });
});

describe('timers', () => {
  /** It takes seconds on the fastest machine, if nobody stops it. */
  const long: TrainOptions = { epochs: 100, miniBatchSize: 10 };

  it.each([
    ['setTimeout', 0],
    ['setInterval', 1],
  ])('timers by %s run during a training and can stop it', async (timer, delay) => {
    const net = await Network.create(mnist);
    const stop = new AbortController();
    let served = 0;
    const serve = (): void => {
      if (++served === 10) stop.abort('served');
      else if (timer === 'setTimeout') setTimeout(serve, delay);
    };
    const timeout = timer === 'setTimeout' ? setTimeout(serve, delay) : setInterval(serve, delay);
    expect(await catchError(() => net.train(images(5000), { ...long, signal: stop.signal }))).toBe('served');
    clearInterval(timeout);
    expect(served).toBe(10);
  });
});

describe('train', () => {
  it.each(['onEpoch', 'onBatch'] as const)('train waits for the promise of %s', async (callback) => {
    const net = await Network.create(mnist);
    const events: string[] = [];
    const wait = async (): Promise<void> => {
      const before = fingerprint(net);
      events.push('called');
      await new Promise((resolve) => setTimeout(resolve, 5));
      events.push(fingerprint(net) === before ? 'nothing done' : 'gone on');
    };
    await net.train(images(20), { epochs: 2, miniBatchSize: 20, [callback]: wait });
    expect(events).toEqual(['called', 'nothing done', 'called', 'nothing done']);
  });
});
