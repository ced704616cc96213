import { Option } from 'commander';
import type { EarlyStopping } from '../../training/hooks/early-stopping.js';
import type { OptionGroup } from './command.js';
import { UsageError } from '../errors.js';
import { nameIn, number, valueOption, wholeNumber } from './values.js';

/** Options about validation and early stopping. */
export interface EarlyStoppingFlags {
  readonly validationSplit?: number;
  readonly patience?: number;
  readonly minDelta?: number;
  readonly monitor?: 'loss' | 'accuracy';
  readonly keepLast?: true;
  /** False after --no-refit. */
  readonly refit: boolean;
}

export const earlyStoppingGroup: OptionGroup = {
  heading: 'Early stopping',
  options: [
    valueOption(
      '--validation-split <fraction>',
      'Fraction of the remaining samples (after --test-split) to set aside for validation; 0 for none (default: 0.15 if there ' +
        'are at least 50; at most 0.1 of streamed data)',
      number({ min: 0, max: 0.9 }),
    ),
    valueOption(
      '--patience <n>',
      'Stop after this many epochs without improvement and restore the best weights; 0 for never (default: a tenth of ' +
        'the epochs, at least 5, if there are validation samples)',
      wholeNumber({ min: 0 }),
    ),
    valueOption(
      '--min-delta <n>',
      'Smallest change that counts as an improvement (default: 0)',
      number({ min: 0 }),
    ),
    valueOption(
      '--monitor <what>',
      'Metric to watch: loss or accuracy (default: loss)',
      nameIn(['loss', 'accuracy']),
    ),
    new Option('--keep-last', 'Keep the weights of the last epoch instead of the best'),
    new Option(
      '--no-refit',
      'Keep the weights of the best epoch (default: train once more from the start, on the validation samples too, for as many ' +
        'epochs as were best)',
    ),
  ],
};

/** With fewer samples than this, none are set aside. */
const FEWEST_TO_VALIDATE = 50;

/**
 * The share of samples in memory that is set aside.
 * @throws UsageError if it leaves a part empty
 */
export function chooseValidationSplit(
  { validationSplit }: Pick<EarlyStoppingFlags, 'validationSplit'>,
  count: number,
): number {
  if (validationSplit === undefined) return count < FEWEST_TO_VALIDATE ? 0 : 0.15;
  const taken = Math.round(validationSplit * count);
  if (validationSplit === 0 || (taken > 0 && taken < count)) return validationSplit;
  throw new UsageError(
    '--validation-split',
    `${validationSplit} of ${count} samples leaves one part empty`,
    'use another share, or 0 for no validation',
  );
}

/** @param isValidated whether there is a validation part */
export function buildEarlyStopping(
  { patience: given, minDelta, monitor, keepLast }: Omit<EarlyStoppingFlags, 'refit'>,
  epochs: number,
  isValidated: boolean,
): EarlyStopping | undefined {
  const patience = given ?? (isValidated ? Math.max(5, Math.round(epochs / 10)) : 0);
  if (patience === 0) return undefined;
  return {
    patience,
    ...(minDelta !== undefined && { minDelta }),
    ...(monitor && { monitor }),
    ...(keepLast && { restoreBest: false }),
  };
}
