import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/queue/store.js';
import { Dataset } from 'bp4/data';
import { Network } from 'bp4';
import { clearQueue, initQueue, queue, readQueueStatus } from 'bp4/queue';
import { inline, trainInShards, type Executor, type ShardedTrainOptions } from 'bp4/search';
import { startPostgres, startRedis, type Server } from './servers.js';
import { endWorker, spawnWorker } from './studies.js';

const rows = Array.from({ length: 2000 }, (_, n) => [Math.sqrt(n % 7), Math.sqrt(n % 11), Math.sqrt(n % 13)]);
const data = Dataset.fromArrays({
  inputs: rows,
  labels: rows.map(([a, b, c]) => Math.floor(a! + b! + c!) % 3),
  sampleWeights: rows.map((_, n) => 1 + (n % 2)),
});

async function train(executor: Executor, more: ShardedTrainOptions = {}): Promise<object> {
  const net = await Network.create({
    inputs: 3,
    layers: [
      { units: 20, activation: 'tanh', dropout: 0.1 },
      { units: 3, activation: 'softmax' },
    ],
    seed: 5,
  });
  try {
    const reports = await trainInShards(net, data, {
      ...{ shards: 6, rounds: 5, epochs: 40, optimizer: 'adam', validationSplit: 0.1, executor },
      ...more,
    });
    return { reports, bytes: Buffer.from(net.save()).toString('base64') };
  } finally {
    net.dispose();
  }
}

let expected: object;
beforeAll(async () => {
  expected = await train(inline());
});

describe.each([
  ['Redis', startRedis],
  ['PostgreSQL', startPostgres],
] as const)('a sharded training on %s', (_, start) => {
  let server: Server;
  let store: Store;
  const workers: ChildProcess[] = [];
  beforeAll(async () => {
    server = await start();
    await initQueue(server.url);
    store = await openStore(server.url);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => endWorker(worker)));
    await clearQueue(server.url);
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });
  const addWorker = async (): Promise<void> => {
    workers.push(await spawnWorker(server.url));
  };
  const executor = (): Executor => queue(server.url, { threads: 1, onWarning: () => undefined });

  it.each([1, 2])(
    'with %i workers leads to the same bits as here, and leaves nothing behind',
    async (count) => {
      for (let w = 0; w < count; w++) await addWorker();
      const starts = new Set<string>();
      const through = executor();
      const watched: Executor = {
        ...through,
        run(task, options) {
          if ('start' in task) starts.add(task.start);
          return through.run(task, options);
        },
      };
      expect(await train(watched)).toEqual(expected);
      expect(starts.size).toBe(5);
      for (const hash of starts) expect(await store.blobs.get(hash)).toBeUndefined();
      expect(await readQueueStatus(server.url)).toMatchObject({ waiting: 0, completed: 0, failed: 0 });
    },
  );

  it('outlives a worker that is killed', async () => {
    await addWorker();
    const running = train(executor());
    while ((await readQueueStatus(server.url)).running < 1) await pause(1);
    await endWorker(workers.pop()!, 'SIGKILL');
    await addWorker();
    expect(await running).toEqual(expected);
  });

  it('gets its shard back from a worker that is stopped', async () => {
    await addWorker();
    const running = train(executor());
    while ((await readQueueStatus(server.url)).running < 1) await pause(1);
    await endWorker(workers.pop()!, 'SIGTERM');
    await addWorker();
    expect(await running).toEqual(expected);
  });

  it('that diverges names shard and round', async () => {
    await addWorker();
    const diverging = train(executor(), { optimizer: 'sgd', learningRate: 1e30 });
    const error: unknown = await train(inline(), { optimizer: 'sgd', learningRate: 1e30 }).catch(
      (e: unknown) => e,
    );
    await expect(diverging).rejects.toEqual(error);
    expect(error).toMatchObject({ name: 'DivergenceError', place: 'shard 0, round 1' });
  });
});
