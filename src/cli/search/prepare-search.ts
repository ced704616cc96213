import { Dataset, transformedWidth } from '../../data/index.js';
import type { Fault } from '../../errors.js';
import { checkSpec } from '../../model/spec.js';
import { checkSpace, type Space } from '../../search/domains.js';
import type { Pruner } from '../../search/pruners.js';
import type { MetricName } from '../../search/scores.js';
import type { TrialSpec } from '../../search/task.js';
import { checkTrainOptions } from '../../training/options.js';
import { createSampler, type SamplerName } from '../../search/samplers/create-sampler.js';
import { DataError, underFlag, UsageError } from '../errors.js';
import type { About } from '../model/model-file.js';
import type { GivenOptions } from '../options/command.js';
import { buildNetworkSpec, type DataShape } from '../options/network.js';
import { metricsOf, type SearchFlags } from '../options/search.js';
import { buildTrainOptions, type TrainingData } from '../options/training.js';
import type { Choose } from '../terminal/choose.js';
import type { OnRead } from '../terminal/reading.js';
import { checkNetworkFlags, chooseTrainOptions } from '../train/prepare-training.js';
import {
  chooseTransforms,
  describeSource,
  readTrainingData,
  splitSamples,
  warnOfData,
  type Found,
  type TrainingParts,
} from '../train/training-data.js';
import { inSpace, joinFlags, readSpace, type SpaceValues } from './space.js';

/** Everything that a search needs. */
export interface PreparedSearch extends TrainingParts {
  readonly train: Dataset;
  readonly space: Space;
  /** Describes the trial with these values. */
  readonly describe: (values: SpaceValues) => TrialSpec;
  readonly trials: number;
  readonly sampler: SamplerName;
  readonly metric: MetricName;
  readonly pruner: Pruner | undefined;
  readonly division: { readonly folds: number } | { readonly validation: number };
  readonly found: Found;
  readonly warnings: readonly Fault[];
  /** For the model file; the results are added later. */
  readonly about: Pick<About, 'version' | 'task' | 'reading'> & {
    readonly training: Omit<About['training'], 'options'>;
  };
}

const DEFAULT_TRIALS = 40;

/** With at least this many samples, one held-out part is enough. */
const ENOUGH_FOR_ONE_PART = 10_000;

/**
 * Prepares a search. All errors are found before the first trial.
 * @param given the options as they were typed
 * @param choose asks the user; undefined if there's nobody to ask
 * @throws UsageError, DataError naming the option, or the file and place
 */
export async function prepareSearch(
  flags: SearchFlags,
  given: GivenOptions,
  path: string,
  onRead: OnRead,
  choose?: Choose,
): Promise<PreparedSearch> {
  const pruner = choosePruner(flags);
  const read = await readTrainingData(flags, given, path, onRead, choose);
  const { data, task, reading } = read;
  if (!(data instanceof Dataset))
    throw new DataError(path, 'a search needs all samples in memory', 'search on some of the rows');
  const metrics = metricsOf[task];
  const { metric = metrics[0]! } = flags;
  if (!metrics.includes(metric))
    throw new UsageError('--metric', `${metric} doesn't measure a ${task}`, `use ${metrics.join(', ')}`);
  const parts = await splitSamples(flags, read, data, onRead);
  const train = parts.train as Dataset;
  const division = chooseDivision(flags, train.count);
  const outputs = task === 'classification' ? train.classes!.length : train.targets!.length / train.count;
  const inputs = transformedWidth(train.fitTransforms());
  const { count, classes, labels } = train;
  const sizes = {
    inputs,
    outputs,
    columns: train.width,
    task,
    train,
    data: { count, classes, labels, validation: 'held' },
  } as const;
  const space = readSpace(flags.space ?? [], given, { inputs, count });
  const { sampler = 'tpe' } = flags;
  checkNetworkFlags(flags, task, sizes);
  const describe = (values: SpaceValues): TrialSpec => describeTrial(joinFlags(flags, values), sizes);
  checkTrials(space, describe, inputs);
  const layers = buildNetworkSpec(flags, task, sizes).layers.length;
  if (!('hidden' in space)) chooseTrainOptions(flags, layers, sizes.data);
  return {
    ...parts,
    train,
    space,
    describe,
    trials: flags.trials ?? countTrials(space, sampler),
    sampler,
    metric,
    pruner,
    division,
    found: read,
    warnings: warnOfData(flags, read, parts),
    about: {
      version: 1,
      task,
      reading,
      training: { ...describeSource(path, flags, given, parts), samples: count, validationSamples: 0 },
    },
  };
}

function chooseDivision(
  { folds, validationSplit: validation }: SearchFlags,
  count: number,
): PreparedSearch['division'] {
  if (folds !== undefined && validation !== undefined)
    throw new UsageError('--folds', "can't be combined with --validation-split");
  if (count < 2 || (folds ?? 2) > count)
    throw new UsageError('--folds', `there are only ${count} samples to learn from`, 'use fewer folds');
  if (validation !== undefined) return { validation };
  if (folds === undefined && count >= ENOUGH_FOR_ONE_PART) return { validation: 0.2 };
  return { folds: folds ?? Math.min(5, count) };
}

/** A grid may have fewer. @throws UsageError if a domain has infinitely many values, which a grid can't try */
function countTrials(space: Space, sampler: SamplerName): number {
  const { count = Infinity } = underFlag('--sampler', () => createSampler(sampler, checkSpace(space), 0));
  return Math.min(DEFAULT_TRIALS, count);
}

function choosePruner(flags: SearchFlags): Pruner | undefined {
  const [kind, other] = (['halving', 'hyperband', 'median'] as const).filter((name) => flags[name]);
  if (other) throw new UsageError(`--${kind}`, `can't be combined with --${other}`);
  return kind && { kind };
}

/** What a trial needs in addition to its flags. */
interface Sizes extends DataShape {
  readonly task: About['task'];
  readonly train: Dataset;
  readonly data: TrainingData;
}

/** The network and training options that `bp4 train` would use for these flags. */
function describeTrial(flags: SearchFlags, sizes: Sizes): TrialSpec {
  const { task, train, data } = sizes;
  const { layers, loss } = buildNetworkSpec(flags, task, sizes);
  return {
    layers,
    loss: loss!,
    transforms: chooseTransforms(flags, train, task) ?? { inputs: 'identity' },
    train: buildTrainOptions(flags, data) as NonNullable<TrialSpec['train']>,
  };
}

/**
 * Checks the ends of each range and each of its choices, the others at their first value.
 * @throws UsageError under `--space NAME`
 */
function checkTrials(space: Space, describe: (values: SpaceValues) => TrialSpec, inputs: number): void {
  const listed = checkSpace(space).map(({ name, domain }) => ({
    name,
    values: domain.kind === 'choice' ? domain.values : [domain.low, domain.high],
  }));
  const first = Object.fromEntries(listed.map(({ name, values }) => [name, values[0]]));
  for (const { name, values } of listed) {
    for (const value of values) {
      inSpace(name, () => {
        const { layers, loss, train } = describe({ ...first, [name]: value });
        checkSpec({ inputs, layers, loss: loss! });
        checkTrainOptions(train!, layers.length);
      });
    }
  }
}
