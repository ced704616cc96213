import { GrowingBuffer } from '../../memory/memory.js';
import type { StructViews } from '../../memory/struct-fields.js';
import { Views } from '../../memory/views.js';
import type { Activation } from './micro/activations.js';
import type { Floats, Precision } from './numerics.js';

/**
 * What WebAssembly has built in: the linear memory, as numbers of every kind, and the precision of the computation. Each
 * function of the reference takes it first, as `m`. The other parameters are those of the function of the same name in
 * assembly/.
 */
export class ReferenceMemory extends GrowingBuffer implements StructViews {
  readonly precision: Precision;
  readonly bytesPerFloat: 4 | 8;
  /** Rounds to the precision. */
  readonly round: (x: number) => number;
  readonly activations: Readonly<Record<number, Activation>>;
  ints!: Int32Array;
  words!: Uint32Array;
  singles!: Float32Array;
  doubles!: Float64Array;
  /** The floats of this precision. A hot loop keeps them in a local f. */
  floats!: Floats;

  constructor(precision: Precision, activations: Readonly<Record<number, Activation>>) {
    super();
    this.precision = precision;
    this.bytesPerFloat = precision.bytesPerFloat;
    this.round = precision.round;
    this.activations = activations;
    this.#derive();
  }

  override ensure(bytes: number): void {
    super.ensure(bytes);
    if (this.words.buffer !== this.buffer) this.#derive();
  }

  #derive(): void {
    const { ints, words, singles, doubles, floats } = new Views({
      memory: this,
      bytesPerFloat: this.bytesPerFloat,
    });
    Object.assign(this, { ints, words, singles, doubles, floats });
  }

  /** The index in `floats` for a pointer. */
  at(pointer: number): number {
    return pointer / this.bytesPerFloat;
  }
}
