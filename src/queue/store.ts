import type {
  BackendFactory,
  Processor,
  Queue,
  QueueEvents,
  RedisQueueBackend,
  Worker,
  WorkerOptions,
} from 'bullmq';
import { checkType, show } from '../base/check.js';
import { RangeFault } from '../errors.js';
import { ARITHMETIC } from '../search/study.js';
import type { Message } from './message.js';
import { QueueError } from './queue-error.js';

// The one place that knows which server there is. BullMQ runs the same queue on Redis and on PostgreSQL; only the bytes of the
// data need code of their own.

/** All versions of one arithmetic share a queue, and no others. */
const NAME = `bp4-${ARITHMETIC}`;
/** The braces keep all keys on one server of a cluster. */
const PREFIX = '{bp4}';
const SCHEMA = 'bp4';

/** Runs a job. @param signal aborts when another worker has taken the job */
type Handler = (id: string, message: unknown, signal: AbortSignal) => Promise<Message>;

/** What a handler throws to leave its job to other workers. */
export class HandBack extends Error {
  /** @param pause milliseconds until a worker may take it */
  constructor(readonly pause = 0) {
    super();
  }
}

/** What a handler throws if no worker should try its job. */
export class Refusal extends Error {}

const adapt =
  (
    { DelayedError, UnrecoverableError, WaitingError }: typeof import('bullmq'),
    handler: Handler,
  ): Processor =>
  async (job, token, signal) => {
    try {
      return await handler(job.id!, job.data, signal!);
    } catch (error) {
      if (error instanceof Refusal) throw new UnrecoverableError(error.message);
      if (!(error instanceof HandBack)) throw error;
      if (error.pause === 0) {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      await job.moveToDelayed(Date.now() + error.pause, token);
      throw new DelayedError();
    }
  };

/** A server, and what is kept there. */
export interface Store {
  /** The URL without its password. */
  readonly name: string;
  readonly jobs: Queue;
  listen(): QueueEvents;
  work(handler: Handler, options: Omit<WorkerOptions, 'connection'>): Worker;
  readonly blobs: Blobs;
  close(): Promise<void>;
}

/** Bytes by their SHA-256, in parts. */
export interface Blobs {
  /** Has no effect where the bytes are there. */
  put(hash: string, bytes: Uint8Array): Promise<void>;
  /** @returns undefined if they aren't there */
  get(hash: string): Promise<Uint8Array | undefined>;
  clear(): Promise<void>;
}

/** The most bytes that the queue itself carries. */
const MOST_BLOB = 256 * 2 ** 20;
const PART = 4 * 2 ** 20;
/** Seconds after which data that nobody has put again goes. */
const KEPT = 7 * 24 * 3600;

/**
 * @param url 'redis://', 'rediss://' or 'postgres://'. Default: the variable BP4_QUEUE
 * @param migrate creates or updates the tables of PostgreSQL
 * @throws QueueError if a package is missing, or the server can't be reached
 */
export async function openStore(
  url: string | undefined = process.env['BP4_QUEUE'],
  onError: (error: Error) => void = () => undefined,
  migrate = false,
): Promise<Store> {
  const { protocol, name } = readURL(url);
  return protocol.startsWith('redis')
    ? await openRedis(url!, name, onError)
    : await openPostgres(url!, name, onError, migrate);
}

/**
 * @returns the URL without its password, as `name`
 * @throws QueueError if it can't be that of a queue
 */
export function readURL(url: string | undefined): { protocol: string; name: string } {
  if (url === undefined)
    throw new QueueError({
      place: 'queue',
      problem: 'has no URL',
      cure: 'set it, or the variable BP4_QUEUE',
    });
  let parsed: URL;
  try {
    parsed = new URL(checkType('queue', url, 'string'));
  } catch (cause) {
    if (cause instanceof TypeError && 'place' in cause) throw cause;
    // The text may hold a password.
    throw new QueueError({ place: 'queue', problem: 'is not a URL', cure: 'write it as redis://host:6379' });
  }
  if (!['redis:', 'rediss:', 'postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new QueueError({
      place: 'queue',
      problem: `expected redis://, rediss:// or postgres://, got ${show(parsed.protocol)}`,
    });
  }
  const { protocol, username, host, pathname } = parsed;
  return { protocol, name: `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}` };
}

async function load<Module>(peer: 'ioredis' | 'pg', importAll: () => Promise<Module>): Promise<Module> {
  try {
    return await importAll();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new QueueError(
      { place: 'queue', problem: 'packages are missing', cure: `npm install bullmq ${peer}` },
      { cause },
    );
  }
}

const unreachable = (name: string, cause: Error): QueueError =>
  new QueueError(
    {
      place: name,
      problem: `can't be used: ${cause.message || String((cause as NodeJS.ErrnoException).code)}`,
    },
    { cause },
  );

