import type { Pruner } from '../../../dist/search/index.js';
import { beforeAll, describe, it } from 'vitest';
import { threads } from '../../../dist/node/index.js';
import { queue, readQueueStatus } from '../../../dist/queue/index.js';
import { compare, endWorker, run, servers, useServer, type Ran } from './studies.js';

let expected: Ran;
beforeAll(async () => {
  expected = await run(undefined);
  console.log(`inline: ${expected.seconds.toFixed(2)} s`);
});

it('a study in 2 threads leads to the journal and the ensemble of one after the other', async () => {
  compare('threads(2)', await run(threads(2)), expected);
});

describe.each(servers)('a study on %s', (name, start) => {
  const site = useServer(start);
  const executor = (): ReturnType<typeof queue> => queue(site.url, { threads: 1 });

  it.each([1, 3])('with %i workers leads to the same journal and ensemble', async (count) => {
    for (let w = 0; w < count; w++) await site.addWorker();
    compare(`${name}, ${count} workers`, await run(executor()), expected);
  });

  it('with halving leads to the same journal and ensemble', async () => {
    const pruner: Pruner = { kind: 'halving' };
    const inOne = await run(undefined, { pruner });
    await site.addWorker();
    compare(`${name}, halving`, await run(executor(), { pruner }), inOne);
  });

  it('waits for a worker that starts late', async () => {
    const running = run(executor());
    while ((await readQueueStatus(site.url)).waiting < 8) await new Promise((go) => setTimeout(go, 50));
    await site.addWorker();
    compare(`${name}, late worker`, await running, expected);
  });

  it('takes the results that are there when it runs again', async () => {
    await site.addWorker();
    await run(executor());
    await endWorker(site.workers.pop()!);
    compare(`${name}, again without workers`, await run(executor()), expected);
  });
});
