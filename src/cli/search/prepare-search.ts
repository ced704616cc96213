import { Dataset, transformedWidth } from '../../data/index.js';
import type { Fault } from '../../errors.js';
import { checkSpec, type LossSpec } from '../../model/spec.js';
import { checkSpace, decide, type CheckedSpace, type Dimension, type Space } from '../../search/domains.js';
import type { Pruner } from '../../search/pruners.js';
import type { MetricName } from '../../search/scores.js';
import type { TrialSpec } from '../../search/task.js';
import { checkTrainOptions } from '../../training/options.js';
import { createSampler, type SamplerName } from '../../search/samplers/create-sampler.js';
import { DataError, toUsageError, UsageError } from '../errors.js';
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
import { pickDefining } from './search-command.js';
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
  all: SearchFlags,
  given: GivenOptions,
  path: string,
  onRead: OnRead,
  choose?: Choose,
): Promise<PreparedSearch> {
  const flags = withoutReport(all);
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
    trials: flags.trials ?? (await countTrials(space, sampler)),
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
      training: {
        ...describeSource(path, flags, pickDefining(given), parts),
        samples: count,
        validationSamples: 0,
      },
    },
  };
}

/** A training that is reported is diagnosed in each epoch, and no trial is. */
const withoutReport = (flags: SearchFlags): SearchFlags =>
  Object.fromEntries(Object.entries(flags).filter(([name]) => name !== 'report')) as unknown as SearchFlags;

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
async function countTrials(space: Space, sampler: SamplerName): Promise<number> {
  const { count = Infinity } = await createSampler(sampler, checkSpace(space), 0).catch((error: unknown) => {
    throw toUsageError(error, '--sampler');
  });
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
    loss: loss as LossSpec,
    transforms: chooseTransforms(flags, train, task) ?? { inputs: 'identity' },
    train: buildTrainOptions(flags, data) as NonNullable<TrialSpec['train']>,
  };
}

/**
 * Checks the ends of each range and each of its choices, the others at their first value that allows it.
 * @throws UsageError under `--space NAME`
 */
function checkTrials(space: Space, describe: (values: SpaceValues) => TrialSpec, inputs: number): void {
  const checked = checkSpace(space);
  for (const dimension of checked) {
    for (const value of listEnds(dimension)) {
      const fixed = new Map([[dimension.name, value]]);
      fixParents(dimension, checked, fixed);
      const values = decide(checked, (one) => (fixed.has(one.name) ? fixed.get(one.name) : listEnds(one)[0]));
      const check = (some: SpaceValues): void =>
        inSpace(dimension.name, () => {
          const { layers, loss, train } = describe(some);
          checkSpec({ inputs, layers, loss: loss! });
          checkTrainOptions(train!, layers.length);
        });
      try {
        check(values);
      } catch (error) {
        throw suggestCondition(error, dimension.name, value, values, check);
      }
    }
  }
}

/** Where a value would fit without that of another hyperparameter, the error says how to search this one elsewhere only. */
function suggestCondition(
  error: unknown,
  name: string,
  value: unknown,
  values: SpaceValues,
  check: (some: SpaceValues) => void,
): unknown {
  if (!(error instanceof UsageError)) return error;
  for (const other of Object.keys(values)) {
    if (other === name) continue;
    try {
      check(Object.fromEntries(Object.entries(values).filter(([one]) => one !== other)));
    } catch {
      continue;
    }
    const problem = `${String(value)} doesn't fit ${other}: ${error.problem}`;
    const cure = `write ${other}=…@${name}=VALUE to search ${other} only with the values that it fits`;
    return new UsageError(error.place, problem, cure, { cause: error });
  }
  return error;
}

const listEnds = ({ domain }: Dimension): readonly unknown[] =>
  domain.kind === 'choice' ? domain.values : [domain.low, domain.high];

/** Fixes what a dimension depends on, at the first value under which it exists. */
function fixParents({ conditions }: Dimension, space: CheckedSpace, fixed: Map<string, unknown>): void {
  for (const { name, keys } of conditions) {
    const [key] = keys;
    fixed.set(name, JSON.parse(key!));
    fixParents(
      space.find((one) => one.name === name)!,
      space,
      fixed,
    );
  }
}
