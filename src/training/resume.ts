import { StateError } from '../errors.js';
import type { CheckedTrainOptions } from './options.js';
import type { Run } from '../model/state.js';
import { slotsOf } from './run.js';

// Loaded only by those who go on with a training.

/**
 * @param slots as many as the model has
 * @throws StateError where there is nothing to go on with, or the options are not those that it had
 */
export function assertResumable(run: Run | undefined, slots: number, options: CheckedTrainOptions): void {
  if (!run) throw new StateError('resume: this network was never trained; leave it out');
  const { name: optimizer } = options.optimizer;
  const now = { optimizer, miniBatchSize: options.miniBatchSize, shuffle: options.shuffle };
  for (const [option, value] of Object.entries(now)) {
    const before = run[option as keyof typeof now];
    if (before !== value) {
      throw new StateError(`resume: ${option} was ${String(before)}, and is ${String(value)}`);
    }
  }
  if (slots !== slotsOf(options)) {
    throw new StateError('resume: earlyStopping.restoreBest has changed');
  }
}
