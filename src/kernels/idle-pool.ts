import type { Kernels } from './kernels.js';

const MOST_IDLE = 4;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Idle kernels, with the objects built on them. The next network reuses them with their memory, because engines collect a
 * WebAssembly memory late and allow only a limited number. The pool drops large memories, because memories can't shrink.
 */
export class IdlePool<Item> {
  readonly #findMemory: (item: Item) => Kernels['memory'];
  /** The most recently returned item comes first. */
  readonly #idle: Item[] = [];

  constructor(findMemory: (item: Item) => Kernels['memory']) {
    this.#findMemory = findMemory;
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
    if (this.#findMemory(item).buffer.byteLength > MOST_BYTES) return;
    this.#idle.unshift(item);
    if (this.#idle.length > MOST_IDLE) this.#idle.pop();
  }
}
