import type { CSVDialect } from '../../data/index.js';
import type { Arguments } from './arguments.js';
import type { OptionGroup } from './command.js';
import { usageFailure } from '../errors.js';

/** The options that say how a CSV file is written. */
export const csvOptions: OptionGroup['options'] = {
  delimiter: {
    type: 'string',
    value: 'MARK',
    description: 'Between the fields of CSV, or tab. Default: guessed.',
  },
  header: {
    type: 'string',
    value: 'yes|no|NAMES',
    description: 'Whether the first row of CSV names the columns, or their names: a,b,c. Default: guessed.',
  },
};

/** The options that say what is in a data file. */
export const dataOptionGroup: OptionGroup = {
  title: 'Data',
  options: {
    label: {
      type: 'string',
      value: 'NAME',
      description: 'The column to be predicted, of classes. Default: guessed.',
    },
    target: {
      type: 'string',
      multiple: true,
      value: 'NAMES',
      description: 'Or the columns to be predicted, of numbers: a regression.',
    },
    ignore: { type: 'string', multiple: true, value: 'NAMES', description: 'Columns to leave out.' },
    categorical: {
      type: 'string',
      multiple: true,
      value: 'NAMES',
      description: 'Columns of numbers that are categories. Columns of texts always are.',
    },
    missing: {
      type: 'string',
      value: 'POLICY',
      description:
        'Of rows with gaps: drop leaves them out, mean fills in the mean of the column, error ends with the first. ' +
        'Default: drop, or mean where a tenth of the rows would be lost.',
    },
    ...csvOptions,
    scale: {
      type: 'string',
      value: 'HOW',
      description:
        'Of inputs, and targets: standardize, minMax or identity. Default standardize; of images none.',
    },
    stream: {
      type: 'boolean',
      description: 'Reads the data anew in each epoch, in parts, as it does with files larger than 256 MiB.',
    },
    'test-split': {
      type: 'string',
      value: 'SHARE',
      description: 'Set aside to test with; 0 for none. Default 0.2, where there are 20 samples.',
    },
    test: { type: 'string', value: 'FILE', description: 'Tested with, in place of a part of the data.' },
  },
};

/**
 * What is said of the text of a CSV file.
 * @throws Failure naming the option
 */
export function dialectOptions(args: Arguments): CSVDialect {
  const delimiter = args.string('delimiter');
  const header = args.string('header');
  return {
    ...(delimiter !== undefined && { delimiter: markOf(delimiter) }),
    ...(header !== undefined && { header: headerOf(header) }),
  };
}

function markOf(text: string): string {
  const mark = ['tab', '\\t'].includes(text) ? '\t' : text;
  if (mark.length === 1) return mark;
  throw usageFailure(`--delimiter: expected a single character, or tab, got '${text}'`);
}

function headerOf(text: string): boolean | readonly string[] {
  if (['yes', 'true'].includes(text)) return true;
  if (['no', 'false'].includes(text)) return false;
  return text.split(',').map((name) => name.trim());
}
