import { EngineError } from '../errors.js';
import { decodeText } from '../kernels/decode-text.js';
import { PagedMemory } from '../memory/memory.js';
import type { BrainEngine, BrainKernels } from './kernels.js';
import { brainReference } from './reference.js';
import { wasmText } from './wasm-module.js';

type Exports = Pick<BrainKernels, 'addFloats' | 'feedForward' | 'learn'> & {
  readonly heapBase: { readonly value: number };
};

/** Compiled once; null where that was refused, which comes from the page or the engine and does not change. */
let compiled: WebAssembly.Module | null | undefined;
let refusal: unknown;

/**
 * Kernels, at once: brain.js trains synchronously, so that nothing here may wait.
 * @throws EngineError where 'wasm' was asked for and is refused
 */
export function brainKernels(engine: BrainEngine): BrainKernels {
  if (engine !== 'reference') {
    const kernels = wasmKernels();
    if (kernels) return kernels;
    if (engine === 'wasm') {
      throw new EngineError(
        {
          place: 'engine',
          problem: 'WebAssembly with SIMD is refused here',
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
      // No SIMD, a Content-Security-Policy without 'wasm-unsafe-eval', or a page that compiles no large modules at once.
      refusal = error;
      compiled = null;
    }
  }
  if (!compiled) return undefined;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { heapBase, ...kernels } = new WebAssembly.Instance(compiled, { env: { memory } })
    .exports as unknown as Exports;
  return { ...kernels, engine: 'wasm', bytesPerFloat: 4, memory: new PagedMemory(memory, heapBase.value) };
}
