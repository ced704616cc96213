import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { queue, readQueueStatus } from 'bp4/queue';
import { compare, servers, useServer } from './site.js';
import { endWorker, folder, run, spawnWorker, type Ran } from './studies.js';

const epochs = 400;
let expected: Ran;
beforeAll(async () => {
  expected = await run(undefined, { epochs });
});

describe.each(servers)('a study on %s', (name, start) => {
  const site = useServer(start);
  const executor = (): ReturnType<typeof queue> =>
    queue(site.url, { threads: 1, onWarning: () => undefined });

  it.each([50, 150, 300, 600, 1000])('outlives a worker that is killed after %i ms', async (moment) => {
    await site.addWorker();
    const running = run(executor(), { epochs });
    await pause(moment);
    const { running: active } = await readQueueStatus(site.url);
    const victim = site.workers.pop()!;
    await endWorker(victim, 'SIGKILL');
    await site.addWorker();
    const ran = await running;
    compare(`${name}: SIGKILL after ${moment} ms, of a worker with ${active} task`, ran, expected);
    // A task that no longer counts may still run.
    let status = await readQueueStatus(site.url);
    for (; status.waiting + status.running > 0; status = await readQueueStatus(site.url)) await pause(100);
    expect(status.failed).toBe(0);
  });

  it('gets its task back from a worker that is stopped by SIGTERM', async () => {
    await site.addWorker();
    const running = run(executor(), { epochs });
    while ((await readQueueStatus(site.url)).running < 1) await pause(5);
    expect(await endWorker(site.workers.pop()!, 'SIGTERM')).toBe(0);
    expect(await readQueueStatus(site.url)).toMatchObject({ running: 0, failed: 0 });
    await site.addWorker();
    const ran = await running;
    compare(`${name}: SIGTERM`, ran, expected);
  });

  it('is left by a worker that waits for data from a server that never answers', async () => {
    const asked = createServer().listen(0, '127.0.0.1');
    await once(asked, 'listening');
    const dataURL = `http://127.0.0.1:${(asked.address() as AddressInfo).port}/data`;
    const stop = new AbortController();
    const running = run(queue(site.url, { threads: 1, dataURL }), { epochs, signal: stop.signal });
    const isStopped = expect(running).rejects.toThrow();
    // Heard from the start: the worker may ask before it says that it is ready.
    const request = once(asked, 'request');
    const worker = await spawnWorker(site.url, undefined, [], ['--allow', dataURL]);
    await request;
    // It takes this long only where nothing ends it.
    const isLate = pause(60_000, 'still there', { ref: false });
    expect(await Promise.race([endWorker(worker, 'SIGTERM'), isLate])).toBe(0);
    stop.abort();
    await isStopped;
    asked.closeAllConnections();
    asked.close();
  });

  it('goes on from its journal when the coordinator is killed', async () => {
    await site.addWorker();
    const path = join(folder(), 'study.jsonl');
    const program = fileURLToPath(new URL('coordinator.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program, path, String(epochs)], {
      env: { ...process.env, BP4_QUEUE: site.url },
      stdio: 'inherit',
    });
    const countLines = (): number => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length : 0);
    while (countLines() < 30 && child.exitCode === null) await pause(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lines = countLines();
    const ran = await run(executor(), { epochs, path });
    expect(lines).toBeLessThan(ran.journal.length);
    compare(`${name}: coordinator killed after ${lines} of ${ran.journal.length} lines`, ran, expected);
  });

  if (name === 'Redis')
    it('adds its tasks again when the server has lost everything', async () => {
      const running = run(executor(), { epochs });
      while ((await readQueueStatus(site.url)).waiting < 8) await pause(20);
      execFileSync('redis-cli', ['-u', site.url, 'flushall']);
      await site.addWorker();
      const ran = await running;
      compare(`${name}: emptied`, ran, expected);
    });
});
