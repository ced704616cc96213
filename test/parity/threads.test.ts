import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type * as OS from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Worker } from 'node:worker_threads';
import {
  type DivergenceError,
  Network,
  ThreadError,
  type ActivationName,
  type Data,
  type EngineChoice,
  type ThreadChoice,
} from '../../src/index.js';
import { Random } from '../../src/base/random.js';
import { WorkerTeam } from '../../src/kernels/team.js';
import { threadedKernels } from '../../src/kernels/threads.js';
import { Window } from '../../src/training/window.js';
import { fingerprint } from '../support/fingerprint.js';
import { catchError } from '../support/patient.js';
import { amount } from '../support/thorough.js';

// Several threads share a step or a pass: same bits, no thread is left running, and none waits for a thread that has exited.

const require = createRequire(import.meta.url);
/** The same objects as in the code under test: what is replaced here is replaced there. */
const os = require('node:os') as typeof OS;
const modules = require('node:worker_threads') as { Worker: typeof Worker };
const OriginalWorker = modules.Worker;
let workers: Worker[] = [];

beforeEach(() => {
  workers = [];
  modules.Worker = class extends OriginalWorker {
    constructor(...options: ConstructorParameters<typeof Worker>) {
      super(...options);
      workers.push(this);
    }
  };
});