async function openRedis(url: string, name: string, onError: (error: Error) => void): Promise<Store> {
  const [bullmq, { Redis }] = await load('ioredis', async () =>
    Promise.all([import('bullmq'), import('ioredis')]),
  );
  const client = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true });
  let last: Error | undefined;
  client.on('error', (error: Error) => (last = error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw unreachable(name, last ?? (error as Error));
  }
  client.on('error', onError);
  const common = { connection: client, prefix: PREFIX };
  const jobs = new bullmq.Queue(NAME, common);
  jobs.on('error', onError);
  const key = (hash: string): string => `${PREFIX}:blob:${hash}`;
  return {
    name,
    jobs,
    listen: () => new bullmq.QueueEvents(NAME, common),
    work: (handler, options) => new bullmq.Worker(NAME, adapt(bullmq, handler), { ...options, ...common }),
    blobs: {
      async put(hash, bytes) {
        const parts = splitBlob(hash, bytes);
        if ((await client.expire(key(hash), KEPT)) === 1 && (await client.hlen(key(hash))) === parts.length)
          return;
        for (const [i, part] of parts.entries()) await client.hset(key(hash), String(i), Buffer.from(part));
        await client.expire(key(hash), KEPT);
      },
      async get(hash) {
        const parts: Uint8Array[] = [];
        for (;;) {
          const part = await client.hgetBuffer(key(hash), String(parts.length));
          if (!part) return joinBlob(parts);
          parts.push(part);
        }
      },
      async clear() {
        for await (const keys of client.scanStream({ match: key('*') }))
          if ((keys as string[]).length > 0) await client.del(...(keys as string[]));
      },
    },
    async close() {
      await jobs.close();
      client.disconnect();
    },
  };
}

async function openPostgres(
  url: string,
  name: string,
  onError: (error: Error) => void,
  migrate: boolean,
): Promise<Store> {
  const [bullmq, { default: pg }] = await load('pg', async () =>
    Promise.all([import('bullmq'), import('pg')]),
  );
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', onError);
  try {
    if (migrate) await createTables(pool);
    await pool.query(`SELECT 1 FROM ${SCHEMA}.bp4_blobs LIMIT 1`);
  } catch (error) {
    await pool.end();
    const { code } = error as NodeJS.ErrnoException;
    if (code !== '42P01' && code !== '3F000') throw unreachable(name, error as Error);
    throw new QueueError({ place: name, problem: 'has no queue yet', cure: 'bp4 queue init creates it' });
  }
  // The types of BullMQ differ for its two servers, where the code doesn't.
  const factory = bullmq.createPostgresBackend as unknown as BackendFactory<RedisQueueBackend>;
  const common = { connection: { connectionString: url, schema: SCHEMA, migrate } };
  const jobs = new bullmq.Queue(NAME, common, factory);
  jobs.on('error', onError);
  await jobs.waitUntilReady();
  return {
    name,
    jobs,
    listen: () => new bullmq.QueueEvents(NAME, common, factory),
    work: (handler, options) =>
      new bullmq.Worker(NAME, adapt(bullmq, handler), { ...options, ...common }, factory),
    blobs: {
      async put(hash, bytes) {
        for (const [i, part] of splitBlob(hash, bytes).entries()) {
          await pool.query(
            `INSERT INTO ${SCHEMA}.bp4_blobs (hash, part, bytes) VALUES ($1, $2, $3)
             ON CONFLICT (hash, part) DO UPDATE SET put = now()`,
            [hash, i, Buffer.from(part)],
          );
        }
        await pool.query(`DELETE FROM ${SCHEMA}.bp4_blobs WHERE put < now() - $1 * interval '1 second'`, [
          KEPT,
        ]);
      },
      async get(hash) {
        const parts: Uint8Array[] = [];
        for (;;) {
          const { rows } = await pool.query<{ bytes: Buffer }>(
            `SELECT bytes FROM ${SCHEMA}.bp4_blobs WHERE hash = $1 AND part = $2`,
            [hash, parts.length],
          );
          if (!rows[0]) return joinBlob(parts);
          parts.push(rows[0].bytes);
        }
      },
      async clear() {
        await pool.query(`DELETE FROM ${SCHEMA}.bp4_blobs`);
      },
    },
    async close() {
      await jobs.close();
      await pool.end();
    },
  };
}

const createTables = async (pool: { query(sql: string): Promise<unknown> }): Promise<void> => {
  await pool.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  await pool.query(
    `CREATE TABLE IF NOT EXISTS ${SCHEMA}.bp4_blobs (
       hash text, part int, bytes bytea NOT NULL, put timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (hash, part))`,
  );
};

function splitBlob(hash: string, bytes: Uint8Array): Uint8Array[] {
  if (bytes.length > MOST_BLOB) {
    throw new RangeFault({
      place: 'data',
      problem: `has ${bytes.length} bytes; the queue carries at most ${MOST_BLOB}`,
      cure: `save it as ${hash}.bp4data in a folder that the workers read by --data, or behind a URL for --allow`,
    });
  }
  return Array.from({ length: Math.ceil(bytes.length / PART) }, (_, i) =>
    bytes.subarray(i * PART, (i + 1) * PART),
  );
}

const joinBlob = (parts: readonly Uint8Array[]): Uint8Array | undefined =>
  parts.length === 0 ? undefined : new Uint8Array(Buffer.concat(parts));
