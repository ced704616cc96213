import { instantiate } from '@assemblyscript/loader';
import { bytesOfText } from './bytes-of-text.js';
import type { Kernels, Memory, ThreadChoice } from './kernels.js';
import { TEAM_BYTES } from './plan.js';
import { WorkerTeam } from './team.js';
import { wasmText } from './wasm-module.js';

const PAGE = 65536;

/** All that a pointer of 32 bits can address; a shared memory must say at once how far it may grow. */
const MOST_PAGES = 65536;

/** Of all networks; a refusal is remembered too, since it comes from the page or the engine. */
let compiled: Promise<WebAssembly.Module> | undefined;
let compiledForThreads: Promise<WebAssembly.Module> | undefined;

/**
 * The WebAssembly kernels on a memory of their own. The module is compiled once; each call instantiates it.
 * @throws what WebAssembly throws where it is refused (a Content-Security-Policy) or lacks SIMD
 */
export async function wasmKernels(): Promise<Kernels> {
  compiled ??= compile(wasmText);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { heapBase, ...kernels } = await exportsOf<KernelExports>(await compiled, memory);
  return { ...kernels, engine: 'wasm', bytesPerFloat: 4, memory: new PagedMemory(memory, heapBase.value) };
}

/**
 * The same, of which several threads do `descend` together once the team is prepared.
 * @throws what WebAssembly throws where it lacks shared memory or the network may not have any
 */
export async function threadedKernels(choice: ThreadChoice): Promise<Kernels> {
  compiledForThreads ??= import('./wasm-threads-module.js').then(({ wasmText }) => compile(wasmText));
  const module = await compiledForThreads;
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const { heapBase, ...exports } = await exportsOf<KernelExports & TeamExports>(module, memory);
  const { descendTogether, ...kernels } = exports;
  const team = new WorkerTeam(module, memory, heapBase.value, choice);
  return {
    ...kernels,
    engine: 'wasm',
    bytesPerFloat: 4,
    memory: new PagedMemory(memory, heapBase.value + TEAM_BYTES),
    team,
    descend(...job) {
      team.assertComplete();
      if (team.threads === 1) return kernels.descend(...job);
      return descendTogether(team.threads, ...job);
    },
  };
}

const compile = (text: string): Promise<WebAssembly.Module> => WebAssembly.compile(bytesOfText(text));

/** The thread that calls is the first of a team, and never sleeps; the others have a `sleep` of their own (worker.ts). */
const sleep = (): void => undefined;

/** The instance's own exports: the loader's wrappers would cost a call each. */
async function exportsOf<Exports>(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Exports> {
  const { instance } = await instantiate(module, { env: { memory }, team: { sleep } });
  return instance.exports as Exports;
}

type KernelExports = Omit<Kernels, 'engine' | 'bytesPerFloat' | 'memory' | 'team'> & {
  readonly heapBase: { readonly value: number };
};

/** What the module for threads has besides. */
interface TeamExports {
  descendTogether(this: void, threads: number, ...job: Parameters<Kernels['descend']>): number;
}

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
