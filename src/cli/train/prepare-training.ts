import { tryEachFlag, type GivenOptions } from '../options/command.js';
import { earlyStoppingGroup, watchedMetrics } from '../options/early-stopping.js';
import { buildNetworkSpec, networkGroup, type DataShape, type NetworkFlags } from '../options/network.js';
import type { TrainFlags } from '../options/files.js';
import { toUsageError, UsageError } from '../errors.js';
import type { Choose } from '../terminal/choose.js';
import type { About, TrainingProgress } from '../model/model-file.js';
import type { OnRead } from '../terminal/reading.js';
import type { Fault } from '../../errors.js';
import {
  buildTrainOptions,
  trainingGroup,
  type PlainTrainOptions,
  type TrainingData,
  type TrainingFlags,
} from '../options/training.js';
import { chooseSharding } from '../options/shards.js';
import { checkSpec } from '../../model/spec.js';
import { checkTrainOptions } from '../../training/options.js';
import { Dataset, DataStream, transformedWidth, type Categories, type Task } from '../../data/index.js';
import { Network, type EngineOptions } from '../../network.js';
import { regularizationNames } from '../../model/regularization.js';
import type { NetworkState } from '../../model/state.js';
import type { Transforms } from '../../model/transforms.js';
import type { RateSearch } from '../../training/find-learning-rate.js';
import {
  chooseTransforms,
  describeSource,
  readTrainingData,
  setAside,
  splitSamples,
  warnOfData,
  type Found,
  type TrainingParts,
} from './training-data.js';

/** Everything that training needs. */
export interface PreparedTraining extends TrainingParts {
  readonly net: Network;
  readonly options: PlainTrainOptions;
  /** For the model file; the results are added later. */
  readonly about: About;
  /** What was found in the data; undefined for a run that begins with a model. */
  readonly found: Found | undefined;
  /** What is suspicious in the data; empty for a resumed run. */
  readonly warnings: readonly Fault[];
  /** How --find-rate found the learning rate. */
  readonly search?: RateSearch;
  /** What a resumed run continues from. */
  readonly from?: TrainingProgress & { readonly path: string };
  /** The model whose weights a run on other data begins with. */
  readonly further?: Further;
}

/** A finished model that trains further, on other data. */
export interface Further extends NewNames {
  readonly path: string;
  /** The classes of the model that the data has no sample of. */
  readonly absent: Categories;
  /** The columns of the data that the model doesn't have. */
  readonly unused: readonly string[];
  /** The weights at the beginning. */
  readonly state: NetworkState;
}

/** The names in data that a model doesn't know. */
export interface NewNames {
  readonly classes: Categories;
  /** By column. */
  readonly categories: Readonly<Record<string, Categories>>;
}

/**
 * Prepares a new run.
 * @param given the options as they were typed: the model file keeps them
 * @param choose asks the user; undefined if there's nobody to ask
 * @throws UsageError, DataError naming the option, or the file and place
 */
export async function prepareTraining(
  flags: TrainFlags,
  given: GivenOptions,
  path: string,
  onRead: OnRead,
  choose?: Choose,
): Promise<PreparedTraining> {
  const read = await readTrainingData(flags, given, path, onRead, choose);
  const { data, task, reading } = read;
  const parts =
    data instanceof DataStream
      ? await setAside(flags, read, data, onRead)
      : await splitSamples(flags, read, data, onRead);
  const { train } = parts;
  const fitted = chooseTransforms(flags, train, task);
  const transforms = fitted && (await (parts.fitted ?? train).fitTransforms(fitted));
  const outputs =
    task === 'classification' ? train.classes!.length : parts.some.targets!.length / parts.some.count;
  const inputs = transforms ? transformedWidth(transforms) : train.width;
  const net = await createNetwork(flags, task, { inputs, outputs, columns: train.width }, transforms);
  const plan = await planTraining(flags, given, path, { net, task, reading, parts });
  return { net, ...parts, ...plan, warnings: warnOfData(flags, read, parts), found: read };
}

