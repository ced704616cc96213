import type { Arguments } from '../options/arguments.js';
import { architectureOf } from '../options/network.js';
import { dialectOptions } from '../options/data.js';
import { dataFailure, inFile, usageFailure, withOptions } from '../errors.js';
import { guessColumns } from '../data/guess-columns.js';
import {
  readModel,
  type About,
  type PlainTrainOptions,
  type Reading,
  type Task,
  type TestPart,
  type TrainingProgress,
} from '../model/model-file.js';
import { dialectIn, openData, readData, type DataFile, type TableFile } from '../data/open-data.js';
import { grouped } from '../terminal/format-numbers.js';
import { nameOf } from '../data/read-file.js';
import {
  MOST_HELD,
  partsOfStream,
  type Answered,
  type LearntStream,
  type Shares,
} from '../data/split-stream.js';
import { trainOptionsOf } from '../options/training.js';
import {
  Dataset,
  DataStream,
  transformedWidth,
  type ColumnSuggestion,
  type FitKind,
  type TableProfile,
} from '../../data/index.js';
import { Network, type EngineOptions } from '../../network.js';
import type { Transforms } from '../../model/transforms.js';

/** All that a training needs. */
export interface Session {
  readonly net: Network;
  readonly train: Dataset | LearntStream;
  readonly test: Answered | undefined;
  /** Of a stream, what it is watched by; else a share of `train` is. */
  readonly validation?: Answered | undefined;
  /** Samples that are learnt from: all, or of a stream some. */
  readonly some: Dataset | Answered;
  readonly options: PlainTrainOptions;
  /** What goes into the model file; results come later. */
  readonly about: About;
  /** What was found in the data; undefined where a training goes on. */
  readonly found: Found | undefined;
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

/** Fewer samples than this are all learnt from. */
const FEWEST_TO_TEST = 20;

/**
 * Of a new training.
 * @throws Failure naming the option, or the file and place
 */
export async function prepare(args: Arguments, path: string): Promise<Session> {
  const file = await openData(path, {
    ...dialectOptions(args),
    ...(args.has('stream') && { isStream: true }),
  });
  const chosen = file.kind === 'table' ? await readTable(args, file) : samplesOf(args, file);
  const { data, reading, task, ...found } = chosen;
  const parts =
    data instanceof DataStream
      ? await setAside(args, data, reading)
      : await partsOf(args, file, data, reading);
  const { train, test } = parts;
  const transforms = await transformsOf(args, data instanceof DataStream ? data : (train as Dataset), task);
  const outputs = task === 'classification' ? train.classes!.length : (train.targetColumns?.length ?? 1);
  const inputs = transforms ? transformedWidth(transforms) : train.width;
  const spec = architectureOf(args, task, inputs, outputs);
  const options = trainOptionsOf(args, {
    count: train.count,
    isStream: data instanceof DataStream,
    isValidated: parts.validation !== undefined,
    classes: train.classes,
    labels: train instanceof Dataset ? train.labels : undefined,
  });
  const net = await withOptions(() =>
    Network.create({ ...spec, ...(transforms && { transforms }), ...engineOf(args) }),
  );
  const testFile = args.string('test');
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
      given: args.given,
      samples: train.count + (data instanceof DataStream ? (parts.validation?.count ?? 0) : 0),
      testSamples: test?.count ?? 0,
    },
  };
  return { net, ...parts, options, about, found: { file, ...found } };
}

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

