import { Option } from 'commander';
import type { MetricName } from '../../search/scores.js';
import type { SamplerName } from '../../search/samplers/create-sampler.js';
import type { Task } from '../../data/index.js';
import type { OptionGroup } from './command.js';
import { dataGroup } from './data.js';
import { earlyStoppingGroup } from './early-stopping.js';
import type { TrainFlags } from './files.js';
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
  readonly ensemble?: number;
  readonly workers?: number;
  readonly study?: string;
}

/** All options of `bp4 search`. */
export type SearchFlags = TrainFlags & SearchOnlyFlags;

/** The metrics for each task; the first is the default. */
export const metricsOf: Readonly<Record<Task, readonly MetricName[]>> = {
  classification: ['logLoss', 'accuracy', 'macroF1'],
  regression: ['rootMeanSquaredError', 'meanAbsoluteError', 'rSquared'],
};

/** Options of `bp4 train` that a search doesn't have: it decides them itself, or needs all samples in memory. */
const unfit = ['stream', 'layers', 'threads', 'engine', 'diagnose', 'validation-split'];

/** The options that the default space varies (`listDefaults` in ../search/space.ts). */
const searched = ['learning-rate', 'hidden', 'activation', 'dropout', 'l2', 'batch'];

const adapt = ({ heading, options }: OptionGroup, title = heading): OptionGroup => ({
  heading: title,
  options: options
    .filter((option) => !unfit.includes(option.name()))
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
      'Number of trials, including those already in the journal (default: 40)',
      wholeNumber({ min: 1 }),
    ),
    valueOption(
      '--space <texts>',
      'What to search: learning-rate=1e-4..1e-1:log hidden=32|64|128,64 batch=16..64:step=16 optimizer=adam|adamw, with the ' +
        'names and values of the options below; the word default adds the default space',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    ),
    valueOption(
      '--sampler <name>',
      "How trials are proposed: tpe learns from earlier trials; sobol, random and grid don't (default: tpe)",
      nameIn<SamplerName>(['tpe', 'sobol', 'random', 'grid']),
    ),
    valueOption(
      '--window <n>',
      'Trials that may run at a time: tpe proposes trial i from the results of trials 0 to i − n. The result of the search ' +
        'depends on this number, but not on --workers (default: 8)',
      wholeNumber({ min: 1 }),
    ),
    new Option(
      '--halving',
      'Train every trial for a ninth of its epochs, the best third of them for a third, and the best third of those to the end',
    ),
    new Option('--hyperband', 'Several rounds of --halving, from many short trials to a few long ones'),
    new Option('--median', 'Stop a trial that is worse than the median of earlier trials at the same epoch'),
    valueOption(
      '--folds <n>',
      'Number of parts of the samples, each of which is held out once (default: 5; with 10,000 samples or more, --validation-split 0.2 instead)',
      wholeNumber({ min: 2 }),
    ),
    valueOption(
      '--validation-split <share>',
      'Share of the samples to hold out, instead of --folds',
      number({ min: 0.01, max: 0.9 }),
    ),
    valueOption(
      '--metric <name>',
      'Metric to optimize on the held-out samples: logLoss, accuracy or macroF1 for classes; rootMeanSquaredError, ' +
        'meanAbsoluteError or rSquared for numbers (default: the first)',
      nameIn(Object.values(metricsOf).flat()),
    ),
    valueOption(
      '--ensemble <n>',
      'Maximum number of rounds; in each, the trial that improves the ensemble most joins it; 1 for only the best trial (default: 10)',
      wholeNumber({ min: 1, max: 1000 }),
    ),
    valueOption(
      '--workers <n>',
      'Threads to train on; any number computes identical results (default: the number of processors)',
      wholeNumber({ min: 1, max: 256 }),
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
      'Journal of the trials; if it exists, the search continues it (default: iris.search.jsonl for iris.bp4)',
    ),
    new Option('--resume [file]', 'Like --study, but the journal must exist'),
  ],
};

/** Options of training have one value for all trials. */
const fixed = 'the same for all trials';

export const searchGroups: readonly OptionGroup[] = [
  searchGroup,
  adapt(dataGroup),
  adapt(networkGroup, `Network, ${fixed}`),
  adapt(trainingGroup, `Training, ${fixed}`),
  adapt(earlyStoppingGroup, `Early stopping, ${fixed}`),
  searchFileGroup,
];