/** Chooses how a network trains on samples, and describes it for the model file. */
export async function planTraining(
  flags: TrainFlags,
  given: GivenOptions,
  path: string,
  { net, task, reading, parts }: Pick<About, 'task' | 'reading'> & { net: Network; parts: TrainingParts },
): Promise<Pick<PreparedTraining, 'options' | 'about' | 'search'>> {
  const { train } = parts;
  const isInMemory = train instanceof Dataset;
  const chosen = chooseTrainOptions(flags, net.layers.length, {
    count: train.count,
    validation: isInMemory ? 'share' : parts.validation ? 'held' : 'none',
    classes: train.classes,
    labels: isInMemory ? train.labels : undefined,
  });
  const search = flags.findRate ? await findRate(flags, net, train, chosen) : undefined;
  const options = search ? withRate(chosen, search.learningRate) : chosen;
  const counts = countSamples(parts, options);
  const samples = isInMemory ? counts.samples - counts.validationSamples : undefined;
  const sharding = chooseSharding(flags, options.epochs!, samples);
  const about: About = {
    version: 1,
    task,
    reading,
    training: {
      ...describeSource(path, flags, given, parts),
      options,
      ...(sharding && { sharding }),
      ...counts,
    },
  };
  return { options, about, ...(search && { search }) };
}

/** @throws UsageError if there is a rate already, or the data can't be read again and again */
async function findRate(
  { learningRate }: TrainFlags,
  net: Network,
  data: Dataset | DataStream,
  options: PlainTrainOptions,
): Promise<RateSearch> {
  if (learningRate !== undefined)
    throw new UsageError('--find-rate', '--learning-rate sets the rate', 'leave one of them out');
  if (data instanceof DataStream)
    throw new UsageError(
      '--find-rate',
      'it needs the samples in memory, but this data is streamed',
      'give --learning-rate',
    );
  const names = ['optimizer', 'miniBatchSize', 'classWeights', ...regularizationNames];
  const given = Object.entries(options).filter(([name]) => names.includes(name));
  try {
    return await net.findLearningRate(data, Object.fromEntries(given));
  } catch (error) {
    throw toUsageError(error);
  }
}

const withRate = (options: PlainTrainOptions, rate: number): PlainTrainOptions => ({
  ...options,
  learningRate: typeof options.learningRate === 'object' ? { ...options.learningRate, rate } : rate,
});

/** The validation part of a stream is held in memory; that of a dataset is a share of the data passed to `train`. */
function countSamples(
  { train, validation }: TrainingParts,
  { validationSplit = 0 }: PlainTrainOptions,
): Pick<About['training'], 'samples' | 'validationSamples'> {
  const validationSamples = validation?.count ?? Math.round(train.count * validationSplit);
  return { samples: train.count + (validation?.count ?? 0), validationSamples };
}

/** @throws UsageError naming the flag that is wrong */
async function createNetwork(
  flags: NetworkFlags,
  task: Task,
  shape: DataShape,
  transforms: Transforms | undefined,
): Promise<Network> {
  checkNetworkFlags(flags, task, shape);
  const spec = buildNetworkSpec(flags, task, shape);
  try {
    return await Network.create({ ...spec, ...(transforms && { transforms }), ...pickEngine(flags) });
  } catch (error) {
    throw toUsageError(error);
  }
}

/** @throws UsageError naming the flag that is wrong */
export function checkNetworkFlags(flags: NetworkFlags, task: Task, shape: DataShape): void {
  tryEachFlag(networkGroup, flags, (alone) => checkSpec(buildNetworkSpec(alone, task, shape)));
}

/** @throws UsageError naming the flag that is wrong */
export function chooseTrainOptions(flags: TrainFlags, layers: number, data: TrainingData): PlainTrainOptions {
  const tryAlone = (alone: Partial<TrainingFlags>): unknown =>
    checkPlainOptions(buildTrainOptions({ shuffle: true, refit: true, ...alone }, data), layers);
  for (const group of [trainingGroup, earlyStoppingGroup]) tryEachFlag(group, flags, tryAlone);
  const options = buildTrainOptions(flags, data);
  try {
    checkPlainOptions(options, layers);
  } catch (error) {
    throw toUsageError(error);
  }
  return options;
}

/** @throws TypeError, RangeError that name the option */
export function checkPlainOptions(options: PlainTrainOptions, layers: number): void {
  const metrics = watchedMetrics(options);
  // validation samples of a stream come later
  const isHeld = metrics.metrics !== undefined && options.validationSplit === undefined;
  checkTrainOptions({ ...options, ...metrics, ...(isHeld && { validation: { inputs: [] } }) }, layers);
}

export const pickEngine = ({ engine, threads = 'auto' }: NetworkFlags): EngineOptions => ({
  threads,
  ...(engine && { engine }),
});
