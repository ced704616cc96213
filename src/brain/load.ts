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

/**
 * Takes kernels synchronously, because brain.js trains synchronously.
 * @throws EngineError if the caller asked for 'wasm' and the host refuses it
 */
export function brainKernels(engine: BrainEngine): BrainKernels {
  if (engine !== 'reference') {
    const kernels = wasmKernels();
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

function wasmKernels(): BrainKernels | undefined {
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
    memory = new WebAssembly.Memory({ initial: 1 });
  } catch (error) {
    refusal = error; // no address space is left, for example under `ulimit -v`
    return undefined;
  }
  const { heapBase, ...kernels } = new WebAssembly.Instance(compiled, { env: { memory } })
    .exports as unknown as Exports;
  return { ...kernels, engine: 'wasm', bytesPerFloat: 4, memory: new PagedMemory(memory, heapBase.value) };
}
