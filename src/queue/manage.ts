import { setTimeout as pause } from 'node:timers/promises';
import type { Job, Queue } from 'bullmq';
import { checkType, show } from '../base/check.js';
import { QueueError } from './queue-error.js';
import { abandon, nameServer, openStore, type Store } from './store.js';

/** How many tasks are in each state. */
export interface TaskCounts {
  readonly waiting: number;
  readonly running: number;
  readonly completed: number;
  readonly failed: number;
}

/** The tasks and the workers of a queue. */
export interface QueueStatus extends TaskCounts {
  readonly workers: number;
  /** The tasks of each study, by its name: see the option `study` of `queue`. */
  readonly studies: Readonly<Record<string, TaskCounts>>;
}

/** The states of BullMQ that a task can be in, and what they are called here. */
const states = {
  waiting: 'waiting',
  delayed: 'waiting',
  active: 'running',
  completed: 'completed',
  failed: 'failed',
} as const satisfies Record<string, keyof TaskCounts>;

const noTasks = { waiting: 0, running: 0, completed: 0, failed: 0 };

/** Jobs that are read or removed at a time. */
const PAGE = 500;
/** Milliseconds for workers to stop what they run, which they look for every 2 seconds, and between two looks here. */
const PATIENCE = 5_000;
const LOOK = 200;

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
  return await withStore(url, async (store) => {
    const workers = await store.jobs.getWorkersCount();
    const total = { ...noTasks };
    const studies = new Map<string, typeof total>();
    for (const { job, state } of await listJobs(store)) {
      const counts = studies.get(job.name) ?? { ...noTasks };
      studies.set(job.name, counts);
      counts[state]++;
      total[state]++;
    }
    return { ...total, workers, studies: Object.fromEntries(studies) };
  });
}

/**
 * Removes the tasks of a study with their results, data and networks, or those of all studies. Workers stop a task that they run within
 * seconds. A study that is still running adds the tasks again whose results it awaits.
 * @param study its name. Default: all studies
 * @returns the number of tasks
 * @throws QueueError if no task belongs to the study, a package is missing or the server can't be used
 */
export async function clearQueue(url?: string, study?: string): Promise<number> {
  if (study !== undefined) checkType('study', study, 'string');
  return await withStore(url, async (store) => {
    const all = await listJobs(store);
    if (study !== undefined) return await clearStudy(store, all, study);
    await store.jobs.obliterate({ force: true });
    await store.blobs.clear();
    return all.length;
  });
}

/** @throws QueueError if the server can't be used, or its user lacks a right */
async function withStore<Result>(
  url: string | undefined,
  use: (store: Store) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(url);
  try {
    return await use(store);
  } catch (error) {
    throw nameServer(store.name, error);
  } finally {
    await store.close();
  }
}

async function clearStudy(
  { jobs, blobs, name }: Store,
  all: readonly Listed[],
  study: string,
): Promise<number> {
  const [mine, others] = [true, false].map((isMine) =>
    all.flatMap(({ job }) => ((job.name === study) === isMine ? [job] : [])),
  ) as [Job[], Job[]];
  if (mine.length === 0) {
    const names = [...new Set(others.map((job) => job.name))].map(show);
    const cure = names.length > 0 ? `the studies are ${names.join(', ')}` : 'the queue is empty';
    throw new QueueError({ place: name, problem: `has no tasks of the study ${show(study)}`, cure });
  }
  const end = performance.now() + PATIENCE;
  let left = await abandonAll(
    jobs,
    mine.map(({ id }) => id!),
  );
  while (left.length > 0 && performance.now() < end) {
    await pause(LOOK);
    left = await abandonAll(jobs, left);
  }
  const used = new Set(others.flatMap(listBlobs));
  for (const hash of new Set(mine.flatMap(listBlobs))) if (!used.has(hash)) await blobs.remove(hash);
  return mine.length;
}

/** @returns the ids of those that still run */
async function abandonAll(jobs: Queue, ids: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (let start = 0; start < ids.length; start += PAGE) {
    const page = ids.slice(start, start + PAGE);
    const areGone = await Promise.all(page.map((id) => abandon(jobs, id)));
    left.push(...page.filter((_, i) => !areGone[i]));
  }
  return left;
}

/** The SHA-256 of all that a task, its progress and its result have in the queue. */
const listBlobs = ({ data, progress, returnvalue }: Job): readonly string[] =>
  JSON.stringify([data, progress, returnvalue]).match(/\b[0-9a-f]{64}\b/g) ?? [];

interface Listed {
  readonly job: Job;
  readonly state: keyof TaskCounts;
}

/**
 * Each job once. States come in the order in which a job goes through them, and the newest job of a state first, because the oldest are
 * those that leave it: so a job that moves on in the meantime isn't missed.
 */
async function listJobs({ jobs }: Store): Promise<Listed[]> {
  const listed = new Map<string, Listed>();
  for (const [type, state] of Object.entries(states) as [keyof typeof states, keyof TaskCounts][]) {
    for (let start = 0; ; start += PAGE) {
      const page: Job[] = await jobs.getJobs([type], start, start + PAGE - 1);
      if (page.length === 0) break;
      for (const job of page) listed.set(job.id!, { job, state });
    }
  }
  return [...listed.values()];
}
