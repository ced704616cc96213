import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
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
import { sha256 } from '../base/sha256.js';
import { isFault, RangeFault } from '../errors.js';
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

/**
 * Runs a job.
 * @param progress what a worker left that handed it back
 * @param signal aborts when another worker has taken the job
 */
type Handler = (id: string, message: unknown, progress: unknown, signal: AbortSignal) => Promise<Message>;

/** What a handler throws to leave its job to other workers. */
export class HandBack extends Error {
  /**
   * @param pause milliseconds until a worker may take it
   * @param progress where the next worker goes on
   */
  constructor(
    readonly pause = 0,
    readonly progress?: Message,
  ) {
    super();
  }
}

/** What a handler throws if no worker should try its job. */
export class Refusal extends Error {}

/** Why a job has failed that nobody waits for anymore. */
export const UNWANTED = 'nobody waits for it anymore';

/**
 * Removes a job that nobody waits for, or tells the worker that runs it.
 * @returns whether it is gone
 */
export async function abandon(jobs: Queue, id: string): Promise<boolean> {
  const job = await jobs.getJob(id);
  try {
    await job?.remove();
    return true;
  } catch {
    // A job that runs can't be removed.
    await job!.updateProgress(UNWANTED);
    return false;
  }
}

/** Calls `end` when nobody waits for a job anymore. @returns a function that stops looking */
export function watchJob(jobs: Queue, id: string, end: () => void): () => void {
  const look = async (): Promise<void> => {
    const job = await jobs.getJob(id);
    // A result for a job that is gone would be refused.
    if (!job || job.progress === UNWANTED) end();
  };
  // Where the server is away, the next look may find it.
  const timer = setInterval(() => void look().catch(() => undefined), GLANCE);
  return () => clearInterval(timer);
}

