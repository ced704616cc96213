import { StateError } from '../errors.js';
import type { CheckedTrainOptions } from './options.js';
import { slotsOf, type Run } from './run.js';

// Loaded only by those who go on with a training.

/**
 * @throws StateError where there is nothing to go on with, or the options are not those that it had
 */
export function assertResumable(run: Run | undefined, options: CheckedTrainOptions): void {
  if (!run) throw new StateError('resume: this network was never trained; leave it out');
  const { name: optimizer } = options.optimizer;
  const now = { optimizer, miniBatchSize: options.miniBatchSize, shuffle: options.shuffle };
  for (const [option, value] of Object.entries(now)) {
    const before = run[option as keyof typeof now];
    if (before !== value) {
      throw new StateError(`resume: ${option} was ${String(before)}, and is ${String(value)}`);
    }
  }
  if (run.slots !== slotsOf(options)) {
    throw new StateError('resume: earlyStopping.restoreBest has changed');
  }
}
