import type { Reply, Request } from '../protocol.js';
import { PageError, toFailure } from './failure.js';
import { startWorker } from './start-worker.js';

/** The page's connection to the worker. */
export interface Client {
  send(request: Request): void;
  /** @returns a function that unsubscribes the listener */
  subscribe(listener: (reply: Reply) => void): () => void;
  close(): void;
}

/** Starts the worker. */
export function startClient(): Client {
  const worker = startWorker();
  const listeners = new Set<(reply: Reply) => void>();
  const publish = (reply: Reply): void => {
    for (const listener of listeners) listener(reply);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => publish(data));
  // the script failed to load, or threw an error that nothing caught
  worker.addEventListener('error', ({ message }) =>
    publish(
      message
        ? { type: 'failed', name: 'Error', message }
        : { type: 'failed', ...toFailure(new PageError('failure.worker')) },
    ),
  );
  worker.addEventListener('messageerror', () =>
    publish({ type: 'failed', ...toFailure(new PageError('failure.reply')) }),
  );
  return {
    send: (request) => worker.postMessage(request),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => worker.terminate(),
  };
}
