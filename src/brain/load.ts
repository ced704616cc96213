import { wasmText } from './wasm-module.js';
import { EngineError } from '../errors.js';
import { decodeText } from '../kernels/decode-text.js';
import { PagedMemory } from '../memory/memory.js';
import type { BrainEngine, BrainKernels } from './kernels.js';
import { brainReference } from './reference.js';

type Exports = Pick<BrainKernels, 'addFloats' | 'run' | 'learn'> & {
  readonly heapBase: { readonly value: number };
};

/** Compiled once; null if the host refused. The refusal is final, because it comes from the page or the engine. */
let compiled: WebAssembly.Module | null | undefined;
let refusal: unknown;

/** Bytes of a page of memory. */
export const PAGE = 2 ** 16;

/** The networks that share a memory. */
const SHARERS = 32;

/** Kernels with a page each that no network has used. */
const pages: BrainKernels[] = [];

/**
 * Takes kernels synchronously, because brain.js trains synchronously.
 * @param isSmall whether the network and its samples fit in a page
 * @throws EngineError if the caller asked for 'wasm' and the host refuses it
 */
export function brainKernels(engine: BrainEngine, isSmall: boolean): BrainKernels {
  if (engine !== 'reference') {
    const kernels = isSmall ? takePage() : wasmKernels(1);
    if (kernels) return kernels;
    if (engine === 'wasm') {
      throw new EngineError(
        {
          place: 'engine',
          problem: 'this host refuses WebAssembly with SIMD',
          cure: "use engine: 'auto' or 'reference'",
        },
        {
          cause: refusal,
        },
      );
    }
  }
  return brainReference();
}

function takePage(): BrainKernels | undefined {
  if (pages.length === 0) {
    const kernels = wasmKernels(1 + SHARERS); // the constants lie in the first
    if (!kernels) return undefined;
    const { buffer } = kernels.memory;
    for (let base = SHARERS * PAGE; base > 0; base -= PAGE) {
      const ensure = (bytes: number): void => {
        // eslint-disable-next-line no-restricted-syntax -- as of a memory that can't grow, NetworkMemory reports it
        if (bytes > base + PAGE) throw new RangeError();
      };
      pages.push({ ...kernels, memory: { buffer, base, ensure } });
    }
  }
  return pages.pop();
}

function wasmKernels(initial: number): BrainKernels | undefined {
  if (compiled === undefined) {
    try {
      compiled = new WebAssembly.Module(decodeText(wasmText));
    } catch (error) {
      // No SIMD, a Content-Security-Policy without 'wasm-unsafe-eval', or a page that can't compile large modules synchronously.
      refusal = error;
      compiled = null;
    }
  }
  if (!compiled) return undefined;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial });
  } catch (error) {
    refusal = error; // no address space is left, for example under `ulimit -v`
    return undefined;
  }
  const { heapBase, ...kernels } = new WebAssembly.Instance(compiled, { env: { memory } })
    .exports as unknown as Exports;
  return { ...kernels, engine: 'wasm', bytesPerFloat: 4, memory: new PagedMemory(memory, heapBase.value) };
}
