import { Pause } from '../../base/work.js';
import type { Model } from '../../model/model.js';
import type { Hook } from '../hook.js';
import { WORK_BETWEEN_PAUSES } from '../pace.js';
import type { BatchReport, EpochReport } from '../reports.js';
import type { Run } from '../../model/state.js';

/**
 * Calls `onBatch` after each step and awaits the result.
 * @param countSteps returns the number of steps per epoch
 */
export function callOnBatch(
  model: Model,
  run: Run,
  onBatch: (report: BatchReport) => unknown,
  countSteps: () => number,
): Hook {
  const report = (samples: number): BatchReport => ({
    epoch: run.epoch,
    batch: run.step - run.epochStep,
    batches: countSteps(),
    loss: model.tally.batchLoss / samples,
  });
  return { isStepwise: true, afterStep: (samples) => new Pause(onBatch(report(samples))) };
}

/** Pauses after steps that take some time, so that other tasks can run. */
export function pauseBetweenSteps({ kernels }: Model): Hook {
  const most = WORK_BETWEEN_PAUSES[kernels.engine];
  let done = 0;
  return {
    afterStep(_, work) {
      done += work;
      if (done < most) return undefined;
      done = 0;
      return new Pause();
    },
  };
}

/** Collects the reports, calls `onEpoch` with each, and awaits the result. */
export function collectReports(
  history: EpochReport[],
  onEpoch: ((report: EpochReport) => unknown) | undefined,
): Hook {
  return {
    afterEpoch(report) {
      history.push(report);
      return onEpoch && new Pause(onEpoch(report));
    },
  };
}
