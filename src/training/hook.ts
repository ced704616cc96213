import type { Pause, Work } from '../base/work.js';
import type { EpochReport } from './reports.js';

/** The report of an epoch, to which hooks may add. */
export type ReportDraft = { -readonly [Key in keyof EpochReport]: EpochReport[Key] };

/**
 * What takes part in a training besides gradient descent itself. The training calls its hooks in their order; where one
 * returns some work, that is done before the next is called.
 */
export interface Hook {
  /** Whether it must be called after each single step. Where no hook must, one call of the kernels takes many steps. */
  readonly isStepwise?: boolean | undefined;
  /**
   * Whether it changes how the training goes on, where others only tell somebody of it. A training that diverged is
   * repeated with these hooks alone, to find the step.
   */
  readonly affectsTraining?: boolean | undefined;
  /**
   * After the steps of one call of the kernels.
   * @param samples how many they learned from
   * @param work    about how many multiplications that took
   */
  readonly afterStep?: ((samples: number, work: number) => Pause | undefined) | undefined;
  /** After an epoch and its validation, once the run stands at the beginning of the next. */
  readonly afterEpoch?: ((report: ReportDraft) => Work<void> | undefined) | undefined;
  /** After the last epoch. */
  readonly afterTraining?: (() => void) | undefined;
}
