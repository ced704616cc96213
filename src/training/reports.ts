import type { Metrics } from './evaluate.js';

/** One epoch: loss and accuracy over its mini-batches, each measured before its update. */
export interface EpochReport extends Metrics {
  /** From 1. */
  readonly epoch: number;
  /** η of the last step; only with a schedule or a function. */
  readonly learningRate?: number;
  /** The results on the validation data after the epoch. */
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

/**
 * How fast a layer learns. |δ| measures how far its units are from their optimum, and ∂C/∂W = δ·a_in how much that
 * changes the weights.
 */
export interface LayerDiagnosis {
  /** Root mean square of δ, over samples and units. */
  readonly delta: number;
  /** Root mean square of a_in, over samples and units of the layer before. */
  readonly input: number;
  /** Share of a_in that is exactly zero. Weights of such inputs learn nothing. */
  readonly zeroInputs: number;
  /** ‖∂C/∂W‖ of the mean cost: the root of the sum of squares. */
  readonly gradient: number;
  /** ‖W‖ */
  readonly weights: number;
  /** ‖∂C/∂W‖/‖W‖: the relative change of W by an update with η = 1. Infinity if W is all zero and the gradient is not. */
  readonly speed: number;
  /** The relative change of W, ‖W − W before‖/‖W before‖; only in the reports of `train`. */
  readonly update?: number;
  /**
   * Share of units and samples for which |σ′(z)| is less than a tenth of its maximum. For sigmoid that means |z| > 3.6,
   * for relu z ≤ 0. In a relu layer, one half is healthy.
   */
  readonly saturated: number;
  /** The number of dead units: σ′(z) is 0 for all samples, so they learn nothing. */
  readonly dead: number;
}

/** The result of `diagnose`, as plain data. */
export interface Diagnosis {
  readonly layers: readonly LayerDiagnosis[];
  /** Share of samples with an output that is saturated and more than ½ away from its target. */
  readonly stuckOutputs: number;
  /** What slows learning down, and what to try. Empty if all is well. */
  readonly messages: readonly string[];
}
