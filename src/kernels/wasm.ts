import { instantiate } from '@assemblyscript/loader';
import { PagedMemory } from '../memory/memory.js';
import { decodeText } from './decode-text.js';
import type { Kernels } from './kernels.js';
import { coreName, wasmText } from './wasm-module.js';

/** Of all networks; a refusal is remembered too, since it comes from the page or the engine. */
let compiled: Promise<WebAssembly.Module> | undefined;

export const isModule = (value: unknown): value is WebAssembly.Module & object =>
  Object.prototype.toString.call(value) === '[object WebAssembly.Module]';

/** Whether a module is `bp4/core.wasm`, as the same build wrote it. */
export const isCore = (module: WebAssembly.Module): boolean =>
  WebAssembly.Module.customSections(module, coreName).length === 1;

/**
 * The WebAssembly kernels on a memory of their own. The module is compiled once; each call instantiates it.
 * @param given one that was compiled elsewhere
 * @throws what WebAssembly throws where it is refused (a Content-Security-Policy) or lacks SIMD
 */
export async function wasmKernels(given?: WebAssembly.Module): Promise<Kernels> {
  const module = given ?? (await (compiled ??= compile(wasmText)));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { heapBase, ...kernels } = await instantiateKernels<KernelExports>(module, memory);
  return { ...kernels, engine: 'wasm', bytesPerFloat: 4, memory: new PagedMemory(memory, heapBase.value) };
}

export const compile = (text: string): Promise<WebAssembly.Module> => WebAssembly.compile(decodeText(text));

/** The thread that calls is the first of a team, and never sleeps; the others have a `sleep` of their own (worker.ts). */
const sleep = (): void => undefined;

/** The instance's own exports: the loader's wrappers would cost a call each. */
export async function instantiateKernels<Exports>(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<Exports> {
  const { instance } = await instantiate(module, { env: { memory }, team: { sleep } });
  return instance.exports as Exports;
}

export type KernelExports = Omit<Kernels, 'engine' | 'bytesPerFloat' | 'memory' | 'team'> & {
  readonly heapBase: { readonly value: number };
};
