import { ThreadError, TypeFault } from '../errors.js';
import { builtin } from '../kernels/processors.js';
import { show } from '../base/check.js';
import type { FromWorker, ToWorker } from './messages.js';

/** A worker, as the side that started it sees it. */
export interface Port {
  /** @param transfer buffers that are handed over, not copied */
  post(message: ToWorker, transfer?: Transferable[]): void;
  /**
   * What the worker says next.
   * @throws ThreadError once it is gone
   */
  next(): Promise<FromWorker>;
  /** Ends a worker that does not end by itself. */
  terminate(): void;
}

/** A worker of Node, of Bun, or of Deno. */
interface NodeWorker {
  on(event: 'message' | 'messageerror' | 'error' | 'exit', listener: (value: unknown) => void): void;
  postMessage(value: unknown, transfer?: Transferable[]): void;
  terminate(): unknown;
}

/**
 * Starts a worker.
 * @param start how the user starts it
 * @throws ThreadError where there are no workers; TypeError where `start` gives none
 */
export function openPort(start: (() => Worker | NodeWorker) | undefined): Port {
  const mailbox = new Mailbox();
  const worker = (start ?? startWorker)();
  if (typeof (worker as Partial<Worker> | undefined)?.postMessage !== 'function') {
    throw new TypeFault({
      place: 'worker',
      problem: `expected a function that returns a Worker, got one that returns ${show(worker)}`,
    });
  }
  if ('on' in worker) {
    worker.on('message', (message) => mailbox.put(message as FromWorker));
    worker.on('messageerror', (error) => mailbox.close(String(error)));
    worker.on('error', (error) => mailbox.close(String(error)));
    worker.on('exit', (code) => mailbox.close(`it ended with code ${String(code)}`));
  } else {
    worker.onmessage = ({ data }) => mailbox.put(data as FromWorker);
    worker.onmessageerror = () => mailbox.close('a message could not be read');
    // One whose file is not found, or that a Content-Security-Policy forbids, fails without a word.
    worker.onerror = ({ message }: Partial<ErrorEvent>) =>
      mailbox.close(
        message ??
          "its file was not found (where esbuild or Rollup bundles, give the option 'worker'), or worker-src of the " +
            'Content-Security-Policy forbids it',
      );
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

/** What runs in it is thread.ts. */
function startWorker(): Worker | NodeWorker {
  const NodeWorker = builtin('worker_threads')?.['Worker'] as
    (new (url: URL, options: object) => NodeWorker) | undefined;
  if (NodeWorker) {
    // Written so that no bundler takes it for a file of the page; without the flags of `node --input-type=module -e`.
    return new NodeWorker(new URL(import.meta.url.replace(/[^/]*$/, 'thread.js')), { execArgv: [] });
  }
  if (typeof Worker === 'undefined')
    throw new ThreadError({ place: 'worker', problem: 'is not available here', cure: 'use net.train' });
  // Bundlers know the file by just this expression.
  return new Worker(new URL('./thread.js', import.meta.url), { type: 'module' });
}

/** Keeps what comes until it is taken. */
class Mailbox {
  readonly #letters: FromWorker[] = [];
  #closed: ThreadError | undefined;
  #wake: (() => void) | undefined;

  put(letter: FromWorker): void {
    this.#letters.push(letter);
    this.#wake?.();
  }

  close(why: string): void {
    this.#closed ??= new ThreadError({
      place: 'worker',
      problem: `is gone: ${why}`,
      cure: 'the network is left as when it last reported',
    });
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
