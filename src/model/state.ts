import type { RandomState } from '../base/random.js';
import type { NetworkSpec } from './spec.js';

/** The weights of a layer, [units][fanIn] row-major, and its biases, [units]. */
export interface Parameters {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/**
 * A network as plain data: all that a file, a worker or another format takes of it. Structured cloning copies it, and
 * `Network.fromState` makes the same network of it.
 */
export interface NetworkState {
  /** Its defaults are filled in, but for those that play no part once weights are drawn. */
  readonly spec: NetworkSpec;
  /** One for each layer. */
  readonly parameters: readonly Parameters[];
  /** The random generator: four unsigned 32-bit words. */
  readonly generator: RandomState;
  /** How far the last training has come; missing where there was none. */
  readonly run?: RunState;
}

/** The optimizers whose slots a state may hold. */
export const optimizerNames = [
  ...['sgd', 'momentum', 'nesterov', 'adagrad', 'rmsprop', 'adam', 'adamw'],
] as const;

/**
 * How gradients become updates. Formulas and sources: assembly/optimizers.ts; the conventions are PyTorch's.
 * - sgd: W −= η·g
 * - momentum: v = μ·v + g, W −= η·v; nesterov: W −= η·(g + μ·v)
 * - adagrad: s += g², W −= η·g/(√s + ε)
 * - rmsprop: s = ρ·s + (1 − ρ)·g², W −= η·g/(√s + ε)
 * - adam: moments m and v, corrected for their start at 0; adamw: the same after W −= η·λ·W
 */
export type OptimizerName = (typeof optimizerNames)[number];

/** How far a training has come. With the parameters and the slots, it goes on from here to the same bits. */
export interface Run {
  /** The epoch under way, from 1; after the last epoch one more than there were. */
  epoch: number;
  /** The samples of this epoch that are learned. */
  done: number;
  /** The generator at the beginning of this epoch: the order of its samples follows from it. */
  readonly epochStart: [number, number, number, number];
  /** Of this epoch, so far: the sum of the costs, and how many samples were right. */
  loss: number;
  right: number;
  /** Steps in all, and before this epoch. */
  step: number;
  epochStep: number;
  /** η of the last step. */
  learningRate: number;
  /** The keys of dropout. */
  readonly keys: readonly [number, number];
  /** Steps of the epoch before, 0 in the first. */
  stepsPerEpoch: number;
  /** What the schedule 'plateau' remembers: its rate, the best loss, and how many epochs have passed since. */
  readonly plateau: { rate: number; best: number; waited: number };
  /** What early stopping remembers: the best value, its epoch, and how many epochs have passed since. */
  best: number;
  bestEpoch: number;
  waited: number;
  /** Whether early stopping has ended the training. */
  isOver: boolean;
  /** What a training that resumes must be told again. */
  readonly optimizer: OptimizerName;
  readonly miniBatchSize: number;
  readonly shuffle: boolean;
}

/** A run and what lies beside the parameters in memory. */
export interface RunState extends Run {
  /** What the optimizer remembers of each parameter, slot by slot, and then the best parameters of early stopping. */
  readonly slots: readonly (readonly Parameters[])[];
}

/** A copy that shares nothing with the run. */
export const copyRun = (run: Run): Run => ({
  ...run,
  epochStart: [...run.epochStart],
  plateau: { ...run.plateau },
});
