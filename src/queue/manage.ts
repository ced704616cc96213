import { openStore } from './store.js';

/** How many tasks are in each state, and how many workers there are. */
export interface QueueStatus {
  readonly waiting: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
  readonly workers: number;
}

/**
 * Creates or updates the tables of a queue in PostgreSQL. Redis and Valkey need none.
 * @param url 'redis://', 'rediss://' or 'postgres://'. Default: the variable BP4_QUEUE
 * @throws QueueError if a package is missing or the server can't be used
 */
export async function initQueue(url?: string): Promise<void> {
  const store = await openStore(url, undefined, true);
  await store.close();
}

/** @throws QueueError if a package is missing or the server can't be used */
export async function readQueueStatus(url?: string): Promise<QueueStatus> {
  const store = await openStore(url);
  try {
    const counts = await store.jobs.getJobCounts('waiting', 'delayed', 'active', 'completed', 'failed');
    const { waiting = 0, delayed = 0, active = 0, completed = 0, failed = 0 } = counts;
    const workers = await store.jobs.getWorkersCount();
    return { waiting: waiting + delayed, running: active, completed, failed, workers };
  } finally {
    await store.close();
  }
}

/**
 * Removes all tasks, results and data.
 * @throws QueueError if a package is missing or the server can't be used
 */
export async function clearQueue(url?: string): Promise<void> {
  const store = await openStore(url);
  try {
    await store.jobs.obliterate({ force: true });
    await store.blobs.clear();
  } finally {
    await store.close();
  }
}
