import { pickProfileOptions, pickTextFormat } from '../options/data.js';
import { tryEachFlag, type GivenOptions } from '../options/command.js';
import { earlyStoppingGroup } from '../options/early-stopping.js';
import { buildNetworkSpec, networkGroup, type DataShape, type NetworkFlags } from '../options/network.js';
import type { TrainFlags } from '../options/files.js';
import { DataError, inFile, toUsageError, UsageError } from '../errors.js';
import { guessColumns } from '../data/guess-columns.js';
import type { Choose } from '../terminal/choose.js';
import type { About, TestPart, TrainingProgress } from '../model/model-file.js';
import { withoutCategories } from '../model/labeled-data.js';
import { openData, readData, type DataFile, type TableFile } from '../data/open-data.js';
import { displayPath } from '../data/read-file.js';
import { MOST_HELD, splitStream, hashSamples, type DataHashes, type Shares } from '../data/split-stream.js';
import type { OnWarning, Reading } from '../data/tables.js';
import type { OnRead } from '../terminal/reading.js';
import type { Fault } from '../../errors.js';
import {
  buildTrainOptions,
  trainingGroup,
  type PlainTrainOptions,
  type TrainingData,
  type TrainingFlags,
} from '../options/training.js';
import { checkSpec } from '../../model/spec.js';
import { checkTrainOptions } from '../../training/options.js';
import {
  chooseMissing,
  Dataset,
  DataStream,
  findWarnings,
  transformedWidth,
  type ColumnSuggestion,
  type DataWarning,
  type FitKind,
  type MissingPolicy,
  type Task,
  type TableProfile,
} from '../../data/index.js';
import { Network, type EngineOptions } from '../../network.js';
import type { Transforms } from '../../model/transforms.js';

/** All that a training needs. */
export interface PreparedTraining {
  readonly net: Network;
  readonly train: Dataset | DataStream;
  readonly test: Dataset | undefined;
  /** Of a stream, what it is watched by; else a share of `train` is. */
  readonly validation?: Dataset | undefined;
  /** Samples that are learned from: all, or of a stream some. */
  readonly some: Dataset;
  readonly options: PlainTrainOptions;
  /** What goes into the model file; results come later. */
  readonly about: About;
  /** What was found in the data; undefined where a training goes on. */
  readonly found: Found | undefined;
  /** What is suspicious in the data; nothing where a training goes on. */
  readonly warnings: readonly Fault[];
  /** From where a training goes on. */
  readonly from?: TrainingProgress & { readonly path: string };
}

/** What is said of the data. */
interface Found {
  readonly file: DataFile;
  readonly guess: ColumnSuggestion | undefined;
  /** Of a table. */
  readonly profile: TableProfile | undefined;
  /** Rows that were left out because something is missing in them. */
  readonly dropped: number;
  readonly missing: Reading['missing'];
}

/** Fewer samples than this are all learned from. */
const FEWEST_TO_TEST = 20;

/**
 * Prepares a new training.
 * @param given the options as they were typed: the model file keeps them
 * @param choose asks the user; undefined where nobody can be asked
 * @throws UsageError, DataError naming the option, or the file and place
 */
export async function prepareTraining(
  flags: TrainFlags,
  given: GivenOptions,
  path: string,
  onRead: OnRead,
  choose?: Choose,
): Promise<PreparedTraining> {
  const file = await openData(path, {
    ...pickTextFormat(flags),
    onRead,
    ...(flags.stream && { isStream: true }),
    ignore: flags.ignore,
  });
  const sorted: Fault[] = [];
  const onSorted: OnWarning = (_, name) => sorted.push(describeSorted(name));
  const chosen =
    file.kind === 'table' ? await readTable(flags, file, onSorted, choose) : chooseSamples(given, file);
  const { data, reading, task, ...found } = chosen;
  if (task === 'regression' && flags.monitor === 'accuracy')
    throw new UsageError('--monitor', 'a regression has no accuracy', 'use --monitor loss');
  const parts =
    data instanceof DataStream
      ? await setAside(flags, data, reading, onRead)
      : await splitSamples(flags, file, data, reading, onRead);
  const { train, test } = parts;
  const transforms = await fitTransforms(flags, parts.fitted ?? train, task);
  const outputs = task === 'classification' ? train.classes!.length : (train.targetColumns?.length ?? 1);
  const inputs = transforms ? transformedWidth(transforms) : train.width;
  const net = await createNetwork(flags, task, { inputs, outputs, columns: train.width }, transforms);
  const options = chooseTrainOptions(flags, net.layers.length, {
    count: train.count,
    isStream: data instanceof DataStream,
    isValidated: parts.validation !== undefined,
    classes: train.classes,
    labels: train instanceof Dataset ? train.labels : undefined,
  });
  const testFile = flags.test;
  const about: About = {
    version: 1,
    task,
    reading,
    training: {
      data: path,
      ...(testFile !== undefined && { testFile }),
      ...(parts.testPart && { testPart: parts.testPart }),
      ...(parts.shares && { shares: parts.shares }),
      options,
      given,
      ...countSamples(parts, options),
      testSamples: test?.count ?? 0,
      hashes: hashParts(parts),
    },
  };
  const warnings = [...sorted, ...warnOfData(flags, data, parts)];
  return { net, ...parts, options, about, warnings, found: { file, ...found } };
}

