import type { Plateau } from './hooks/plateau.js';

/**
 * How far a training has come: with the parameters and the slots of the model, all that it takes to go on to the same bits.
 * Plain data.
 */
export interface Run {
  /** The epoch under way, from 1; one more than there were, at the end. */
  epoch: number;
  /** Samples learnt in it. */
  done: number;
  /** The generator at its beginning: the order of its samples follows. */
  readonly epochStart: [number, number, number, number];
  /** Of it, so far: the sum of the costs, and how many were right. */
  loss: number;
  right: number;
  /** Steps in all, and before this epoch. */
  step: number;
  epochStep: number;
  /** η of the last. */
  learningRate: number;
  /** Of dropout. */
  readonly keys: readonly [number, number];
  /** Steps of the epoch before, 0 in the first. */
  stepsPerEpoch: number;
  readonly plateau: Plateau;
  /** Of early stopping: the best value watched, in which epoch, and how many epochs have passed since. */
  best: number;
  bestEpoch: number;
  waited: number;
  isOver: boolean;
  /** What must be the same when it goes on. */
  readonly optimizer: string;
  readonly miniBatchSize: number;
  readonly shuffle: boolean;
  readonly slots: number;
}

export const copyRun = (run: Run): Run => ({
  ...run,
  epochStart: [...run.epochStart],
  plateau: { ...run.plateau },
});
