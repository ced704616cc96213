import { encodeState } from '../../model/file.js';
import { threads } from '../../node/threads.js';
import { queue } from '../../queue/queue.js';
import { openStore, type Store } from '../../queue/store.js';
import type { Dataset } from '../../data/dataset.js';
import type { Executor } from '../../search/executor.js';
import { isShard } from '../../search/shard.js';
import { hashWeights } from '../../search/hash-weights.js';
import { describesNetwork } from '../../search/task.js';
import { readMembers } from '../model/model-file.js';
import type { QueueAddress } from '../options/queue.js';
import { writeMessage } from '../terminal/output.js';

/** Where the trials of a search run. */
export interface Place {
  readonly workers: number;
  readonly queue: QueueAddress | undefined;
  readonly audit: number | undefined;
}

/** @param study its name in the queue */
export const createExecutor = ({ workers, queue: address, audit }: Place, study: string): Executor =>
  address
    ? queue(address.url, {
        study,
        threads: workers,
        onWarning: writeMessage,
        ...(audit !== undefined && { audit }),
      })
    : threads(workers);

/** What an executor reports while it runs. */
interface Watcher {
  /** Before the first training of a trial. */
  readonly onStart: () => void;
  /** Before a network is trained again for the ensemble, and after it. */
  readonly onRetrain: () => void;
  readonly onRetrained: () => void;
}

/**
 * An executor that takes from a model file the networks that are there, instead of training them again.
 * @param path of the file that the search writes, if it is there
 */
export async function reuseNetworks(executor: Executor, path: string, watcher: Watcher): Promise<Executor> {
  const members = await readMembers(path);
  const known = new Map(members.map(({ state }) => [hashWeights(state), state]));
  let data!: Dataset;
  return {
    open(given) {
      data = given;
      return executor.open(given);
    },
    close: () => executor.close(),
    async run(task, options) {
      const { expectedHash: hash } = options;
      if (hash === undefined || isShard(task)) {
        watcher.onStart();
        return await executor.run(task, options);
      }
      const state = known.get(hash);
      // Data in other units can lead to the same weights behind other transforms.
      if (state && (await describesNetwork(task, data, state.spec))) {
        const network = encodeState(state);
        return { state: 'complete', score: NaN, epochs: 0, scores: [], hash, network, seconds: 0 };
      }
      watcher.onRetrain();
      const result = await executor.run(task, options);
      watcher.onRetrained();
      return result;
    },
  };
}

/** Milliseconds between two looks at the workers of a queue. */
const LOOK = 2000;

/** Counts the workers of a queue. */
export class WorkerCount {
  readonly #store: Store;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(store: Store) {
    this.#store = store;
  }

  /** @throws QueueError if a package is missing or the server can't be used */
  static async open({ url }: QueueAddress): Promise<WorkerCount> {
    return new WorkerCount(await openStore(url));
  }

  /** Counts them now, and again and again. */
  watch(onCount: (count: number) => void): void {
    if (this.#isClosed || this.#timer) return;
    const look = async (): Promise<void> => {
      // The executor says when the server is away.
      const count = await this.#store.jobs.getWorkersCount().catch(() => undefined);
      if (this.#isClosed) return;
      if (count !== undefined) onCount(count);
      this.#timer = setTimeout(() => void look(), LOOK);
    };
    this.#timer = setTimeout(() => void look(), 0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#store.close();
  }
}
