/** The linear memory of one network. */
export interface Memory {
  /** Replaced by a larger one when `ensure` grows the memory: views of it are derived anew. */
  readonly buffer: ArrayBuffer;
  /** The first byte that is free to use. */
  readonly base: number;
  /**
   * Grows the memory to at least `bytes`, keeping its content; never shrinks it.
   * @throws RangeError where the engine refuses so much memory
   */
  ensure(bytes: number): void;
}

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

/** The memory of the reference: an ArrayBuffer that is replaced when it must grow. */
export class GrowingBuffer implements Memory {
  readonly base = 64;
  buffer = new ArrayBuffer(64);

  ensure(bytes: number): void {
    if (bytes <= this.buffer.byteLength) return;
    // By half at least: what grows step by step is not copied each time.
    const grown = new ArrayBuffer(Math.ceil(Math.max(bytes, 1.5 * this.buffer.byteLength) / 8) * 8);
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    this.buffer = grown;
  }
}
