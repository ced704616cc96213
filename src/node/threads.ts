import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { checkInteger } from '../base/check.js';
import type { Dataset } from '../data/dataset.js';
import { ThreadError } from '../errors.js';
import type { Executor, RunOptions } from '../search/executor.js';
import { describePlace, type Shard } from '../search/shard.js';
import type { Task, TaskResult } from '../search/task.js';
import { unpackError } from '../worker/error-record.js';
import type { FromThread, ToThread } from './search-thread.js';

/** A thread that dies is replaced, and its task tried again, so many times. */
const MOST_TRIES = 3;

/** A task that waits for a thread, or runs in one. */
interface Job {
  readonly task: Task | Shard;
  readonly options: RunOptions;
  readonly resolve: (result: TaskResult) => void;
  readonly reject: (error: unknown) => void;
  tries: number;
}

/**
 * Runs the tasks of a study, or the shards of a training run, in threads, one in each. The threads share the data in one block of memory.
 * @param count the number of threads, from 1 to 256. Default: the number of processors
 */
export function threads(count: number = availableParallelism()): Executor {
  checkInteger('threads', count, 1, 256);
  const waiting: Job[] = [];
  const pool: Thread[] = [];
  let data: SharedArrayBuffer | undefined;

  const assign = (): void => {
    while (waiting.length > 0) {
      let thread = pool.find(({ isIdle }) => isIdle);
      if (!thread && pool.length < count) pool.push((thread = new Thread(data!, assign, retry)));
      if (!thread) return;
      thread.run(waiting.shift()!);
    }
  };
  const retry = (thread: Thread, job: Job | undefined, reason: string): void => {
    pool.splice(pool.indexOf(thread), 1);
    if (!job) return;
    job.tries++;
    if (job.tries < MOST_TRIES) waiting.unshift(job);
    else {
      const problem = `its thread died ${MOST_TRIES} times: ${reason}`;
      job.reject(new ThreadError({ place: describePlace(job.task), problem }));
    }
    assign();
  };

  return {
    open(dataset: Dataset) {
      const bytes = dataset.save();
      data = new SharedArrayBuffer(bytes.length);
      new Uint8Array(data).set(bytes);
      return Promise.resolve();
    },
    run(task, options) {
      return new Promise((resolve, reject) => {
        options.signal?.throwIfAborted();
        if (options.signal) setMaxListeners(0, options.signal); // each task of a study listens
        const job = { task, options, resolve, reject, tries: 0 };
        waiting.push(job);
        options.signal?.addEventListener('abort', () => {
          const place = waiting.indexOf(job);
          if (place < 0) return;
          waiting.splice(place, 1);
          reject(options.signal!.reason as Error);
        });
        assign();
      });
    },
    async close() {
      for (const job of waiting.splice(0)) rejectClosed(job);
      await Promise.all(pool.splice(0).map((thread) => thread.end()));
    },
  };
}

/** Without this, a caller that awaits a task of a closed executor would wait forever. */
function rejectClosed({ task, reject }: Job): void {
  reject(new ThreadError({ place: describePlace(task), problem: 'its threads were closed' }));
}

/** A thread, and the job that it runs. */
class Thread {
  readonly #worker: Worker;
  #job: Job | undefined;
  #isEnding = false;

  /**
   * @param onIdle called when it has run a job
   * @param onDeath called if it ends by itself, with its unfinished job
   */
  constructor(
    data: SharedArrayBuffer,
    onIdle: () => void,
    onDeath: (thread: Thread, job: Job | undefined, reason: string) => void,
  ) {
    // `execArgv` drops the flags of `node --input-type=module -e`.
    this.#worker = new Worker(new URL('./search-thread.js', import.meta.url), {
      execArgv: [],
      workerData: data,
    });
    let reason = '';
    this.#worker.on('message', (message: FromThread) => {
      const job = this.#job!;
      this.#job = undefined;
      if ('result' in message) job.resolve(message.result);
      else if (job.options.signal?.aborted) {
        if (message.left) job.options.onInterrupt?.(message.left);
        job.reject(job.options.signal.reason);
      } else job.reject(unpackError(message.error));
      onIdle();
    });
    this.#worker.on('error', (error) => (reason = String(error)));
    this.#worker.on('exit', (code) => {
      if (!this.#isEnding) onDeath(this, this.#job, reason || `it ended with code ${code}`);
    });
  }

  get isIdle(): boolean {
    return !this.#job;
  }

  run(job: Job): void {
    this.#job = job;
    const { task, options } = job;
    const { start, progress, signal } = options;
    this.#post({ type: 'run', task, options: { start, progress } });
    signal?.addEventListener('abort', () => {
      if (this.#job === job) this.#post({ type: 'abort' });
    });
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#worker.terminate();
    if (this.#job) rejectClosed(this.#job);
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }
}
