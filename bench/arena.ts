import type { AllKernels, Kernels } from '../src/kernels/kernels.js';
import { roundUp } from '../src/memory/layout.js';
import type { Fields, Struct, StructViews } from '../src/memory/struct-fields.js';

/** The allowed fates of a word of memory during a call. */
const KEPT = 0; // inputs, and the canaries around every buffer
const WRITTEN = 1; // to the same bits by every engine
const OPEN = 2; // scratch and unspecified padding, with any content

/** A cache line. Buffers begin at multiples of it, as in a network. */
const LINE = 64;

/** The first page of WebAssembly holds the constants of the module. */
const START = 65536;

/** A kernel with its arguments. Its results are compared too. */
export type Call = (kernels: AllKernels) => readonly number[];

/** The outcome of a call: all of the arena's memory, as words, and the returned numbers. */
export interface Outcome {
  readonly engine: string;
  readonly words: Uint32Array;
  readonly returned: readonly number[];
}

interface Buffer {
  readonly name: string;
  readonly pointer: number;
  readonly content: Uint8Array;
  readonly bytesPerElement: number;
  /** The allowed fate of each element. */
  readonly fates: Uint8Array;
}

/** A class of structs.ts. */
interface StructClass<S extends Struct> {
  new (views: StructViews, pointer: number): S;
  readonly bytes: number;
}

/** The memory from START on, word by word: its content before a call, and its allowed fates. */
interface Content {
  readonly before: Uint32Array<ArrayBuffer>;
  readonly fates: Uint8Array;
}

/**
 * The memory for one call of a kernel, the same for every engine: buffers with canaries before, between and after them. The
 * call must not change a word that is neither `output` nor `scratch`.
 */
export class Arena {
  readonly #bytesPerFloat: 4 | 8;
  readonly #buffers: Buffer[] = [];
  #end = START;
  #content: Content | undefined;

  /** @param bytesPerFloat the precision of the kernels */
  constructor(bytesPerFloat: 4 | 8 = 4) {
    this.#bytesPerFloat = bytesPerFloat;
  }

  /** Places a struct; missing fields are 0. @param isChanged whether the kernel writes to it */
  struct<S extends Struct>(
    name: string,
    Struct: StructClass<S>,
    fields: Partial<Fields<S>>,
    isChanged = false,
  ): number {
    const buffer = new ArrayBuffer(roundUp(Struct.bytes, 8));
    const views = {
      ints: new Int32Array(buffer),
      words: new Uint32Array(buffer),
      singles: new Float32Array(buffer),
      doubles: new Float64Array(buffer),
    };
    Object.assign(new Struct(views, 0), fields);
    return this.#place(name, new Uint8Array(buffer), (fates) => fates.fill(isChanged ? WRITTEN : KEPT));
  }

  /** Places a buffer that the kernel only reads. */
  input(name: string, values: Float32Array | Uint8Array): number {
    return this.#place(name, values, (fates) => fates.fill(KEPT));
  }

  /** Places a buffer that the kernel changes in place. */
  changed(name: string, values: Float32Array): number {
    return this.#place(name, values, (fates) => fates.fill(WRITTEN));
  }

