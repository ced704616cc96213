import { EngineError } from '../errors.js';
import { bytesOfText } from '../kernels/bytes-of-text.js';
import type { Engine, StepKernels } from '../kernels/kernels.js';
import { PagedMemory } from '../memory/memory.js';
import { brainReference } from './reference.js';
import { wasmText } from './wasm-module.js';

/** What computes: WebAssembly where it is to be had ('auto'), or plain TypeScript. Both give the same bits. */
export type BrainEngine = 'auto' | 'wasm' | 'reference';

/** The kernels of bp4/brain, on a memory of their own. */
export interface BrainKernels extends Engine, Pick<StepKernels, 'addFloats' | 'feedForward'> {
  /** Epochs of brain.js over the `count` samples of a window; assembly/brain/learn.ts says how. */
  learn(
    net: number,
    window: number,
    count: number,
    epochs: number,
    isAdam: boolean,
    learningRate: number,
    momentum: number,
    live: number,
    threshold: number,
  ): number;
}

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
      compiled = new WebAssembly.Module(bytesOfText(wasmText));
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