afterEach(() => {
  modules.Worker = OriginalWorker;
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function createData(count: number, inputs: number, outputs: number, zeros: number): Data {
  const random = Random.fromSeed(count + inputs);
  return {
    inputs: new Float32Array(count * inputs).map(() =>
      random.below(10) < zeros ? 0 : random.uniform(-1, 1),
    ),
    labels: new Uint8Array(count).map(() => random.below(outputs)),
  };
}

interface Case {
  readonly sizes: readonly [inputs: number, ...units: number[]];
  readonly count: number;
  readonly miniBatchSize: number;
  readonly zeros?: number;
}

const create = (
  sizes: Case['sizes'],
  threads: ThreadChoice,
  engine: EngineChoice = 'auto',
): Promise<Network> => {
  const [inputs, ...units] = sizes;
  const layers = units.map((units, l) => {
    const activation: ActivationName = l === sizes.length - 2 ? 'softmax' : 'tanh';
    return { units, activation };
  });
  return Network.create({ inputs, layers, seed: 2, threads, engine });
};

/** The weights after training, and its history. */
async function trained(
  { sizes, count, miniBatchSize, zeros = 0 }: Case,
  threads: ThreadChoice,
): Promise<unknown> {
  const net = await create(sizes, threads);
  expect(net.threads).toBe(threads);
  const data = createData(count, sizes[0], sizes.at(-1)!, zeros);
  const history = await net.train(data, { epochs: 2, miniBatchSize, learningRate: 0.3 });
  const print = fingerprint(net);
  net.dispose();
  return { history, print };
}

const cases: [string, Case][] = [
  ['fewer samples than threads', { sizes: [5, 7, 3], count: 7, miniBatchSize: 2 }],
  ['a mini-batch of one', { sizes: [9, 3], count: 5, miniBatchSize: 1 }],
  ['shares of different sizes', { sizes: [33, 29, 17, 3], count: 64, miniBatchSize: 27 }],
  ['mostly zero inputs', { sizes: [100, 37, 5], count: 50, miniBatchSize: 13, zeros: 8 }],
  [
    'more than sixteen units for each thread',
    { sizes: [100, 130, 5], count: 50, miniBatchSize: 32, zeros: 8 },
  ],
];

describe.each(cases)('%s', (_, one) => {
  let byOneThread: Promise<unknown> | undefined;

  it.each(amount([2, 4], [2, 3, 4]))('gives the same bits with %i threads as with one', async (threads) => {
    byOneThread ??= trained(one, 1);
    expect(await trained(one, threads)).toEqual(await byOneThread);
    expect(workers).toHaveLength(threads - 1);
  });

  it('gives the same bits with 2 threads when samples are gathered one mini-batch at a time', async () => {
    vi.spyOn(Window, 'chooseForm').mockReturnValue('none');
    expect(await trained(one, 2)).toEqual(await trained(one, 1));
  });
});

it.each(['pairs', 'rows', 'none'] as const)(
  'gives the same bits and the same error when weights overflow and zeros may no longer be skipped, with samples held as %s',
  async (form) => {
    vi.spyOn(Window, 'chooseForm').mockReturnValue(form);
    const { inputs, labels } = createData(50, 100, 5, 8) as { inputs: Float32Array; labels: Uint8Array };
    inputs.set([1e30], 0);
    const overflow = async (threads: ThreadChoice, engine: 'wasm' | 'reference' = 'wasm') => {
      const net = await create([100, 37, 5], threads, engine);
      const steps: string[] = [];
      const options = { epochs: 1, miniBatchSize: 5, learningRate: 1e30 };
      const first = net.state;
      const atOnce = await catchError(() => net.train({ inputs, labels }, options));
      const end = net.layers;
      const again = await Network.fromState(first, { engine, threads });
      const onBatch = (): unknown => steps.push(fingerprint(again));
      const stepwise = await catchError(() => again.train({ inputs, labels }, { ...options, onBatch }));
      expect(stepwise).toEqual(atOnce);
      expect(again.layers).toEqual(end);
      const { epoch, step, layer, largestGradient, problem, cure } = atOnce as DivergenceError;
      return { steps, end, epoch, step, layer, largestGradient, problem, cure };
    };
    const one = await overflow(1);
    expect(one.steps.length).toBeGreaterThan(0);
    expect(one.problem).toContain('diverged in epoch 1');
    expect(await overflow(2)).toEqual(one);
    expect(await overflow(1, 'reference')).toEqual(one);
  },
);

type Pass = Parameters<WorkerTeam['runPass']>;

describe('outside of training', () => {
  const shapes: [string, Case['sizes'], zeros: number][] = [
    ['a wide network', [70, 260, 130, 5], 0],
    ['mostly zero inputs', [200, 100, 5], 8],
  ];

  /** A hash of all that calls outside of training return. The rows are more than a chunk, and no multiple of four. */
  function results(net: Network, sizes: Case['sizes'], zeros: number): string {
    const data = createData(1029, sizes[0], sizes.at(-1)!, zeros);
    const sampleWeights = Float32Array.from({ length: 1029 }, (_, n) => n % 3);
    const { loss, accuracy } = net.evaluate({ ...data, sampleWeights });
    const gradients = net.backprop({ ...data, sampleWeights });
    const hash = createHash('sha256').update(net.predict(data.inputs)).update(`${loss} ${accuracy}`);
    for (const layer of gradients.layers) {
      for (const values of Object.values(layer) as Float32Array[]) hash.update(values);
    }
    return hash.update(`${gradients.loss}`).digest('hex');
  }

  /** Counts the passes that threads share. */
  function countShared(): { passes: number } {
    const shared = { passes: 0 };
    const { value: runPass } = Object.getOwnPropertyDescriptor(WorkerTeam.prototype, 'runPass') as {
      value: (this: WorkerTeam, ...pass: Pass) => void;
    };
    vi.spyOn(WorkerTeam.prototype, 'runPass').mockImplementation(function (this: WorkerTeam, ...pass: Pass) {
      const [work, alone, together] = pass;
      runPass.call(this, work, alone, (threads) => {
        shared.passes++;
        return together(threads);
      });
    });
    return shared;
  }

  it.each(shapes)('gives the same bits with 2 and 3 threads as with one: %s', async (_, sizes, zeros) => {
    const shared = countShared();
    const expected = results(await create(sizes, 1), sizes, zeros);
    expect(shared.passes).toBe(0);
    for (const threads of [2, 3]) {
      const net = await create(sizes, threads);
      for (let i = 0; i < 3; i++) expect(results(net, sizes, zeros)).toBe(expected);
      expect(shared.passes).toBeGreaterThan(0);
      await net.train(createData(50, sizes[0], sizes.at(-1)!, zeros), { epochs: 1 });
      const twin = await Network.fromState(net.state);
      expect(results(net, sizes, zeros)).toBe(results(twin, sizes, zeros));
      net.dispose();
    }
  });

  it('takes no share for a few rows', async () => {
    const shared = countShared();
    const [, sizes] = shapes[0]!;
    (await create(sizes, 2)).predict(createData(4, sizes[0], 5, 0).inputs);
    expect(shared.passes).toBe(0);
  });

  it('waits for no worker that is gone', async () => {
    const shared = countShared();
    const [, sizes] = shapes[0]!;
    const twin = await create(sizes, 1);
    const net = await create(sizes, 2);
    const sleep = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(sleep, 0, 0, 100);
    void workers[0]!.terminate();
    Atomics.wait(sleep, 0, 0, 300); // it's gone, and this thread has not been told
    expect(results(net, sizes, 0)).toBe(results(twin, sizes, 0));
    expect(shared.passes).toBeGreaterThan(0);
  });

  it('throws if a worker does not finish its share, and continues on one thread', async () => {
    const team = (await threadedKernels(2, 1e6)).team as WorkerTeam;
    await team.start();
    const alone = vi.fn();
    expect(() => team.runPass(1e6, alone, () => 0)).toThrow(ThreadError);
    expect(alone).not.toHaveBeenCalled();
    team.runPass(1e6, alone, () => 0);
    expect(alone).toHaveBeenCalledOnce();
  });

  it.each([
    ['shares long predictions with threads: auto when that is faster', 200, true],
    ['goes back to one thread when sharing is as fast', 290, false],
  ])('%s', async (_, time, expected) => {
    vi.spyOn(os, 'availableParallelism').mockReturnValue(2);
    const shared = countShared();
    const [, sizes] = shapes[0]!;
    const net = await create(sizes, 'auto');
    const { inputs } = createData(512, sizes[0], sizes.at(-1)!, 0); // one chunk
    let [now, before] = [0, 0];
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += shared.passes > before ? time : 300;
      before = shared.passes;
      return now;
    });
    for (let i = 0; i < 5; i++) net.predict(inputs);
    await once(workers[0]!, 'message');
    await new Promise((resolve) => setTimeout(resolve));
    for (let i = 0; i < 10; i++) net.predict(inputs);
    clock.mockRestore();
    before = shared.passes;
    expect(before).toBeGreaterThan(0);
    net.predict(inputs);
    expect(shared.passes > before).toBe(expected);
  });
});

