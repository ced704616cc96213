import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { clearQueue, initQueue } from 'bp4/queue';
import { startPostgres, startRedis, type Server } from './servers.js';
import { endWorker, spawnWorker, type Ran } from './studies.js';

/** @throws unless the study came to the same, to the bit */
export function compare(name: string, ran: Ran, expected: Ran): void {
  console.log(`${name}: ${ran.seconds.toFixed(2)} s`);
  expect({ ...ran, seconds: 0 }).toEqual({ ...expected, seconds: 0 });
}

export const servers = [
  ['Redis', startRedis],
  ['PostgreSQL', startPostgres],
] as const;

/** What the tests of a `describe` share: a server, and processes of workers that end with each test. */
export interface Site {
  readonly url: string;
  readonly workers: ChildProcess[];
  addWorker(): Promise<void>;
}

export function useServer(start: () => Promise<Server>): Site {
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
  return {
    get url() {
      return server.url;
    },
    workers,
    async addWorker() {
      workers.push(await spawnWorker(server.url));
    },
  };
}
