import { instantiate } from '@assemblyscript/loader';
import type { Kernels, Memory } from './kernels.js';
import { wasmBase64 } from './wasm-module.js';

const PAGE = 65536;

/** Of all networks; a refusal is remembered too, since it comes from the page or the engine. */
let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * The WebAssembly kernels on a memory of their own. The module is compiled once; each call instantiates it.
 * @throws what WebAssembly throws where it is refused (a Content-Security-Policy) or lacks SIMD
 */
export async function wasmKernels(): Promise<Kernels> {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(wasmBase64), (char) => char.charCodeAt(0)));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await instantiate(await compiled, { env: { memory } });
  // The instance's own exports: the loader's wrappers would cost a call each.
  const { heapBase, ...kernels } = instance.exports as unknown as KernelExports;
  return { ...kernels, engine: 'wasm', bytesPerFloat: 4, memory: new PagedMemory(memory, heapBase.value) };
}

type KernelExports = Omit<Kernels, 'engine' | 'bytesPerFloat' | 'memory'> & {
  readonly heapBase: { readonly value: number };
};

class PagedMemory implements Memory {
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
