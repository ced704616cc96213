import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Job, QueueEvents } from 'bullmq';
import { checkKeys, checkNumber, checkOptional, checkType } from '../base/check.js';
import { sha256 } from '../base/sha256.js';
import type { Dataset } from '../data/dataset.js';
import { threads } from '../node/threads.js';
import { RangeFault } from '../errors.js';
import type { Executor, RunOptions } from '../search/executor.js';
import { describePlace, isShard, type Shard } from '../search/shard.js';
import type { Task, TaskResult } from '../search/task.js';
import {
  identify,
  openOutcome,
  packOrder,
  settle,
  unpackAnswer,
  warnProcess,
  type Answer,
  type Message,
  type Order,
  type Outcome,
} from './message.js';
import { QueueError } from './queue-error.js';
import {
  abandon,
  answer,
  answerWithin,
  MOST_BLOB,
  nameServer,
  openStore,
  UNWANTED,
  within,
  type Store,
} from './store.js';

export interface QueueOptions {
  /** The name under which `readQueueStatus` counts the tasks and `clearQueue` removes them. Default 'bp4'. */
  readonly study?: string;
  /** The number of local threads, which train the networks of the best trials again. Default: the number of processors. */
  readonly threads?: number;
  /** Signs tasks, and rejects results without a valid signature. Default: the environment variable BP4_SECRET, if it's set. */
  readonly secret?: string;
  /** The URL from which workers fetch the dataset, as `save` returns it. Each worker must allow the URL. */
  readonly dataURL?: string;
  /** Whether the queue carries the dataset to the workers. Default: true, unless there is a `dataURL`. */
  readonly sendsData?: boolean;
  /**
   * The share of the tasks that two workers run, from 0 to 1: unequal results stop the study with a QueueError that names both. Where
   * there is one worker, this machine runs the task again. Default 0.
   */
  readonly audit?: number;
  /** Called when the server is lost. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

/**
 * Milliseconds between looks at the open jobs, because events can be lost: the first look after a result, which doubles as long as
 * none comes; the most; after an error; and for the answer of the server.
 */
const FIRST_LOOK = 200;
const LOOK = 5_000;
const LOOK_AFTER_ERROR = 2_000;
const ANSWER = 30_000;
/** Milliseconds without a result after which the user hears what the open tasks wait for. */
const SILENCE = 60_000;
/** Milliseconds before the end of a study that can't reach its server. */
const LAST = 3_000;
/** Seconds that a finished job is kept, for a study that is resumed. */
const KEPT = 24 * 3600;

const jobOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
  removeOnComplete: { age: KEPT },
  removeOnFail: { age: KEPT },
  stackTraceLimit: 0,
};

/** What a task may need in addition to itself and the data. */
interface More extends Pick<RunOptions, 'start' | 'progress' | 'signal'> {
  /** Whether the network of the result is sent here. */
  readonly sendsNetwork?: boolean;
  /** The worker that mustn't run it. */
  readonly checks?: string;
}

