import { Option } from 'commander';
import type { MetricName } from '../../search/scores.js';
import type { SamplerName } from '../../search/samplers/create-sampler.js';
import type { Task } from '../../data/index.js';
import type { OptionGroup } from './command.js';
import { dataGroup, fileFormatGroup, testGroup } from './data.js';
import { earlyStoppingGroup, plainMonitor } from './early-stopping.js';
import { reportGroup, type TrainFlags } from './files.js';
import { networkGroup } from './network.js';
import { trainingGroup } from './training.js';
import { nameIn, number, valueOption, wholeNumber } from './values.js';

/** Options about the search itself. */
interface SearchOnlyFlags {
  readonly trials?: number;
  /** One text for each time the option was typed. */
  readonly space?: readonly string[];
  readonly sampler?: SamplerName;
  readonly window?: number;
  readonly halving?: true;
  readonly hyperband?: true;
  readonly median?: true;
  readonly folds?: number;
  readonly metric?: MetricName;
  readonly seeds?: number;
  readonly ensemble?: number;
  readonly workers?: number;
  /** True where no URL was typed. */
  readonly queue?: string | true;
  readonly audit?: number;
  readonly study?: string;
}

/** Options that neither the trials nor the model depend on: a model file doesn't keep them. */
export const incidentalOptions: readonly string[] = [
  ...['workers', 'queue', 'audit', 'study', 'resume', 'out', 'report', 'json', 'quiet', 'debug'],
];

/** All options of `bp4 search`. */
export type SearchFlags = TrainFlags & SearchOnlyFlags;

/** The metrics for each task; the first is the default. */
export const metricsOf: Readonly<Record<Task, readonly MetricName[]>> = {
  classification: ['logLoss', 'accuracy', 'macroF1'],
  regression: ['rootMeanSquaredError', 'meanAbsoluteError', 'rSquared'],
};

/** Options of `bp4 train` that a search doesn't have: it decides them itself, or needs all samples in memory. */
const unfit = [
  ...[
    'stream',
    'layers',
    'threads',
    'engine',
    'wide',
    'ensemble',
    'diagnose',
    'validation-split',
    'no-refit',
  ],
];

/** The options that the default space varies (`listDefaults` in ../search/space.ts). */
const searched = ['learning-rate', 'hidden', 'activation', 'dropout', 'l2', 'batch'];

const adapt = ({ heading, options }: OptionGroup, title = heading): OptionGroup => ({
  heading: title,
  options: options
    .filter((option) => !unfit.includes(option.name()))
    .map((option) => (option.name() === 'monitor' ? plainMonitor : option))
    .map((option) => (searched.includes(option.name()) ? describeAsSearched(option) : option)),
});

/** A default of `bp4 train` holds only if `--space` leaves the option out. */
const describeAsSearched = (option: Option): Option =>
  Object.assign(new Option(option.flags), option, {
    description: option.description.replace('(default: ', '(default: searched; if --space leaves it out: '),
  });

const searchGroup: OptionGroup = {
  heading: 'Search',
  options: [
    valueOption(
      '--trials <n>',
      'Number of trials, including those of the search that is continued (default: 40)',
      wholeNumber({ min: 1 }),
    ),
    valueOption(
      '--space <texts>',
      'Options below and the values to try: learning-rate=1e-4..1e-1:log hidden=32|64|128,64 batch=16..64:step=16 optimizer=adam|momentum ' +
        'momentum=0.5..0.99@optimizer=momentum (only with that optimizer); the word default adds the default space',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    ),
    valueOption(
      '--sampler <name>',
      "How trials are proposed: tpe learns from earlier trials; sobol, random and grid don't (default: tpe)",
      nameIn<SamplerName>(['tpe', 'sobol', 'random', 'grid']),
    ),
    valueOption(
      '--window <n>',
      'Trials that may run at once: tpe proposes trial i from the results of trials 0 to i − n. The result of the search ' +
        'depends on this number, but not on --workers (default: 8)',
      wholeNumber({ min: 1 }),
    ),
    new Option(
      '--halving',
      'Successive halving: train every trial for 1/9 of its epochs, the best third of the trials for 1/3, and the best third of ' +
        'those to the end',
    ),
    new Option(
      '--hyperband',
      'Stop bad trials early, in several rounds of --halving, from many short trials to a few long ones',
    ),
    new Option('--median', 'Stop a trial that is worse than the median of earlier trials at the same epoch'),
    valueOption(
      '--folds <n>',
      'Number of cross-validation folds (default: 5; with 10,000 samples or more, --validation-split 0.2 instead)',
      wholeNumber({ min: 2 }),
    ),
    valueOption(
      '--validation-split <n>',
      'Fraction of the samples to hold out, instead of --folds',
      number({ min: 0.01, max: 0.9 }),
    ),
    valueOption(
      '--metric <name>',
      'Metric to optimize on the held-out samples: logLoss, accuracy or macroF1 for classes; rootMeanSquaredError, ' +
        'meanAbsoluteError or rSquared for numbers (default: the first of each)',
      nameIn(Object.values(metricsOf).flat()),
    ),
    valueOption(
      '--seeds <n>',
      'Networks to train per fold, each with a different seed: scores are less noisy, and training takes n times as long ' +
        '(default: 1)',
      wholeNumber({ min: 1, max: 100 }),
    ),
    valueOption(
      '--ensemble <n>',
      'Maximum number of times to add the trial that helps the ensemble most; 1 keeps only the best trial (default: 10)',
      wholeNumber({ min: 1, max: 1000 }),
    ),
    valueOption(
      '--workers <n>',
      'Number of threads on this machine (not bp4 worker processes); the result is the same for any number (default: the number of processors)',
      wholeNumber({ min: 1, max: 256 }),
    ),
  ],
};

const queueGroup: OptionGroup = {
  heading: 'Many machines',
  options: [
    new Option(
      '--queue [url]',
      'Train on the machines where bp4 worker runs, through this queue: redis://, rediss:// or postgres:// (default URL: the environment ' +
        'variable BP4_QUEUE, which keeps a password out of process lists); needs the packages bullmq and ioredis, or bullmq and pg',
    ),
    valueOption(
      '--audit <fraction>',
      'With --queue, fraction of training runs to repeat on a second worker; if the results differ, the search stops and names ' +
        'both workers (default: 0)',
      number({ min: 0, max: 1 }),
    ),
  ],
};

const searchFileGroup: OptionGroup = {
  heading: 'Files',
  options: [
    new Option('-o, --out <file>', 'Model file to write (default: ./iris.bp4 for iris.csv)'),
    new Option(
      '--study <file>',
      'Journal of the trials; if it exists, the search continues it (default: iris.search.jsonl for iris.bp4)',
    ),
    new Option(
      '--resume [file]',
      'Continue from a journal, the file that records the trials, with its data and options; with <data>, like --study, but the journal must exist',
    ),
  ],
};

/** Options of training have one value for all trials. */
const fixed = 'the same for all trials';

export const searchGroups: readonly OptionGroup[] = [
  searchGroup,
  queueGroup,
  adapt(dataGroup),
  adapt(fileFormatGroup),
  adapt(networkGroup, `Network, ${fixed}`),
  adapt(trainingGroup, `Training, ${fixed}`),
  ...[testGroup, earlyStoppingGroup].map((group) => adapt(group, `Evaluation, ${fixed}`)),
  searchFileGroup,
  reportGroup,
];
