import type { Pause, Work } from '../base/work.js';
import type { EpochReport } from './reports.js';

/** The report of an epoch, to which hooks may add. */
export type ReportDraft = { -readonly [Key in keyof EpochReport]: EpochReport[Key] };

/**
 * A part of training other than gradient descent. The training calls its hooks in order. If one returns work, the training
 * finishes it before it calls the next.
 */
export interface Hook {
  /** Whether it must be called after each single step. If no hook must, one call of the kernels takes many steps. */
  readonly isStepwise?: boolean | undefined;
  /**
   * Whether it changes the training, and doesn't only report. To find the step at which a training run diverged, the training
   * repeats with these hooks alone.
   */
  readonly affectsTraining?: boolean | undefined;
  /**
   * Called after the steps of one call of the kernels.
   * @param samples the number of samples learned
   * @param work    the approximate number of multiplications
   */
  readonly afterStep?: ((samples: number, work: number) => Pause | undefined) | undefined;
  /** Called after an epoch and its validation, once the run is at the start of the next. */
  readonly afterEpoch?: ((report: ReportDraft) => Work<void> | undefined) | undefined;
  /** Called after the last epoch. */
  readonly afterTraining?: (() => void) | undefined;
}
