import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
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
import { decodeState } from '../model/file.js';
import { describePlace, isShard, type Shard } from '../search/shard.js';
import type { Progress, Task } from '../search/task.js';
import { sha256 } from '../base/sha256.js';
import { checkPrefix, findData } from './find-data.js';
import {
  packAnswer,
  packProgress,
  quieten,
  settle,
  unpackOrder,
  unpackProgress,
  warnProcess,
  type Message,
  type Order,
  type Outcome,
  type SentProgress,
  type SentResult,
} from './message.js';
import { QueueError } from './queue-error.js';
import { answer, HandBack, openStore, Refusal, UNWANTED, watchJob, within } from './store.js';

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
  /** The machine, the process, and four digits that tell it from others: what errors call it. */
  readonly name: string;
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
/** Milliseconds until a task that this worker mustn't run is offered again. */
const NOT_MINE = 500;
/** Codes of BullMQ for a job that is gone, or that another worker has: its result is the same. */
const LOSSES = new Set<unknown>([-1, -2, -3, -6]);
/** A task whose worker was lost so often is lost for good. */
const MOST_LOSSES = 5;
/** The most bytes of a network that a worker leaves in the queue when it stops. */
const MOST_LEFT = 2 ** 20;

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

  const closing = new AbortController();
  const sayOnce = quieten(onWarning);
  const warn = ({ message, code }: NodeJS.ErrnoException): void => {
    if (!closing.signal.aborted) sayOnce(`${store.name}: ${message || code}`);
  };
  const store = await openStore(url, warn);
  const { signal } = closing;
  const pools = new Pools(count, (order) =>
    findData(order, { folder: data, prefixes, blobs: store.blobs, signal }),
  );
  const name = `${hostname()}:${process.pid}:${randomBytes(2).toString('hex')}`;
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => {
    if (idle !== undefined) timer = setTimeout(() => void close(), idle * 1000);
  };

  const refuse = (task: Task | Shard, problem: string): Error =>
    new Refusal(describeFault({ place: describePlace(task), problem }));
  const checkOrder = (id: string, message: unknown): Order => {
    try {
      return unpackOrder(message, id, secret);
    } catch (error) {
      throw new Refusal((error as Error).message);
    }
  };

  const handle = async (id: string, message: unknown, left: unknown, lost: AbortSignal): Promise<Message> => {
    clearTimeout(timer);
    running++;
    const unwanted = new AbortController();
    let interrupted: Progress | undefined;
    const stopWatching = watchJob(store.jobs, id, () => unwanted.abort());
    try {
      const order = checkOrder(id, message);
      if (order.checks === name) throw new HandBack(NOT_MINE);
      const signal = AbortSignal.any([lost, unwanted.signal]);
      const at = readProgress(id, left) ?? order.progress;
      const answer = await runOrder({ ...order, ...(at && { progress: at }) }, signal, (progress) => {
        interrupted = progress;
      });
      return packAnswer(id, { ...answer, worker: name }, secret);
    } catch (error) {
      if (unwanted.signal.aborted) throw new Refusal(UNWANTED);
      if (closing.signal.aborted) throw new HandBack(0, await leaveProgress(id, interrupted));
      throw error;
    } finally {
      stopWatching();
      if (--running === 0) rest();
    }
  };

  const findStart = async ({ task }: Order): Promise<Uint8Array | undefined> => {
    if (!isShard(task)) return undefined;
    const start = await store.blobs.get(task.start);
    if (start) return start;
    throw new QueueError({ place: describePlace(task), problem: 'the network it starts from is gone' });
  };
  /** A task whose network is gone starts again, and ends with the same bits. */
  const findProgress = async ({ progress }: Order): Promise<Progress | undefined> => {
    const network = progress && (await store.blobs.get(progress.network));
    return network && { network, scores: progress.scores };
  };
  const put = async (network: Uint8Array): Promise<string> => {
    const hash = sha256(network);
    await store.blobs.put(hash, network);
    return hash;
  };

  /** What a worker that handed the job back left in the queue. Without it the task starts again. */
  const readProgress = (id: string, left: unknown): SentProgress | undefined => {
    try {
      return unpackProgress(left, id, secret);
    } catch {
      return undefined;
    }
  };
  const leaveProgress = async (id: string, progress?: Progress): Promise<Message | undefined> => {
    if (!progress || progress.network.length > MOST_LEFT) return undefined;
    try {
      return packProgress(id, { network: await put(progress.network), scores: progress.scores }, secret);
    } catch {
      // The server is away, or there are too many scores.
      return undefined;
    }
  };

  const runOrder = async (
    order: Order,
    lost: AbortSignal,
    onInterrupt: (progress: Progress) => void,
  ): Promise<Outcome<SentResult>> =>
    await pools.use(order, async ({ executor, inputs }) => {
      const { task, sendsNetwork = false } = order;
      const { parameters = Infinity, seconds } = limits;
      const start = await findStart(order);
      const progress = await findProgress(order);
      const described = isShard(task) ? 0 : countParameters(inputs, task);
      const size = Math.max(described, countSaved(start), countSaved(progress?.network));
      if (size > parameters) throw refuse(task, `has ${size} parameters; this worker takes ${parameters}`);
      const late = new AbortController();
      const timer = seconds === undefined ? undefined : setTimeout(() => late.abort(), seconds * 1000);
      const signal = AbortSignal.any([closing.signal, lost, late.signal]);
      try {
        const outcome = await settle(
          executor.run(task, { start, progress, needsNetwork: sendsNetwork, onInterrupt, signal }),
        );
        if ('fault' in outcome) return outcome;
        const { network, ...result } = outcome.result;
        return { result: sendsNetwork && network ? { ...result, network: await put(network) } : result };
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
  worker.on('error', (error) => {
    if (!LOSSES.has((error as { readonly code?: unknown }).code)) warn(error);
  });
  worker.on('failed', (job, { message }) => {
    if (message === UNWANTED) job?.remove().catch(() => undefined);
    else onWarning(`${job?.id}: ${message}`);
  });
  // Another worker has the job, and comes to the same result.
  worker.on('lockRenewalFailed', (ids) => ids.forEach((id) => worker.cancelJob(id)));
  let end!: () => void;
  const done = new Promise<void>((resolve) => (end = resolve));
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    (closed ??= (async () => {
      clearTimeout(timer);
      closing.abort();
      if (!(await within(LAST, worker.close()))) await stopRenewing(worker);
      await store.close();
      await pools.close();
      end();
    })());
  await answer(store.name, worker.waitUntilReady()).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  rest();
  return { name, threads: count, close, done };
}

/** Stops the timer of a worker that can't close because its server is away, which BullMQ stops only afterward. */
async function stopRenewing(worker: object): Promise<void> {
  await (worker as { lockManager: { close(): Promise<void> } }).lockManager.close();
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

/** The weights and biases of a network, as `save` returns it; 0 for none. */
function countSaved(network: Uint8Array | undefined): number {
  const parameters = network ? decodeState(network).state.parameters : [];
  return parameters.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
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