const adapt =
  (
    { DelayedError, UnrecoverableError, WaitingError }: typeof import('bullmq'),
    handler: Handler,
  ): Processor =>
  async (job, token, signal) => {
    try {
      return await handler(job.id!, job.data, job.progress, signal!);
    } catch (error) {
      if (error instanceof Refusal) throw new UnrecoverableError(error.message);
      if (!(error instanceof HandBack)) throw error;
      if (error.progress) await job.updateProgress(error.progress);
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
  /** Takes at most some seconds, even if the server is away. */
  close(): Promise<void>;
}

/** Bytes by their SHA-256, in parts: datasets and networks. */
export interface Blobs {
  /**
   * Keeps bytes for another day.
   * @returns whether all of so many are there
   */
  keep(hash: string, length: number): Promise<boolean>;
  /**
   * Has no effect where the bytes are there.
   * @returns whether they were missing
   */
  put(hash: string, bytes: Uint8Array): Promise<boolean>;
  /**
   * @returns undefined if they aren't there
   * @throws QueueError if there are other bytes
   */
  get(hash: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  remove(hash: string): Promise<void>;
  clear(): Promise<void>;
}

/** The most bytes of a blob. */
export const MOST_BLOB = 256 * 2 ** 20;
const PART = 4 * 2 ** 20;
/** Seconds after which a blob that nobody has put again goes. */
const KEPT = 7 * 24 * 3600;
/** Milliseconds: for the first answer of a server, for any other, and for the last. */
const FIRST = 10_000;
const ANSWER = 30_000;
const LAST = 3_000;
/** Milliseconds between looks whether a job is still wanted. */
const GLANCE = 2_000;

/** Waits for something, but not for longer. @returns whether it was done */
export async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const end = new AbortController();
  const isDone = work.then(() => true);
  const isLate = pause(milliseconds, false, { signal: end.signal }).catch(() => false);
  return await Promise.race([isDone, isLate]).finally(() => end.abort());
}

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
      cure: 'write it as redis://host:6379',
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

/** What Redis and pg say of a missing password is about their protocols. */
const PASSWORD_MISSING = /^NOAUTH|password must be a string/;

/** @returns an error of bp4 as it is, and one of the server as a QueueError that names it */
export function nameServer(name: string, error: unknown): Error {
  if (isFault(error)) return error;
  const { message, code } = error as NodeJS.ErrnoException;
  const reason = message || String(code);
  const example = name.startsWith('redis')
    ? 'redis://:PASSWORD@host:6379'
    : 'postgres://USER:PASSWORD@host/database';
  const fault = PASSWORD_MISSING.test(reason)
    ? { problem: 'needs a password', cure: `write it into the URL: ${example}` }
    : { problem: `can't be used: ${reason}` };
  return new QueueError({ place: name, ...fault }, { cause: error });
}

/** @throws QueueError if the first answer of the server takes too long */
export const answer = (place: string, work: Promise<unknown>): Promise<void> =>
  answerWithin(FIRST, place, work);

/** @throws QueueError if the answer of the server takes longer */
export async function answerWithin(
  milliseconds: number,
  place: string,
  work: Promise<unknown>,
): Promise<void> {
  if (await within(milliseconds, work)) return;
  const problem = `can't be used: no answer within ${milliseconds / 1000} seconds`;
  // A Redis without TLS takes the start of a handshake for a long command and waits for its end.
  const cure = place.startsWith('rediss:') ? { cure: 'if the server has no TLS, write redis://' } : {};
  throw new QueueError({ place, problem, ...cure });
}

async function openRedis(url: string, name: string, onError: (error: Error) => void): Promise<Store> {
  const [bullmq, { Redis }] = await load('ioredis', async () =>
    Promise.all([import('bullmq'), import('ioredis')]),
  );
  const client = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true, socketTimeout: ANSWER });
  const clients = [client];
  // BullMQ's duplicates of this connection would retry without end.
  const duplicate = client.duplicate.bind(client);
  client.duplicate = (override: undefined) => {
    const copy = duplicate(override);
    clients.push(copy);
    return copy;
  };
  let last: Error | undefined;
  client.on('error', (error: Error) => (last = error));
  try {
    const opening = client.connect().then(() => client.ping());
    await answer(name, opening);
  } catch (error) {
    client.disconnect();
    throw nameServer(name, error instanceof QueueError ? error : (last ?? error));
  }
  client.on('error', onError);
  const common = { connection: client, prefix: PREFIX };
  const jobs = new bullmq.Queue(NAME, common);
  jobs.on('error', onError);
  const key = (hash: string): string => `${PREFIX}:blob:${hash}`;
  const keep = async (hash: string, length: number): Promise<boolean> =>
    (await client.expire(key(hash), KEPT)) === 1 && (await client.hlen(key(hash))) === countParts(length);
  return {
    name,
    jobs,
    listen: () => new bullmq.QueueEvents(NAME, common),
    work: (handler, options) => new bullmq.Worker(NAME, adapt(bullmq, handler), { ...options, ...common }),
    blobs: {
      keep,
      async put(hash, bytes) {
        const parts = splitBlob(bytes);
        if (await keep(hash, bytes.length)) return false;
        for (const [i, part] of parts.entries()) await client.hset(key(hash), String(i), Buffer.from(part));
        await client.expire(key(hash), KEPT);
        return true;
      },
      get: (hash) => joinBlob(hash, (i) => client.hgetBuffer(key(hash), String(i))),
      async remove(hash) {
        await client.del(key(hash));
      },
      async clear() {
        for await (const keys of client.scanStream({ match: key('*') }))
          if ((keys as string[]).length > 0) await client.del(...(keys as string[]));
      },
    },
    async close() {
      await within(LAST, jobs.close());
      for (const one of clients) {
        // BullMQ connects again where it awaits a connection, which would keep the process alive.
        one.connect = () => Promise.reject(new QueueError({ place: name, problem: 'is closed' }));
        one.disconnect();
      }
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
  const sockets = new Set<Socket>();
  const stream = (): Socket => {
    const socket = new Socket();
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket));
  };
  const config = { connectionString: url, connectionTimeoutMillis: FIRST, stream };
  const pool = new pg.Pool({ ...config, max: 2 });
  pool.on('error', onError);
  const end = async (work: Promise<unknown>): Promise<void> => {
    await within(LAST, Promise.all([work, pool.end()]));
    for (const socket of sockets) socket.destroy();
  };
  try {
    if (migrate) await createTables(pool);
    await answer(name, pool.query(`SELECT 1 FROM ${SCHEMA}.bp4_blobs LIMIT 1`));
  } catch (error) {
    await end(Promise.resolve());
    const { code } = error as NodeJS.ErrnoException;
    if (code !== '42P01' && code !== '3F000') throw nameServer(name, error);
    throw new QueueError({ place: name, problem: 'has no queue yet', cure: 'bp4 queue init creates it' });
  }
  // The types of BullMQ differ for its two servers, where the code doesn't.
  const factory = bullmq.createPostgresBackend as unknown as BackendFactory<RedisQueueBackend>;
  const common = { connection: { ...config, schema: SCHEMA, migrate } };
  const jobs = new bullmq.Queue(NAME, common, factory);
  jobs.on('error', onError);
  await answer(name, jobs.waitUntilReady()).catch(async (error: unknown) => {
    await end(jobs.close());
    throw nameServer(name, error);
  });
  const keep = async (hash: string, length: number): Promise<boolean> => {
    const { rowCount } = await pool.query(`UPDATE ${SCHEMA}.bp4_blobs SET put = now() WHERE hash = $1`, [
      hash,
    ]);
    return rowCount === countParts(length);
  };
  return {
    name,
    jobs,
    listen: () => new bullmq.QueueEvents(NAME, common, factory),
    work: (handler, options) =>
      new bullmq.Worker(NAME, adapt(bullmq, handler), { ...options, ...common }, factory),
    blobs: {
      keep,
      async put(hash, bytes) {
        const parts = splitBlob(bytes);
        if (await keep(hash, bytes.length)) return false;
        for (const [i, part] of parts.entries()) {
          await pool.query(
            `INSERT INTO ${SCHEMA}.bp4_blobs (hash, part, bytes) VALUES ($1, $2, $3)
             ON CONFLICT (hash, part) DO NOTHING`,
            [hash, i, Buffer.from(part)],
          );
        }
        await pool.query(`DELETE FROM ${SCHEMA}.bp4_blobs WHERE put < now() - $1 * interval '1 second'`, [
          KEPT,
        ]);
        return true;
      },
      get: (hash) =>
        joinBlob(hash, async (i) => {
          const { rows } = await pool.query<{ bytes: Buffer }>(
            `SELECT bytes FROM ${SCHEMA}.bp4_blobs WHERE hash = $1 AND part = $2`,
            [hash, i],
          );
          return rows[0]?.bytes;
        }),
      async remove(hash) {
        await pool.query(`DELETE FROM ${SCHEMA}.bp4_blobs WHERE hash = $1`, [hash]);
      },
      async clear() {
        await pool.query(`DELETE FROM ${SCHEMA}.bp4_blobs`);
      },
    },
    close: () => end(jobs.close()),
  };
}

