import { Option } from 'commander';
import type { EarlyStopping } from '../../training/hooks/early-stopping.js';
import type { OptionGroup } from './command.js';
import { number, nameIn, wholeNumber } from './values.js';

/** By what a training is watched, and when it ends early, as far as it was said. */
export interface EarlyStoppingFlags {
  readonly validationSplit?: number;
  readonly patience?: number;
  readonly minDelta?: number;
  readonly monitor?: 'loss' | 'accuracy';
  readonly keepLast?: true;
}

export const earlyStoppingGroup: OptionGroup = {
  heading: 'Early stopping',
  options: [
    new Option(
      '--validation-split <share>',
      'set aside to watch the training by; 0 for none (default: 0.15, where there are 50 samples; of data larger than ' +
        'memory 0.1 at most)',
    ).argParser(number({ min: 0, max: 0.9 })),
    new Option(
      '--patience <n>',
      'ends after N epochs without a better one, with the weights of the best; 0 for never (default: a tenth of the ' +
        'epochs, at least 5, where there is a validation part)',
    ).argParser(wholeNumber({ min: 0 })),
    new Option('--min-delta <n>', 'by how much an epoch must be better (default: 0)').argParser(
      number({ min: 0 }),
    ),
    new Option(
      '--monitor <what>',
      'loss or accuracy decides which epoch is better (default: loss)',
    ).argParser(nameIn(['loss', 'accuracy'])),
    new Option('--keep-last', 'ends with the weights of the last epoch, not the best'),
  ],
};

/** Fewer samples than this are all learned from. */
const FEWEST_TO_VALIDATE = 50;

/** The share of samples in memory that is set aside. */
export const chooseValidationSplit = ({ validationSplit }: EarlyStoppingFlags, count: number): number =>
  validationSplit ?? (count < FEWEST_TO_VALIDATE ? 0 : 0.15);

/** @param isValidated whether there is a validation part */
export function buildEarlyStopping(
  { patience: given, minDelta, monitor, keepLast }: EarlyStoppingFlags,
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
