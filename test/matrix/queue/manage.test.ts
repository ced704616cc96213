import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Queue } from 'bullmq';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { clearQueue, initQueue, queue, readQueueStatus } from 'bp4/queue';
import { bp4Process, listEvents } from '../../support/cli.js';
import { compare, servers, useServer } from './site.js';
import { startPostgres, startRedis } from './servers.js';
import { endWorker, folder, run, spawnWorker, type Ran } from './studies.js';

// Studies that share a queue are counted one by one, and one of them can be removed without the others.

const idle = { waiting: 0, running: 0, failed: 0 };

describe.each(servers)('A queue on %s', (name, start) => {
  const site = useServer(start);
  const search = (study: string, options: Parameters<typeof run>[1] = {}): Promise<Ran> =>
    run(queue(site.url, { study, threads: 1 }), { trials: 4, ...options });
  const bp4Queue = (...args: string[]): ReturnType<typeof bp4Process> =>
    bp4Process(['queue', ...args], { cwd: folder(), env: { BP4_QUEUE: site.url } });

  it('counts the tasks of each study, and removes those of one', async () => {
    await site.addWorker();
    await search('first');
    const expected = await search('second', { epochs: 41 });
    const both = await readQueueStatus(site.url);
    expect(Object.keys(both.studies).sort()).toEqual(['first', 'second']);
    expect(both).toMatchObject({ ...idle, workers: 1 });
    const { first, second } = both.studies;
    expect(first!.completed + second!.completed).toBe(both.completed);

    expect(await clearQueue(site.url, 'first')).toBe(first!.completed);
    const one = { ...idle, completed: second!.completed, workers: 1, studies: { second } };
    expect(await readQueueStatus(site.url)).toEqual(one);
    // Its results are still there: nothing runs again.
    for (const worker of site.workers) worker.kill('SIGSTOP');
    compare(`${name}, from the results in the queue`, await search('second', { epochs: 41 }), expected);
    for (const worker of site.workers) worker.kill('SIGCONT');

    await expect(clearQueue(site.url, 'first')).rejects.toThrow(
      /has no tasks of the study 'first'; the studies are 'second'$/,
    );
    const { completed } = await readQueueStatus(site.url);
    expect(await clearQueue(site.url)).toBe(completed);
    expect(await readQueueStatus(site.url)).toEqual({ ...idle, completed: 0, workers: 1, studies: {} });
    await expect(clearQueue(site.url, 'second')).rejects.toThrow(
      /of the study 'second'; the queue is empty$/,
    );
  });

  it('loses a study that is running and its networks, which adds its open tasks again and comes to the same', async () => {
    await site.addWorker();
    const options = { epochs: 300, pruner: { kind: 'halving' } } as const;
    const expected = await run(undefined, { ...options, trials: 9 });
    const other = search('other', { ...options, epochs: 301 });
    let cleared = 0;
    const onTrial = async (): Promise<void> => {
      // Between two rungs it may have none.
      if (cleared === 0) cleared = await clearQueue(site.url, 'running').catch(() => 0);
    };
    const ran = search('running', { ...options, trials: 9, onTrial });
    await Promise.all([other, ran]);
    expect(cleared).toBeGreaterThan(0);
    compare(`${name}, cleared`, await ran, expected);
  });

  it('stops the tasks that workers run of a study that is gone', async () => {
    await site.addWorker();
    const ending = new AbortController();
    const ran = search('long', { epochs: 1e6, signal: ending.signal });
    while ((await readQueueStatus(site.url)).running < 1) await pause(20);
    expect(await clearQueue(site.url, 'long')).toBeGreaterThan(0);
    ending.abort();
    await ran.catch(() => undefined);
    for (let status = await readQueueStatus(site.url); status.waiting + status.running > 0;) {
      await pause(100);
      status = await readQueueStatus(site.url);
    }
    await search('next'); // by the same worker
  });

  it('tells all this on the command line', async () => {
    await site.addWorker();
    expect((await bp4Queue('status')).stdout).toBe('no tasks\n1 worker\n');
    await search('iris');
    await search('a study with a long name', { epochs: 41 });
    const count = async (study: string): Promise<number> =>
      (await readQueueStatus(site.url)).studies[study]!.completed;
    const completed = await count('iris');
    const { stdout } = await bp4Queue('status', site.url);
    expect(stdout.split('\n')[0]).toBe('tasks of                  waiting  running  completed  failed');
    expect(stdout).toContain(`\niris                            0        0          ${completed}       0\n`);
    expect(listEvents(await bp4Queue('status', '--json'))[0]).toMatchObject({ event: 'status', workers: 1 });

    const wrong = await bp4Queue('clear', 'wine');
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain("has no tasks of the study 'wine'; the studies are");
    expect((await bp4Queue('clear', 'iris')).stdout).toBe(
      `iris is out of the queue: removed ${completed} tasks.\n`,
    );
    const rest = await count('a study with a long name');
    const all = await bp4Queue('clear', site.url, '--json');
    expect(listEvents(all)).toEqual([{ event: 'cleared', tasks: rest }]);
  });
});

