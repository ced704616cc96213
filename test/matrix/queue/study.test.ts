import type { Pruner } from 'bp4/search';
import { beforeAll, describe, expect, it } from 'vitest';
import { threads } from 'bp4/node';
import { queue, readQueueStatus } from 'bp4/queue';
import { addNamespace, type Namespace } from './namespaces.js';
import { LOOPBACK } from './servers.js';
import { compare, servers, useServer } from './site.js';
import { endWorker, run, spawnWorker, type Ran } from './studies.js';

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

  it('that two coordinators run at once leads both to the same journal and ensemble', async () => {
    for (let w = 0; w < 2; w++) await site.addWorker();
    const both = await Promise.all([run(executor()), run(executor())]);
    for (const ran of both) compare(`${name}, two coordinators`, ran, expected);
    expect(await readQueueStatus(site.url)).toMatchObject({ waiting: 0, failed: 0 });
  });
});

describe('a study of 40 trials by 3 folds', () => {
  const options = { trials: 40, folds: 3, epochs: 10 };
  let inOne: Ran;
  beforeAll(async () => {
    inOne = await run(undefined, options);
    console.log(`inline, 40 × 3: ${inOne.seconds.toFixed(2)} s`);
  });

  it.each([1, 2])('leads to the same in %i threads', async (count) => {
    compare(`threads(${count}), 40 × 3`, await run(threads(count), options), inOne);
  });

  describe.each(servers)('on %s', (name, start) => {
    const site = useServer(() => start({ addresses: ['0.0.0.0'] }));
    const runThere = (): Promise<Ran> => run(queue(site.url, { threads: 1 }), options);

    it.each([1, 2, 5])('leads to the same with %i workers', async (count) => {
      for (let w = 0; w < count; w++) await site.addWorker();
      compare(`${name}, ${count} workers, 40 × 3`, await runThere(), inOne);
    });

    // BP4_NETNS=none is for systems that don't let this process make any: otherwise that fails.
    it.skipIf(process.env['BP4_NETNS'] === 'none')(
      'leads to the same with 3 workers in networks of their own',
      async () => {
        const namespaces: Namespace[] = [];
        try {
          for (let n = 1; n <= 3; n++) {
            const namespace = addNamespace(n);
            namespaces.push(namespace);
            const url = site.url.replace(LOOPBACK, namespace.host);
            site.workers.push(await spawnWorker(url, undefined, namespace.prefix));
          }
          compare(`${name}, 3 network namespaces, 40 × 3`, await runThere(), inOne);
        } finally {
          await Promise.all(site.workers.splice(0).map((worker) => endWorker(worker)));
          for (const namespace of namespaces) namespace.remove();
        }
      },
    );
  });
});
