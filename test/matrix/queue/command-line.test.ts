import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initQueue } from 'bp4/queue';
import { bp4Process, irisCSV, listEvents, readEvent, type Ran } from '../../support/cli.js';
import { startPostgres, startRedis, type Server } from './servers.js';
import { endWorker, spawnWorker } from './studies.js';

// `bp4 search --queue`, as it is typed.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-queue-cli-'));
writeFileSync(join(cwd, 'iris.csv'), irisCSV());
const options = ['search', 'iris.csv', '--folds', '2', '--epochs', '40', '--trials', '6', '--json'];
const hash = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(join(cwd, name)))
    .digest('hex');

let expected: string;
beforeAll(async () => {
  await bp4Process([...options, '--out', 'threads.bp4'], { cwd });
  expected = hash('threads.bp4');
});

describe.each([
  ['Redis', startRedis],
  ['PostgreSQL', startPostgres],
] as const)('bp4 search --queue on %s', (name, start) => {
  let server: Server;
  const workers: ChildProcess[] = [];
  const add = async (): Promise<void> => void workers.push(await spawnWorker(server.url));
  beforeAll(async () => {
    server = await start();
    await initQueue(server.url);
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => endWorker(worker)));
    await server.stop();
  });

  it('waits for a worker, is killed, continues, and writes the file that threads write', async () => {
    const out = `${name}.bp4`;
    const env = { BP4_QUEUE: server.url };
    const search = (onOutput?: Parameters<typeof bp4Process>[1]['onOutput']): Promise<Ran> =>
      bp4Process([...options, '--out', out, '--queue'], { cwd, env, ...(onOutput && { onOutput }) });
    let isAdded = false;
    const killed = await search((stdout, kill) => {
      if (!isAdded && stdout.includes('{"event":"workers","count":0}')) {
        isAdded = true;
        void add();
      }
      if (/"event":"trial","number":1/.test(stdout)) kill('SIGKILL');
    });
    expect(killed.signal).toBe('SIGKILL');
    await endWorker(workers.pop()!, 'SIGKILL');
    await add();
    const ran = await search();
    expect(ran.code).toBe(0);
    const trials = listEvents(ran).filter(({ event }) => event === 'trial');
    expect(trials.map((trial) => 'seconds' in trial).slice(0, 2)).toEqual([false, false]);
    expect(readEvent(ran, 'search')['queue']).toMatch(/^(redis|postgres):\/\//);
    expect(hash(out)).toBe(expected);
  });

  it('audits all trainings by this machine where there is one worker', async () => {
    await add();
    const out = `${name}-audit.bp4`;
    const args = [...options, '--out', out, '--queue', server.url, '--audit', '1', '--seed', '1'];
    const audited = await bp4Process(args, { cwd });
    expect(audited.code).toBe(0);
    await bp4Process([...options, '--out', 'seed.bp4', '--seed', '1', '--study', `${name}.jsonl`], { cwd });
    expect(hash(out)).toBe(hash('seed.bp4'));
  });
});
