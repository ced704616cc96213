import { parentPort, workerData } from 'node:worker_threads';
import { Dataset } from '../data/dataset.js';
import { runTask, type Progress, type Task, type TaskResult } from '../search/task.js';
import { packError, type ErrorRecord } from '../worker/error-record.js';

// A thread of `threads`: runs one task at a time.

export type ToThread =
  | { readonly type: 'run'; readonly task: Task; readonly progress: Progress | undefined }
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
  else void run(message.task, message.progress);
});

async function run(task: Task, progress: Progress | undefined): Promise<void> {
  running = new AbortController();
  let left: Progress | undefined;
  const onInterrupt = (at: Progress): void => void (left = at);
  try {
    const result = await runTask(task, data, { progress, onInterrupt, signal: running.signal });
    port.postMessage({ result } satisfies FromThread, result.network ? [result.network.buffer] : []);
  } catch (error) {
    port.postMessage({ error: packError(error), left } satisfies FromThread);
  }
}
