import { loaded } from '../base/loaded.js';
import type { Dataset } from '../data/dataset.js';
import { isShard, type Shard } from './shard.js';
import { runTrial, type Interruption, type Task, type TaskResult } from './task.js';

/** What a task may need in addition to itself and the data. */
export interface RunOptions extends Interruption {
  /** The network that a shard starts from, as `save` returns it. */
  readonly start?: Uint8Array | undefined;
  /** Whether the result must hold the network, which an executor on other machines leaves there otherwise. */
  readonly needsNetwork?: boolean;
  /**
   * Of a task that runs again for its network: the hash of the weights that it came to. Where that network is known, the task needn't
   * run.
   */
  readonly expectedHash?: string;
}

/**
 * Runs a task of a study, or a shard of a training run.
 * @throws TypeError, RangeError if it doesn't fit the data
 * @throws DivergenceError of a shard
 * @throws the reason of the signal
 */
export async function runTask(
  task: Task | Shard,
  data: Dataset,
  { start, progress, onInterrupt, signal }: RunOptions = {},
): Promise<TaskResult> {
  signal?.throwIfAborted();
  const interruption = { progress, onInterrupt, signal };
  if (!isShard(task)) return await runTrial(task, data, interruption);
  const { runShard } = await loaded('shards', import('./run-shard.js'));
  return await runShard(task, data, start!, interruption);
}

/**
 * Runs the tasks of a study, or the shards of a training run: here, in threads, or on other machines. The results have the same bits
 * everywhere.
 */
export interface Executor {
  /** Called once, before the first task. */
  open(data: Dataset): Promise<void>;
  /**
   * Runs a task, or queues it. Tasks begin in the order of the calls.
   * @throws TypeError, RangeError if the task doesn't fit the data
   * @throws DivergenceError of a shard
   * @throws the reason of the signal
   */
  run(task: Task | Shard, options: RunOptions): Promise<TaskResult>;
  /** Called once, after the last task, even if the study or the training fails. */
  close(): Promise<void>;
}

/** Runs the tasks in this thread, one after the other. Yields to the event loop as `train` does. */
export function inline(): Executor {
  let data: Dataset | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    open(given) {
      data = given;
      return Promise.resolve();
    },
    run(task, options) {
      const result = last.then(() => runTask(task, data!, options));
      last = result.catch(() => undefined);
      return result;
    },
    close: () => Promise.resolve(),
  };
}

/** Runs tasks side by side, and yields their results in order. Those that are left over when the loop ends are aborted. */
export async function* runInOrder(
  tasks: readonly ((signal: AbortSignal) => Promise<TaskResult>)[],
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskResult, void> {
  const rest = new AbortController();
  const stop = (): void => rest.abort(signal!.reason);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const running = tasks.map((run) => run(rest.signal));
  // An error is thrown where the result is taken.
  for (const one of running) one.catch(() => undefined);
  try {
    for (const one of running) yield await one;
  } finally {
    rest.abort();
    signal?.removeEventListener('abort', stop);
  }
}
