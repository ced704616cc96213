import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import {
  checkArray,
  checkInteger,
  checkKeys,
  checkOptional,
  checkPositive,
  checkType,
} from '../base/check.js';
import { Dataset } from '../data/dataset.js';
import { describeFault } from '../errors.js';
import { threads } from '../node/threads.js';
import type { Executor } from '../search/executor.js';
import { measureShape } from '../search/study.js';
import type { LayerSpec } from '../model/spec.js';
import type { Task } from '../search/task.js';
import { checkPrefix, findData } from './find-data.js';
import { packFault, packOutcome, unpackOrder, warnProcess, type Message, type Order } from './message.js';
import { openStore } from './store.js';

export interface WorkerOptions {
  /** Tasks at a time, each in a thread. Default: the number of processors. */
  readonly threads?: number;
  /** A folder with datasets, each in a file named `<sha256>.bp4data`. */
  readonly data?: string;
  /** Prefixes of the URLs from which datasets may be fetched. Default: none. */
  readonly allow?: readonly string[];
  /** Rejects larger tasks. */
  readonly limits?: {
    /** Weights and biases of a network. */
    readonly parameters?: number;
    /** Seconds of a task. */
    readonly seconds?: number;
  };
  /** Stops the worker after this many seconds without a task. Default: never. */
  readonly idle?: number;
  /** Rejects tasks without a valid signature, and signs results. Default: the environment variable BP4_SECRET, if it's set. */
  readonly secret?: string;
  /** Called when a task fails or the server is lost. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

/** A running worker. */
export interface QueueWorker {
  /** Tasks at a time. */
  readonly threads: number;
  /** Stops each task after its current step, and returns the tasks to the queue. */
  close(): Promise<void>;
  /** Resolves when the worker has ended: by `close`, or because it was idle. */
  readonly done: Promise<void>;
}

/** Milliseconds: of a lock, between looks for locks that ran out, and before the end of a worker that can't reach its server. */
const LOCK = 10_000;
const STALLED = 5_000;
const LAST = 5_000;
/** A task whose worker was lost so often is lost for good. */
const MOST_LOSSES = 5;

const optionNames = ['threads', 'data', 'allow', 'limits', 'idle', 'secret', 'onWarning'];

/**
 * Runs tasks of studies from a queue, until it is closed. Needs the packages bullmq and ioredis, or bullmq and pg.
 * @param url 'redis://', 'rediss://' or 'postgres://'. Default: the variable BP4_QUEUE
 * @throws TypeError or RangeError naming the option
 * @throws QueueError if a package is missing or the server can't be used
 */
export async function startWorker(url?: string, options: WorkerOptions = {}): Promise<QueueWorker> {
  checkKeys('options', options, optionNames);
  const { threads: count = availableParallelism(), data, allow = [], limits = {}, idle } = options;
  const { secret = process.env['BP4_SECRET'], onWarning = warnProcess } = options;
  checkInteger('threads', count, 1, 256);
  checkOptional('data', data, 'string');
  const prefixes = checkArray('allow', allow).map((prefix, i) =>
    checkPrefix(`allow[${i}]`, checkType(`allow[${i}]`, prefix, 'string')),
  );
  checkKeys('limits', limits, ['parameters', 'seconds']);
  if (limits.parameters !== undefined) checkInteger('limits.parameters', limits.parameters);
  if (limits.seconds !== undefined) checkPositive('limits.seconds', limits.seconds);
  if (idle !== undefined) checkPositive('idle', idle);

  const warn = ({ message }: Error): void => onWarning(message);
  const store = await openStore(url, warn);
  const pools = new Pools(count, (order) => findData(order, { folder: data, prefixes, blobs: store.blobs }));
  const closing = new AbortController();
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => {
    if (idle !== undefined) timer = setTimeout(() => void close(), idle * 1000);
  };

  const refuse = ({ trial, fold }: Task, problem: string): Error =>
    new store.Refusal(describeFault({ place: `trial ${trial}, fold ${fold}`, problem }));
  const checkOrder = (id: string, message: unknown): Order => {
    try {
      return unpackOrder(message, id, secret);
    } catch (error) {
      throw new store.Refusal((error as Error).message);
    }
  };

  const handle = async (id: string, message: unknown, lost: AbortSignal): Promise<Message> => {
    clearTimeout(timer);
    running++;
    try {
      return packOutcome(id, await runOrder(checkOrder(id, message), lost), secret);
    } catch (error) {
      if (closing.signal.aborted) throw new store.HandBack();
      throw error;
    } finally {
      if (--running === 0) rest();
    }
  };

  const runOrder = async (order: Order, lost: AbortSignal): ReturnType<typeof settle> =>
    await pools.use(order, async ({ executor, inputs }) => {
      const { task } = order;
      const { parameters = Infinity, seconds } = limits;
      const size = countParameters(inputs, task);
      if (size > parameters) throw refuse(task, `has ${size} parameters; this worker takes ${parameters}`);
      const late = new AbortController();
      const timer = seconds === undefined ? undefined : setTimeout(() => late.abort(), seconds * 1000);
      const signal = AbortSignal.any([closing.signal, lost, late.signal]);
      try {
        return await settle(executor.run(task, { signal }));
      } catch (error) {
        if (late.signal.aborted) throw refuse(task, `took more than the ${seconds} seconds of this worker`);
        throw error;
      } finally {
        clearTimeout(timer);
      }
    });

  const worker = store.work(handle, {
    concurrency: count,
    lockDuration: LOCK,
    stalledInterval: STALLED,
    maxStalledCount: MOST_LOSSES,
  });
  worker.on('error', warn);
  worker.on('failed', (job, error) => onWarning(`${job?.id}: ${error.message}`));
  // Another worker has the job, and comes to the same result.
  worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => worker.cancelJob(id)));
  let end!: () => void;
  const done = new Promise<void>((resolve) => (end = resolve));
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      clearTimeout(timer);
      closing.abort();
      const last = new AbortController();
      await Promise.race([worker.close(), pause(LAST, undefined, { signal: last.signal })]);
      last.abort();
      await store.close();
      await pools.close();
      end();
    })());
  await worker.waitUntilReady();
  rest();
  return { threads: count, close, done };
}

