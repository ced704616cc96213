import { RangeFault } from '../errors.js';
import { planLayout, type Layout } from './layout.js';
import type { Memory } from './memory.js';
import { Views } from './views.js';

/** The pointers of WebAssembly have 32 bits. */
const MOST_BYTES = 2 ** 32 - 65536;

const FEWER = 'use fewer units or smaller mini-batches';

/** What of a network decides how its memory is laid out. */
export interface NetworkShape {
  /** The inputs, and the units of each layer. */
  readonly sizes: readonly number[];
  /** Which layers have dropout. */
  readonly drops: readonly boolean[];
  readonly bytesPerFloat: 4 | 8;
  /** Threads that need scratch at the same time. */
  readonly threads: number | undefined;
}

/** The memory of one network: parameters, gradients, slots, a mini-batch, and a window of samples after them. */
export class NetworkMemory {
  readonly views: Views;
  readonly #memory: Memory;
  readonly #shape: NetworkShape;
  #layout: Layout;
  #windowBytes = 0;
  #slots = 0;

  /**
   * Takes over a memory; all of it becomes zero.
   * @param rows the samples of a mini-batch that it has room for at first
   * @throws RangeError where the network does not fit; the memory is then free again
   */
  constructor(memory: Memory, shape: NetworkShape, rows: number) {
    this.#memory = memory;
    this.#shape = shape;
    this.#layout = layOut(shape, memory.base, rows, 0);
    this.views = new Views({ memory, bytesPerFloat: shape.bytesPerFloat });
    this.#allocate(this.#layout);
    this.views.bytes.fill(0, this.#layout.net, this.#layout.bytes);
  }

  get layout(): Layout {
    return this.#layout;
  }

  /**
   * Makes room for mini-batches of so many samples, and for as many slots as are given. Weights and biases stay, and
   * slots that there are already; all that belongs to a mini-batch is cleared.
   * @returns whether anything has moved
   * @throws RangeError where memory does not suffice; nothing has changed then
   */
  reserve(rows: number, slots = this.#slots): boolean {
    if (rows <= this.#layout.rows && slots === this.#slots) return false;
    const before = this.#layout;
    const layout = layOut(this.#shape, this.#memory.base, Math.max(rows, before.rows), slots);
    this.#allocate(layout);
    const { window } = this;
    this.#layout = layout;
    this.#slots = slots;
    this.views.bytes.copyWithin(this.window, window, window + this.#windowBytes);
    this.views.bytes.fill(0, Math.min(before.workspace, layout.workspace), layout.bytes);
    return true;
  }

  /** How many slots there is room for. */
  get slots(): number {
    return this.#slots;
  }

  /** Where a slot lies: floats like the parameters, and as far apart. */
  slot(n: number): number {
    return this.#layout.parameters + (2 + n) * this.#layout.distance;
  }

  clearSlots(): void {
    this.parametersAt(this.slot(0), this.#slots).fill(0);
  }

  /** The parameters, or a slot or more of them one after the other, as floats: a view until the memory grows. */
  parametersAt(pointer: number, copies = 1): Float32Array | Float64Array {
    const at = this.views.at(pointer);
    return this.views.floats.subarray(at, at + copies * this.#layout.parameterCount);
  }

  /** A copy of a matrix [rows][stride] without its padding: [rows][columns]. */
  matrix(pointer: number, stride: number, rows: number, columns: number): Float32Array<ArrayBuffer> {
    const { floats } = this.views;
    const copy = new Float32Array(rows * columns);
    for (let n = 0; n < rows; n++) {
      const from = this.views.at(pointer) + n * stride;
      copy.set(floats.subarray(from, from + columns), n * columns);
    }
    return copy;
  }

  /** Where the window of a training begins; it moves when room is made for larger mini-batches. */
  get window(): number {
    return this.#layout.bytes;
  }

  /**
   * Makes room for a window of so many bytes, 0 for none; what it held stays.
   * @returns whether there is memory for it; where not, nothing has changed
   */
  resizeWindow(bytes: number): boolean {
    if (this.window + bytes > MOST_BYTES) return false;
    try {
      this.#memory.ensure(this.window + bytes);
      this.views.refresh();
    } catch {
      return false;
    }
    this.#windowBytes = bytes;
    return true;
  }

  #allocate({ bytes }: Layout): void {
    try {
      this.#memory.ensure(bytes + this.#windowBytes);
      this.views.refresh();
    } catch (cause) {
      const problem = `the network needs ${Math.ceil(bytes / 2 ** 20)} MiB, and the engine refuses it`;
      throw new RangeFault({ place: 'layers', problem, cure: FEWER }, { cause });
    }
  }
}

/** The floats of all weights and biases, padding included. */
export const countParameters = (shape: NetworkShape): number =>
  planLayout({ ...shape, rows: 1, base: 0 }).parameterCount;

/** @throws RangeError where the network is too large for any memory */
function layOut(
  { sizes, drops, bytesPerFloat, threads }: NetworkShape,
  base: number,
  rows: number,
  slots: number,
): Layout {
  const layout = planLayout({ sizes, rows, bytesPerFloat, base, threads, slots, drops });
  if (layout.bytes > MOST_BYTES) {
    const gigabytes = (layout.bytes / 2 ** 30).toFixed(1);
    throw new RangeFault({
      place: 'layers',
      problem: `[${sizes.join(', ')}] with mini-batches of ${rows} needs ${gigabytes} GiB, and 4 GiB is the most`,
      cure: FEWER,
    });
  }
  return layout;
}
