import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clearQueue, initQueue, queue, readQueueStatus } from '../../../dist/queue/index.js';
import { startPostgres, startRedis, type Server } from './servers.js';
import { endWorker, folder, run, spawnWorker, type Ran } from './studies.js';

const epochs = 400;
let expected: Ran;
beforeAll(async () => {
  expected = await run(undefined, { epochs });
});

function compare(ran: Ran): void {
  expect({ ...ran, seconds: 0 }).toEqual({ ...expected, seconds: 0 });
}

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
  const executor = (): ReturnType<typeof queue> =>
    queue(server.url, { threads: 1, onWarning: () => undefined });

  it.each([50, 150, 300, 600, 1000])('outlives a worker that is killed after %i ms', async (moment) => {
    await addWorker();
    const running = run(executor(), { epochs });
    await pause(moment);
    const { running: active } = await readQueueStatus(server.url);
    const victim = workers.pop()!;
    await endWorker(victim, 'SIGKILL');
    await addWorker();
    const ran = await running;
    console.log(
      `${name}: SIGKILL after ${moment} ms, of a worker with ${active} task: ${ran.seconds.toFixed(1)} s`,
    );
    compare(ran);
    // A task that no longer counts may still run.
    let status = await readQueueStatus(server.url);
    for (; status.waiting + status.running > 0; status = await readQueueStatus(server.url)) await pause(100);
    expect(status.failed).toBe(0);
  });

  it('gets its task back from a worker that is stopped by SIGTERM', async () => {
    await addWorker();
    const running = run(executor(), { epochs });
    while ((await readQueueStatus(server.url)).running < 1) await pause(5);
    expect(await endWorker(workers.pop()!, 'SIGTERM')).toBe(0);
    expect(await readQueueStatus(server.url)).toMatchObject({ running: 0, failed: 0 });
    await addWorker();
    const ran = await running;
    console.log(`${name}: SIGTERM: ${ran.seconds.toFixed(1)} s`);
    compare(ran);
  });

  it('goes on from its journal when the coordinator is killed', async () => {
    await addWorker();
    const path = join(folder(), 'study.jsonl');
    const program = fileURLToPath(new URL('coordinator.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', program, path], {
      env: { ...process.env, BP4_QUEUE: server.url },
      stdio: 'inherit',
    });
    const countLines = (): number => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length : 0);
    while (countLines() < 30 && child.exitCode === null) await pause(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lines = countLines();
    const ran = await run(executor(), { epochs, path });
    console.log(
      `${name}: coordinator killed after ${lines} of ${ran.journal.length} lines: ${ran.seconds.toFixed(1)} s`,
    );
    expect(lines).toBeLessThan(ran.journal.length);
    compare(ran);
  });

  if (name === 'Redis')
    it('adds its tasks again when the server has lost everything', async () => {
      const running = run(executor(), { epochs });
      while ((await readQueueStatus(server.url)).waiting < 8) await pause(20);
      execFileSync('redis-cli', ['-u', server.url, 'flushall']);
      await addWorker();
      const ran = await running;
      console.log(`${name}: emptied: ${ran.seconds.toFixed(1)} s`);
      compare(ran);
    });
});
