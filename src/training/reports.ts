import type { Diagnosis } from './diagnosis.js';
import type { Metrics } from './evaluate.js';

/** One epoch: loss and accuracy over its mini-batches, each taken before its update. */
export interface EpochReport extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** η of the last step, where a schedule decides. */
  readonly learningRate?: number;
  /** After the epoch, over the validation data. */
  readonly validation?: Metrics & {
    /** What `metrics` were asked for. */
    readonly metrics?: Readonly<Record<string, number>>;
  };
  /** What `diagnose` asked for; `update` is that of the epoch. */
  readonly diagnosis?: Diagnosis;
}

/** One mini-batch. */
export interface BatchReport {
  /** From 1. */
  readonly epoch: number;
  /** From 1, and how many an epoch has; of a stream how many the epoch before had, 0 in the first. */
  readonly batch: number;
  readonly batches: number;
  /** The mean cost over the mini-batch, before the update. */
  readonly loss: number;
}
