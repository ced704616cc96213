/**
 * Training off the main thread, in a worker. The worker runs `bp4/worker/thread`, a script that exports nothing.
 *
 * @module bp4/worker
 */
export { trainInWorker, type WorkerOptions } from './train-in-worker.js';
