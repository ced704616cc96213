import { checkInteger, checkKeys, checkName, checkNumber, checkOptional, show } from '../base/check.js';
import type { Checkpoint, EarlyStopping, TrainOptions } from './options.js';

/**
 * @throws TypeError, RangeError naming what is wrong
 */
export function checkEarlyStopping(
  option: TrainOptions['earlyStopping'],
): Required<EarlyStopping> | undefined {
  if (option === undefined) return undefined;
  checkKeys('earlyStopping', option, ['patience', 'minDelta', 'monitor', 'restoreBest']);
  const { patience = 10, minDelta = 0, monitor = 'loss', restoreBest = true } = option;
  return {
    patience: checkInteger('earlyStopping.patience', patience, 0),
    minDelta: checkNumber('earlyStopping.minDelta', minDelta, 0),
    monitor: checkName('earlyStopping.monitor', monitor, ['loss', 'accuracy']),
    restoreBest: checkOptional('earlyStopping.restoreBest', restoreBest, 'boolean'),
  };
}

/**
 * @throws TypeError, RangeError naming what is wrong
 */
export function checkCheckpoint(option: TrainOptions['checkpoint']): Checkpoint | undefined {
  if (option === undefined) return undefined;
  checkKeys('checkpoint', option, ['everyEpochs', 'everySteps', 'write']);
  const { everyEpochs, everySteps, write } = option;
  if (everyEpochs === undefined && everySteps === undefined) {
    throw new TypeError('checkpoint: expected everyEpochs or everySteps');
  }
  if (everyEpochs !== undefined) checkInteger('checkpoint.everyEpochs', everyEpochs);
  if (everySteps !== undefined) checkInteger('checkpoint.everySteps', everySteps);
  if (typeof write !== 'function') {
    throw new TypeError(`checkpoint.write: expected a function, got ${show(write)}`);
  }
  return option;
}
