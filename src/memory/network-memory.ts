import { copyRows } from '../base/numeric-arrays.js';
import { RangeFault } from '../errors.js';
import { planLayout, type Layout } from './layout.js';
import type { Memory } from './memory.js';
import { Views } from './views.js';

/** WebAssembly pointers have 32 bits. */
const MOST_BYTES = 2 ** 32 - 65536;

const FEWER = 'fewer units or smaller mini-batches';

/** The properties of a network that determine the layout of its memory. */
export interface NetworkShape {
  /** The number of inputs, then the units of each layer. */
  readonly sizes: readonly number[];
  /** Whether each layer has dropout. */
  readonly drops: readonly boolean[];
  readonly bytesPerFloat: 4 | 8;
  /** Threads that use scratch at the same time. */
  readonly threads: number | undefined;
}

/** The memory of one network: parameters, gradients, slots, a mini-batch, and then a window of samples. */
export class NetworkMemory {
  readonly views: Views;
  readonly #memory: Memory;
  readonly #shape: NetworkShape;
  #layout: Layout;
  #windowBytes = 0;
  #slots = 0;

  /**
   * Takes over a memory and clears all of it.
   * @param rows the initial number of samples in a mini-batch
   * @throws RangeError if the network doesn't fit; the memory is then free again
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
   * Makes room for mini-batches of `rows` samples and for `slots` slots. Weights, biases and existing slots keep their content.
   * Everything that belongs to a mini-batch is cleared.
   * @returns whether anything has moved
   * @throws RangeError if the memory doesn't suffice, before anything changes
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

  /** The number of slots. */
  get slots(): number {
    return this.#slots;
  }

  /** The pointer to a slot: floats in the layout of the parameters. */
  slot(n: number): number {
    return this.#layout.parameters + (2 + n) * this.#layout.distance;
  }

  clearSlots(): void {
    this.parametersAt(this.slot(0), this.#slots).fill(0);
  }

  /** The parameters, or one or more consecutive slots, as floats. The view is valid until the memory grows. */
  parametersAt(pointer: number, copies = 1): Float32Array | Float64Array {
    const at = this.views.at(pointer);
    return this.views.floats.subarray(at, at + copies * this.#layout.parameterCount);
  }

  /** Copies a matrix [rows][stride] without its padding: [rows][columns], to `copy` from `at` on. */
  matrix<Copy extends Float32Array = Float32Array<ArrayBuffer>>(
    pointer: number,
    stride: number,
    rows: number,
    columns: number,
    copy = new Float32Array(rows * columns) as Float32Array as Copy,
    at = 0,
  ): Copy {
    const { views } = this;
    copyRows(views.floats, views.at(pointer), stride, columns, 0, rows, undefined, copy, at, columns);
    return copy;
  }

  /** The start of the window of a training run. It moves when mini-batches grow. */
  get window(): number {
    return this.#layout.bytes;
  }

  /**
   * Resizes the window; 0 removes it. Its content stays.
   * @returns whether the memory suffices; if not, nothing has changed
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
      throw new RangeFault({ place: 'layers', problem, cure: `use ${FEWER}` }, { cause });
    }
  }
}

/** The number of floats of all weights and biases, padding included. */
export const countParameters = (shape: NetworkShape): number =>
  planLayout({ ...shape, rows: 1, base: 0 }).parameterCount;

/** @throws RangeError if the network exceeds the address space */
function layOut(
  { sizes, drops, bytesPerFloat, threads }: NetworkShape,
  base: number,
  rows: number,
  slots: number,
): Layout {
  const needs = { sizes, rows, bytesPerFloat, base, threads, drops };
  const layout = planLayout({ ...needs, slots });
  if (layout.bytes > MOST_BYTES) {
    const gigabytes = (layout.bytes / 2 ** 30).toFixed(1);
    const isSlots = slots > 0 && planLayout(needs).bytes <= MOST_BYTES;
    throw new RangeFault({
      place: isSlots ? 'optimizer' : 'layers',
      problem:
        `[${sizes.join(', ')}] with mini-batches of ${rows} ` +
        (isSlots ? `and ${slots} more numbers for each parameter ` : '') +
        `needs ${gigabytes} GiB, and 4 GiB is the most`,
      cure: `use ${isSlots ? "'sgd', without restoreBest, or " : ''}${FEWER}`,
    });
  }
  return layout;
}
