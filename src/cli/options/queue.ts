import { basename, extname } from 'node:path';
import { readURL } from '../../queue/store.js';
import { QueueError } from '../../queue/queue-error.js';
import { UsageError } from '../errors.js';

/** Where a queue is. */
export interface QueueAddress {
  readonly url: string;
  /** The URL without its password. */
  readonly name: string;
  /** How a worker of the queue is started. */
  readonly startWorker: string;
}

/** The name in the queue of the tasks that lead to a model file: that of the file, without its extension. */
export const nameStudy = (out: string): string => basename(out, extname(out));

/**
 * @param place the flag or the argument of the URL
 * @param url undefined for that of the variable BP4_QUEUE
 * @throws UsageError unless it is the URL of a queue
 */
export function chooseQueue(place: string, url: string | undefined): QueueAddress {
  const chosen = url ?? process.env['BP4_QUEUE'];
  const from = url === undefined ? 'BP4_QUEUE' : place;
  if (chosen === undefined || chosen === '')
    throw new UsageError(place, 'expected a URL', 'write redis://host:6379, or set the variable BP4_QUEUE');
  try {
    const { name } = readURL(chosen);
    const isPublic = url !== undefined && new URL(url).password === '';
    return {
      url: chosen,
      name,
      startWorker: isPublic ? `npx bp4 worker --queue ${url}` : 'npx bp4 worker, with BP4_QUEUE set',
    };
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    throw new UsageError(from, error.problem, error.cure, { cause: error });
  }
}
