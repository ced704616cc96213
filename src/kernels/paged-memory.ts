import type { Memory } from './kernels.js';

const PAGE = 65536;

/** The memory of WebAssembly kernels. */
export class PagedMemory implements Memory {
  readonly #memory: WebAssembly.Memory;
  readonly base: number;
  /** Kept, because to ask the memory for it takes longer than a step of a small network. */
  buffer: ArrayBuffer;

  constructor(memory: WebAssembly.Memory, base: number) {
    this.#memory = memory;
    this.base = base;
    this.buffer = memory.buffer;
  }

  ensure(bytes: number): void {
    const missing = bytes - this.buffer.byteLength;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / PAGE));
    this.buffer = this.#memory.buffer;
  }
}
