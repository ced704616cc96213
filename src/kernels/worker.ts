import { ThreadError } from '../errors.js';
import { builtin } from './processors.js';

// One more thread: a worker of Node (also in Bun and Deno) or of a page. Its source is a string, so that bundlers need no
// file. If a page's Content-Security-Policy forbids blob: workers, training continues with one thread.

const source = `
const port = globalThis.process?.getBuiltinModule?.('worker_threads')?.parentPort;
const start = async ({ module, memory }) => {
  const words = new Int32Array(memory.buffer);
  const sleep = (word, before) => void Atomics.wait(words, word >>> 2, before);
  const { exports } = await WebAssembly.instantiate(module, { env: { memory }, team: { sleep } });
  (port ?? self).postMessage('ready');
  exports.joinIn();
};
if (port) port.once('message', start);
else self.onmessage = ({ data }) => start(data);
`;

/** The message that starts a worker. */
export interface WorkerTask {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
}

interface NodeWorker {
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): void;
  postMessage(value: unknown): void;
  terminate(): unknown;
  unref(): void;
}

/**
 * Starts a worker and waits until it joins in. It doesn't keep the process alive.
 * @param onEnd called with the reason if the worker dies later
 * @returns a function that ends it
 * @throws Error if it can't be started
 */
export async function startWorker(task: WorkerTask, onEnd: (why: string) => void): Promise<() => void> {
  const Worker = builtin('worker_threads')?.['Worker'] as (new (url: URL) => NodeWorker) | undefined;
  return Worker ? startInNode(Worker, task, onEnd) : startInPage(task, onEnd);
}

async function startInNode(
  Worker: new (url: URL) => NodeWorker,
  task: WorkerTask,
  onEnd: (why: string) => void,
): Promise<() => void> {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  await new Promise<void>((resolve, reject) => {
    let end = (why: string): void => reject(new ThreadError({ place: '', problem: why }));
    worker.on('message', () => {
      end = onEnd;
      resolve();
    });
    worker.on('error', (error) => end(`it failed: ${String(error)}`));
    worker.on('exit', (code) => end(`it ended with code ${String(code)}`));
    worker.postMessage(task);
  });
  worker.unref();
  return () => void worker.terminate();
}

async function startInPage(task: WorkerTask, onEnd: (why: string) => void): Promise<() => void> {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    const worker = new Worker(url, { type: 'module' });
    await new Promise<void>((resolve, reject) => {
      let end = (why: string): void => reject(new ThreadError({ place: '', problem: why }));
      worker.onmessage = () => {
        end = onEnd;
        resolve();
      };
      // The error event carries no message if a Content-Security-Policy forbids the worker.
      worker.onerror = ({ message }: Partial<ErrorEvent>) =>
        end(message ?? "the page's Content-Security-Policy lacks worker-src blob:");
      worker.postMessage(task);
    });
    return () => worker.terminate();
  } finally {
    URL.revokeObjectURL(url);
  }
}
