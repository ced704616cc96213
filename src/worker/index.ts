export { trainInWorker, type WorkerOptions } from './train-in-worker.js';
