import type { Memory } from '../memory/memory.js';

/**
 * The kernels: the four equations and what stands around them, over one linear memory. Two engines implement
 * them, WebAssembly and plain TypeScript, to the same bits. They take pointers (byte offsets into `memory.buffer`) to the
 * structs of scripts/generate-structs.mjs, and counts; they allocate and check nothing, and what lasts from call to call
 * lies in that memory.
 *
 * A matrix "[rows][stride]" has `stride` floats from row to row, a multiple of four; what lies between its last
 * column and the stride is padding. A layer's z, a and δ, the targets, and its weights all have the layer's stride.
 * Weights lie input-major, [fanIn][stride]: row k holds w_jk for every unit j, so that the units of a layer are
 * computed side by side.
 *
 * Every sum is sequential, one accumulator from +0 in ascending order, and every operation rounds once: that is
 * what makes the engines agree.
 */
export interface Kernels extends Engine, EquationKernels, StepKernels {}

/** What computes, and the memory in which it does: all that a `Model` asks of its kernels, those of bp4/brain among them. */
export interface Engine {
  readonly engine: 'wasm' | 'reference';
  /** The numbers that the kernels compute in: 4, or 8 where gradients are checked in double precision. */
  readonly bytesPerFloat: 4 | 8;
  readonly memory: Memory;
  /** Several threads that share `descend`, where there are any. */
  readonly team?: Team;
}

/** How many threads compute; 'auto' takes several for trainings whose steps are long enough to be shared. */
export type ThreadChoice = 'auto' | number;

/** The threads that share the steps of a network; the first is the one that calls. */
export interface Team {
  /** How many there are when all have been started. */
  readonly size: number;
  /** How many share a step at present, and why that is only one. */
  readonly threads: number;
  readonly reason: string | undefined;
  /**
   * Decides whether steps of so many multiplications are to be shared, and starts the other threads where they are for
   * the first time. If they cannot be had, the first goes on alone.
   */
  prepare(multiplications: number): Promise<void>;
  /** Whether a thread was too late for the last step: what it has of it must be waited for. */
  readonly isLate: boolean;
  /** Waits until all threads have ended their part, or until one is known to be gone. */
  recover(): Promise<void>;
  /** Ends all threads but the first. */
  end(): void;
}

/** The equations, one layer at a time. `layer`, `net` and `rule` point to structs. */
interface EquationKernels {
  /** Gather: floats[i] = bytes[i]·scale. */
  widenBytes(bytes: number, floats: number, count: number, scale: number): void;

  /** Gather: floats[i] = floats[i]·scale. */
  scaleFloats(floats: number, count: number, scale: number): void;

  /** Forward: z = W·a + b, for the samples in [from, to). `scratch`, here and below: layout.ts says how much. */
  forward(layer: number, from: number, to: number, scratch: number): void;

  /** a = σ(z), written to `undropped`; its padding becomes zero. */
  activate(layer: number, from: number, to: number): void;

  /** δ = δ ⊙ σ′(z), padding included; δ as it is for linear and softmax. */
  multiplySlope(layer: number, from: number, to: number): void;

  /** The cost C of the last layer's outputs, summed over the samples, in double precision. */
  cost(net: number, from: number, to: number): number;

  /** BP1: δ = ∇ₐC ⊙ σ′(z) of the last layer. */
  outputDelta(net: number, from: number, to: number): void;

  /** BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z), ₊ of the layer `next`. δ₊ and δ have room for rows rounded up to fours. */
  hiddenDelta(layer: number, next: number, from: number, to: number, scratch: number): void;

  /** BP3: ∂C/∂b = δ, summed over the rows. */
  biasGradient(layer: number, rows: number): void;

  /** BP4: ∂C/∂W = δ·aᵀ, summed over the rows, for the weights of the inputs in [from, to). */
  weightGradient(layer: number, rows: number, from: number, to: number, scratch: number): void;

  /** Update: parameter −= rate·gradient, for `count` floats, a multiple of four. */
  update(parameters: number, gradients: number, rate: number, count: number): void;

  /** Before the updates of a step: the rule's numbers of the step. */
  beginUpdate(rule: number, learningRate: number): void;

  /** Gradients times `scale`, with the rule's penalties if they are for these parameters; clipped by value. */
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

  /** The update of the rule's optimizer, which remembers something of each parameter at `first` and `second`. */
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

  /** Dropout of the samples in [from, to) of `source`, a matrix of the layer, into `target`; both may be one. */
  dropOut(rule: number, layer: number, source: number, target: number, from: number, to: number): void;
}

/**
 * The equations put together, over all layers of a network. `net`, `window` and `tally` point to structs.
 */
export interface StepKernels {
  /** Adds samples, u8[count][inputs] at `bytes` times `scale`, as pairs to a window that holds `first` samples already. */
  addBytes(net: number, window: number, bytes: number, scale: number, first: number, count: number): void;

  /** The same of f32[count][inputs] at `floats`. */
  addFloats(net: number, window: number, floats: number, first: number, count: number): void;

  /** Forward: z = W·a + b, a = σ(z), layer by layer. */
  feedForward(net: number, rows: number): void;

  /** BP1 to BP4, after `feedForward`; the sums over the mini-batch are left in the gradients. */
  backpropagate(net: number, rows: number): void;

  /** Adds the cost of each row, after `feedForward`, times its weight, and whether it is classified correctly. */
  tally(net: number, tally: number, rows: number, weights: number): void;

  /**
   * Gradient descent over `count` samples of the window, in mini-batches of `size`: gather, forward, BP1, BP2, tally,
   * BP3, BP4, update. With `window` 0, over the one mini-batch that has been gathered.
   * @returns how many samples were learned: fewer than `count` where a thread of the team is late, or before a step whose
   * cost is not finite
   */
  descend(
    net: number,
    window: number,
    first: number,
    count: number,
    size: number,
    learningRate: number,
  ): number;
}
