import type { Reply, Request } from '../protocol.js';

/** The page's end of the worker. */
export interface Client {
  send(request: Request): void;
  /** @returns ends it */
  subscribe(listener: (reply: Reply) => void): () => void;
  close(): void;
}

/** Starts the worker. */
export function startClient(): Client {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const listeners = new Set<(reply: Reply) => void>();
  const tell = (reply: Reply): void => {
    for (const listener of listeners) listener(reply);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => tell(data));
  // The script cannot be loaded, or has an error that it did not catch.
  worker.addEventListener('error', ({ message }) =>
    tell({
      type: 'failed',
      name: 'Error',
      message: message || 'The worker cannot be started; load the page again',
    }),
  );
  worker.addEventListener('messageerror', () =>
    tell({
      type: 'failed',
      name: 'Error',
      message: 'An answer of the worker cannot be read; load the page again',
    }),
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