/** A task whose result is awaited. */
interface Open {
  readonly place: string;
  readonly message: Message;
  /** The networks that it begins with, by their SHA-256. */
  readonly networks: ReadonlyMap<string, Uint8Array>;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: Answer<TaskResult>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs the tasks of a study, or the shards of a training run, on other machines, where `startWorker` or `bp4 worker` runs, through a
 * queue on Redis, Valkey or PostgreSQL. Needs the packages bullmq and ioredis, or bullmq and pg. The networks of whole trials stay on
 * those machines: those of the best trials are trained again here, to the same bits. Networks that training goes on from, those of
 * shards and of rungs, are sent through the queue, and so are those that a metric of your own measures.
 * @param url 'redis://', 'rediss://' or 'postgres://'. Default: the variable BP4_QUEUE
 * @returns an executor whose `open` throws QueueError if a package is missing or the server can't be used, and RangeError
 * if the data is larger than 256 MiB, the most that the queue carries
 */
export function queue(url?: string, options: QueueOptions = {}): Executor {
  checkKeys('options', options, ['study', 'threads', 'secret', 'dataURL', 'sendsData', 'audit', 'onWarning']);
  const { study, secret, dataURL, sendsData, audit = 0, onWarning } = options;
  if (checkType('audit', audit, 'number') !== 1) checkNumber('audit', audit, 0, 1);
  checkOptional('study', study, 'string');
  checkOptional('secret', secret, 'string');
  checkOptional('dataURL', dataURL, 'string');
  checkOptional('sendsData', sendsData, 'boolean');
  checkOptional('onWarning', onWarning, 'function');
  const here = threads(options.threads);
  const client = new Client(url, options);
  return {
    async open(data) {
      await client.open(data);
      await here.open(data);
    },
    async run(task, more) {
      const { needsNetwork, expectedHash } = more;
      // When the best trials are trained again, the workers may be gone.
      if (expectedHash !== undefined) return await here.run(task, more);
      const answer = await client.run(task, { ...more, ...(needsNetwork && { sendsNetwork: true }) });
      if (client.draw(task) < audit) {
        const other = await client.check(task, answer.worker, more, here);
        checkAgreement(describePlace(task), answer, other);
      }
      return openOutcome(answer);
    },
    async close() {
      await Promise.all([client.close(), here.close()]);
    },
  };
}

/** @throws QueueError naming both workers, unless they came to the same */
function checkAgreement(place: string, one: Answer<TaskResult>, other: Answer<TaskResult>): void {
  if (one.worker === other.worker)
    throw new QueueError({ place, problem: `worker ${one.worker} checked its own result` });
  if (isDeepStrictEqual(pickBits(one), pickBits(other))) return;
  throw new QueueError({
    place,
    problem: `the workers ${one.worker} and ${other.worker} came to different results: ${sum(one)} and ${sum(other)}`,
    cure: 'check the memory of both machines, and who runs workers there',
  });
}

/** What every machine comes to. */
function pickBits(outcome: Outcome<TaskResult>): unknown {
  if ('fault' in outcome) return outcome.fault.message;
  const { state, score, accuracy, epochs, scores, hash, error } = outcome.result;
  return { state, score, accuracy, epochs, scores, hash, error };
}

const sum = (outcome: Outcome<TaskResult>): string =>
  'fault' in outcome
    ? outcome.fault.message
    : `score ${outcome.result.score}, weights ${outcome.result.hash || 'that diverged'}`;

/** The first of the places, and how many more there are. */
function listSome(places: readonly string[]): string {
  const rest = places.length - MOST_LISTED;
  return [...places.slice(0, MOST_LISTED), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}
const MOST_LISTED = 4;

/** Adds jobs, and waits for their results. */
class Client {
  readonly #url: string | undefined;
  readonly #options: QueueOptions;
  readonly #secret: string | undefined;
  #data!: Dataset;
  /** The SHA-256 and the number of its bytes, as `save` returns it. */
  #hash = '';
  #length = 0;
  #store: Store | undefined;
  #events: QueueEvents | undefined;
  readonly #open = new Map<string, Open>();
  readonly #sending = new Map<string, Promise<boolean>>();
  /** Tasks that are being added or taken out. */
  readonly #pending = new Set<Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  #pause = LOOK;
  #isLooking = false;
  #isExplained = false;
  /** When it looked last, and when the last task was added or came to a result. */
  #looked = performance.now();
  #heard = performance.now();
  #isLost = false;
  #isClosed = false;

  constructor(url: string | undefined, options: QueueOptions) {
    this.#url = url;
    this.#options = options;
    this.#secret = options.secret ?? process.env['BP4_SECRET'];
  }

  async open(data: Dataset): Promise<void> {
    this.#data = data;
    const bytes = data.save();
    this.#hash = sha256(bytes);
    this.#length = bytes.length;
    this.#store = await openStore(this.#url, (error) => this.#lose(error));
    const { name } = this.#store;
    await this.#sendData().catch((error: unknown) => {
      throw nameServer(name, error);
    });
    this.#events = this.#store.listen();
    this.#events.on('error', (error) => this.#lose(error));
    this.#events.on('completed', ({ jobId, returnvalue }) => void this.#complete(jobId, returnvalue));
    this.#events.on('failed', ({ jobId, failedReason }) => void this.#fail(jobId, failedReason));
    await answer(name, this.#events.waitUntilReady());
  }

  /** @returns whether it was missing */
  async #sendData(): Promise<boolean> {
    const { dataURL, sendsData = dataURL === undefined } = this.#options;
    if (!sendsData) return false;
    if (this.#length > MOST_BLOB) {
      throw new RangeFault({
        place: 'data',
        problem: `has ${this.#length} bytes; the queue carries at most ${MOST_BLOB}`,
        cure: `save it as ${this.#hash}.bp4data in a folder that the workers read by --data, or behind a URL for --allow`,
      });
    }
    const { blobs } = this.#store!;
    // A look comes after each result, and large data take long to save.
    return !(await blobs.keep(this.#hash, this.#length)) && (await blobs.put(this.#hash, this.#data.save()));
  }

  /** A number from 0 to below 1 that belongs to the task. */
  draw(task: Task | Shard): number {
    return parseInt(identify({ task, data: this.#hash }).slice(-8), 16) / 2 ** 32;
  }

  async run(task: Task | Shard, more: More): Promise<Answer<TaskResult>> {
    const { start, progress, signal, sendsNetwork, checks } = more;
    signal?.throwIfAborted();
    const { dataURL } = this.#options;
    const networks = new Map<string, Uint8Array>();
    if (isShard(task)) networks.set(task.start, start!);
    const network = progress && sha256(progress.network);
    if (network !== undefined) networks.set(network, progress!.network);
    const order: Order = {
      ...{ task, data: this.#hash },
      ...(dataURL !== undefined && { url: dataURL }),
      ...(network !== undefined && { progress: { network, scores: progress!.scores } }),
      ...(sendsNetwork && { sendsNetwork }),
      ...(checks !== undefined && { checks }),
    };
    const message = packOrder(order, this.#secret);
    const id = identify(order);
    const place = describePlace(task);
    if (signal) setMaxListeners(0, signal); // each task listens
    return await new Promise((resolve, reject) => {
      const open = { place, message, networks, signal, resolve, reject };
      this.#open.set(id, open);
      signal?.addEventListener('abort', () => {
        if (this.#open.get(id) !== open) return;
        this.#open.delete(id);
        reject(signal.reason as Error);
        this.#track(abandon(this.#store!.jobs, id).catch(() => undefined));
      });
      this.#hear();
      this.#track(this.#add(id, open).catch((error: unknown) => this.#lose(error)));
    });
  }

  /** The end of a study waits for it. */
  #track(work: Promise<unknown>): void {
    const pending = work.finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  /**
   * Runs a task on another worker than that one, or on this machine as soon as there is no other.
   */
  async check(
    task: Task | Shard,
    worker: string,
    { start, signal }: RunOptions,
    here: Executor,
  ): Promise<Answer<TaskResult>> {
    const alone = new AbortController();
    const look = async (): Promise<void> => {
      const count = await this.#store!.jobs.getWorkersCount();
      if (count < 2) alone.abort();
    };
    const lookOrLose = (): Promise<void> => look().catch((error: unknown) => this.#lose(error));
    await lookOrLose();
    const timer = setInterval(() => void lookOrLose(), LOOK);
    try {
      const either = AbortSignal.any([alone.signal, ...(signal ? [signal] : [])]);
      return await this.run(task, { start, signal: either, checks: worker });
    } catch (error) {
      if (error !== alone.signal.reason) throw error;
      return { ...(await settle(here.run(task, { start, signal }))), worker: 'this machine' };
    } finally {
      clearInterval(timer);
    }
  }

  /** Adds a job, or takes the result that the server has of it. */
  async #add(id: string, { message, networks, signal }: Open): Promise<void> {
    const { jobs } = this.#store!;
    await this.#sendNetworks(networks);
    const { study = 'bp4' } = this.#options;
    await jobs.add(study, message, { ...jobOptions, jobId: id });
    // Of a job that is there already, BullMQ reports nothing.
    const job = await jobs.getJob(id);
    if (job && job.finishedOn === undefined && signal?.aborted) await abandon(jobs, id);
    if (!job || !this.#open.has(id)) return;
    if (await job.isFailed()) {
      await job.remove();
      await jobs.add(study, message, { ...jobOptions, jobId: id });
    } else await this.#take(id, job);
  }

  /**
   * The shards of a round begin with the same network, which is sent once.
   * @returns whether one was missing
   */
  async #sendNetworks(networks: Open['networks']): Promise<boolean> {
    let isMissing = false;
    for (const [hash, bytes] of networks) {
      let sending = this.#sending.get(hash);
      if (!sending) {
        sending = this.#store!.blobs.put(hash, bytes).finally(() => this.#sending.delete(hash));
        this.#sending.set(hash, sending);
      }
      if (await sending) isMissing = true;
    }
    return isMissing;
  }

  async #take(id: string, job: Job): Promise<void> {
    if (job.finishedOn === undefined) return;
    if (await job.isFailed()) await this.#fail(id, job.failedReason);
    else await this.#complete(id, job.returnvalue);
  }

  /** Looks at the jobs whose results are awaited. */
  async #lookAtAll(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const look = async (): Promise<void> => {
        await this.#sendData();
        await Promise.all([...this.#open].map(([id, open]) => this.#look(id, open)));
        if (performance.now() - this.#heard > SILENCE) await this.#explainSilence();
      };
      await answerWithin(ANSWER, this.#store!.name, look());
      this.#isLost = false;
      this.#looked = performance.now();
      this.#pause = Math.min(2 * this.#pause, LOOK);
      this.#lookAfter(this.#pause);
    } catch (error) {
      this.#lose(error);
    } finally {
      this.#isLooking = false;
    }
  }

  /** Takes the result of a job, or adds it again if the server has lost it. */
  async #look(id: string, open: Open): Promise<void> {
    const job = await this.#store!.jobs.getJob(id);
    if (job) await this.#take(id, job);
    else if (this.#open.get(id) === open) await this.#add(id, open);
  }

  /** Reports the open tasks once. */
  async #explainSilence(): Promise<void> {
    if (this.#isExplained || this.#open.size === 0) return;
    this.#isExplained = true;
    const { jobs, name } = this.#store!;
    const states = new Map<string, string[]>();
    for (const [id, { place }] of this.#open) {
      const state = await jobs.getJobState(id);
      states.set(state, [...(states.get(state) ?? []), place]);
    }
    const tasks = [...states].map(([state, places]) => `${state}: ${listSome(places)}`);
    const workers = await jobs.getWorkersCount();
    this.#warn(`${name}: no result for a minute; workers: ${workers}; ${tasks.join('; ')}`);
  }

  /** A task was added, or came to a result: if no other result comes now, its event may be lost. */
  #hear(): void {
    this.#heard = performance.now();
    this.#isExplained = false;
    this.#pause = FIRST_LOOK;
    this.#lookAfter(FIRST_LOOK);
  }

  /** Looks then, and at the latest `LOOK` after the last time. */
  #lookAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    const most = Math.max(0, this.#looked + LOOK - performance.now());
    this.#timer = setTimeout(() => this.#track(this.#lookAtAll()), Math.min(milliseconds, most));
  }

  /** Warns once, and looks again soon. */
  #lose(error: unknown): void {
    if (this.#isClosed) return;
    const { message, code } = error as NodeJS.ErrnoException;
    if (!this.#isLost) this.#warn(`${this.#store?.name ?? 'queue'}: ${message || code}; waiting for it`);
    this.#isLost = true;
    this.#looked = performance.now();
    this.#lookAfter(LOOK_AFTER_ERROR);
  }

  #warn(message: string): void {
    const { onWarning = warnProcess } = this.#options;
    onWarning(message);
  }

  async #complete(id: string, message: unknown): Promise<void> {
    const open = this.#settle(id);
    if (!open) return;
    try {
      const answer = unpackAnswer(message, id, this.#secret);
      const { worker } = answer;
      if ('fault' in answer) open.resolve(answer);
      else {
        const { network, ...result } = answer.result;
        if (network === undefined) open.resolve({ worker, result });
        else await this.#fetchNetwork(id, open, { worker, result }, network);
      }
    } catch (error) {
      open.reject(error);
    }
  }

  /** Takes a network out of the queue, and the job with it: without the network its result is worth nothing. */
  async #fetchNetwork(
    id: string,
    open: Open,
    { worker, result }: { readonly worker: string; readonly result: TaskResult },
    hash: string,
  ): Promise<void> {
    const { blobs, jobs } = this.#store!;
    try {
      const network = await blobs.get(hash);
      await jobs.remove(id);
      await blobs.remove(hash);
      for (const used of open.networks.keys()) if (!this.#isUsed(used)) await blobs.remove(used);
      if (network) open.resolve({ worker, result: { ...result, network } });
      else if (this.#reopen(id, open)) await this.#add(id, open);
    } catch (error) {
      if (error instanceof QueueError) throw error;
      if (this.#reopen(id, open)) this.#lose(error);
    }
  }

  #isUsed(network: string): boolean {
    return [...this.#open.values()].some(({ networks }) => networks.has(network));
  }

  /** Awaits the result again, unless nobody wants it anymore. */
  #reopen(id: string, open: Open): boolean {
    if (open.signal?.aborted) open.reject(open.signal.reason);
    else this.#open.set(id, open);
    return this.#open.get(id) === open;
  }

  async #fail(id: string, reason: string): Promise<void> {
    const open = this.#settle(id);
    if (!open) return;
    try {
      // Another study has given it up, or the server has lost what the task needs.
      const isLost =
        reason === UNWANTED || (await this.#sendData()) || (await this.#sendNetworks(open.networks));
      if (!isLost) open.reject(new QueueError({ place: open.place, problem: reason }));
      else if (this.#reopen(id, open)) await this.#add(id, open);
    } catch (error) {
      if (this.#open.get(id) === open || this.#reopen(id, open)) this.#lose(error);
    }
  }

  #settle(id: string): Open | undefined {
    const open = this.#open.get(id);
    if (this.#open.delete(id)) this.#hear();
    return open;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all([
      within(LAST, Promise.all(this.#pending)),
      within(LAST, this.#events?.close() ?? Promise.resolve()),
    ]);
    await this.#store?.close();
  }
}
