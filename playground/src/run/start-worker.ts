/** Starts the training worker. The build of a single file replaces this module by start-inline-worker.ts. */
export const startWorker = (): Worker =>
  new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
