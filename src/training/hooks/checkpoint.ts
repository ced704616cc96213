import { checkInteger, checkKeys, checkType } from '../../base/check.js';
import { Pause } from '../../base/work.js';
import { TypeFault } from '../../errors.js';
import type { Model } from '../../model/model.js';
import type { Hook } from '../hook.js';
import type { Run } from '../../model/state.js';
import { assertFinite } from './divergence.js';

/** When and where to save during training. Needs `everyEpochs`, `everySteps`, or both. */
export interface Checkpoint {
  readonly everyEpochs?: number;
  readonly everySteps?: number;
  /** Gets the bytes of `net.save()`. Training waits for a promise it returns. */
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => unknown;
}

/**
 * @throws TypeError, RangeError that name the problem
 */
export function checkCheckpoint(option: Checkpoint | undefined): Checkpoint | undefined {
  if (option === undefined) return undefined;
  checkKeys('checkpoint', option, ['everyEpochs', 'everySteps', 'write']);
  const { everyEpochs, everySteps, write } = option;
  if (everyEpochs === undefined && everySteps === undefined) {
    throw new TypeFault({ place: 'checkpoint', problem: 'expected everyEpochs or everySteps' });
  }
  checkInteger('checkpoint.everyEpochs', everyEpochs ?? 1);
  checkInteger('checkpoint.everySteps', everySteps ?? 1);
  checkType('checkpoint.write', write, 'function');
  return option;
}

/**
 * Writes the network at regular numbers of steps or epochs.
 * @param save returns the bytes of the network
 */
export function writeCheckpoints(
  model: Model,
  run: Run,
  { everySteps, everyEpochs, write }: Checkpoint,
  save: () => Uint8Array<ArrayBuffer>,
): Hook {
  const writeOne = () => {
    assertFinite(model, run);
    return new Pause(write(save()));
  };
  return {
    isStepwise: everySteps !== undefined,
    // NaN for undefined
    afterStep: () => (run.step % everySteps! === 0 ? writeOne() : undefined),
    afterEpoch: ({ epoch }) => (epoch % everyEpochs! === 0 ? writeOne() : undefined),
  };
}