describe('threads: auto', () => {
  it('trains short steps on one thread, and gives the reason', async () => {
    const net = await create([5, 3], 'auto');
    await net.train(createData(20, 5, 3, 0));
    expect(net.threads).toBe(1);
    expect(net.singleThreadReason).toMatch(/too short|one processor/);
    expect(workers).toEqual([]);
  });

  const data = createData(80, 500, 10, 0);

  /** Trains with a clock by which a step takes so many milliseconds, alone and shared, and stops when other threads have started. */
  async function trainedBy(alone: number, shared: number, threads: ThreadChoice): Promise<Network> {
    vi.spyOn(os, 'availableParallelism').mockReturnValue(2);
    const net = await create([500, 600, 10], threads);
    let now = 0;
    const clock = vi.spyOn(performance, 'now');
    clock.mockImplementation(() => (now += net.threads > 1 ? shared : alone));
    let isFirst = true;
    const onBatch = async (): Promise<void> => {
      if (threads === 1 || !isFirst || workers.length === 0) return;
      isFirst = false;
      await once(workers[0]!, 'message');
    };
    await net.train(data, { epochs: 40, miniBatchSize: 80, learningRate: 0.1, onBatch });
    clock.mockRestore();
    return net;
  }

  it('shares steps when that is faster, with the same bits', async () => {
    const net = await trainedBy(300, 200, 'auto');
    expect(net.threads).toBe(2);
    expect(net.singleThreadReason).toBeUndefined();
    expect(fingerprint(net)).toBe(fingerprint(await trainedBy(300, 200, 1)));
  });

  it('goes back to one thread when that is as fast, with the same bits, and gives the reason', async () => {
    const net = await trainedBy(300, 290, 'auto');
    expect(workers).toHaveLength(1);
    expect(net.threads).toBe(1);
    expect(net.singleThreadReason).toBe('several threads are no faster');
    expect(fingerprint(net)).toBe(fingerprint(await trainedBy(300, 290, 1)));
  });
});

