import type { Dataset } from '../data/dataset.js';
import { runTask, type Progress, type Task, type TaskResult } from './task.js';

/** What a task may need in addition to itself and the data. */
export interface RunOptions {
  /** Where the task left off, if it did. */
  readonly progress?: Progress | undefined;
  /** Whether the result must hold the network, which an executor on other machines leaves there otherwise. */
  readonly needsNetwork?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the tasks of a study: here, in threads, or on other machines. The results have the same bits everywhere. */
export interface Executor {
  /** Called once, before the first task. */
  open(data: Dataset): Promise<void>;
  /**
   * Runs a task, or queues it. Tasks begin in the order of the calls.
   * @throws TypeError, RangeError if the task doesn't fit the data
   * @throws the reason of the signal
   */
  run(task: Task, options: RunOptions): Promise<TaskResult>;
  /** Called once, after the last task, even if the study fails. */
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
