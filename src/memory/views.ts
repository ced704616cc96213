import type { Memory } from './memory.js';
import type { StructViews } from './struct.js';

/** A memory as typed arrays, derived anew when the memory has grown and its buffer was replaced. */
export class Views implements StructViews {
  readonly #memory: Memory;
  readonly #bytesPerFloat: number;
  #arrays: ReturnType<typeof deriveArrays>;

  /** @param bytesPerFloat the precision of `floats`: 4, or 8 where gradients are checked in double precision */
  constructor({ memory, bytesPerFloat }: { readonly memory: Memory; readonly bytesPerFloat: 4 | 8 }) {
    this.#memory = memory;
    this.#bytesPerFloat = bytesPerFloat;
    this.#arrays = deriveArrays(memory.buffer, bytesPerFloat);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.arrays.bytes;
  }

  get ints(): Int32Array<ArrayBuffer> {
    return this.arrays.ints;
  }

  get words(): Uint32Array<ArrayBuffer> {
    return this.arrays.words;
  }

  /** Floats of four bytes, as fields of structs are in every precision. */
  get singles(): Float32Array<ArrayBuffer> {
    return this.arrays.singles;
  }

  get doubles(): Float64Array<ArrayBuffer> {
    return this.arrays.doubles;
  }

  /** The numbers that the kernels compute in. */
  get floats(): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    return this.arrays.floats;
  }

  /** The index in `floats` of what a pointer points to. */
  at(pointer: number): number {
    return pointer / this.#bytesPerFloat;
  }

  /** All of them at once, for a loop that uses several. */
  get arrays(): ReturnType<typeof deriveArrays> {
    const { buffer } = this.#memory;
    if (this.#arrays.buffer !== buffer) this.#arrays = deriveArrays(buffer, this.#bytesPerFloat);
    return this.#arrays;
  }
}

function deriveArrays(buffer: ArrayBuffer, bytesPerFloat: number) {
  const singles = new Float32Array(buffer);
  const doubles = new Float64Array(buffer);
  return {
    buffer,
    bytes: new Uint8Array(buffer),
    ints: new Int32Array(buffer),
    words: new Uint32Array(buffer),
    singles,
    doubles,
    floats: bytesPerFloat === 4 ? singles : doubles,
  };
}
