import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DelayedError, Worker, type Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/base/sha256.js';
import {
  identify,
  packAnswer,
  packOrder,
  unpackOrder,
  type Order,
  type SentResult,
} from '../../../src/queue/message.js';
import { openStore, type Store } from '../../../src/queue/store.js';
import { clearQueue, queue, startWorker, type QueueWorker, type WorkerOptions } from 'bp4/queue';
import { runTask, type Task, type TaskResult } from 'bp4/search';
import { startRedis, type Server } from './servers.js';
import { compare } from './site.js';
import { data, folder, run } from './studies.js';

let server: Server;
let worker: QueueWorker | undefined;
let jobs: Queue;
let store: Store;
const warnings: string[] = [];

beforeAll(async () => {
  server = await startRedis();
  store = await openStore(server.url);
  ({ jobs } = store);
});
afterEach(async () => {
  await worker?.close();
  worker = undefined;
  warnings.splice(0);
  await clearQueue(server.url);
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

const start = async (options: WorkerOptions = {}): Promise<void> => {
  worker = await startWorker(server.url, {
    threads: 1,
    onWarning: (text) => warnings.push(text),
    ...options,
  });
};

const task: Task = {
  ...{ trial: 0, fold: 0, repeat: 0, seed: 1, metric: 'rootMeanSquaredError' },
  spec: { layers: [{ units: 1, activation: 'linear' }], train: { epochs: 2 } },
  division: { folds: 2, seed: 0 },
};
const order: Order = { task, data: sha256(data.save()) };

/** A message as no bp4 writes it. */
const write = (change: object): object => ({
  text: JSON.stringify({ ...(JSON.parse(packOrder(order, undefined).text) as object), ...change }),
});

const leaveOutNetwork = ({ state, score, epochs, scores, hash, seconds }: TaskResult): SentResult => ({
  ...{ state, score, epochs, scores, hash, seconds },
});

/** Adds a job by hand, and waits for its end. */
async function submit(
  message: unknown,
  id = identify(order),
  attempts = 3,
): Promise<{ reason: string; tries: number }> {
  await jobs.add('task', message, { jobId: id, attempts });
  for (;;) {
    const job = (await jobs.getJob(id))!;
    if (job.finishedOn !== undefined) return { reason: job.failedReason, tries: job.attemptsMade };
    await new Promise((go) => setTimeout(go, 10));
  }
}

describe('a worker', () => {
  it.each([
    ['a job that is no message', { name: 'Task', path: '/etc/passwd' }, /^task: unknown 'name'/],
    ['a task that is too long', { text: 'x'.repeat(70_000) }, /^task has 70000 bytes/],
    ['a task of the wrong type', { text: '[]' }, /^task: expected an object/],
    ['__proto__', { text: '{"task":{"__proto__":{"isAdmin":true}}}' }, /^task: unknown '__proto__'/],
    ['a dataset that is a path', write({ data: '../../etc/passwd' }), /^data: expected a SHA-256, got '\.\./],
    ['a task of another arithmetic', write({ arithmetic: 999 }), /^arithmetic: expected .*, got 999/],
    ['a network of strings', write({ task: { ...task, spec: 'x' } }), /^task\.spec: expected an object/],
  ])('refuses %s once, and reads no data for it', async (_, message, reason) => {
    await start();
    // The queue holds no data, so a worker that looked for them would say so.
    expect(await submit(message)).toEqual({ reason: expect.stringMatching(reason) as string, tries: 1 });
    await expect.poll(() => warnings).toHaveLength(1);
  });

  it('refuses a task under the id of another', async () => {
    await start();
    const other = packOrder({ ...order, task: { ...task, seed: 2 } }, undefined);
    expect((await submit(other)).reason).toMatch(/not the task of job/);
  });

  it('with a secret refuses what is unsigned, or signed with another', async () => {
    await start({ secret: 'one' });
    expect((await submit(packOrder(order, undefined))).reason).toMatch(/^task is not signed/);
    await clearQueue(server.url);
    expect((await submit(packOrder(order, 'two'))).reason).toMatch(/^task is signed with another secret/);
  });

  it('without the data says where it looked for them', async () => {
    await start({ data: folder() });
    expect((await submit(packOrder(order, undefined), identify(order), 1)).reason).toMatch(
      /^data: this worker can't find the dataset with the SHA-256 [0-9a-f]{64}; put it/,
    );
  });

  it('refuses other data under the name of the hash', async () => {
    const path = mkdtempSync(join(folder(), 'data-'));
    writeFileSync(join(path, `${order.data}.bp4data`), 'other');
    await start({ data: path });
    expect((await submit(packOrder(order, undefined), identify(order), 1)).reason).toMatch(
      /expected bytes with the SHA-256/,
    );
  });

  it('fetches data only from where it may', async () => {
    const asked: string[] = [];
    const http = createServer((request, response) => {
      asked.push(request.url!);
      if (request.url!.startsWith('/moved')) response.writeHead(302, { location: '/open/data' }).end();
      else response.end(data.save());
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    try {
      await start({ allow: [`${origin}/open/`, `${origin}/moved/`] });
      const ask = async (url: string): Promise<string> => {
        await clearQueue(server.url);
        return (await submit(packOrder({ ...order, url }, undefined), identify(order), 1)).reason;
      };
      expect(await ask(`${origin}/secret/data`)).toMatch(/^data: this worker may not fetch from http/);
      expect(await ask(`${origin}/open/../secret/data`)).toMatch(/may not fetch/);
      expect(await ask('file:///etc/passwd')).toMatch(/may not fetch/);
      expect(asked).toEqual([]);
      expect(await ask(`${origin}/moved/data`)).toBe(
        `${origin}/moved/data: can't be fetched: unexpected redirect`,
      );
      expect(await ask(`${origin}/open/data?signed`)).toBeUndefined();
      expect(asked).toEqual(['/moved/data', '/open/data?signed']);
    } finally {
      http.close();
      http.closeAllConnections();
    }
  });

  it('takes data from the queue where no URL answers, and without them says why', async () => {
    await start({ allow: ['http://127.0.0.1:65535/'] });
    expect((await submit(packOrder(order, undefined), identify(order), 1)).reason).toMatch(
      /^http:\/\/127\.0\.0\.1:65535\/[0-9a-f]{64}\.bp4data: can't be fetched: connect ECONNREFUSED/,
    );
    await clearQueue(server.url);
    await store.blobs.put(order.data, data.save());
    expect((await submit(packOrder(order, undefined), identify(order), 1)).reason).toBeUndefined();
  });

  it('refuses a network above its limit, and a task that takes longer', async () => {
    const large = {
      ...task,
      spec: { ...task.spec, layers: [{ units: 900, activation: 'tanh' as const }, ...task.spec.layers] },
    };
    const run = async (one: Task): Promise<unknown> => {
      const executor = queue(server.url, { threads: 1 });
      await executor.open(data);
      return await executor.run(one, {}).finally(() => executor.close());
    };
    await start({ limits: { parameters: 1000, seconds: 0.3 } });
    await expect(run(large)).rejects.toThrow(
      /^trial 0, fold 0: trial 0, fold 0 has 3601 parameters; this worker takes 1000/,
    );
    const long = { ...task, spec: { ...task.spec, train: { epochs: 1_000_000 } } };
    await expect(run(long)).rejects.toThrow(/took more than the 0.3 seconds of this worker/);
  });
});

describe('a study', () => {
  it('says which packages, address or URL it lacks, without the password', async () => {
    const open = async (url?: string): Promise<unknown> => queue(url, { threads: 1 }).open(data);
    await expect(open()).rejects.toThrow(/^queue has no URL; set it, or the variable BP4_QUEUE/);
    await expect(open('redis//:pass')).rejects.toThrow(/^queue is not a URL/);
    await expect(open('http://me:pass@host')).rejects.toThrow(/^queue: expected redis:.* got 'http:'/);
    await expect(open('redis://me:pass@127.0.0.1:1')).rejects.toThrow(
      /^redis:\/\/me@127.0.0.1:1: can't be used: connect ECONNREFUSED/,
    );
    await expect(open('postgres://me:pass@127.0.0.1:1/x')).rejects.toThrow(
      /^postgres:\/\/me@127.0.0.1:1\/x: can't be used: connect ECONNREFUSED/,
    );
  });

  describe('that audits', () => {
    const tampered: Worker[] = [];
    /** The ids of the jobs that they ran: of tasks, and of those that check another worker. */
    const ran = { tasks: new Set<string>(), checks: new Set<string>() };
    afterEach(async () => {
      await Promise.all(tampered.splice(0).map((one) => one.close()));
      for (const ids of Object.values(ran)) ids.clear();
    });

    /** Starts a worker that trains, and then reports what it likes. */
    async function tamper(
      change: (result: TaskResult) => TaskResult = (result) => result,
      { name = 'tampered:1:0000', obeys = true } = {},
    ): Promise<void> {
      const one = new Worker(
        'bp4-1',
        async (job, token) => {
          const { task, checks, sendsNetwork } = unpackOrder(job.data, job.id, undefined);
          if (checks === name && obeys) {
            await job.moveToDelayed(Date.now() + 100, token);
            throw new DelayedError();
          }
          ran[checks === undefined ? 'tasks' : 'checks'].add(job.id!);
          const { network, ...result } = change(await runTask(task, data));
          if (sendsNetwork) await store.blobs.put(sha256(network!), network!);
          const sent = { ...result, ...(sendsNetwork && { network: sha256(network!) }) };
          return packAnswer(job.id!, { result: sent, worker: name }, undefined);
        },
        { connection: { url: server.url }, prefix: '{bp4}' },
      );
      tampered.push(one);
      await one.waitUntilReady();
    }
    const runAudited = (audit = 1): ReturnType<typeof run> =>
      run(queue(server.url, { threads: 1, audit }), { trials: 4, units: [1, 4] });
    const otherHash = (result: TaskResult): TaskResult => ({ ...result, hash: '0123456789abcdef' });

    it('comes to the same results where all workers are honest', async () => {
      await tamper();
      await start();
      compare('audited', await runAudited(), await run(undefined, { trials: 4, units: [1, 4] }));
      // Each worker checks what the other ran, and chance decides who is first.
      expect(ran.tasks.size + ran.checks.size).toBeGreaterThan(0);
    });

    it.each([
      ['hash', otherHash],
      ['score', (result: TaskResult) => ({ ...result, score: result.score / 2 })],
    ])('names both workers if one reports another %s', async (_, change) => {
      await tamper(change);
      await start();
      const names = [worker!.name, 'tampered:1:0000'];
      const either = `(${names.join(' and ')}|${names.reverse().join(' and ')})`;
      await expect(runAudited()).rejects.toThrow(
        new RegExp(
          `^trial [0-3], fold [01]: the workers ${either} came to different results: score .*; check`,
        ),
      );
    });

    it('checks the results of a lone worker itself', async () => {
      await tamper(otherHash);
      await expect(runAudited()).rejects.toThrow(
        /workers tampered:1:0000 and this machine came to different/,
      );
      expect(ran.checks.size).toBe(0);
    });

    it('refuses a worker that checks itself', async () => {
      for (let w = 0; w < 2; w++) await tamper(otherHash, { obeys: false });
      await expect(runAudited()).rejects.toThrow(/worker tampered:1:0000 checked its own result/);
    });

    it('checks a share of the tasks', async () => {
      for (const name of ['one', 'two']) await tamper(undefined, { name });
      await runAudited(0.5);
      console.log(`audit 0.5: ${ran.checks.size} of ${ran.tasks.size} tasks`);
      expect(ran.checks.size).toBeGreaterThan(0);
      expect(ran.checks.size).toBeLessThan(ran.tasks.size);
    });
  });

  it('stops at a signed result that is replayed for another task', async () => {
    const secret = 'one';
    const id = identify(order);
    const result = leaveOutNetwork(await runTask(task, data));
    const recorded = packAnswer(id, { result, worker: 'honest' }, secret);
    const replaying = new Worker('bp4-1', () => Promise.resolve(recorded), {
      connection: { url: server.url },
      prefix: '{bp4}',
    });
    const executor = queue(server.url, { threads: 1, secret });
    try {
      await executor.open(data);
      expect(await executor.run(task, {})).toEqual(result);
      await expect(executor.run({ ...task, trial: 1 }, {})).rejects.toThrow(
        new RegExp(`^result of task-[0-9a-f]{32} is for job '${id}'$`),
      );
    } finally {
      await Promise.all([executor.close(), replaying.close()]);
    }
  });

  it('that a worker lies to about a hash names the trial when it trains the winner again', async () => {
    const lying = new Worker(
      'bp4-1',
      async (job) => {
        const result = await runTask(unpackOrder(job.data, job.id, undefined).task, data);
        const lie = { ...leaveOutNetwork(result), hash: '0123456789abcdef' };
        return packAnswer(job.id!, { result: lie, worker: 'lying' }, undefined);
      },
      { connection: { url: server.url }, prefix: '{bp4}' },
    );
    try {
      await expect(run(queue(server.url, { threads: 1 }), { trials: 2, units: [1, 4] })).rejects.toThrow(
        /^trial [01], fold [01]: trained again, its weights have the hash [0-9a-f]{16}, not 0123456789abcdef/,
      );
    } finally {
      await lying.close();
    }
  });

  it('stops at a result that is not signed', async () => {
    await start();
    const executor = queue(server.url, { threads: 1, secret: 'one' });
    await executor.open(data);
    const running = executor.run(task, {});
    await expect(running).rejects.toThrow(/task is signed; set BP4_SECRET here too/);
    await executor.close();
  });
});
