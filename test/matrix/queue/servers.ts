import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

// Servers of Debian's packages, each on a free port of the loopback with a data folder of its own. A missing one fails the test.

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Waits until somebody listens on the port. */
async function awaitPort(port: number, process: ChildProcess): Promise<void> {
  for (;;) {
    if (process.exitCode !== null) throw new Error(`the server ended with code ${process.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const isThere = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    await pause(50);
  }
}

async function end(process: ChildProcess, folder: string): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) {
    process.kill('SIGINT');
    await once(process, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
}

export async function startRedis(port?: number): Promise<Server> {
  const at = port ?? (await findPort());
  const folder = mkdtempSync(join(tmpdir(), 'bp4-redis-'));
  const options = {
    port: String(at),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    'maxmemory-policy': 'noeviction',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const process = spawn('redis-server', flags, { stdio: 'ignore' });
  await once(process, 'spawn');
  await awaitPort(at, process);
  return { url: `redis://127.0.0.1:${at}`, stop: () => end(process, folder) };
}

export async function startPostgres(): Promise<Server> {
  const root = '/usr/lib/postgresql';
  const bin = join(root, readdirSync(root).sort().at(-1)!, 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'bp4-postgres-'));
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? findUser('postgres') : undefined;
  if (user) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const quiet = { ...user, stdio: 'ignore', cwd: folder } as const;
  execFileSync(
    join(bin, 'initdb'),
    ['-D', folder, '-U', 'bp4', '-A', 'trust', '--no-sync', '-E', 'UTF8'],
    quiet,
  );
  const port = await findPort();
  const flags = ['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F'];
  const server = spawn(join(bin, 'postgres'), flags, quiet);
  await once(server, 'spawn');
  await awaitPort(port, server);
  const url = `postgres://bp4@127.0.0.1:${port}/postgres`;
  for (;;) {
    try {
      execFileSync(join(bin, 'psql'), [url, '-c', 'SELECT 1'], quiet);
      break;
    } catch {
      await pause(100);
    }
  }
  return { url, stop: () => end(server, folder) };
}

function findUser(name: string): { uid: number; gid: number } {
  const find = (flag: string): number => Number(execFileSync('id', [flag, name]));
  return { uid: find('-u'), gid: find('-g') };
}
