import type { Kernels, Memory } from '../kernels/kernels.js';

/** The memory of a network as typed arrays, derived anew when the memory has grown and its buffer was replaced. */
export class Views {
  readonly #memory: Memory;
  readonly #bytesPerFloat: number;
  #arrays: ReturnType<typeof arraysOf>;

  constructor({ memory, bytesPerFloat }: Kernels) {
    this.#memory = memory;
    this.#bytesPerFloat = bytesPerFloat;
    this.#arrays = arraysOf(memory.buffer, bytesPerFloat);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.arrays.bytes;
  }

  get words(): Uint32Array<ArrayBuffer> {
    return this.arrays.words;
  }

  get doubles(): Float64Array<ArrayBuffer> {
    return this.arrays.doubles;
  }

  get floats(): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    return this.arrays.floats;
  }

  /** The index in `floats` of what a pointer points to. */
  at(pointer: number): number {
    return pointer / this.#bytesPerFloat;
  }

  /** All of them: for who needs several. */
  get arrays(): ReturnType<typeof arraysOf> {
    const { buffer } = this.#memory;
    if (this.#arrays.buffer !== buffer) this.#arrays = arraysOf(buffer, this.#bytesPerFloat);
    return this.#arrays;
  }
}

const arraysOf = (buffer: ArrayBuffer, bytesPerFloat: number) => ({
  buffer,
  bytes: new Uint8Array(buffer),
  words: new Uint32Array(buffer),
  doubles: new Float64Array(buffer),
  floats: bytesPerFloat === 4 ? new Float32Array(buffer) : new Float64Array(buffer),
});