const describeSorted = (name: string | number): Fault => ({
  place: `class '${name}'`,
  problem:
    'the file seems to be sorted: a batch holds no row of it, and training shuffles within batches only',
  cure: 'shuffle the rows of the file',
});

interface Read {
  readonly data: Dataset | DataStream;
  readonly task: Task;
  readonly reading: Reading;
  readonly guess: ColumnSuggestion | undefined;
  /** Of a table. */
  readonly profile: TableProfile | undefined;
  readonly dropped: number;
  readonly missing: Reading['missing'];
}

/** Of a stream the samples that are set aside are looked at: they are from all over the file, but only some. */
function warnOfData(
  { classWeights }: TrainFlags,
  data: Dataset | DataStream,
  { validation, test, some }: TrainingParts,
): readonly DataWarning[] {
  const isKnown = ({ kind }: DataWarning): boolean => kind === 'imbalance' && classWeights !== undefined;
  if (data instanceof Dataset) return findWarnings(data).filter((warning) => !isKnown(warning));
  return findWarnings(validation ?? test ?? some).filter(
    (warning) => !isKnown(warning) && warning.kind !== 'rare' && warning.kind !== 'few',
  );
}

/** Chooses the columns of a table, and reads them. */
async function readTable(
  flags: TrainFlags,
  file: TableFile,
  onSorted: OnWarning,
  choose: Choose | undefined,
): Promise<Read> {
  const texts = pickProfileOptions(flags);
  const profile = await file.profile(texts);
  const choice = {
    label: flags.label,
    targets: flags.target,
    ignore: flags.ignore,
    categorical: flags.categorical,
    maxCategories: flags.categories,
  };
  const guess = await guessColumns(displayPath(file.path), profile, choice, choose);
  const { gaps, notGaps } = texts;
  const { categorical, ...chosen } = guess.columns;
  const columns = { ...chosen, ...(gaps && { gaps }), ...(notGaps && { notGaps }) };
  const read = async (missing: MissingPolicy): Promise<Dataset | DataStream> =>
    await (file.stream ?? file.read)(
      { ...columns, missing, ...(categorical.length > 0 && { categorical }) },
      onSorted,
    );
  const given = flags.missing;
  const { data, missing } =
    given === undefined
      ? await chooseMissing(profile, guess, read)
      : { data: await read(given), missing: given };
  if (data.classes?.length === 1) throw refuseOneClass(file.path, columns.label!, data.classes[0]!);
  const { classes, categories } = data;
  const reading = {
    ...pickTextFormat(flags),
    ...(file.dialect && { delimiter: file.dialect.delimiter, header: file.dialect.header }),
    ...columns,
    missing,
    ...(classes && { classes }),
    ...(categorical.length > 0 && { categorical: categories }),
  };
  return { data, task: guess.task, reading, guess, profile, dropped: profile.count - data.count, missing };
}

/** Gaps may leave a single class of several. */
function refuseOneClass(path: string, label: string, left: string | number): DataError {
  return new DataError(
    displayPath(path),
    `column '${label}': one class is left, '${left}': every row of the others has a missing value`,
    "choose missing: 'mean'",
    { option: { name: 'missing', values: ['mean'] } },
  );
}

/** Samples whose columns are not to be chosen. */
function chooseSamples(given: GivenOptions, { path, data }: Extract<DataFile, { kind: 'samples' }>): Read {
  const unusable = ['label', 'target', 'ignore', 'categorical', 'missing', 'delimiter', 'header'].find(
    (name) => name in given,
  );
  if (unusable !== undefined) throw new UsageError(`--${unusable}`, `${path} has no columns to choose from`);
  if (!data.labels && !data.targets) throw new DataError(path, 'no labels or targets to learn from');
  const { inputScale, classes } = data;
  const reading = { ...(inputScale !== undefined && { inputScale }), ...(classes && { classes }) };
  const task = data.labels ? 'classification' : 'regression';
  return { data, task, reading, guess: undefined, profile: undefined, dropped: 0, missing: undefined };
}

