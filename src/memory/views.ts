import type { Memory } from './memory.js';
import type { StructViews } from './struct-fields.js';

/** A memory as typed arrays. After the memory grows, `refresh` must derive them again. */
export class Views implements StructViews {
  readonly #memory: Memory;
  readonly #bytesPerFloat: 4 | 8;
  bytes!: Uint8Array<ArrayBuffer>;
  ints!: Int32Array<ArrayBuffer>;
  words!: Uint32Array<ArrayBuffer>;
  /** Floats of four bytes: the fields of structs, in every precision. */
  singles!: Float32Array<ArrayBuffer>;
  doubles!: Float64Array<ArrayBuffer>;
  /** The floats of the kernels. */
  floats!: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

  /** @param bytesPerFloat the precision of `floats`: 4, or 8 if gradients are checked in double precision */
  constructor({ memory, bytesPerFloat }: { readonly memory: Memory; readonly bytesPerFloat: 4 | 8 }) {
    this.#memory = memory;
    this.#bytesPerFloat = bytesPerFloat;
    this.refresh();
  }

  /** Derives the arrays again if growth has replaced the buffer. */
  refresh(): void {
    const { buffer } = this.#memory;
    if ((this.bytes as Uint8Array | undefined)?.buffer === buffer) return;
    this.bytes = new Uint8Array(buffer);
    this.ints = new Int32Array(buffer);
    this.words = new Uint32Array(buffer);
    this.singles = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.floats = this.#bytesPerFloat === 4 ? this.singles : this.doubles;
  }

  /** The index in `floats` for a pointer. */
  at(pointer: number): number {
    return pointer / this.#bytesPerFloat;
  }
}
