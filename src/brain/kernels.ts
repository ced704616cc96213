import type { Engine, StepKernels } from '../kernels/kernels.js';

/** The engine: WebAssembly if the host supports it ('auto'), or plain TypeScript. Both compute identical results. */
export type BrainEngine = 'auto' | 'wasm' | 'reference';

/** The kernels of bp4/brain, with a memory to themselves. */
export interface BrainKernels extends Engine, Pick<StepKernels, 'addFloats'> {
  /** Computes the outputs of one sample, whose inputs are the net's. */
  run(net: number): void;
  /** Runs epochs of brain.js over the `count` samples of a window; see assembly/brain/learn.ts. */
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