/** What is learned from, and what is set aside. */
export interface TrainingParts extends Pick<PreparedTraining, 'train' | 'test' | 'validation' | 'some'> {
  readonly testPart?: TestPart;
  readonly shares?: Shares;
  /** Of a stream, what transforms are fitted to; else `train`. */
  readonly fitted?: DataStream;
}

/** A stream is too large to be hashed as a whole: the samples that are held come from all over it. */
export function hashParts({ train, some, validation, test }: TrainingParts): DataHashes {
  if (train instanceof Dataset) return hashSamples([train]);
  return hashSamples([some, validation, test].filter((part) => part !== undefined));
}

async function splitSamples(
  flags: TrainFlags,
  file: DataFile,
  data: Dataset,
  reading: Reading,
  onRead: OnRead,
): Promise<TrainingParts> {
  const path = flags.test;
  const share = readTestShare(flags);
  const whole = { train: data, some: data };
  if (path !== undefined)
    return { ...whole, test: await readData(path, withoutCategories(reading), { onRead }) };
  const given = file.kind === 'samples' ? file.test : undefined;
  if (given && share === undefined) return { ...whole, test: given };
  const test = share ?? (data.count < FEWEST_TO_TEST ? 0 : 0.2);
  if (test === 0) return { ...whole, test: undefined };
  const testPart = { test, seed: flags.seed ?? 0 };
  const split = await inFile(displayPath(file.path), () => data.split(testPart));
  const train = split.train.withOwnCategories();
  return { train, test: split.test, some: train, testPart };
}

/** Of a file larger than memory: no more than can be held. */
async function setAside(
  flags: TrainFlags,
  data: DataStream,
  reading: Reading,
  onRead: OnRead,
): Promise<TrainingParts> {
  const path = flags.test;
  const most = Math.min(MOST_HELD / (data.width * data.count), 1);
  const shares = {
    test: path === undefined ? (readTestShare(flags) ?? Math.min(0.2, most)) : 0,
    validation: flags.validationSplit ?? Math.min(0.1, most),
    seed: flags.seed ?? 0,
  };
  const { learned, ...parts } = await splitStream(data, shares);
  if (learned.count === 0)
    throw new UsageError('--test-split', 'with --validation-split it leaves no samples to learn from');
  return {
    train: learned,
    ...parts,
    ...(path !== undefined && { test: await readData(path, withoutCategories(reading), { onRead }) }),
    shares,
  };
}

function readTestShare({ testSplit, test }: TrainFlags): number | undefined {
  if (testSplit !== undefined && test !== undefined)
    throw new UsageError('--test-split', 'it excludes --test');
  return testSplit;
}

/** @param data those to learn from, and to validate with */
async function fitTransforms(
  { scale, unknown = 'zeros' }: TrainFlags,
  data: Dataset | DataStream,
  task: Task,
): Promise<Transforms | undefined> {
  const isImage = data instanceof Dataset && data.inputScale !== undefined;
  if (isImage && scale === undefined) return undefined; // their bytes become 0 to 1
  const kind: FitKind = scale ?? 'standardize';
  return await data.fitTransforms({ inputs: kind, unknown, ...(task === 'regression' && { targets: kind }) });
}

/** Of a stream the validation part is held apart; of a dataset it is a share of what `train` is given. */
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
  tryEachFlag(networkGroup, flags, (alone) => checkSpec(buildNetworkSpec(alone, task, shape)));
  const spec = buildNetworkSpec(flags, task, shape);
  try {
    return await Network.create({ ...spec, ...(transforms && { transforms }), ...pickEngine(flags) });
  } catch (error) {
    throw toUsageError(error);
  }
}

/** @throws UsageError naming the flag that is wrong */
function chooseTrainOptions(flags: TrainFlags, layers: number, data: TrainingData): PlainTrainOptions {
  const tryAlone = (alone: Partial<TrainingFlags>): unknown =>
    checkTrainOptions(buildTrainOptions({ shuffle: true, ...alone }, data), layers);
  for (const group of [trainingGroup, earlyStoppingGroup]) tryEachFlag(group, flags, tryAlone);
  const options = buildTrainOptions(flags, data);
  try {
    checkTrainOptions(options, layers);
  } catch (error) {
    throw toUsageError(error);
  }
  return options;
}

export const pickEngine = ({ engine, threads = 'auto' }: NetworkFlags): EngineOptions => ({
  threads,
  ...(engine && { engine }),
});