/** Chooses the columns of a table, and reads them. */
async function readTable(args: Arguments, file: TableFile): Promise<Read> {
  const profile = await file.profile();
  const guess = await guessColumns(nameOf(file.path), profile, {
    label: args.string('label'),
    targets: args.list('target'),
    ignore: args.list('ignore'),
    categorical: args.list('categorical'),
  });
  const { categorical, ...columns } = guess.columns;
  const rows = profile.count;
  const used = [...columns.inputs, ...(columns.targets ?? [columns.label!])];
  const gaps = profile.columns.filter(({ name, missing }) => used.includes(name) && missing > 0);
  const given = args.choice('missing', ['error', 'drop', 'mean']);
  let missing = given ?? (gaps.length > 0 ? 'drop' : 'error');
  const read = async (): Promise<Dataset | DataStream> =>
    await (file.stream ?? file.read)({
      ...columns,
      missing,
      ...(categorical.length > 0 && { categorical: categorical as never }),
    });
  let data = await read();
  const canFill = gaps.every(({ name, kind }) => kind === 'number' && columns.inputs.includes(name));
  if (given === undefined && rows - data.count > rows / 10 && canFill) {
    missing = 'mean';
    data = await read();
  }
  const { classes, categories } = data;
  const reading = {
    ...file.dialect,
    ...columns,
    missing,
    ...(classes && { classes }),
    ...(categorical.length > 0 && { categorical: categories }),
  };
  return { data, task: guess.task, reading, guess, profile, dropped: rows - data.count, missing };
}

/** Samples whose columns are not to be chosen. */
function samplesOf(args: Arguments, { path, data }: Extract<DataFile, { kind: 'samples' }>): Read {
  const vain = ['label', 'target', 'ignore', 'categorical', 'missing', 'delimiter', 'header'].find((name) =>
    args.has(name),
  );
  if (vain !== undefined) throw usageFailure(`--${vain}: ${path} has no columns to choose from`);
  if (!data.labels && !data.targets) throw dataFailure(`${path}: there are no labels or targets to learn`);
  const { inputScale, classes } = data;
  const reading = { ...(inputScale !== undefined && { inputScale }), ...(classes && { classes }) };
  const task = data.labels ? 'classification' : 'regression';
  return { data, task, reading, guess: undefined, profile: undefined, dropped: 0, missing: undefined };
}

/** What is learnt from, and what is set aside. */
interface Parts extends Pick<Session, 'train' | 'test' | 'validation' | 'some'> {
  readonly testPart?: TestPart;
  readonly shares?: Shares;
}

async function partsOf(args: Arguments, file: DataFile, data: Dataset, reading: Reading): Promise<Parts> {
  const path = args.string('test');
  const share = testShare(args);
  const whole = { train: data, some: data };
  if (path !== undefined) return { ...whole, test: await readData(path, reading) };
  const given = file.kind === 'samples' ? file.test : undefined;
  if (given && share === undefined) return { ...whole, test: given };
  const test = share ?? (data.count < FEWEST_TO_TEST ? 0 : 0.2);
  if (test === 0) return { ...whole, test: undefined };
  const testPart = { test, seed: args.integer('seed') ?? 0 };
  const split = await inFile(nameOf(file.path), () => data.split(testPart));
  return { ...split, some: split.train, testPart };
}

/** Of a file larger than memory: no more than can be held. */
async function setAside(args: Arguments, data: DataStream, reading: Reading): Promise<Parts> {
  const path = args.string('test');
  const most = Math.min(MOST_HELD / (data.width * data.count), 1);
  const shares = {
    test: path === undefined ? (testShare(args) ?? Math.min(0.2, most)) : 0,
    validation: args.number('validation-split', 0, 0.5) ?? Math.min(0.1, most),
    seed: args.integer('seed') ?? 0,
  };
  const { learnt, ...parts } = await partsOfStream(data, shares);
  if (learnt.count === 0)
    throw usageFailure('--test-split: with --validation-split it leaves nothing to learn from');
  return {
    train: learnt,
    ...parts,
    ...(path !== undefined && { test: await readData(path, reading) }),
    shares,
  };
}

function testShare(args: Arguments): number | undefined {
  const share = args.number('test-split', 0, 0.9);
  if (share !== undefined && args.has('test')) throw usageFailure('--test-split: give either it or --test');
  return share;
}

