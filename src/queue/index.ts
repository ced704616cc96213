/**
 * Runs a study on many machines, through a queue on Redis, Valkey or PostgreSQL. Node only. Needs the packages bullmq and ioredis, or
 * bullmq and pg.
 *
 * @module bp4/queue
 */
export { clearQueue, initQueue, readQueueStatus } from './manage.js';
export type { QueueStatus, TaskCounts } from './manage.js';
export { queue } from './queue.js';
export type { QueueOptions } from './queue.js';
export { QueueError } from './queue-error.js';
export { startWorker } from './worker.js';
export type { QueueWorker, WorkerOptions } from './worker.js';
