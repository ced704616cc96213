import type { Kernels } from './kernels.js';

const MOST_IDLE = 4;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Kernels that nobody uses at the moment, with what was built on them. The next network takes them over, memory and all: a
 * WebAssembly memory is slow to be collected, and engines allow only so many. Large memories are dropped, because they
 * cannot shrink.
 */
export class IdlePool<Item> {
  readonly #findMemory: (item: Item) => Kernels['memory'];
  /** The last that was given back comes first. */
  readonly #idle: Item[] = [];

  constructor(findMemory: (item: Item) => Kernels['memory']) {
    this.#findMemory = findMemory;
  }

  get isFull(): boolean {
    return this.#idle.length === MOST_IDLE;
  }

  /** Takes out the last one given back for which this holds. */
  take(fits: (item: Item) => boolean = () => true): Item | undefined {
    const at = this.#idle.findIndex(fits);
    return at < 0 ? undefined : this.#idle.splice(at, 1)[0];
  }

  /** Takes out the one that has been idle for the longest time, if this holds for it. */
  takeOldest(fits: (item: Item) => boolean): Item | undefined {
    const oldest = this.#idle.at(-1);
    return oldest !== undefined && fits(oldest) ? this.#idle.pop() : undefined;
  }

  /** Takes one back, in place of the oldest where the pool is full; the caller must not use it afterwards. */
  giveBack(item: Item): void {
    if (this.#findMemory(item).buffer.byteLength > MOST_BYTES) return;
    this.#idle.unshift(item);
    if (this.#idle.length > MOST_IDLE) this.#idle.pop();
  }
}