  /**
   * Places a matrix [rows][stride] that the kernel overwrites. Its first `columns` columns are compared. The other columns, and
   * further rows up to `room`, may take any content.
   */
  output(name: string, rows: number, stride: number, columns = stride, room = rows): number {
    // Holds canaries at first, so that a result that is not stored shows.
    const stale = canaries(room * stride, this.#end);
    return this.#place(name, stale, (fates) => {
      fates.fill(OPEN);
      for (let row = 0; row < rows; row++) fates.fill(WRITTEN, row * stride, row * stride + columns);
    });
  }

  /** Places floats that may be overwritten with anything. */
  scratch(name: string, count: number): number {
    return this.#place(name, canaries(count, this.#end), (fates) => fates.fill(OPEN));
  }

  /** Writes all buffers into the memory of an engine. @returns the end of the buffers */
  load({ memory }: Kernels): number {
    if (memory.base > START) throw new Error(`the module's constants reach up to ${memory.base}`);
    const bytes = new Uint8Array(this.#contentNow().before.buffer);
    const end = START + bytes.length;
    memory.ensure(end);
    new Uint8Array(memory.buffer).set(bytes, START);
    return end;
  }

  run(kernels: AllKernels, call: Call): Outcome {
    const { memory } = kernels;
    const end = this.load(kernels);
    const returned = call(kernels);
    return { engine: kernels.engine, words: new Uint32Array(memory.buffer.slice(START, end)), returned };
  }

  /** The place where two outcomes differ, or where either changed a word that it must not; undefined if none. */
  disagreement(one: Outcome, other: Outcome): string | undefined {
    for (const [i, value] of one.returned.entries()) {
      if (!Object.is(value, other.returned[i])) return `returned ${value} and ${String(other.returned[i])}`;
    }
    const { before, fates } = this.#contentNow();
    for (let i = 0; i < fates.length; i++) {
      const here = one.words[i]!;
      const there = other.words[i]!;
      if (fates[i] === KEPT) {
        const was = before[i]!;
        if (here !== was) return `${one.engine} overwrote ${this.#describeWord(i)}`;
        if (there !== was) return `${other.engine} overwrote ${this.#describeWord(i)}`;
      } else if (fates[i] === WRITTEN && !sameFloat(here, there)) {
        return `${this.#describeWord(i)}: ${showFloat(here)} and ${showFloat(there)}`;
      }
    }
    return undefined;
  }

  /** Whether any result is NaN, which would hide differences in a comparison of ordinary numbers. */
  hasNaN({ words, returned }: Outcome): boolean {
    const { fates } = this.#contentNow();
    if (returned.some(Number.isNaN)) return true;
    for (let i = 0; i < fates.length; i++) {
      if (fates[i] === WRITTEN && isNaNBits(words[i]!)) return true;
    }
    return false;
  }

  /** The floats of a buffer before a call. */
  content(name: string): Float32Array {
    const { content } = this.#buffers.find((buffer) => buffer.name === name)!;
    return new Float32Array(content.slice().buffer);
  }

  /** The numbers that a call wrote, buffer by buffer, and those that it returned; without structs. */
  results({ words, returned }: Outcome): { name: string; values: ArrayLike<number> }[] {
    const Floats = this.#bytesPerFloat === 4 ? Float32Array : Float64Array;
    const written = this.#buffers
      .filter(({ bytesPerElement }) => bytesPerElement === this.#bytesPerFloat)
      .map(({ name, pointer, content, fates }) => {
        const start = pointer - START;
        const floats = new Floats(words.slice(start / 4, (start + content.length) / 4).buffer);
        return { name, values: floats.filter((_, i) => fates[i] === WRITTEN) };
      });
    return [...written, { name: 'returned', values: returned }].filter(({ values }) => values.length > 0);
  }

  /** @param mark writes the fate of each element */
  #place(name: string, values: Float32Array | Uint8Array, mark: (fates: Uint8Array) => void): number {
    const pointer = this.#end + LINE;
    const isFloats = values instanceof Float32Array;
    const { buffer, byteOffset, byteLength } =
      isFloats && this.#bytesPerFloat === 8 ? Float64Array.from(values) : values;
    const content = new Uint8Array(buffer, byteOffset, byteLength);
    const fates = new Uint8Array(values.length);
    mark(fates);
    this.#buffers.push({
      name,
      pointer,
      content,
      bytesPerElement: isFloats ? this.#bytesPerFloat : 1,
      fates,
    });
    this.#end = Math.ceil((pointer + content.length) / LINE) * LINE;
    this.#content = undefined;
    return pointer;
  }

  #contentNow(): Content {
    if (this.#content) return this.#content;
    const count = (this.#end + LINE - START) / 4;
    const before = new Uint32Array(canaries(count, START).buffer);
    const bytes = new Uint8Array(before.buffer);
    const fates = new Uint8Array(count).fill(KEPT);
    for (const buffer of this.#buffers) {
      const { pointer, content, bytesPerElement } = buffer;
      bytes.set(content, pointer - START);
      const first = (pointer - START) / 4;
      for (let i = 0; i < content.length / 4; i++) {
        fates[first + i] = buffer.fates[Math.floor((4 * i) / bytesPerElement)]!;
      }
    }
    this.#content = { before, fates };
    return this.#content;
  }

  #describeWord(word: number): string {
    const at = START + 4 * word;
    const before = this.#buffers.filter(({ pointer }) => pointer <= at).at(-1);
    if (!before) return `the canary ${word} floats from the beginning`;
    const float = (at - before.pointer) / 4;
    const place = `${before.name}[${float}]`;
    return 4 * float < before.content.length ? place : `the canary at ${place}, past its end`;
  }
}

/**
 * Floats between −2 and −4, each different from its neighbors. They are not NaN, which most arithmetic leaves unchanged. A
 * kernel that works past its end in place would change them.
 */
function canaries(count: number, seed: number): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(count);
  for (let i = 0; i < count; i++) words[i] = 0xc0000000 + (Math.imul(seed + i, 0x9e3779b1) >>> 9);
  return new Float32Array(words.buffer);
}

const isNaNBits = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;

/** Whether two floats have the same bits. All bits of NaN count as the same, because WebAssembly leaves them open. */
function sameFloat(one: number, other: number): boolean {
  return one === other || (isNaNBits(one) && isNaNBits(other));
}

function showFloat(bits: number): string {
  const value = new Float32Array(Uint32Array.of(bits).buffer)[0]!;
  return `${Object.is(value, -0) ? '-0' : value} (0x${bits.toString(16).padStart(8, '0')})`;
}
