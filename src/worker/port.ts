import { ThreadError, TypeFault } from '../errors.js';
import { builtin } from '../kernels/processors.js';
import { show } from '../base/check.js';
import type { FromWorker, ToWorker } from './messages.js';

/** A worker, from the side that started it. */
export interface Port {
  /** @param transfer buffers to transfer instead of copying */
  post(message: ToWorker, transfer?: Transferable[]): void;
  /**
   * Waits for the worker's next message.
   * @throws ThreadError if the worker is gone
   */
  next(): Promise<FromWorker>;
  /** Ends a worker that doesn't end by itself. */
  terminate(): void;
}

/** The worker of Node, Bun and Deno. */
interface NodeWorker {
  on(event: 'message' | 'messageerror' | 'error' | 'exit', listener: (value: unknown) => void): void;
  postMessage(value: unknown, transfer?: Transferable[]): void;
  terminate(): unknown;
}

/**
 * Starts a worker.
 * @param start the user's way to start it, if any
 * @throws ThreadError if the host has no workers; TypeError if `start` doesn't return a Worker
 */
export function openPort(start: (() => Worker | NodeWorker) | undefined): Port {
  const mailbox = new Mailbox();
  const worker = start ? start() : findWorker();
  if (typeof (worker as Partial<Worker> | undefined)?.postMessage !== 'function') {
    throw new TypeFault({
      place: 'worker',
      problem: `expected a function that returns a Worker, got one that returns ${show(worker)}`,
    });
  }
  if ('on' in worker) {
    worker.on('message', (message) => mailbox.put(message as FromWorker));
    worker.on('messageerror', (error) => mailbox.close(String(error)));
    worker.on('error', (error) => {
      const isLost = /MODULE_NOT_FOUND$/.test(String((error as NodeJS.ErrnoException).code));
      if (isLost) mailbox.close('its file was not found', FIND_FILE);
      else mailbox.close(String(error));
    });
    worker.on('exit', (code) => mailbox.close(`it ended with code ${String(code)}`));
  } else {
    worker.onmessage = ({ data }) => mailbox.put(data as FromWorker);
    worker.onmessageerror = () => mailbox.close('a message could not be read');
    // The error event carries no message if the file isn't found, or if a Content-Security-Policy forbids the worker.
    worker.onerror = ({ message }: Partial<ErrorEvent>) =>
      message === undefined
        ? mailbox.close(
            'its file was not found, or worker-src of the Content-Security-Policy forbids it',
            FIND_FILE,
          )
        : mailbox.close(message);
  }
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    next: () => mailbox.take(),
    terminate: () => {
      mailbox.close('it was ended from outside');
      worker.terminate();
    },
  };
}

/** The cure where a bundler moved bp4 away from thread.js. */
const FIND_FILE =
  "if a bundler moved bp4, pass { worker }, as esbuild and Rollup need, or leave 'bp4' out of the bundle of a server " +
  '(Next.js: serverExternalPackages, Vite: ssr.external)';

/** @throws ThreadError if the host has no workers, or the file has no address */
function findWorker(): Worker | NodeWorker {
  try {
    return startWorker();
  } catch (cause) {
    if (cause instanceof ThreadError) throw cause;
    throw new ThreadError({ place: 'worker', problem: 'could not be started', cure: FIND_FILE }, { cause });
  }
}

/** Starts thread.ts. */
function startWorker(): Worker | NodeWorker {
  const NodeWorker = builtin('worker_threads')?.['Worker'] as
    (new (url: URL, options: object) => NodeWorker) | undefined;
  if (NodeWorker) {
    // Bundlers don't recognize this form as a file of the page. `execArgv` drops the flags of `node --input-type=module -e`.
    return new NodeWorker(new URL(import.meta.url.replace(/[^/]*$/, 'thread.js')), { execArgv: [] });
  }
  if (typeof Worker === 'undefined')
    throw new ThreadError({ place: 'worker', problem: 'is not available here', cure: 'use net.train' });
  // Bundlers recognize the file only in exactly this expression.
  return new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
}

/** Keeps messages until they are taken. */
class Mailbox {
  readonly #letters: FromWorker[] = [];
  #closed: ThreadError | undefined;
  #wake: (() => void) | undefined;

  put(letter: FromWorker): void {
    this.#letters.push(letter);
    this.#wake?.();
  }

  close(why: string, cure = 'the network keeps the last state it reported'): void {
    this.#closed ??= new ThreadError({ place: 'worker', problem: `is gone: ${why}`, cure });
    this.#wake?.();
  }

  async take(): Promise<FromWorker> {
    for (;;) {
      const letter = this.#letters.shift();
      if (letter) return letter;
      if (this.#closed) throw this.#closed;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }
}
