import type { Kernels } from './kernels.js';

const MOST_IDLE = 4;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Idle kernels, with the objects built on them. The next network reuses them with their memory, because engines collect a
 * WebAssembly memory late and allow only a limited number. The pool drops large memories, because memories can't shrink.
 */
export class IdlePool<Item> {
  readonly #findMemory: (item: Item) => Kernels['memory'];
  readonly #drop: ((item: Item) => void) | undefined;
  /** The most recently returned item comes first. */
  readonly #idle: Item[] = [];

  /** @param drop called with each item that the pool lets go */
  constructor(findMemory: (item: Item) => Kernels['memory'], drop?: (item: Item) => void) {
    this.#findMemory = findMemory;
    this.#drop = drop;
  }

  get isFull(): boolean {
    return this.#idle.length === MOST_IDLE;
  }

  /** Takes the most recently returned item that fits. */
  take(fits: (item: Item) => boolean = () => true): Item | undefined {
    const at = this.#idle.findIndex(fits);
    return at < 0 ? undefined : this.#idle.splice(at, 1)[0];
  }

  /** Takes the item that has been idle longest, if it fits. */
  takeOldest(fits: (item: Item) => boolean): Item | undefined {
    const oldest = this.#idle.at(-1);
    return oldest !== undefined && fits(oldest) ? this.#idle.pop() : undefined;
  }

  /** Takes an item back. In a full pool it replaces the oldest. The caller must not use it afterwards. */
  giveBack(item: Item): void {
    const isSmall = this.#findMemory(item).buffer.byteLength <= MOST_BYTES;
    if (isSmall) this.#idle.unshift(item);
    const dropped = isSmall ? this.#idle[MOST_IDLE] : item;
    this.#idle.length = Math.min(this.#idle.length, MOST_IDLE);
    if (dropped !== undefined) this.#drop?.(dropped);
  }
}
