import type { Fault, FaultOption } from '../errors.js';

type Values = readonly (string | number)[];

/** The command-line options for an option of the library. */
interface FlagEntry {
  /** Errors are reported under the first one, and cures name it. */
  readonly flags: readonly string[];
  /** The text of a cure that names the option. Default: `use --flag VALUE`. */
  readonly cure?: (values: Values) => string;
}

const missingCures: Readonly<Record<string, string>> = {
  drop: '--missing drop leaves such rows out',
  mean: '--missing mean fills them in',
  category: '--missing category keeps them',
};

/** By the name of the option in the library. Only this table knows both names. */
export const flagTable: Readonly<Record<string, FlagEntry>> = {
  // Network.train
  epochs: { flags: ['epochs'] },
  miniBatchSize: { flags: ['batch'] },
  learningRate: {
    flags: ['learning-rate', 'schedule'],
    cure: ([rate]) =>
      `try ${rate === undefined ? 'a smaller --learning-rate' : `--learning-rate ${rate}`}, or --clip-norm 1`,
  },
  optimizer: { flags: ['optimizer', 'momentum'] },
  clip: { flags: ['clip-norm', 'clip-value'] },
  l1: { flags: ['l1'] },
  l2: { flags: ['l2'] },
  penalizeBiases: { flags: ['penalize-biases'] },
  maxNorm: { flags: ['max-norm'] },
  frozen: { flags: ['frozen'] },
  classWeights: { flags: ['class-weights'] },
  shuffle: { flags: ['no-shuffle'] },
  validationSplit: { flags: ['validation-split'] },
  diagnose: { flags: ['diagnose'] },
  earlyStopping: { flags: ['patience', 'min-delta', 'monitor', 'keep-last', 'no-refit'] },
  ema: { flags: ['ema'] },
  swa: { flags: ['swa'] },
  findLearningRate: { flags: ['find-rate'] },
  checkpoint: { flags: ['checkpoint', 'checkpoint-every'] },
  resume: { flags: ['resume'] },
  // Network.create
  activation: { flags: ['activation', 'output-activation'] },
  loss: { flags: ['loss'] },
  initializer: { flags: ['initializer'] },
  dropout: { flags: ['dropout'] },
  seed: { flags: ['seed'] },
  engine: { flags: ['engine'] },
  threads: { flags: ['threads'] },
  // bp4/data
  label: { flags: ['label'] },
  targets: { flags: ['target'] },
  inputs: { flags: ['inputs', 'ignore'] },
  classes: { flags: ['classes'] },
  maxCategories: { flags: ['categories'] },
  unknown: { flags: ['unknown'], cure: () => 'train with --unknown zeros' },
  ignore: {
    flags: ['ignore'],
    cure: (names) => {
      const list = names.join(',');
      const quoted = /^[\w@%+=:,./-]+$/.test(list) ? list : JSON.stringify(list);
      return `--ignore ${list === '' ? 'NAME' : quoted} leaves ${names.length > 1 ? 'them' : 'it'} out`;
    },
  },
  missing: {
    flags: ['missing'],
    cure: (values) => values.map((value) => missingCures[value] ?? `--missing ${value}`).join(', '),
  },
  categorical: {
    flags: ['categorical', 'ignore'],
    cure: () => '--categorical NAME treats it as a category, --ignore NAME leaves it out',
  },
  gaps: {
    flags: ['gaps', 'categorical', 'ignore'],
    cure: (values) =>
      `--gaps='${values.join(',')}' treats it as missing, --categorical NAME treats the column as categories, --ignore NAME leaves it out`,
  },
  notGaps: {
    flags: ['not-gaps'],
    cure: (values) => `--not-gaps='${values.join(',')}' keeps it as a category`,
  },
  decimal: {
    flags: ['decimal'],
    cure: ([mark]) => `--decimal ${mark === ',' ? 'comma' : 'point'} reads it otherwise`,
  },
  dates: { flags: ['dates'], cure: (values) => `--dates ${values.join(' or ')} reads them` },
  delimiter: { flags: ['delimiter'], cure: ([mark = ',']) => `try --delimiter ${JSON.stringify(mark)}` },
  header: { flags: ['header'], cure: () => '--header a,b,… names the columns' },
  skip: {
    flags: ['skip'],
    cure: ([lines]) => `if the lines before it aren't part of the table, use --skip ${lines}`,
  },
  comment: {
    flags: ['comment'],
    cure: ([mark]) => `if it is a comment, use --comment ${JSON.stringify(mark)}`,
  },
  encoding: {
    flags: ['encoding'],
    cure: ([name]) => `save it as UTF-8, or set its encoding, such as --encoding ${name}`,
  },
  // models of other programs
  activations: {
    flags: ['activations'],
    cure: ([count]) =>
      `give --activations, one for each ${count === undefined ? 'layer' : `of its ${count} layers`}`,
  },
  layers: { flags: ['layers'] },
  output: { flags: ['output'], cure: (names) => `use --output ${names.length === 1 ? names[0]! : 'NAME'}` },
};

/** Options of `Network.train` without a command-line option, each with the reason. */
export const withoutFlag: Readonly<Record<string, string>> = {
  validation: 'a part of the data is set aside by --validation-split',
  metrics: 'functions; the figures of the test part are reported at the end',
  onEpoch: 'a function; --json gives an event for each epoch',
  onBatch: 'a function; the bar shows it',
  signal: 'Ctrl-C',
};

/** `--missing`, for an option that the command line has. */
export function findFlag(option: FaultOption | undefined): string | undefined {
  return option && Object.hasOwn(flagTable, option.name)
    ? `--${flagTable[option.name]!.flags[0]!}`
    : undefined;
}

/**
 * The cure of a fault, in terms of the command line; undefined if the command lacks the flag.
 * @param flags of the command that runs
 */
export function cureWithFlags({ cure, option }: Fault, flags: readonly string[]): string | undefined {
  const flag = findFlag(option);
  if (flag === undefined) return cure;
  if (!flags.includes(flag)) return undefined;
  const { cure: describe } = flagTable[option!.name]!;
  const values = option!.values ?? [];
  return describe ? describe(values) : `use ${[flag, values.join(' or ')].join(' ').trim()}`;
}
