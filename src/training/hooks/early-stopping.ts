import { checkInteger, checkKeys, checkName, checkNumber, checkOptional } from '../../base/check.js';
import type { Model } from '../../model/model.js';
import type { Hook } from '../hook.js';
import type { Run } from '../../model/state.js';

/** Ends a training that stops improving. */
export interface EarlyStopping {
  /** Epochs in a row without a new best after which training ends. Default 10. */
  readonly patience?: number;
  /** The improvement that counts as a new best. Default 0. */
  readonly minDelta?: number;
  /** The figure to watch, of the validation data, or of the training if there is none. Default 'loss'. */
  readonly monitor?: 'loss' | 'accuracy';
  /** Whether the network ends with the weights of the best epoch. Default true. */
  readonly restoreBest?: boolean;
}

/**
 * @throws TypeError, RangeError that name the problem
 */
export function checkEarlyStopping(option: EarlyStopping | undefined): Required<EarlyStopping> | undefined {
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
 * Ends the training when it stops improving.
 * @param slot the slot for the best parameters, if they are to be restored
 */
export function stopEarly(model: Model, run: Run, options: Required<EarlyStopping>, slot: number): Hook {
  const { patience, minDelta, monitor, restoreBest } = options;
  // Views are valid until the memory grows, so each use derives a new one.
  const parameters = (): Float32Array | Float64Array => model.parametersAt(model.layout.parameters);
  const best = (): Float32Array | Float64Array => model.parametersAt(model.slot(slot));
  return {
    affectsTraining: true,
    afterEpoch({ epoch, validation, ...training }) {
      const value = (validation ?? training)[monitor];
      const isBetter = monitor === 'loss' ? value < run.best - minDelta : value > run.best + minDelta;
      run.waited = isBetter ? 0 : run.waited + 1;
      if (isBetter) {
        run.best = value;
        run.bestEpoch = epoch;
        if (restoreBest) best().set(parameters());
      }
      run.isOver = run.waited > 0 && run.waited >= patience;
    },
    afterTraining() {
      if (restoreBest && run.bestEpoch > 0) parameters().set(best());
    },
  };
}