/** @param data those to learn from; of a stream all */
async function transformsOf(
  args: Arguments,
  data: Dataset | DataStream,
  task: Task,
): Promise<Transforms | undefined> {
  const given = args.choice('scale', ['standardize', 'minMax', 'identity']);
  const isImage = data instanceof Dataset && data.inputScale !== undefined;
  if (isImage && given === undefined) return undefined; // their bytes become 0 to 1
  const kind: FitKind = given ?? 'standardize';
  return await data.fitTransforms({ inputs: kind, ...(task === 'regression' && { targets: kind }) });
}

function engineOf(args: Arguments): EngineOptions {
  const engine = args.choice('engine', ['auto', 'wasm', 'reference']);
  const threads = args.string('threads') === 'auto' ? 'auto' : args.integer('threads', 1, 16);
  return { threads: threads ?? 'auto', ...(engine && { engine }) };
}

/** What may differ when a training goes on: nothing that the weights depend on, but how long it goes on. */
const free = [
  ...['epochs', 'threads', 'engine', 'out', 'checkpoint', 'checkpoint-every', 'report', 'resume'],
  ...['json', 'quiet', 'debug'],
];

/**
 * Of a training that goes on.
 * @param modelPath what it had saved
 * @param dataPath undefined for the data that it had
 * @throws Failure naming the option, or the file and place
 */
export async function prepareResumed(
  args: Arguments,
  modelPath: string,
  dataPath: string | undefined,
): Promise<Session> {
  const { net, about, progress } = await readModel(modelPath, engineOf(args));
  if (!about) throw dataFailure(`${modelPath}: it was not written by bp4 train, which cannot go on from it`);
  checkGiven(args, about);
  const { training } = about;
  const path = dataPath ?? training.data;
  const parts = await sameParts(path, about);
  const { train, validation } = parts;
  const count = train.count + (validation?.count ?? 0);
  if (count !== training.samples) {
    throw dataFailure(
      `${path}: the training had ${grouped(training.samples)} samples, and now there are ${grouped(count)}; give the same data`,
    );
  }
  const options = { ...training.options, epochs: args.integer('epochs', 1) ?? training.options.epochs! };
  return {
    net,
    ...parts,
    options,
    about: { ...about, training: { ...training, data: path, options } },
    found: undefined,
    from: { path: modelPath, ...(progress ?? { epochs: 0, isOver: false }) },
  };
}

/** As they were when the training began. */
async function sameParts(path: string, about: About): Promise<Parts> {
  const { reading, training } = about;
  const { testPart, shares } = training;
  if (shares) {
    const file = await openData(path, { ...dialectIn(reading), isStream: true });
    if (file.kind !== 'table' || !file.stream)
      throw dataFailure(`${path}: it cannot be read in parts, as it was`);
    const { learnt, test, ...parts } = await partsOfStream(await file.stream(reading), shares);
    return { train: learnt, ...parts, test: test ?? (await testOf(path, about)) };
  }
  const whole = await readData(path, reading);
  const split = testPart && (await inFile(path, () => whole.split(testPart)));
  const train = split?.train ?? whole;
  return { train, some: train, test: split?.test ?? (await testOf(path, about)) };
}

/** A test that is no part of the data. */
async function testOf(path: string, { reading, training }: About): Promise<Dataset | undefined> {
  const { testFile, testSamples } = training;
  if (testFile !== undefined) return await readData(testFile, reading);
  if (testSamples === 0) return undefined;
  const file = await openData(path);
  return file.kind === 'samples' ? file.test : undefined;
}

function checkGiven(args: Arguments, { training: { given } }: About): void {
  for (const [name, values] of Object.entries(args.given)) {
    if (free.includes(name)) continue;
    const before = given[name];
    if (before?.join() === values.join()) continue;
    const was = before === undefined ? 'was not given' : `was ${before.join()}`;
    throw usageFailure(`--${name} ${was} when the training began; leave it out to go on with it`);
  }
}
