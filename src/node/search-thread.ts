import { parentPort, workerData } from 'node:worker_threads';
import { Dataset } from '../data/dataset.js';
import { runTask, type RunOptions } from '../search/executor.js';
import type { Shard } from '../search/shard.js';
import type { Progress, Task, TaskResult } from '../search/task.js';
import { packError, type ErrorRecord } from '../worker/error-record.js';

// A thread of `threads`: runs one task at a time.

export type ToThread =
  | {
      readonly type: 'run';
      readonly task: Task | Shard;
      readonly options: Pick<RunOptions, 'start' | 'progress'>;
    }
  | { readonly type: 'abort' };

export type FromThread =
  | { readonly result: TaskResult }
  /** With where the task left off, if it was stopped. */
  | { readonly error: ErrorRecord; readonly left: Progress | undefined };

const port = parentPort!;
const data = Dataset.load(new Uint8Array(workerData as SharedArrayBuffer));
let running = new AbortController();

port.on('message', (message: ToThread) => {
  if (message.type === 'abort') running.abort();
  else void run(message.task, message.options);
});

async function run(task: Task | Shard, options: RunOptions): Promise<void> {
  running = new AbortController();
  let left: Progress | undefined;
  const onInterrupt = (at: Progress): void => void (left = at);
  try {
    const result = await runTask(task, data, { ...options, onInterrupt, signal: running.signal });
    port.postMessage({ result } satisfies FromThread, result.network ? [result.network.buffer] : []);
  } catch (error) {
    port.postMessage({ error: packError(error), left } satisfies FromThread);
  }
}
