import type { Fault } from '../errors.js';
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

/** The kinds of problems that `diagnose` finds; docs/guide/diagnosis.md describes each. */
export type FindingCode =
  // the data
  | 'constantInputs'
  | 'unscaledInputs'
  | 'repeatedRows'
  | 'contradictions'
  | 'leak'
  | 'constantTargets'
  | 'unscaledTargets'
  | 'targetsOutOfRange'
  | 'missingClass'
  | 'imbalance'
  | 'noSignal'
  | 'overfitting'
  | 'validationDiffers'
  | 'validationRepeats'
  // the training
  | 'rateTooSmall'
  | 'rateTooLarge'
  | 'fewSteps'
  | 'largeBatch'
  | 'notShuffled'
  | 'regularization'
  | 'dropout'
  // the network
  | 'notFinite'
  | 'equalUnits'
  | 'deadUnits'
  | 'saturated'
  | 'saturatedOutputs'
  | 'largeWeights'
  | 'vanishing'
  | 'exploding'
  | 'slowLayer'
  | 'linearHidden'
  | 'noHiddenLayer'
  | 'tooFewUnits'
  | 'badStart';

/** A problem, as data and in words: `place: problem; cure` is its message. */
export interface Finding extends Fault {
  readonly code: FindingCode;
  /** The layer that has the problem, from 0, if it's one layer. */
  readonly layer?: number;
  /**
   * The measurements behind the words. If the cure was tried on a copy: `left`, the share of the baseline's loss that the network
   * leaves, `leftAfter`, that of the copy, and `steps`, the steps that the copy took.
   */
  readonly numbers: Readonly<Record<string, number>>;
  /** What to try. */
  readonly cure: string;
}

/** The result of `diagnose`, as plain data. */
export interface Diagnosis {
  readonly layers: readonly LayerDiagnosis[];
  /** Share of samples with an output that is saturated and more than ½ away from its target. */
  readonly stuckOutputs: number;
  /** The results of `evaluate`, on at most 1,000 of the samples. */
  readonly loss: number;
  readonly accuracy: number;
  /**
   * The same for the best constant outputs: the shares of the classes, the mean of the targets, or their median or quantile for losses
   * whose optimum that is. A network that learned something is better.
   */
  readonly baseline: Metrics;
  /** What slows learning down or makes the score misleading, and what to try: the largest effect first. Empty if all is well. */
  readonly findings: readonly Finding[];
  /** The findings in words. */
  readonly messages: readonly string[];
}
