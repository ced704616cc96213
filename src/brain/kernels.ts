import type { Engine, StepKernels } from '../kernels/kernels.js';

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