/** The result, or the error that the task itself is to blame for. */
async function settle(running: ReturnType<Executor['run']>): Promise<Parameters<typeof packOutcome>[1]> {
  try {
    return { result: await running };
  } catch (error) {
    const fault = packFault(error);
    if (!fault) throw error;
    return fault;
  }
}

/** NaN where the training will throw. */
function countParameters(inputs: number, { spec }: Task): number {
  const layers: unknown = spec.layers;
  let [before, sum] = [inputs, 0];
  for (const layer of Array.isArray(layers) ? (layers as (Partial<LayerSpec> | null)[]) : []) {
    const units = layer?.units ?? NaN;
    sum += units * (before + 1);
    before = units;
  }
  return sum;
}

/** The threads of a dataset. */
interface Pool {
  readonly executor: Executor;
  /** The inputs of the networks. */
  readonly inputs: number;
}

/** The most datasets that a worker keeps while it isn't using them. */
const MOST_POOLS = 2;

/** The threads of each dataset, opened when a task needs them. */
class Pools {
  readonly #count: number;
  readonly #find: (order: Order) => Promise<Uint8Array>;
  /** The one that was used last is last. */
  readonly #pools = new Map<string, { users: number; readonly pool: Promise<Pool> }>();

  constructor(count: number, find: (order: Order) => Promise<Uint8Array>) {
    this.#count = count;
    this.#find = find;
  }

  async use<Result>(order: Order, run: (pool: Pool) => Promise<Result>): Promise<Result> {
    const { data } = order;
    const entry = this.#pools.get(data) ?? { users: 0, pool: this.#openPool(order) };
    this.#pools.delete(data);
    this.#pools.set(data, entry);
    entry.users++;
    try {
      return await run(await entry.pool);
    } finally {
      entry.users--;
      await this.#trim();
    }
  }

  async #openPool(order: Order): Promise<Pool> {
    try {
      const dataset = Dataset.load(await this.#find(order));
      const executor = threads(this.#count);
      await executor.open(dataset);
      return { executor, inputs: measureShape(dataset).inputs };
    } catch (error) {
      this.#pools.delete(order.data);
      throw error;
    }
  }

  async #trim(): Promise<void> {
    const unused = [...this.#pools].filter(([, { users }]) => users === 0);
    for (const [data, { pool }] of unused.slice(0, -MOST_POOLS)) {
      this.#pools.delete(data);
      await (await pool).executor.close();
    }
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(
      pools.map(async ({ pool }) => {
        const opened = await pool.catch(() => undefined);
        await opened?.executor.close();
      }),
    );
  }
}
