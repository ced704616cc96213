import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '../node/file-error.js';
import type { Order } from './message.js';
import { QueueError } from './queue-error.js';
import { checkHash, type Blobs } from './store.js';

/** Where a worker looks for data. */
export interface DataSources {
  /** A folder with datasets, each in a file named `<sha256>.bp4data`. */
  readonly folder?: string | undefined;
  /** What the URLs begin with that may be fetched. */
  readonly prefixes: readonly string[];
  readonly blobs: Blobs;
  /** Ends a request whose server doesn't answer. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the bytes of a dataset by their SHA-256: in the folder, at the URL of the order, at each prefix, in the queue.
 * @throws QueueError if they are nowhere, naming the first server that didn't answer, or a place has other bytes
 * @throws FileError if the file is there but can't be read
 */
export async function findData({ data, url }: Order, sources: DataSources): Promise<Uint8Array> {
  const { folder, prefixes, blobs, signal } = sources;
  const file = `${data}.bp4data`;
  if (folder !== undefined) {
    const path = join(folder, file);
    const bytes = await readIfThere(path);
    if (bytes) return checkHash(path, data, bytes);
  }
  const urls = url === undefined ? prefixes.map((prefix) => `${prefix}${file}`) : [checkURL(url, prefixes)];
  let failure: QueueError | undefined;
  for (const one of urls) {
    // A presigned URL has a signature behind its path.
    const place = one.replace(/\?.*/s, '');
    const bytes = await fetchIfThere(one, signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      failure ??= describeFailure(place, error);
      return undefined;
    });
    if (bytes) return checkHash(place, data, bytes);
  }
  const bytes = await blobs.get(data);
  if (bytes) return bytes;
  if (failure) throw failure;
  throw new QueueError({
    place: 'data',
    problem: `this worker can't find the dataset with the SHA-256 ${data}`,
    cure: `put it as ${file} in the folder of --data, or behind a URL that --allow names`,
  });
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new FileError('could not be read', path, error);
  }
}

function checkURL(url: string, prefixes: readonly string[]): string {
  const { href } = new URL(url);
  if (prefixes.some((prefix) => href.startsWith(prefix))) return href;
  throw new QueueError({
    place: 'data',
    problem: `this worker may not fetch from ${new URL(url).origin}`,
    cure: 'pass the beginning of the URL to --allow',
  });
}

async function fetchIfThere(url: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  // A redirection could lead to where this worker may not fetch.
  const response = await fetch(url, { redirect: 'error', ...(signal && { signal }) });
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

/** What stopped a request stands behind "fetch failed". */
function describeFailure(place: string, error: unknown): QueueError {
  const { message, code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return new QueueError({ place, problem: `can't be fetched: ${message || code}` }, { cause: error });
}

/** @returns the prefix as URLs have it, so that `https://host` doesn't allow `https://host.elsewhere` */
export function checkPrefix(place: string, prefix: string): string {
  if (URL.canParse(prefix) && /^https?:/.test(prefix)) return new URL(prefix).href;
  throw new QueueError({ place, problem: 'is not an address', cure: 'write it as https://host/folder/' });
}