describe('singleThreadReason', () => {
  const sizes: Case['sizes'] = [5, 3];

  it('reports that a single thread was requested', async () => {
    const net = await create(sizes, 1);
    expect(net.threads).toBe(1);
    expect(net.singleThreadReason).toMatch(/^threads is 1/);
  });

  it('uses one thread in the reference engine, and gives the reason', async () => {
    const layers = [{ units: 3, activation: 'tanh' as const }];
    const net = await Network.create({ inputs: 5, layers, engine: 'reference', threads: 2 });
    expect(net.threads).toBe(1);
    expect(net.singleThreadReason).toMatch(/reference engine/);
  });

  it('uses one thread on a page that is not cross-origin isolated, and gives the reason', async () => {
    vi.stubGlobal('crossOriginIsolated', false);
    const net = await create(sizes, 2);
    expect(net.threads).toBe(1);
    expect(net.singleThreadReason).toMatch(/cross-origin isolated/);
  });

  it('uses one thread without shared memory, and gives the reason', async () => {
    const { Memory } = WebAssembly;
    vi.spyOn(WebAssembly, 'Memory').mockImplementation(function (descriptor) {
      if (descriptor.shared) throw new RangeError('no');
      return new Memory(descriptor);
    });
    const net = await create(sizes, 2);
    expect(net.threads).toBe(1);
    expect(net.singleThreadReason).toMatch(/shared memory/);
  });

  it('uses one thread when no worker can be started, and gives the reason', async () => {
    modules.Worker = function () {
      throw new Error('not here');
    } as unknown as typeof Worker;
    const net = await create(sizes, 2);
    expect(net.threads).toBe(1);
    expect(net.singleThreadReason).toMatch(/no worker could be started: not here/);
    await net.train(createData(20, 5, 3, 0));
  });

  it('gives no reason with several threads', async () => {
    expect((await create(sizes, 2)).singleThreadReason).toBeUndefined();
  });
});

describe('a worker that exits early', () => {
  const sizes: Case['sizes'] = [50, 40, 3];
  const data = createData(60, 50, 3, 0);
  const options = { epochs: 2, miniBatchSize: 10, learningRate: 0.3 };

  /** Trains, and ends a worker at the third step. @returns the network, and its fingerprint after each step */
  async function trainedWithout(
    end: (worker: Worker) => unknown,
  ): Promise<{ net: Network; steps: string[] }> {
    const net = await create(sizes, 2);
    const steps: string[] = [];
    const onBatch = (): unknown => steps.push(fingerprint(net)) === 3 && end(workers[0]!);
    const error = await catchError(() => net.train(data, { ...options, onBatch }));
    expect(error).toBeInstanceOf(ThreadError);
    expect((error as Error).message).toMatch(
      /^threads: a worker is gone \(.*\); the network keeps its last step/,
    );
    return { net, steps };
  }

  it.each([
    ['between two steps', (worker: Worker) => worker.terminate()],
    ['during a step', (worker: Worker): unknown => void worker.terminate()],
  ])(
    'ends the training with an error, and keeps the network usable, when a worker exits %s',
    async (_, end) => {
      const { net, steps } = await trainedWithout(end);
      expect(fingerprint(net)).toBe(steps.at(-1));
      expect(net.threads).toBe(1);
      expect(net.singleThreadReason).toMatch(/a worker is gone/);
      const twin = await Network.fromJSON(net.toJSON());
      for (const one of [net, twin]) await one.train(data, options);
      expect(fingerprint(net)).toBe(fingerprint(twin));
    },
  );
});

