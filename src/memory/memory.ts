/** The linear memory of one network. */
export interface Memory {
  /** Replaced by a larger buffer when `ensure` grows the memory; then views must be derived again. */
  readonly buffer: ArrayBuffer;
  /** The first free byte. */
  readonly base: number;
  /** The memory of WebAssembly, if its kernels use this one. */
  readonly memory?: WebAssembly.Memory;
  /**
   * Grows the memory to at least `bytes`, keeping its content; never shrinks it.
   * @throws RangeError if the engine refuses the memory
   */
  ensure(bytes: number): void;
}

const PAGE = 65536;

/** The memory of WebAssembly kernels. */
export class PagedMemory implements Memory {
  readonly memory: WebAssembly.Memory;
  readonly base: number;
  /** Cached, because the getter of the memory takes longer than a step of a small network. */
  buffer: ArrayBuffer;

  constructor(memory: WebAssembly.Memory, base: number) {
    this.memory = memory;
    this.base = base;
    this.buffer = memory.buffer;
  }

  ensure(bytes: number): void {
    const missing = bytes - this.buffer.byteLength;
    if (missing <= 0) return;
    this.memory.grow(Math.ceil(missing / PAGE));
    this.buffer = this.memory.buffer;
  }
}

/** The memory of the reference: an ArrayBuffer, replaced when it must grow. */
export class GrowingBuffer implements Memory {
  readonly base = 64;
  buffer = new ArrayBuffer(64);

  ensure(bytes: number): void {
    if (bytes <= this.buffer.byteLength) return;
    // Grows by at least half, so that step-by-step growth doesn't copy each time.
    const grown = new ArrayBuffer(Math.ceil(Math.max(bytes, 1.5 * this.buffer.byteLength) / 8) * 8);
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    this.buffer = grown;
  }
}
