import { Option } from 'commander';
import type { MetricName } from '../../search/scores.js';
import type { SamplerName } from '../../search/samplers/create-sampler.js';
import type { Task } from '../../data/index.js';
import type { OptionGroup } from './command.js';
import { dataGroup } from './data.js';
import { earlyStoppingGroup } from './early-stopping.js';
import { reportGroup, type TrainFlags } from './files.js';
import { networkGroup } from './network.js';
import { trainingGroup } from './training.js';
import { nameIn, number, valueOption, wholeNumber } from './values.js';

/** How a search goes, as far as it was said. */
interface SearchOnlyFlags {
  readonly trials?: number;
  /** One text for each time it was typed. */
  readonly space?: readonly string[];
  readonly sampler?: SamplerName;
  readonly window?: number;
  readonly halving?: true;
  readonly hyperband?: true;
  readonly median?: true;
  readonly folds?: number;
  readonly metric?: MetricName;
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

/** All that `bp4 search` takes. */
export type SearchFlags = TrainFlags & SearchOnlyFlags;

/** What each task can be measured by; the first is the default. */
export const metricsOf: Readonly<Record<Task, readonly MetricName[]>> = {
  classification: ['logLoss', 'accuracy', 'macroF1'],
  regression: ['rootMeanSquaredError', 'meanAbsoluteError', 'rSquared'],
};

/** What a search can't take: it decides itself, or it needs all samples in memory. */
const unfit = ['stream', 'layers', 'threads', 'engine', 'diagnose', 'validation-split'];

const without = ({ heading, options }: OptionGroup, title = heading): OptionGroup => ({
  heading: title,
  options: options.filter((option) => !unfit.includes(option.name())),
});

const searchGroup: OptionGroup = {
  heading: 'Search',
  options: [
    valueOption(
      '--trials <n>',
      'Trials, including those in the journal (default: 40)',
      wholeNumber({ min: 1 }),
    ),
    valueOption(
      '--space <texts>',
      'What to search: learning-rate=1e-4..1e-1:log hidden=32|64|128,64 batch=16..64:step=16 optimizer=adam|momentum ' +
        'momentum=0.5..0.99@optimizer=momentum (only with that optimizer), with the names and values of the options below; ' +
        'the word default adds the default space',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    ),
    valueOption(
      '--sampler <name>',
      'How trials are proposed: tpe learns from the trials before; sobol, random and grid do not (default: tpe)',
      nameIn<SamplerName>(['tpe', 'sobol', 'random', 'grid']),
    ),
    valueOption(
      '--window <n>',
      'Trials in progress: tpe proposes a trial from those that are at least so many before it. Results depend on it, and not ' +
        'on --workers (default: 8)',
      wholeNumber({ min: 1 }),
    ),
    new Option('--halving', 'Train all trials a little, and only the best third of them longer, twice'),
    new Option('--hyperband', 'Several rounds of --halving, from many short trials to a few long ones'),
    new Option(
      '--median',
      'End trials that are worse than the median of the trials before at the same epoch',
    ),
    valueOption(
      '--folds <n>',
      'Parts of the samples, each of which is held out once (default: 5, from 10,000 samples on --validation-split 0.2)',
      wholeNumber({ min: 2 }),
    ),
    valueOption(
      '--validation-split <share>',
      'Share of the samples to hold out, in place of --folds',
      number({ min: 0.01, max: 0.9 }),
    ),
    valueOption(
      '--metric <name>',
      'What to optimize on the samples held out: logLoss, accuracy or macroF1 for classes; rootMeanSquaredError, ' +
        'meanAbsoluteError or rSquared for numbers (default: the first)',
      nameIn(Object.values(metricsOf).flat()),
    ),
    valueOption(
      '--ensemble <n>',
      'Rounds in which the trial that helps most joins the ensemble; 1 for the best trial alone (default: 10)',
      wholeNumber({ min: 1, max: 1000 }),
    ),
    valueOption(
      '--workers <n>',
      'Threads that train; any number gives the same bits (default: the number of processors)',
      wholeNumber({ min: 1, max: 256 }),
    ),
  ],
};

const queueGroup: OptionGroup = {
  heading: 'Many machines',
  options: [
    new Option(
      '--queue [url]',
      'Train on the machines where bp4 worker runs, through this queue: redis://, rediss:// or postgres:// (default: the variable ' +
        'BP4_QUEUE, which other users of the machine cannot see); needs the packages bullmq and ioredis, or bullmq and pg',
    ),
    valueOption(
      '--audit <share>',
      'Share of the trainings that two workers run, with --queue: unequal results stop the search, and both workers are named ' +
        '(default: 0)',
      number({ min: 0, max: 1 }),
    ),
  ],
};

const searchFileGroup: OptionGroup = {
  heading: 'Files',
  options: [
    new Option(
      '-o, --out <file>',
      'Model file to write (default: iris.bp4 for iris.csv, in the current folder)',
    ),
    new Option(
      '--study <file>',
      'Journal of the trials; a search with the journal of an earlier one continues it (default: iris.search.jsonl for iris.bp4)',
    ),
    new Option(
      '--resume [file]',
      'Continue a search: without data, from its journal, with the data and options that stand there; with data, the same as --study, ' +
        'of a journal that must exist',
    ),
  ],
};

/** Options of a training have one value for all trials. */
const fixed = 'the same for all trials';

export const searchGroups: readonly OptionGroup[] = [
  searchGroup,
  queueGroup,
  without(dataGroup),
  without(networkGroup, `Network, ${fixed}`),
  without(trainingGroup, `Training, ${fixed}`),
  without(earlyStoppingGroup, `Early stopping, ${fixed}`),
  searchFileGroup,
  reportGroup,
];
