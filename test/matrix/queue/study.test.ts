import type { ChildProcess } from 'node:child_process';
import type { Pruner } from '../../../dist/search/index.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { threads } from '../../../dist/node/index.js';
import { clearQueue, initQueue, queue, readQueueStatus } from '../../../dist/queue/index.js';
import { startPostgres, startRedis, type Server } from './servers.js';
import { endWorker, run, spawnWorker, type Ran } from './studies.js';

let expected: Ran;
beforeAll(async () => {
  expected = await run(undefined);
  console.log(`inline: ${expected.seconds.toFixed(2)} s`);
});

function compare(name: string, ran: Ran, to = expected): void {
  console.log(`${name}: ${ran.seconds.toFixed(2)} s`);
  expect({ ...ran, seconds: 0 }).toEqual({ ...to, seconds: 0 });
}

it('a study in 2 threads leads to the journal and the ensemble of one after the other', async () => {
  compare('threads(2)', await run(threads(2)));
});

describe.each([
  ['Redis', startRedis],
  ['PostgreSQL', startPostgres],
] as const)('a study on %s', (name, start) => {
  let server: Server;
  const workers: ChildProcess[] = [];
  beforeAll(async () => {
    server = await start();
    await initQueue(server.url);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => endWorker(worker)));
    await clearQueue(server.url);
  });
  afterAll(async () => {
    await server.stop();
  });
  const addWorker = async (): Promise<void> => {
    workers.push(await spawnWorker(server.url));
  };

  it.each([1, 3])('with %i workers leads to the same journal and ensemble', async (count) => {
    for (let w = 0; w < count; w++) await addWorker();
    compare(`${name}, ${count} workers`, await run(queue(server.url, { threads: 1 })));
  });

  it('with halving leads to the same journal and ensemble', async () => {
    const pruner: Pruner = { kind: 'halving' };
    const inOne = await run(undefined, { pruner });
    await addWorker();
    compare(`${name}, halving`, await run(queue(server.url, { threads: 1 }), { pruner }), inOne);
  });

  it('waits for a worker that starts late', async () => {
    const running = run(queue(server.url, { threads: 1 }));
    while ((await readQueueStatus(server.url)).waiting < 8) await new Promise((go) => setTimeout(go, 50));
    await addWorker();
    compare(`${name}, late worker`, await running);
  });

  it('takes the results that are there when it runs again', async () => {
    await addWorker();
    await run(queue(server.url, { threads: 1 }));
    await endWorker(workers.pop()!);
    compare(`${name}, again without workers`, await run(queue(server.url, { threads: 1 })));
  });
});
