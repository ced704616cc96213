import { setTimeout as pause } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../../src/base/sha256.js';
import {
  identify,
  openOutcome,
  packOrder,
  packProgress,
  unpackAnswer,
  unpackProgress,
  type Order,
  type SentResult,
} from '../../../src/queue/message.js';
import { openStore, type Store } from '../../../src/queue/store.js';
import { clearQueue, initQueue, queue, startWorker, type QueueWorker } from 'bp4/queue';
import { runTask, type Task } from 'bp4/search';
import { startPostgres, startRedis, type Server } from './servers.js';
import { data } from './studies.js';

const task: Task = {
  ...{ trial: 0, fold: 0, repeat: 0, seed: 1, metric: 'rootMeanSquaredError' },
  spec: { layers: [{ units: 1, activation: 'linear' }], train: { epochs: 4 } },
  division: { folds: 2, seed: 0 },
};
const order: Order = { task, data: sha256(data.save()) };

describe.each([
  ['Redis', startRedis],
  ['PostgreSQL', startPostgres],
] as const)('a network on %s', (_, start) => {
  let server: Server;
  let store: Store;
  let worker: QueueWorker;
  const warnings: string[] = [];
  beforeAll(async () => {
    server = await start();
    await initQueue(server.url);
    store = await openStore(server.url);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await worker.close();
    await clearQueue(server.url);
    warnings.splice(0);
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  /** Lets a worker run the order. */
  async function run(order: Order, limit = 1000): Promise<SentResult> {
    await store.blobs.put(order.data, data.save());
    const jobs: Queue = store.jobs;
    const id = identify(order);
    await jobs.add('task', packOrder(order, undefined), { jobId: id });
    worker = await startWorker(server.url, {
      ...{ threads: 1, limits: { parameters: limit } },
      onWarning: (text) => warnings.push(text),
    });
    for (;;) {
      const job = (await jobs.getJob(id))!;
      if (job.finishedOn === undefined) await new Promise((go) => setTimeout(go, 10));
      else if (await job.isFailed()) throw new Error(job.failedReason);
      else return openOutcome(unpackAnswer(job.returnvalue, id, undefined));
    }
  }

  it('of a result is in the queue under its SHA-256 if the order asks for it', async () => {
    const expected = await runTask(task, data);
    expect(await run(order)).not.toHaveProperty('network');
    await worker.close();
    const { network, hash } = await run({ ...order, sendsNetwork: true });
    expect(hash).toBe(expected.hash);
    expect(network).toBe(sha256(expected.network!));
    expect(await store.blobs.get(network!)).toEqual(expected.network);
  });

  it('that an order names is where the task goes on, to the bits of one that was never stopped', async () => {
    const expected = await runTask(task, data);
    // Another seed, which shows that the task didn't begin anew.
    const other = await runTask({ ...task, seed: 2 }, data);
    const half = await runTask({ ...task, seed: 2, until: 2 }, data);
    const progress = { network: sha256(half.network!), scores: half.scores };
    await store.blobs.put(progress.network, half.network!);
    expect(await run({ ...order, progress })).toMatchObject({ hash: other.hash, epochs: 4 });
    await worker.close();
    await clearQueue(server.url);
    expect(await run({ ...order, progress }), 'once it is gone').toMatchObject({ hash: expected.hash });
  });

  it('that a stopped worker leaves is where the next one goes on, to the same bits', async () => {
    const long = { ...order, task: { ...task, spec: { ...task.spec, train: { epochs: 300_000 } } } };
    const id = identify(long);
    const expected = await runTask(long.task, data);
    const running = [];
    // The first worker may be stopped before its thread trains.
    for (let time = 200; ; time *= 2) {
      running.push(run(long));
      while ((await store.jobs.getJobCounts('active'))['active'] !== 1) await pause(5);
      await pause(time);
      await worker.close();
      const job = await store.jobs.getJob(id);
      expect(job!.finishedOn, 'it ended before it was stopped').toBeUndefined();
      if (job!.progress !== 0) break;
    }
    const left = unpackProgress((await store.jobs.getJob(id))!.progress, id, undefined);
    expect(await store.blobs.get(left.network)).toBeDefined();
    expect(await run(long)).toMatchObject({ hash: expected.hash, epochs: 300_000 });
    await Promise.all(running);
  });

  it('that a stopped worker left counts, and begins anew if it is forged', async () => {
    const half = await runTask({ ...task, seed: 2, until: 2 }, data);
    const hash = sha256(half.network!);
    const id = identify(order);
    const leave = async (message: object): Promise<string> => {
      await store.blobs.put(hash, half.network!);
      const job = await store.jobs.add('task', packOrder(order, undefined), { jobId: id, delay: 1000 });
      await job.updateProgress(message);
      const { hash: found } = await run(order);
      await worker.close();
      await clearQueue(server.url);
      return found;
    };
    const sent = { network: hash, scores: [] };
    // Another seed, which shows that the task went on from there.
    const other = await runTask({ ...task, seed: 2 }, data);
    expect(await leave(packProgress(id, sent, undefined))).toBe(other.hash);
    const expected = await runTask(task, data);
    expect(await leave(packProgress('task-of-another', sent, undefined))).toBe(expected.hash);
    expect(await leave(packProgress(id, sent, 'secret'))).toBe(expected.hash);
    expect(await leave({ network: '../../etc/passwd' })).toBe(expected.hash);
  });

  it('that has other bytes than its name says is refused', async () => {
    const progress = { network: 'ab'.repeat(32), scores: [] };
    await store.blobs.put(progress.network, new Uint8Array(10));
    await expect(run({ ...order, progress })).rejects.toThrow(
      /^(ab){32} in the queue: expected bytes with the SHA-256 (ab){32}, got /,
    );
  });

  it('that is larger than the worker takes is refused, whatever the task says of its size', async () => {
    const large = { ...task.spec, layers: [{ units: 9, activation: 'tanh' as const }, ...task.spec.layers] };
    const { network } = await runTask({ ...task, spec: large, until: 1 }, data);
    const progress = { network: sha256(network!), scores: [] };
    await store.blobs.put(progress.network, network!);
    await expect(run({ ...order, progress }, 20)).rejects.toThrow(/has 37 parameters; this worker takes 20/);
  });

  it('is gone once it is removed', async () => {
    await store.blobs.put(order.data, new Uint8Array(10));
    await store.blobs.remove(order.data);
    expect(await store.blobs.get(order.data)).toBeUndefined();
  });

  it('is looked for without saving the data again', async () => {
    const executor = queue(server.url, { threads: 1 });
    const save = vi.spyOn(data, 'save');
    await executor.open(data);
    save.mockClear();
    const controller = new AbortController();
    const running = executor.run(task, { signal: controller.signal });
    await pause(1000); // without a worker, looks come after 0.2 and 0.6 seconds
    controller.abort();
    await expect(running).rejects.toThrow('aborted');
    await executor.close();
    expect(save).not.toHaveBeenCalled();
  });
});
