import { Option } from 'commander';
import type { CSVDialect, FitKind, GapOptions, MissingPolicy, ProfileOptions } from '../../data/index.js';
import type { UnknownPolicy } from '../../model/transforms.js';
import type { OptionGroup } from './command.js';
import { collectList, misread, nameIn, number, valueOption, wholeNumber } from './values.js';

/** The format of a data file, as far as it was set. The rest is detected. */
export interface TextFormat extends Pick<CSVDialect, 'delimiter' | 'header' | 'skip' | 'comment'> {
  readonly encoding?: string;
}

/** Options about the content of a data file. */
export interface DataFlags extends TextFormat, GapOptions {
  readonly label?: string;
  readonly target?: readonly string[];
  readonly ignore?: readonly string[];
  readonly categorical?: readonly string[];
  readonly missing?: MissingPolicy;
  readonly categories?: number;
  readonly unknown?: UnknownPolicy;
  readonly decimal?: '.' | ',';
  readonly dates?: 'dmy' | 'mdy';
  readonly text?: readonly string[];
  readonly hash?: readonly string[];
  readonly minFrequency?: number;
  readonly scale?: FitKind;
  readonly stream?: true;
  readonly testSplit?: number;
  readonly test?: string;
}

export const csvOptions: readonly Option[] = [
  valueOption(
    '--delimiter <mark>',
    'CSV field separator: a character, tab, or spaces for any run of spaces and tabs (default: inferred)',
    parseDelimiter,
  ),
  valueOption(
    '--header <yes|no|names>',
    'Whether the first row of the CSV file holds the column names, or the names themselves: a,b,c (default: inferred)',
    parseHeader,
  ),
  valueOption(
    '--skip <lines>',
    'Number of lines to skip before the CSV table, such as a title (default: inferred)',
    wholeNumber({ min: 0 }),
  ),
  new Option('--comment <text>', 'Skip CSV rows that begin with this text, such as # (default: inferred)'),
  new Option(
    '--encoding <name>',
    'Encoding of CSV and JSON files: windows-1252, gb18030, shift_jis, … (default: UTF-8 or UTF-16, inferred)',
  ),
];

export const dataGroup: OptionGroup = {
  heading: 'Data',
  options: [
    valueOption('--label <name>', 'Column with the class to predict (default: inferred)', (name) =>
      name.normalize('NFC'),
    ),
    valueOption('--target <names>', 'Columns of numbers to predict (default: inferred)', collectList),
    valueOption('--ignore <names>', 'Columns to leave out', collectList),
    valueOption(
      '--categorical <names>',
      'Columns to treat as categories: numeric codes, dates, yes/no, or text with many different values (other text columns are by default)',
      collectList,
    ),
    valueOption(
      '--missing <policy>',
      'Treatment of missing values: drop the row, mean, category or error (default: category if text is missing; otherwise drop, or ' +
        'mean if more than 10% of the rows would be lost)',
      nameIn(['error', 'drop', 'mean', 'category']),
    ),
    valueOption(
      '--categories <n>',
      'Maximum number of categories per column; the most frequent are kept, the rest merged into one (default: 100)',
      wholeNumber({ min: 1 }),
    ),
    valueOption(
      '--min-frequency <n>',
      'Smallest number of rows per category; categories with fewer rows are merged into one (default: 1)',
      wholeNumber({ min: 1 }),
    ),
    valueOption(
      '--text <names>',
      'Columns with short texts, such as remarks or titles; their words are hashed into 256 buckets and counted',
      collectList,
    ),
    valueOption(
      '--hash <names>',
      'Columns with very many categories, such as postal codes or IDs; the categories are hashed into 64 buckets',
      collectList,
    ),
    valueOption(
      '--unknown <policy>',
      "How to encode categories that don't occur in the training rows. zeros: all inputs of the column are 0. other: treat as " +
        'one of the rare categories that were merged. error: reject the row. (default: zeros)',
      nameIn(['error', 'zeros', 'other']),
    ),
    valueOption(
      '--scale <how>',
      'Scaling of inputs and targets: standardize, minMax, identity or log1p; for inputs only: robust, quantile or piecewiseLinear ' +
        '(default: standardize; the bytes of images are scaled to 0–1)',
      nameIn(['standardize', 'minMax', 'identity', 'log1p', 'robust', 'quantile', 'piecewiseLinear']),
    ),
  ],
};

export const fileFormatGroup: OptionGroup = {
  heading: 'File format',
  options: [
    ...csvOptions,
    valueOption(
      '--gaps <texts>',
      'More values to treat as missing, in addition to empty fields, NA, ? and the like',
      collectList,
    ),
    valueOption(
      '--not-gaps <texts>',
      'Values that look missing but are categories, such as NA, the country code of Namibia',
      collectList,
    ),
    valueOption(
      '--decimal <mark>',
      'Decimal separator of numbers written as text: point or comma (default: inferred for each column)',
      (text) => (nameIn(['point', 'comma'])(text) === 'comma' ? ',' : '.'),
    ),
    valueOption(
      '--dates <order>',
      'Order of dates such as 01/02/2024: dmy or mdy (default: inferred from a day above 12)',
      nameIn(['dmy', 'mdy']),
    ),
    new Option(
      '--stream',
      'Read the file in batches instead of loading it (default: for files over 256 MiB)',
    ),
  ],
};

export const testGroup: OptionGroup = {
  heading: 'Evaluation',
  options: [
    valueOption(
      '--test-split <n>',
      'Fraction of the samples to set aside for testing; 0 for none (default: 0.2 if there are at least 20)',
      number({ min: 0, max: 0.9 }),
    ),
    new Option('--test <file>', 'File to test with, instead of a fraction of the data'),
  ],
};

/** Only the options about the text of a file that were set. */
export function pickTextFormat({
  delimiter,
  header,
  skip,
  comment,
  encoding,
}: { readonly [Name in keyof TextFormat]: TextFormat[Name] | undefined }): TextFormat {
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
    ...(skip !== undefined && { skip }),
    ...(comment !== undefined && { comment }),
    ...(encoding !== undefined && { encoding }),
  };
}

/** Only the options about the texts of cells that were set. */
export const pickProfileOptions = ({ gaps, notGaps, decimal, dates }: DataFlags): ProfileOptions => ({
  ...(gaps && { gaps }),
  ...(notGaps && { notGaps }),
  ...(decimal && { decimal }),
  ...(dates && { dates }),
});

function parseDelimiter(text: string): string {
  const mark = ['tab', '\\t'].includes(text) ? '\t' : text;
  if (mark.length === 1 || mark === 'spaces') return mark;
  throw misread('a single character, tab or spaces', text);
}

function parseHeader(text: string): boolean | readonly string[] {
  if (['yes', 'true'].includes(text)) return true;
  if (['no', 'false'].includes(text)) return false;
  return text
    .normalize('NFC')
    .split(',')
    .map((name) => name.trim());
}
