import { InvalidArgumentError, Option } from 'commander';
import type { CSVDialect } from '../../data/index.js';
import type { OptionGroup } from './command.js';
import { collectList, number, nameIn } from './values.js';

/** What is in a data file, as far as it was said. */
export interface DataFlags extends CSVDialect {
  readonly label?: string;
  readonly target?: readonly string[];
  readonly ignore?: readonly string[];
  readonly categorical?: readonly string[];
  readonly missing?: 'error' | 'drop' | 'mean';
  readonly scale?: 'standardize' | 'minMax' | 'identity';
  readonly stream?: true;
  readonly testSplit?: number;
  readonly test?: string;
}

export const csvOptions: readonly Option[] = [
  new Option('--delimiter <mark>', 'between the fields of CSV, or tab (default: guessed)').argParser(
    parseDelimiter,
  ),
  new Option(
    '--header <yes|no|names>',
    'whether the first row of CSV names the columns, or their names: a,b,c (default: guessed)',
  ).argParser(parseHeader),
];

export const dataGroup: OptionGroup = {
  heading: 'Data',
  options: [
    new Option('--label <name>', 'the column to predict, of classes (default: guessed)'),
    new Option('--target <names>', 'or the columns to predict, of numbers: a regression').argParser(
      collectList,
    ),
    new Option('--ignore <names>', 'columns to leave out').argParser(collectList),
    new Option(
      '--categorical <names>',
      'columns of numbers that are categories; columns of text always are',
    ).argParser(collectList),
    new Option(
      '--missing <policy>',
      'of rows with gaps: drop leaves them out, mean fills in the mean of the column, error ends with the first ' +
        '(default: drop, or mean where a tenth of the rows would be lost)',
    ).argParser(nameIn(['error', 'drop', 'mean'])),
    ...csvOptions,
    new Option(
      '--scale <how>',
      'of inputs, and targets: standardize, minMax or identity (default: standardize; of images none)',
    ).argParser(nameIn(['standardize', 'minMax', 'identity'])),
    new Option(
      '--stream',
      'streams the data: reads the file again in each epoch (default for files larger than 256 MiB)',
    ),
    new Option(
      '--test-split <share>',
      'set aside to test with; 0 for none (default: 0.2, where there are 20 samples)',
    ).argParser(number({ min: 0, max: 0.9 })),
    new Option('--test <file>', 'tested with, in place of a part of the data'),
  ],
};

/** Only what was said of the text of a CSV file. */
export const pickDialect = ({ delimiter, header }: CSVDialect): CSVDialect => ({
  ...(delimiter !== undefined && { delimiter }),
  ...(header !== undefined && { header }),
});

function parseDelimiter(text: string): string {
  const mark = ['tab', '\\t'].includes(text) ? '\t' : text;
  if (mark.length === 1) return mark;
  throw new InvalidArgumentError('Expected a single character, or tab.');
}

function parseHeader(text: string): boolean | readonly string[] {
  if (['yes', 'true'].includes(text)) return true;
  if (['no', 'false'].includes(text)) return false;
  return text.split(',').map((name) => name.trim());
}
