import { pickProfileOptions, pickTextFormat } from '../options/data.js';
import type { GivenOptions } from '../options/command.js';
import { checkMonitor } from '../options/early-stopping.js';
import type { TrainFlags } from '../options/files.js';
import { DataError, inFile, UsageError } from '../errors.js';
import { guessColumns } from '../data/guess-columns.js';
import type { Choose } from '../terminal/choose.js';
import type { About, TestPart } from '../model/model-file.js';
import { withoutCategories } from '../model/labeled-data.js';
import { openData, readData, type DataFile, type TableFile } from '../data/open-data.js';
import type { KnownAnswers } from '../data/array-files.js';
import { displayPath } from '../data/read-file.js';
import { MOST_HELD, splitStream, hashSamples, type DataHashes, type Shares } from '../data/split-stream.js';
import type { OnWarning, Reading } from '../data/tables.js';
import type { OnRead } from '../terminal/reading.js';
import type { Fault } from '../../errors.js';
import {
  chooseMissing,
  Dataset,
  DataStream,
  findWarnings,
  type ColumnSuggestion,
  type DataWarning,
  type FitKind,
  type FitOptions,
  type MissingPolicy,
  type Task,
  type TableProfile,
} from '../../data/index.js';

// Reads the data of `bp4 train` and `bp4 search`: chooses columns, and divides the samples into parts.

/** What is said of the data. */
export interface Found {
  readonly file: DataFile;
  readonly guess: ColumnSuggestion | undefined;
  /** Of a table. */
  readonly profile: TableProfile | undefined;
  /** Rows that were left out because of missing values. */
  readonly dropped: number;
  readonly missing: Reading['missing'];
}

/** With fewer samples than this, none are set aside. */
const FEWEST_TO_TEST = 20;

/** The samples of a file, and what was inferred about them. */
export interface ReadData extends Found {
  readonly data: Dataset | DataStream;
  readonly task: Task;
  readonly reading: Reading;
  /** Warnings about the order of the rows. */
  readonly sorted: readonly Fault[];
}

/**
 * Reads the samples of a file, and infers what wasn't set.
 * @param given the options as they were typed
 * @param choose asks the user; undefined if there's nobody to ask
 * @throws UsageError, DataError naming the option, or the file and place
 */
export async function readTrainingData(
  flags: TrainFlags,
  given: GivenOptions,
  path: string,
  onRead: OnRead,
  choose?: Choose,
): Promise<ReadData> {
  const file = await openData(path, {
    ...pickTextFormat(flags),
    onRead,
    ...(flags.stream && { isStream: true }),
    ignore: flags.ignore,
    answers: chooseAnswers(flags),
  });
  const sorted: Fault[] = [];
  const onSorted: OnWarning = (_, name) => sorted.push(describeSorted(name));
  const read =
    file.kind === 'table'
      ? await readTable(flags, file, onSorted, choose)
      : chooseSamples(flags, given, file);
  checkMonitor(flags, read.task);
  return { file, sorted, ...read };
}

/** The array that --label or --target names. */
const chooseAnswers = ({ label, target }: TrainFlags): KnownAnswers => ({
  name: label ?? target?.[0],
  kind: label === undefined ? target && 'numbers' : 'classes',
});

const describeSorted = (name: string | number): Fault => ({
  place: `class '${name}'`,
  problem:
    'the file seems to be sorted: a batch holds no row of it, and training shuffles within batches only',
  cure: 'shuffle the rows of the file',
});

/** Chooses the columns of a table, and reads them. */
async function readTable(
  flags: TrainFlags,
  file: TableFile,
  onSorted: OnWarning,
  choose: Choose | undefined,
): Promise<Omit<ReadData, 'file' | 'sorted'>> {
  const cells = pickProfileOptions(flags);
  const profile = await file.profile(cells);
  const texts = [...(flags.text ?? []), ...(flags.hash ?? [])];
  const choice = {
    label: flags.label,
    targets: flags.target,
    ignore: flags.ignore,
    // Texts are read like categories, of which the network knows none.
    categorical: [...(flags.categorical ?? []), ...texts],
    maxCategories: flags.categories,
  };
  const guess = await guessColumns(displayPath(file.path), profile, choice, choose);
  const { gaps, notGaps } = cells;
  const { minFrequency } = flags;
  const { categorical: named, ...chosen } = guess.columns;
  const isText = (name: string): boolean => texts.includes(name);
  const answer = [chosen.label, ...(chosen.targets ?? [])].find((name) => name !== undefined && isText(name));
  if (answer !== undefined)
    throw new UsageError(
      flags.text?.includes(answer) ? '--text' : '--hash',
      `'${answer}' is the column to predict`,
      'name inputs only',
    );
  const categorical = named.filter((name) => !isText(name));
  const columns = {
    ...chosen,
    ...(texts.length > 0 && { text: chosen.inputs.filter(isText) }),
    ...(minFrequency !== undefined && { minFrequency }),
    ...(gaps && { gaps }),
    ...(notGaps && { notGaps }),
  };
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
  const [left, ...others] = data.classes ?? [];
  if (left !== undefined && others.length === 0)
    throw refuseOneClass(file.path, columns.label!, left, data.count < profile.count);
  const { classes, categories, means } = data;
  const reading = {
    ...pickTextFormat(flags),
    ...(file.dialect && { delimiter: file.dialect.delimiter, header: file.dialect.header }),
    ...columns,
    missing,
    ...(Object.keys(means).length > 0 && { means }),
    ...(classes && { classes }),
    ...(categorical.length > 0 && { categorical: categories }),
  };
  return { data, task: guess.task, reading, guess, profile, dropped: profile.count - data.count, missing };
}