describe('a worker that is late', () => {
  const data = createData(60, 50, 3, 0);

  /** @param barrier of a step, at which each worker once sleeps for longer than the first thread waits */
  function sleepOnceAt(barrier: number): void {
    modules.Worker = class extends OriginalWorker {
      constructor(url: URL) {
        const source = decodeURIComponent(url.href.slice(url.href.indexOf(',') + 1));
        const sleep = 'const sleep = (word, before) => ';
        expect(source).toContain(sleep);
        // Workers sleep on two words, of which `jobs` comes first.
        const late = `
          let jobs, isLate = false;
          const sleep = (word, before) => {
            jobs ??= word;
            if (word !== jobs && before === ${barrier} && !isLate) {
              isLate = true;
              Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
            }
            sleepUntil(word, before);
          };
          const sleepUntil = (word, before) => `;
        super(new URL(`data:text/javascript,${encodeURIComponent(source.replace(sleep, late))}`));
      }
    };
  }

  it.each([0, 1, 2])('gives the same bits when a worker is late at barrier %i of a step', async (barrier) => {
    const prints: string[] = [];
    for (const threads of [1, 2]) {
      if (threads === 2) sleepOnceAt(barrier);
      const net = await create([50, 700, 3], threads);
      // Between steps the worker falls asleep: it is late in finding its first job, and at the barriers.
      const onBatch = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 2));
      // While training waits for the worker, these gradients need the memory that the worker reads.
      const others = { inputs: new Float32Array(100).fill(9), labels: [0, 1] };
      const reading = setInterval(() => net.backprop(others), 1);
      await net.train(data, { epochs: 1, miniBatchSize: 20, learningRate: 0.3, onBatch });
      clearInterval(reading);
      prints.push(fingerprint(net));
      net.dispose();
    }
    expect(prints[1]).toBe(prints[0]);
  });
});

it('ends workers that start while the network is disposed of', async () => {
  vi.spyOn(os, 'availableParallelism').mockReturnValue(2);
  const net = await create([500, 600, 10], 'auto');
  const training = catchError(() =>
    net.train(createData(80, 500, 10, 0), { epochs: 1e9, miniBatchSize: 80 }),
  );
  while (workers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const ends = workers.map((worker) => once(worker, 'exit'));
  net.dispose();
  expect(await training).toMatchObject({ name: 'StateError' });
  expect(workers).toHaveLength(1); // beside this thread
  for (const end of ends) expect(await end).toEqual([expect.any(Number)]);
});

describe('workers', () => {
  const script = (after: string): string => `
    import { Network } from './dist/index.js';
    const layers = [{ units: 3, activation: 'softmax' }];
    const net = await Network.create({ inputs: 2, layers, threads: 3 });
    await net.train({ inputs: [[1, 2], [3, 4]], labels: [0, 1] });
    if (net.threads !== 3) throw new Error(net.singleThreadReason);
    ${after}
    console.log('done');`;

  it.each([
    ['after dispose', 'net.dispose(); await new Promise((resolve) => setTimeout(resolve, 50));'],
    ['without dispose', ''],
  ])('lets a process exit %s', (_, after) => {
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script(after)], {
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect(output).toBe('done\n');
  });

  it('ends every worker on dispose', async () => {
    const net = await create([5, 3], 4);
    const ends = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    expect(ends).toHaveLength(3);
    net.dispose();
    await Promise.all(ends);
  });
});
