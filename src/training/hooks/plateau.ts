import type { Run } from '../../model/state.js';
import type { Hook } from '../hook.js';

// The hook loads only for training with this schedule.

/**
 * Multiplies η by `factor` after more than `patience` epochs in a row without a loss below (1 − `minDelta`) times the
 * best. Watches the validation loss, or without validation data the training loss (PyTorch's ReduceLROnPlateau).
 */
export interface PlateauOptions {
  readonly schedule: 'plateau';
  /** η at the start. */
  readonly rate: number;
  /** From 0 to below 1. Default 0.1. */
  readonly factor?: number;
  /** Epochs. Default 10. */
  readonly patience?: number;
  /** The relative improvement that counts. Default 1e-4. */
  readonly minDelta?: number;
  /** The lowest rate. Default 0. */
  readonly minRate?: number;
}

export type CheckedPlateau = Required<Omit<PlateauOptions, 'schedule' | 'rate'>>;

/** Reduces the rate if the loss stays on a plateau. */
export function reduceOnPlateau(plateau: Run['plateau'], options: CheckedPlateau): Hook {
  const { factor, patience, minDelta, minRate } = options;
  return {
    affectsTraining: true,
    afterEpoch({ validation, loss }) {
      const watched = validation?.loss ?? loss;
      const isBetter = watched < plateau.best * (1 - minDelta);
      if (isBetter) plateau.best = watched;
      plateau.waited = isBetter ? 0 : plateau.waited + 1;
      if (plateau.waited <= patience) return;
      plateau.rate = Math.max(plateau.rate * factor, minRate);
      plateau.waited = 0;
    },
  };
}