const createTables = async (pool: { query(sql: string): Promise<unknown> }): Promise<void> => {
  await pool.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
  await pool.query(
    `CREATE TABLE IF NOT EXISTS ${SCHEMA}.bp4_blobs (
       hash text, part int, bytes bytea NOT NULL, put timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (hash, part))`,
  );
};

const countParts = (bytes: number): number => Math.ceil(bytes / PART);

function splitBlob(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length > MOST_BLOB)
    throw new RangeFault({
      place: 'queue',
      problem: `carries at most ${MOST_BLOB} bytes, got ${bytes.length}`,
    });
  return Array.from({ length: countParts(bytes.length) }, (_, i) => bytes.subarray(i * PART, (i + 1) * PART));
}

async function joinBlob(
  hash: string,
  readPart: (i: number) => Promise<Uint8Array | null | undefined>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const place = `${hash} in the queue`;
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const part = await readPart(parts.length);
    if (!part) break;
    parts.push(part);
    bytes += part.length;
    if (bytes > MOST_BLOB) throw new QueueError({ place, problem: `has more than ${MOST_BLOB} bytes` });
  }
  return parts.length === 0 ? undefined : checkHash(place, hash, new Uint8Array(Buffer.concat(parts)));
}

/** @throws QueueError unless the bytes have this SHA-256 */
export function checkHash<Bytes extends Uint8Array>(place: string, hash: string, bytes: Bytes): Bytes {
  const found = sha256(bytes);
  if (found === hash) return bytes;
  throw new QueueError({ place, problem: `expected bytes with the SHA-256 ${hash}, got ${found}` });
}
