import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

// Servers of Debian's packages, each on a free port of the loopback with a data folder of its own. A missing one fails the test.

export interface Server {
  readonly url: string;
  readonly port: number;
  /** Ends the server as it should be ended (SIGINT) or not, and starts it again after so many milliseconds. */
  restart(signal: 'SIGINT' | 'SIGKILL', away: number): Promise<void>;
  /** Makes it forget all jobs and data. */
  empty(): void;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** The addresses that it listens on. Default: the loopback. */
  readonly addresses?: readonly string[];
  /** Whether Redis keeps its data when it restarts, as PostgreSQL always does. */
  readonly keeps?: boolean;
  /** More options of Redis. */
  readonly flags?: readonly string[];
}

export const LOOPBACK = '127.0.0.1';
/** The beginning of the addresses of network namespaces. */
export const SUBNET = '10.213';

async function findPort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Waits until somebody listens on the port. */
async function awaitPort(port: number, process: ChildProcess): Promise<void> {
  for (;;) {
    if (hasEnded(process)) throw new Error(`the server ended with ${process.exitCode ?? process.signalCode}`);
    const socket = connect(port, LOOPBACK);
    const isThere = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    await pause(50);
  }
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

async function endProcess(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(process)) return;
  process.kill(signal);
  await once(process, 'exit');
}

/** A server that a process of this command is. */
async function startServer(
  start: () => ChildProcess,
  { port, url, folder, empty }: Pick<Server, 'port' | 'url' | 'empty'> & { readonly folder: string },
): Promise<Server> {
  let process = start();
  await once(process, 'spawn');
  await awaitPort(port, process);
  return {
    ...{ url, port, empty },
    async restart(signal, away): Promise<void> {
      await endProcess(process, signal);
      await pause(away);
      for (let attempt = 1; ; attempt++) {
        process = start();
        try {
          await awaitPort(port, process);
          return;
        } catch (error) {
          // Children of the killed PostgreSQL may still be there.
          if (attempt === 100) throw error;
          await pause(100);
        }
      }
    },
    async stop() {
      await endProcess(process, 'SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startRedis({
  addresses = [LOOPBACK],
  keeps = false,
  flags = [],
}: ServerOptions = {}): Promise<Server> {
  const port = await findPort();
  const folder = mkdtempSync(join(tmpdir(), 'bp4-redis-'));
  const options = {
    port: String(port),
    dir: folder,
    save: '',
    appendonly: keeps ? 'yes' : 'no',
    'maxmemory-policy': 'noeviction',
    'protected-mode': 'no',
  };
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const url = `redis://${LOOPBACK}:${port}`;
  return await startServer(
    () => spawn('redis-server', [...given, '--bind', ...addresses, ...flags], { stdio: 'ignore' }),
    { port, url, folder, empty: () => execFileSync('redis-cli', ['-u', url, 'flushall']) },
  );
}

/** A data folder of PostgreSQL, made once and copied for each server. */
let cluster: string | undefined;

export async function startPostgres({
  addresses = [LOOPBACK],
  flags = [],
}: ServerOptions = {}): Promise<Server> {
  const root = '/usr/lib/postgresql';
  const bin = join(root, readdirSync(root).sort().at(-1)!, 'bin');
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? findUser('postgres') : undefined;
  const makeFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'bp4-postgres-'));
    if (user) chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o700);
    return folder;
  };
  const quiet = { ...user, stdio: 'ignore' } as const;
  if (cluster === undefined) {
    cluster = makeFolder();
    const made = cluster;
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    const options = ['-D', cluster, '-U', 'bp4', '-A', 'trust', '--no-sync', '-E', 'UTF8'];
    execFileSync(join(bin, 'initdb'), options, { ...quiet, cwd: cluster });
    appendFileSync(join(cluster, 'pg_hba.conf'), `host all all ${SUBNET}.0.0/16 trust\n`);
  }
  const folder = makeFolder();
  execFileSync('cp', ['-r', `${cluster}/.`, folder], { ...quiet, cwd: folder });
  const port = await findPort();
  const url = `postgres://bp4@${LOOPBACK}:${port}/postgres`;
  const given = ['-D', folder, '-p', String(port), '-h', addresses.join(), '-k', folder, '-F'];
  const psql = (sql: string): void => {
    execFileSync(join(bin, 'psql'), [url, '-c', sql], { ...quiet, cwd: folder });
  };
  const server = await startServer(
    () => spawn(join(bin, 'postgres'), [...given, ...flags], { ...quiet, cwd: folder }),
    {
      ...{ port, url, folder },
      empty: () => psql(TRUNCATION),
    },
  );
  for (;;) {
    try {
      psql('SELECT 1');
      return server;
    } catch {
      await pause(100);
    }
  }
}

/** Empties all tables but the list of the versions of the schema. */
const TRUNCATION = `DO $$ BEGIN EXECUTE (
  SELECT 'TRUNCATE ' || string_agg(format('bp4.%I', tablename), ', ') FROM pg_tables
  WHERE schemaname = 'bp4' AND tablename NOT LIKE '%migration%'
); END $$`;

function findUser(name: string): { uid: number; gid: number } {
  const find = (flag: string): number => Number(execFileSync('id', [flag, name]));
  return { uid: find('-u'), gid: find('-g') };
}