/** Missing values may leave only one class of several. Or all are the same number, as 1 and 1.0 are. */
function refuseOneClass(path: string, label: string, left: string | number, hasGaps: boolean): DataError {
  if (!hasGaps)
    return new DataError(
      displayPath(path),
      `column '${label}': there is one class, '${left}': all texts stand for this number`,
      'name the classes with letters',
    );
  return new DataError(
    displayPath(path),
    `column '${label}': one class is left, '${left}': every row of the others has a missing value`,
    "choose missing: 'mean'",
    { option: { name: 'missing', values: ['mean'] } },
  );
}

/** Samples whose columns needn't be chosen. */
function chooseSamples(
  flags: TrainFlags,
  given: GivenOptions,
  { path, data, isNamed }: Extract<DataFile, { kind: 'samples' }>,
): Omit<ReadData, 'file' | 'sorted'> {
  const ofColumns = ['ignore', 'categorical', 'missing', 'delimiter', 'header'];
  const unusable = [...(isNamed ? [] : ['label', 'target']), ...ofColumns].find((name) => name in given);
  if (unusable !== undefined) throw new UsageError(`--${unusable}`, `${path} has no columns to choose from`);
  if (!data.labels && !data.targets) throw new DataError(path, 'no labels or targets to learn from');
  const { label, target } = flags;
  if ((target?.length ?? 0) + Number(label !== undefined) > 1)
    throw new UsageError('--target', `${path} has one array of answers`, 'name it with --label or --target');
  const { inputScale, classes } = data;
  const reading = {
    ...(label !== undefined && { label }),
    ...(target && { targets: target }),
    ...(inputScale !== undefined && { inputScale }),
    ...(classes && { classes }),
  };
  const task = data.labels ? 'classification' : 'regression';
  return { data, task, reading, guess: undefined, profile: undefined, dropped: 0, missing: undefined };
}

/** The training data, and what is set aside. */
export interface TrainingParts {
  readonly train: Dataset | DataStream;
  readonly test: Dataset | undefined;
  /** For a stream, the validation data; otherwise it's a share of `train`. */
  readonly validation?: Dataset | undefined;
  /** Training samples: all, or some of a stream. */
  readonly some: Dataset;
  readonly testPart?: TestPart;
  readonly shares?: Shares;
  /** For a stream, the data that transforms are fitted to; otherwise it's `train`. */
  readonly fitted?: DataStream;
}

/** A stream is too large to be hashed as a whole. The samples held in memory come from all parts of it. */
export function hashParts({ train, some, validation, test }: TrainingParts): DataHashes {
  if (train instanceof Dataset) return hashSamples([train]);
  return hashSamples([some, validation, test].filter((part) => part !== undefined));
}

/** Divides samples in memory. `bp4 train` and `bp4 search` set the same test samples aside. */
export async function splitSamples(
  flags: TrainFlags,
  { file, reading }: Pick<ReadData, 'file' | 'reading'>,
  data: Dataset,
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

/** Divides a file larger than memory. Sets no more aside than fits in memory. */
export async function setAside(
  flags: TrainFlags,
  { reading }: ReadData,
  data: DataStream,
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
    throw new UsageError('--test-split', "can't be combined with --test");
  return testSplit;
}

/** For a stream, only the samples in memory are checked, which come from all parts of the file. */
export function warnOfData(
  { classWeights }: TrainFlags,
  { data, sorted }: Pick<ReadData, 'data' | 'sorted'>,
  { validation, test, some }: TrainingParts,
): readonly Fault[] {
  const isKnown = ({ kind }: DataWarning): boolean => kind === 'imbalance' && classWeights !== undefined;
  if (data instanceof Dataset)
    return [...sorted, ...findWarnings(data).filter((warning) => !isKnown(warning))];
  const warnings = findWarnings(validation ?? test ?? some).filter(
    (warning) => !isKnown(warning) && warning.kind !== 'rare' && warning.kind !== 'few',
  );
  return [...sorted, ...warnings];
}

/** How inputs and targets are scaled; undefined if they aren't transformed at all. */
export function chooseTransforms(
  { scale, loss, hash, text, unknown = 'zeros' }: TrainFlags,
  data: Dataset | DataStream,
  task: Task,
): FitOptions | undefined {
  const isImage = data instanceof Dataset && data.inputScale !== undefined;
  if (isImage && scale === undefined) return undefined; // their bytes are scaled to 0 to 1
  const kind: FitKind = scale ?? 'standardize';
  const isOfRows = !['standardize', 'minMax', 'identity'].includes(kind);
  if (data instanceof DataStream && (isOfRows || text))
    throw new UsageError(
      isOfRows ? '--scale' : '--text',
      'it needs all rows in memory, and this file is read in batches',
      isOfRows ? 'use standardize or minMax' : 'leave the column out, or use --hash',
    );
  const ofTargets =
    kind === 'robust' || kind === 'quantile' || kind === 'piecewiseLinear' ? 'standardize' : kind;
  return {
    inputs: kind,
    unknown,
    ...(hash && { hash }),
    ...(task === 'regression' && { targets: loss?.name === 'poisson' ? 'identity' : ofTargets }),
  };
}

/** What a model file says about its training data. */
export const describeSource = (
  path: string,
  { test: testFile }: TrainFlags,
  given: GivenOptions,
  parts: TrainingParts,
): Pick<
  About['training'],
  'data' | 'testFile' | 'testPart' | 'shares' | 'given' | 'testSamples' | 'hashes'
> => ({
  data: path,
  ...(testFile !== undefined && { testFile }),
  ...(parts.testPart && { testPart: parts.testPart }),
  ...(parts.shares && { shares: parts.shares }),
  given,
  testSamples: parts.test?.count ?? 0,
  hashes: hashParts(parts),
});