it('a queue of more tasks than are read at a time is counted and cleared whole', async () => {
  const server = await startRedis();
  const jobs = new Queue('bp4-1', { connection: { url: server.url }, prefix: '{bp4}' });
  await jobs.addBulk(
    Array.from({ length: 1203 }, (_, n) => ({
      name: n % 3 ? 'a' : 'b',
      data: {},
      opts: { jobId: `task-${n}` },
    })),
  );
  expect((await readQueueStatus(server.url)).studies).toMatchObject({
    a: { waiting: 802 },
    b: { waiting: 401 },
  });
  expect(await clearQueue(server.url, 'a')).toBe(802);
  expect((await readQueueStatus(server.url)).waiting).toBe(401);
  await jobs.close();
  await server.stop();
});

describe('A user of the queue', () => {
  const guide = readFileSync(new URL('../../../docs/guide/many-machines.md', import.meta.url), 'utf8');
  /** The lines that give the user its rights. */
  const readRights = (start: RegExp): string =>
    guide.slice(guide.search(start)).split('```')[0]!.replaceAll('\n', ' ');
  const at = (url: string, user: string): string => url.replace(/\/\/([^@]*@)?/, `//${user}@`);

  const useAs = async (url: string): Promise<void> => {
    const worker = await spawnWorker(url);
    const executor = queue(url, { study: 'rights', threads: 1 });
    compare('with few rights', await run(executor, { trials: 4 }), await run(undefined, { trials: 4 }));
    expect((await readQueueStatus(url)).workers).toBe(1);
    expect(await clearQueue(url, 'rights')).toBeGreaterThan(0);
    await endWorker(worker);
    expect(await clearQueue(url)).toBe(0);
  };
  /** @param problem of a user with no rights at all */
  const refuseTo = async (url: string, problem: RegExp): Promise<void> => {
    const user = { name: 'QueueError', message: expect.stringMatching(problem) as string };
    await expect(readQueueStatus(url)).rejects.toMatchObject(user);
    await expect(clearQueue(url)).rejects.toMatchObject(user);
    await expect(run(queue(url, { threads: 1 }), { trials: 1 })).rejects.toMatchObject(user);
  };

  it('of Redis needs a password, and the rights of the guide', async () => {
    const server = await startRedis({ flags: ['--requirepass', 'secret'] });
    const redis = (...words: string[]): unknown =>
      execFileSync('redis-cli', ['-u', at(server.url, 'default:secret'), '--no-auth-warning', ...words]);
    await refuseTo(server.url, /^redis:.*\d: needs a password; write it into the URL: redis:/);
    await refuseTo(at(server.url, ':wrong'), /^redis:\/\/127.*\d: can't be used: WRONGPASS /);
    redis(
      ...readRights(/^ACL SETUSER/m)
        .replace('PASSWORD', 'its')
        .trim()
        .split(/ +/),
    );
    await useAs(at(server.url, 'bp4:its'));
    redis('ACL', 'SETUSER', 'nobody', 'on', 'nopass', '~other:*', '+@all');
    await refuseTo(at(server.url, 'nobody:x'), /^redis:\/\/nobody@.*\d: can't be used: NOPERM /);
    await server.stop();
  });

  it('of PostgreSQL needs the rights of the guide', async () => {
    const server = await startPostgres();
    await initQueue(server.url);
    const client = new pg.Client(server.url);
    await client.connect();
    // The server of the tests has an owner of this name.
    await client.query(readRights(/^CREATE ROLE/m).replaceAll(/\b(ROLE|TO) bp4\b/g, '$1 guest'));
    await useAs(at(server.url, 'guest'));
    await client.query('CREATE ROLE nobody LOGIN');
    await refuseTo(
      at(server.url, 'nobody'),
      /^postgres:\/\/nobody@.*: can't be used: permission denied for /,
    );
    await client.end();
    await server.stop();
  });
});
