import type { Memory } from '../memory/memory.js';

/**
 * The kernels: the four equations and the other steps of training, over one linear memory. Two engines implement them to
 * the same bits, WebAssembly and plain TypeScript. Kernels take counts and pointers (byte offsets into `memory.buffer`) to
 * the structs of scripts/generate-structs.mjs. They allocate and check nothing. All state between calls is in that memory.
 *
 * A matrix "[rows][stride]" has `stride` floats from row to row, a multiple of four. The floats from its last column to the
 * stride are padding. A layer's z, a and δ, the targets, and its weights all have the layer's stride. Weights are
 * input-major, [fanIn][stride]: row k holds w_jk for every unit j, so that kernels compute the units of a layer side by
 * side.
 *
 * Every sum is sequential: one accumulator from +0, terms in ascending order of their index. Every operation rounds once. Therefore the engines
 * agree.
 */
export interface Kernels extends Engine, EquationKernels, StepKernels {}

/** With the parts of a step, one by one. The modules in the package export no parts; build/kernels.wasm does. */
export interface AllKernels extends Kernels, StepParts {}

/** An engine and its memory: all that a `Model` needs of kernels, including those of bp4/brain. */
export interface Engine {
  readonly engine: 'wasm' | 'reference';
  /** The precision of the kernels: 4, or 8 if gradients are checked in double precision. */
  readonly bytesPerFloat: 4 | 8;
  readonly memory: Memory;
  /** The threads that share `descend`, `feedForward` and `backpropagate`, if there are several. */
  readonly team?: Team;
  /** The kernels beneath these, if these have a loss of the user's own. */
  readonly base?: Kernels;
}

/** The number of threads; 'auto' uses several while a trial shows that the steps gain from it. */
export type ThreadChoice = 'auto' | number;

/** The threads that share the steps of a network, and its long passes outside of training. The first is the calling thread. */
export interface Team {
  /** The number of threads once all have started. */
  readonly size: number;
  /** The number of threads that share a step now, and the reason if that is one. */
  readonly threads: number;
  readonly reason: string | undefined;
  /** Starts the other threads. If they can't start, the first continues alone. */
  start(): Promise<void>;
  /** Whether a thread missed the end of the last step. If so, `recover` must wait for its part. */
  readonly isLate: boolean;
  /** Waits until all threads have finished their parts, or until one is known to be dead. */
  recover(): Promise<void>;
  /** The same without yielding, for a call in the meantime: it must neither overwrite what a late thread reads, nor read half a step. */
  settle(): void;
  /** `descend` on the first thread alone, for a caller that can't wait for another. */
  descendAlone: StepKernels['descend'];
  /** Ends all threads but the first. */
  end(): void;
}

/** The equations that the library needs one layer at a time. `layer`, `net` and `rule` point to structs. */
interface EquationKernels {
  /** Gather: floats[i] = bytes[i]·scale. */
  widenBytes(bytes: number, floats: number, count: number, scale: number): void;

  /** Gather: floats[i] = floats[i]·scale. */
  scaleFloats(floats: number, count: number, scale: number): void;

  /** Forward: z = W·a + b, for the samples in [from, to). layout.ts states the size of `scratch`, here and below. */
  forward(layer: number, from: number, to: number, scratch: number): void;

  /** a = σ(z), written to `undropped`; its padding becomes zero. */
  activate(layer: number, from: number, to: number): void;

  /** δ = δ ⊙ σ′(z), padding included. δ stays unchanged for linear and softmax. */
  multiplySlope(layer: number, from: number, to: number): void;
}

/** The other equations and parts of a step. Tests and benchmarks call them one by one. */
interface StepParts {
  /** The cost C of the last layer's outputs, summed over the samples, in double precision. */
  cost(net: number, from: number, to: number): number;

  /** BP1: δ = ∇ₐC ⊙ σ′(z) of the last layer. */
  outputDelta(net: number, from: number, to: number): void;

  /** BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z); ₊ marks the layer `next`. δ₊ and δ have room for rows rounded up to a multiple of four. */
  hiddenDelta(layer: number, next: number, from: number, to: number, scratch: number): void;

  /** BP3: ∂C/∂b = δ, summed over the rows. */
  biasGradient(layer: number, rows: number): void;

  /** BP4: ∂C/∂W = δ·aᵀ, summed over the rows, for the weights of the inputs in [from, to). */
  weightGradient(layer: number, rows: number, from: number, to: number, scratch: number): void;

  /** Update: parameter −= rate·gradient, for `count` floats, a multiple of four. */
  update(parameters: number, gradients: number, rate: number, count: number): void;

  /** Prepares the rule's numbers for the updates of one step. */
  beginUpdate(rule: number, learningRate: number): void;

  /** Gradients times `scale`, plus the rule's penalties if they apply to these parameters; clipped by value. */
  regularize(
    rule: number,
    parameters: number,
    gradients: number,
    scale: number,
    penalizes: boolean,
    count: number,
  ): void;

  /** Weight decay: w −= rate·w. */
  decay(weights: number, rate: number, count: number): void;

  /** The update by the rule's optimizer, which keeps numbers for each parameter at `first` and `second`. */
  optimize(
    rule: number,
    parameters: number,
    gradients: number,
    first: number,
    second: number,
    count: number,
  ): void;

  /** Max-norm, for the units in [from, to): multiples of four. */
  limitNorms(layer: number, from: number, to: number, most: number): void;

  /** Dropout of the samples in [from, to) of `source`, a matrix of the layer, into `target`, which may be the same matrix. */
  dropOut(rule: number, layer: number, source: number, target: number, from: number, to: number): void;
}

/**
 * The equations combined, over all layers of a network. `net`, `window` and `tally` point to structs.
 */
export interface StepKernels {
  /** Whether `count` floats are finite: 1 or 0. */
  areFinite(floats: number, count: number): number;

  /** Adds samples, u8[count][inputs] at `bytes` times `scale`, as pairs to a window that already holds `first` samples. */
  addBytes(net: number, window: number, bytes: number, scale: number, first: number, count: number): void;

  /** `addBytes` for f32[count][inputs] at `floats`. */
  addFloats(net: number, window: number, floats: number, first: number, count: number): void;

  /** Forward: z = W·a + b, a = σ(z), layer by layer. @param isTraining 1 for dropout, as in the next step; default 0 */
  feedForward(net: number, rows: number, isTraining?: number): void;

  /**
   * BP1 to BP4, after `feedForward`. Leaves the sums over the mini-batch in the gradients.
   * @param weights pointer to the factors of the costs, [rows], or 0 for none
   */
  backpropagate(net: number, rows: number, weights: number): void;

  /**
   * A step whose δ of the last layer is given, after `feedForward`: BP2 to BP4 and the update, with one thread. Frozen layers
   * keep their weights.
   * @param isTraining as `feedForward` had it: 1 for dropout; default 0
   */
  descendFromDelta(net: number, rows: number, learningRate: number, isTraining?: number): void;

  /** Adds the weighted cost of each row, after `feedForward`, and counts the correctly classified rows. */
  tally(net: number, tally: number, rows: number, weights: number): void;

  /**
   * Gradient descent over `count` samples of the window, in mini-batches of `size`: gather, forward, BP1, BP2, tally,
   * BP3, BP4, update. If `window` is 0, over the one mini-batch that has been gathered.
   * @returns the number of samples learned; less than `count` if a thread of the team is late, or before a step whose cost is
   * not finite
   */
  descend(
    this: void,
    net: number,
    window: number,
    first: number,
    count: number,
    size: number,
    learningRate: number,
  ): number;
}
