import type { Kernels, Memory } from '../kernels/kernels.js';

/** The memory of a network as typed arrays, derived anew when the memory has grown and its buffer was replaced. */
export class Views {
  readonly #memory: Memory;
  readonly #bytesPerFloat: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #floats: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

  constructor({ memory, bytesPerFloat }: Kernels) {
    this.#memory = memory;
    this.#bytesPerFloat = bytesPerFloat;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#floats = this.#floatsOf(memory.buffer);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    this.#derive();
    return this.#bytes;
  }

  get floats(): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    this.#derive();
    return this.#floats;
  }

  /** The index in `floats` of what a pointer points to. */
  at(pointer: number): number {
    return pointer / this.#bytesPerFloat;
  }

  #derive(): void {
    const { buffer } = this.#memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#floats = this.#floatsOf(buffer);
  }

  #floatsOf(buffer: ArrayBuffer): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    return this.#bytesPerFloat === 4 ? new Float32Array(buffer) : new Float64Array(buffer);
  }
}
