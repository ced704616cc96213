import type { Diagnosis } from './diagnosis.js';
import type { Metrics } from './evaluate.js';

/** One epoch: loss and accuracy over its mini-batches, each measured before its update. */
export interface EpochReport extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** η of the last step; only with a schedule or a function. */
  readonly learningRate?: number;
  /** Figures of the validation data after the epoch. */
  readonly validation?: Metrics & {
    /** The results of the option `metrics`. */
    readonly metrics?: Readonly<Record<string, number>>;
  };
  /** The result of the option `diagnose`; `update` covers the whole epoch. */
  readonly diagnosis?: Diagnosis;
}

/** One mini-batch. */
export interface BatchReport {
  /** From 1. */
  readonly epoch: number;
  /** The mini-batch, from 1, and the mini-batches per epoch. For a stream, those of the previous epoch; 0 in the first. */
  readonly batch: number;
  readonly batches: number;
  /** The mean cost over the mini-batch, before the update. */
  readonly loss: number;
}
