import { coreName, wasmText } from './wasm-module.js';
import { PagedMemory } from '../memory/memory.js';
import { decodeText } from './decode-text.js';
import type { Kernels } from './kernels.js';

/** Shared by all networks. It keeps a refusal too, because that comes from the page or the engine. */
let compiled: Promise<WebAssembly.Module> | undefined;

/** Whether the module has been compiled, or its compilation has begun. */
export const isCompiled = (): boolean => compiled !== undefined;

export const isModule = (value: unknown): value is WebAssembly.Module & object =>
  Object.prototype.toString.call(value) === '[object WebAssembly.Module]';

/** Whether a module is the `bp4/core.wasm` of this build. */
export const isCore = (module: WebAssembly.Module): boolean =>
  WebAssembly.Module.customSections(module, coreName).length === 1;

/**
 * WebAssembly kernels with a memory to themselves. The module is compiled once; each call instantiates it.
 * @param given a module that the caller compiled
 * @throws any error of WebAssembly, if the host refuses it (a Content-Security-Policy) or lacks SIMD
 */
export async function wasmKernels(given?: WebAssembly.Module): Promise<Kernels> {
  const module = given ?? (await (compiled ??= compile(wasmText)));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { heapBase, ...kernels } = await instantiateKernels<KernelExports>(module, memory);
  return { ...kernels, engine: 'wasm', bytesPerFloat: 4, memory: new PagedMemory(memory, heapBase.value) };
}

export const compile = (text: string): Promise<WebAssembly.Module> => WebAssembly.compile(decodeText(text));

/** The calling thread is the first of a team, and never sleeps. The others import another `sleep` (worker.ts). */
const sleep = (): void => undefined;

/**
 * The exports of a new instance. AssemblyScript's loader is not used, because importing it assigns to `Object`, needs
 * `TextDecoder`, and loads all of `fetch` in Node. Kernels take only numbers, so it would add nothing.
 */
export async function instantiateKernels<Exports>(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<Exports> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory }, team: { sleep } });
  return exports as Exports;
}

export type KernelExports = Omit<Kernels, 'engine' | 'bytesPerFloat' | 'memory' | 'team'> & {
  readonly heapBase: { readonly value: number };
};
