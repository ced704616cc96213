import { areFinite } from '../base/numeric-arrays.js';
import type { RandomState } from '../base/random.js';
import type { OptimizerName } from './optimizers.js';
import type { NetworkSpec } from './spec.js';
import type { UpdateOptions } from './update.js';

/** The weights of a layer, [units][fanIn] row-major, and its biases, [units]. */
export interface Parameters {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/**
 * A network as plain data: everything that a file, a worker or another format needs. Structured cloning copies it, and
 * `Network.fromState` restores the network.
 */
export interface NetworkState {
  /** With defaults filled in, except those that no longer matter once the weights are drawn. */
  readonly spec: NetworkSpec;
  /** One for each layer. */
  readonly parameters: readonly Parameters[];
  /** The random generator: four unsigned 32-bit words. */
  readonly generator: RandomState;
  /** The progress of the last training; missing if there was none. */
  readonly run?: RunState;
  /** The options of `useOptimizer`, if it was called. */
  readonly optimizer?: UpdateOptions;
}

/** The progress of a training run. With the parameters and slots, training continues from here exactly. */
export interface Run {
  /** The current epoch, from 1; after the last epoch, the number of epochs plus 1. */
  epoch: number;
  /** Samples of this epoch learned so far. */
  done: number;
  /** The generator at the start of this epoch; it determines the order of the samples. */
  readonly epochStart: [number, number, number, number];
  /** Sums over this epoch so far: the costs, and the samples classified correctly. */
  loss: number;
  right: number;
  /** Steps over all epochs, and before this epoch. */
  step: number;
  epochStep: number;
  /** Steps that the optimizer took before this run continued from its state. */
  readonly stepsBefore: number;
  /** η of the last step. */
  learningRate: number;
  /** The keys of dropout. */
  readonly keys: readonly [number, number];
  /** Steps of the previous epoch; 0 in the first. */
  stepsPerEpoch: number;
  /** The state of the schedule 'plateau': its rate, the best loss, and the epochs since then. */
  readonly plateau: { rate: number; best: number; waited: number };
  /**
   * The state of early stopping: the best value of an epoch and the value at the start; the best epoch, 0 for the start; and
   * the epochs since the best value.
   */
  best: number;
  start: number;
  bestEpoch: number;
  waited: number;
  /** Whether early stopping has ended the run. */
  isOver: boolean;
  /** The factors by which the optimizer's slots decay in a step: μ, ρ or β₁; and β₂. 0 for none. */
  readonly decays: readonly [number, number];
  /** Options that must be the same when the run resumes. A run of single steps has a mini-batch size of 0. */
  readonly optimizer: OptimizerName;
  readonly miniBatchSize: number;
  readonly shuffle: boolean;
  /** β of the average of the weights; 0 for none. */
  readonly ema: number;
  /** The first epoch whose weights count in their mean; 0 for none. */
  readonly swa: number;
}

/** A run with the state of its optimizer. */
export interface RunState extends Run {
  /** The optimizer's state of each parameter, slot by slot; then the best parameters of early stopping, then those from which a run with averages learns. */
  readonly slots: readonly (readonly Parameters[])[];
}

/** Whether no weight or bias is NaN or infinite. */
export const areAllFinite = (parameters: readonly Parameters[]): boolean =>
  parameters.every(({ weights, biases }) => areFinite(weights) && areFinite(biases));

/** A copy that shares nothing with the run. */
export const copyRun = (run: Run): Run => ({
  ...run,
  epochStart: [...run.epochStart],
  plateau: { ...run.plateau },
});
